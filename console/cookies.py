"""The cookies we set beside Django's: for this host alone, over https where there is any, and unread by scripts."""

from datetime import timedelta

from django.conf import settings
from django.http.response import HttpResponseBase


def keep(response: HttpResponseBase, name: str, value: str, kept: timedelta) -> None:
    """Have the browser keep it so long.  `name` is one of the settings', which have the prefix that binds it to us."""
    response.set_cookie(
        name, value, max_age=kept, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def forget(response: HttpResponseBase, name: str) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name, samesite="Lax")
