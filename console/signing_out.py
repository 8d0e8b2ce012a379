"""Signing out: of one identity, or of all in this browser.  A role's session goes with whoever switched to it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import browsers, sessions, signin_events
from accounts.models import ConsoleSession
from console import neighbours, session
from console.page import Go, go
from console.session import Who, visitor
from console.steps import Step, attempt

LOGOUT = "ConsoleLogout"
_OUT = "You are signed out."


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session that is acted in; others in this browser wait at the sign-in page, other browsers stay."""
    who, issuer = session.who(request), session.issuer_of(request)
    if who is not None:
        end_role(request, who)
        note(request, who.session, LOGOUT)
    sessions.end(request)
    if issuer:
        return _forgetting(request, go(session.ended_address(issuer)))
    left = bool(neighbours.others(request))
    return _forgetting(
        request, go("signin", say=f"{_OUT} Others are still signed in here." if left else _OUT)
    )


def sign_out_all(request: HttpRequest) -> HttpResponse:
    """End every session of this browser."""
    who, store = session.who(request), sessions.store_of(request)
    if who is not None:
        end_role(request, who)
        note(request, who.session, LOGOUT)
    for row in browsers.beside(store, timezone.now()):
        note(request, row, LOGOUT)
    ended = browsers.end_all(request, store)
    say = _OUT if ended < 2 else f"All {ended} sessions of this browser are signed out."
    return _forgetting(request, go("signin", say=say))


def end_role(request: HttpRequest, who: Who) -> None:
    """End the session of the role that the person switched to; credentials that came from elsewhere stay theirs."""
    key_id = session.role_key(request)
    if who.role is not None and key_id:
        # A role's policy may deny it: then the session ends by its own time, without anybody who could use it.
        attempt(request, Step("End it", "tenant.RevokeSession", {"access_key_id": key_id}))


def note(request: HttpRequest, row: ConsoleSession, name: str) -> None:
    """Write to the trail what became of a session, as whoever it is."""
    now, mfa = timezone.now(), row.mfa_at is not None
    if row.identity is not None and row.account is not None:
        row.identity.account = row.account
        signin_events.record(row.account, row.identity, name, visitor(request), now, mfa=mfa)
    elif row.account is not None:
        holder = session.actor_of(row)
        signin_events.record_holder(
            row.account, holder, name, visitor(request), now, key_id=row.sts_key_id, mfa=mfa
        )


def _forgetting(request: HttpRequest, response: Go) -> Go:
    """The answer, which tells the browser to forget the pages it has kept; over http it would not listen."""
    if request.is_secure():
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
