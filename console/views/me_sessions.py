"""My sessions: the browsers I am signed in with, and the temporary credentials that are out in my name."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.signin_events import record
from console import devices, paging
from console.confirm import Confirm
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, required, signed_in, visitor
from console.signing_out import sign_out
from console.steps import Step, attempt

HERE = "/me/sessions/"
CRUMBS = (("My sessions", HERE),)
EVENT = "EndSession"


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the person's console sessions, and their temporary credentials."""
    who = required(request)
    browsers = [devices.browser(row, who.session) for row in sessions.list_of(who.identity, timezone.now())]
    keys = panel(request, "tenant.ListSessions", own=True, marker=paging.marker(request), max_items=50)
    return page(
        request,
        "console/me/sessions.html",
        partial="keys",
        browsers=browsers,
        others=len(browsers) - 1,
        keys=keys,
        pages=paging.pages(request, keys.next),
        as_role=who.role,
    )


@signed_in
@require_POST
def end(request: HtmxRequest, session_id: int) -> HttpResponse:
    """End one of the person's own sessions; ending this one signs out."""
    who = required(request)
    if session_id == who.session.pk:
        _note(request)
        return sign_out(request)
    if not sessions.end_own(who.identity, session_id):
        return go(HERE, say="That session had ended already.", tone="info")
    _note(request)
    return go(HERE, say="The session has ended: that browser is signed out.")


@signed_in
@require_http_methods(["GET", "POST"])
def end_others(request: HtmxRequest) -> HttpResponse:
    """End all of the person's sessions but this one, once that is confirmed."""
    who = required(request)
    question = Confirm(
        title="End all other sessions?",
        text="Every other browser you are signed in with is signed out at its next step. This one stays. "
        "Access keys go on working.",
        verb="End other sessions",
        action=request.path,
        back=HERE,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    ended = sessions.end_all_of(who.identity, keep=who.session.pk)
    sessions.rotate(request)
    _note(request)
    return go(HERE, say=f"{ended} other session{'' if ended == 1 else 's'} ended.")


@signed_in
@require_http_methods(["GET", "POST"])
def end_all(request: HtmxRequest) -> HttpResponse:
    """End all of the person's sessions, this one too, once that is confirmed."""
    who = required(request)
    question = Confirm(
        title="Sign out everywhere?",
        text="Every browser you are signed in with is signed out, this one too. Access keys go on working.",
        verb="Sign out everywhere",
        action=request.path,
        back=HERE,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    sessions.end_all_of(who.identity, keep=who.session.pk)
    _note(request)
    return sign_out(request)


@signed_in
@require_http_methods(["GET", "POST"])
def revoke(request: HtmxRequest, key_id: str) -> HttpResponse:
    """Revoke temporary credentials of the person's own, once that is confirmed."""
    question = Confirm(
        title=f"Revoke {key_id}?",
        text="Programs that use these temporary credentials are refused from their next request on.",
        verb="Revoke",
        action=request.path,
        back=HERE,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    outcome = attempt(request, Step("Revoke", "tenant.RevokeSession", {"access_key_id": key_id}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=CRUMBS)
    return go(HERE, say=f"{key_id} is revoked.")


def _note(request: HttpRequest) -> None:
    who = required(request)
    mfa = who.session.mfa_at is not None
    record(who.identity.account, who.identity, EVENT, visitor(request), timezone.now(), mfa=mfa)


app_name = "me-sessions"
urlpatterns = [
    path("me/sessions/", index, name="index"),
    path("me/sessions/end-all/", end_all, name="end-all"),
    path("me/sessions/end-others/", end_others, name="end-others"),
    path("me/sessions/<int:session_id>/end/", end, name="end"),
    path("me/sessions/temporary/<str:key_id>/revoke/", revoke, name="revoke"),
]
