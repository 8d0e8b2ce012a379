"""Forms that make something once: the second of two that are the same makes nothing.

A double click, a reload that sends the form again and a page that is gone back to all send the same mark.  Templates
give a form its mark by {% once %}; nothing else is needed.
"""

import secrets
from typing import Final

from django.http import HttpRequest

from accounts import sessions
from console import session
from console.page import wants_fragment

FIELD: Final = "once"
MARK_BYTES: Final = 16
LOOK: Final = "look"


class AlreadyDone(Exception):
    """The form was sent before; what it makes is made, or was refused then."""


def fresh() -> str:
    """A mark that no form has had before."""
    return secrets.token_urlsafe(MARK_BYTES)


def spend(request: HttpRequest) -> None:
    """Use the form's mark up, where it has one.  Errors: AlreadyDone.

    A look that is taken on the way, for a picker's search or a hint, carries the mark too but is not the form's sending.
    """
    mark = request.POST.get(FIELD, "")
    match = request.resolver_match
    if not mark or wants_fragment(request) or (match is not None and match.url_name == LOOK):
        return
    who = session.who(request)
    if who is not None and not sessions.spend_form(who.session, mark):
        raise AlreadyDone
