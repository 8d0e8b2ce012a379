"""Sessions: all temporary credentials of the account that still sign, with a way to end each."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from console import paging
from console.confirm import Confirm
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Step, attempt

HERE = "/activity/sessions/"
CRUMBS = (("Sessions", HERE),)
PAGE_SIZE = 50


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
    )


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
    path("activity/sessions/<str:key_id>/revoke/", revoke, name="revoke"),
]
