"""The cookies of sign-in: one with the key of the session that is acted in, one that names the browser.

By the second, sessions of several people stand side by side in a browser; it opens none by itself.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from accounts import sessions
from console import cookies

KEPT: Final = timedelta(days=1)  # longer than any session may last
LONGEST_KEY: Final = 64


class BrowserSessions(SessionMiddleware):
    """Django's session middleware, with the browser's own key; a session ended in mid-request leads to sign-in."""

    def process_request(self, request: HttpRequest) -> None:
        """Give the request its session."""
        super().process_request(request)
        store = sessions.store_of(request)
        store.browser_key = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")[:LONGEST_KEY]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep what has changed of the session, and of the browser's key."""
        try:
            kept = super().process_response(request, response)
        except SessionInterrupted:
            return signed_out(request)
        store = sessions.store_of(request)
        if store.browser_key_changed and store.browser_key:
            cookies.keep(kept, settings.BROWSER_COOKIE_NAME, store.browser_key, KEPT)
        elif store.browser_key_changed:
            cookies.forget(kept, settings.BROWSER_COOKIE_NAME)
        return kept


def signed_out(request: HttpRequest) -> HttpResponse:
    """To sign-in: the session was ended, or given a new key, elsewhere while the request was under way.

    The cookie is left: another answer may have brought a new one meanwhile, and the old one is worth nothing.
    """
    headers = {"Location": "/signin?why=ended"}
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": headers["Location"]})
    return HttpResponse(status=303, headers=headers)
