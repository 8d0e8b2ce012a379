"""My sessions: the browsers I am signed in with, and the temporary credentials that are out in my name."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.models import ConsoleSession
from console import devices, paging, step_up
from console.confirm import Confirm
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, Who, required, signed_in
from console.signing_out import note, sign_out
from console.steps import Step, attempt

HERE = "/me/sessions/"
CRUMBS = (("My sessions", HERE),)
EVENT = "EndSession"


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the person's console sessions, and their temporary credentials."""
    who = required(request)
    if who.person is None:
        return _of_holder(request, who)
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


def _of_holder(request: HtmxRequest, who: Who) -> HttpResponse:
    """The sessions of whoever is in with temporary credentials: those that the same credentials began."""
    shown = [devices.browser(row, who.session) for row in _with_same(who)]
    return page(
        request, "console/me/held_sessions.html", browsers=shown, key_id=who.session.sts_key_id, role=who.role
    )


def _with_same(who: Who) -> QuerySet[ConsoleSession]:
    return sessions.list_with(who.session, timezone.now()).select_related("account")


@signed_in
@require_POST
def end(request: HtmxRequest, session_id: int) -> HttpResponse:
    """End one of the person's own sessions, with a fresh proof; ending this one signs out, without."""
    who = required(request)
    if session_id == who.session.pk:
        note(request, who.session, EVENT)
        return sign_out(request)
    if step_up.due(request):
        return step_up.ask(request)
    own = sessions.list_of(who.person, timezone.now()) if who.person else _with_same(who)
    row = own.filter(pk=session_id).first()
    if row is None or row.account is None or sessions.end_one(row.account, row.pk) is None:
        return go(HERE, say="That session had ended already.", tone="info")
    note(request, who.session, EVENT)
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
    note(request, who.session, EVENT)
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
    note(request, who.session, EVENT)
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


app_name = "me-sessions"
urlpatterns = [
    path("me/sessions/", index, name="index"),
    path("me/sessions/end-all/", end_all, name="end-all"),
    path("me/sessions/end-others/", end_others, name="end-others"),
    path("me/sessions/<int:session_id>/end/", end, name="end"),
    path("me/sessions/temporary/<str:key_id>/revoke/", revoke, name="revoke"),
]
