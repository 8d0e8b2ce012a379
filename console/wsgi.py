"""The WSGI entry point that granian serves."""

import gc
import os
import sys
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
pages = get_wsgi_application()
application = import_module("console.front").with_calls_first(pages)
import_module("accounts.hashers").serve(import_module("django.conf").settings.WORKERS)
# How long a thread may go on while others wait.  A call that comes back from the database would else wait for up to five
# milliseconds, each time, for a page that is being made.
sys.setswitchinterval(0.0005)
# What is loaded by now stays; looking through it at each collection cost a call a twentieth of its time.
gc.collect()
gc.freeze()
