"""Forms that make something once: the second of two that are the same makes nothing.

A double click, a reload that sends the form again and a page that is gone back to all send the same mark.  Templates
give a form its mark by {% once %}; nothing else is needed.
"""

import secrets
from typing import Final

from django.http import HttpRequest

from accounts import sessions
from accounts.models import ConsoleSession

FIELD: Final = "once"
MARK_BYTES: Final = 16


class AlreadyDone(Exception):
    """The form was sent before; what it makes is made, or was refused then."""


def fresh() -> str:
    """A mark that no form has had before."""
    return secrets.token_urlsafe(MARK_BYTES)


def spend(request: HttpRequest, session: ConsoleSession) -> None:
    """Use the form's mark up, where it has one.  Errors: AlreadyDone."""
    mark = request.POST.get(FIELD, "")
    if not mark:
        return
    if not sessions.spend_form(session, mark):
        raise AlreadyDone
