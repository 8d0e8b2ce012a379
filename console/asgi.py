"""The ASGI entry point, for servers that prefer it; `manage.py run` serves WSGI."""

import os
from importlib import import_module

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
import_module("console.celery")  # tasks sent by name find their broker from here on
application = get_asgi_application()
