"""A signed cookie by which a browser is known again at sign-in, whoever signs in with it.  It lets nobody in."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from console import cookies

SALT: Final = "console.known-browser"
KEPT: Final = timedelta(days=400)  # longer, browsers keep no cookie
MARK_BYTES: Final = 16
_FRESH: Final = "fresh_mark"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def mark(request: HttpRequest) -> str:
    """The browser's mark; a fresh one, which the answer will carry, where it has none of ours."""
    fresh = getattr(request, _FRESH, "")
    if fresh:
        return str(fresh)
    try:
        return signing.Signer(salt=SALT).unsign(request.COOKIES.get(settings.MARK_COOKIE_NAME, ""))
    except signing.BadSignature:
        fresh = secrets.token_urlsafe(MARK_BYTES)
        setattr(request, _FRESH, fresh)
        return fresh


def remembered(get_response: GetResponse) -> GetResponse:
    """Middleware: a mark made for this request goes to the browser."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        fresh = getattr(request, _FRESH, "")
        if fresh:
            cookies.keep(response, settings.MARK_COOKIE_NAME, signing.Signer(salt=SALT).sign(fresh), KEPT)
        return response

    return answer
