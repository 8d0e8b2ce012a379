"""Sessions: temporary credentials of the account that still sign, and browsers signed in to it, with ways to end each."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from accounts import agents
from console import devices, paging
from console.confirm import Confirm
from console.page import go, page, tabs
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Step, attempt

HERE: Final = "/activity/sessions/"
BROWSERS: Final = f"{HERE}browsers/"
CRUMBS: Final = (("Sessions", HERE),)
PARTS: Final = (("", "Temporary credentials"), ("browsers", "Browsers"))
PAGE_SIZE: Final = 50


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List temporary credentials, newest first; those of one role where its name is given."""
    role = request.GET.get("role", "").strip()[:64]
    table = panel(
        request,
        "tenant.ListSessions",
        absent_ok=True,
        role_name=role or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/sessions/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        role=role,
        hidden=paging.hidden(request, "role"),
        tabs=tabs(HERE, "", PARTS),
    )


@signed_in
@require_GET
def browsers(request: HtmxRequest) -> HttpResponse:
    """List the browsers that are signed in, the last to sign in first; those of one user where its name is given."""
    user = request.GET.get("user", "").strip()[:64]
    table = panel(
        request,
        "tenant.ListConsoleSessions",
        absent_ok=True,
        user_name=user or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/sessions/browsers.html",
        partial="table",
        table=table,
        rows=[
            {**row, "Device": agents.describe(row["UserAgent"]), "Icon": devices.icon(row["UserAgent"])}
            for row in table.result.get("ConsoleSessions", ())
        ],
        pages=paging.pages(request, table.next),
        user=user,
        ending=f"{BROWSERS}end/?{urlencode({'user': user})}" if user else f"{BROWSERS}end/",
        hidden=paging.hidden(request, "user"),
        tabs=tabs(HERE, "browsers", PARTS),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def browser_end(request: HtmxRequest, session_id: int) -> HttpResponse:
    """Sign one browser out, once that is confirmed."""
    question = Confirm(
        title="Sign this browser out?",
        text="Its next step leads to the sign-in page. Access keys and temporary credentials go on working.",
        verb="Sign out",
        action=request.path,
        back=BROWSERS,
    )
    step = Step(question.verb, "tenant.EndConsoleSession", {"session_id": session_id})
    return _end(request, question, step, "The browser is signed out.")


@signed_in
@require_http_methods(["GET", "POST"])
def browsers_end(request: HtmxRequest) -> HttpResponse:
    """Sign out all browsers of the user in the address, or of everybody in the account, once that is confirmed."""
    user = request.GET.get("user", "").strip()[:64]
    whose = f"all browsers of {user}" if user else "every browser of the account"
    question = Confirm(
        title=f"Sign out {whose}?",
        text="Their next step leads to the sign-in page; only the browser you use now stays. Access keys and temporary "
        "credentials go on working.",
        verb="Sign out",
        action=request.get_full_path(),
        back=BROWSERS,
        word="" if user else "everybody",
    )
    params: dict[str, Any] = {"user_name": user} if user else {}
    return _end(request, question, Step(question.verb, "tenant.EndConsoleSessions", params), "")


def _end(request: HtmxRequest, question: Confirm, step: Step, say: str) -> HttpResponse:
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    outcome = attempt(request, step)
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=CRUMBS)
    ended = outcome.answer.get("Ended", 0)
    return go(question.back, say=say or f"{ended} browser{'' if ended == 1 else 's'} signed out.")


@signed_in
@require_http_methods(["GET", "POST"])
def revoke(request: HtmxRequest, key_id: str) -> HttpResponse:
    """Revoke temporary credentials, once that is confirmed."""
    question = Confirm(
        title=f"Revoke {key_id}?",
        text="Programs that use these temporary credentials are refused from their next request on. "
        "Whoever may assume the role can get new ones.",
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


app_name = "sessions"
urlpatterns = [
    path("activity/sessions/", index, name="index"),
    path("activity/sessions/browsers/", browsers, name="browsers"),
    path("activity/sessions/browsers/end/", browsers_end, name="browsers-end"),
    path("activity/sessions/browsers/<int:session_id>/end/", browser_end, name="browser-end"),
    path("activity/sessions/<str:key_id>/revoke/", revoke, name="revoke"),
]
