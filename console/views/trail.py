"""The audit trail: who did what, newest first, narrowed by actor, act and outcome."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from console import paging
from console.page import page
from console.paging import Filter
from console.panels import panel
from console.session import HtmxRequest, signed_in

PAGE_SIZE = 50
LONGEST = 2048
LONGEST_ID = 18
PARTS = ("name", "outcome", "actor", "kind")
KINDS = [("", "Reads and changes"), ("changes", "Changes only")]
OUTCOMES = [("", "All outcomes"), ("success", "Success"), ("denied", "Denied"), ("failed", "Failed")]


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the account's events."""
    chosen = {name: request.GET.get(name, "").strip()[:LONGEST] for name in PARTS}
    table = panel(
        request,
        "console.Activity",
        name=chosen["name"][:128] or None,
        outcome=chosen["outcome"][:128] or None,
        actor_arn=chosen["actor"] or None,
        changes=chosen["kind"] == "changes" or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/trail/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        chosen=chosen,
        filters=(
            Filter("outcome", "Outcome", OUTCOMES, chosen["outcome"]),
            Filter("kind", "Kind", KINDS, chosen["kind"]),
        ),
        hidden=paging.hidden(request, "name", "outcome", "kind"),
        of_actor=paging.with_open(request, "actor"),
        without_actor=paging.address(request, actor=None, after=None, back=None),
        narrowed=any(chosen.values()),
    )


@signed_in
@require_GET
def detail(request: HtmxRequest, event_id: int) -> HttpResponse:
    """One event with all that was recorded of it; secrets were masked before it was written."""
    found = panel(request, "console.EventDetail", event_id=str(event_id)[:LONGEST_ID])
    return page(
        request,
        "console/trail/detail.html",
        crumbs=[("Audit trail", "/activity/trail/")],
        found=found,
        event=found.result.get("Event", {}),
    )


app_name = "trail"
urlpatterns = [
    path("activity/trail/", index, name="index"),
    path("activity/trail/<int:event_id>/", detail, name="detail"),
]
