"""Words for the next page: kept in the session where the browser has one, else in a signed cookie.

Whoever is sent on from a step of a sign-in that is over, or signs out, is nobody: a session would be a row for each.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import sessions


class InCookie(CookieStorage):
    """The signed cookie."""

    cookie_name = settings.FLASH_COOKIE_NAME


class Flashes(BaseStorage):
    """Read from both places; written to the session's row, where there is one."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        # Their reading and writing are Django's protocol of storages, which its stubs leave out.
        self._session: Any = SessionStorage(request)
        self._cookie: Any = InCookie(request)

    def _get(self, *_args: Any, **_kwargs: Any) -> tuple[list[Any], bool]:
        kept = [each._get()[0] or () for each in (self._session, self._cookie)]
        return [*kept[0], *kept[1]], True

    def _store(
        self, messages: Sequence[Any], response: HttpResponseBase, *_args: Any, **_kwargs: Any
    ) -> list[Any]:
        nobody = sessions.store_of(self.request).loaded_row() is None
        in_cookie, in_session = (messages, ()) if nobody else ((), messages)
        if in_cookie or InCookie.cookie_name in self.request.COOKIES:
            self._cookie._store(list(in_cookie), response)
        self._session._store(list(in_session), response)
        return []
