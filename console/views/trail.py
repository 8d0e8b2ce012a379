"""The audit trail: who did what, newest first, narrowed by actor, act and outcome."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from console import paging
from console.page import page
from console.panels import panel
from console.session import HtmxRequest, signed_in

KINDS = [("", "Reads and changes"), ("changes", "Changes only")]
OUTCOMES = [("", "All outcomes"), ("success", "Done"), ("denied", "Denied"), ("failed", "Failed")]


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the account's events."""
    chosen = {name: request.GET.get(name, "") for name in ("name", "outcome", "actor", "kind")}
    table = panel(
        request,
        "console.Activity",
        name=chosen["name"] or None,
        outcome=chosen["outcome"] or None,
        actor_arn=chosen["actor"] or None,
        changes=chosen["kind"] == "changes" or None,
        marker=paging.marker(request),
        max_items=50,
    )
    return page(
        request,
        "console/trail/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        chosen=chosen,
        outcomes=OUTCOMES,
        kinds=KINDS,
        but_kind=paging.hidden(request, "kind"),
        but_name=paging.hidden(request, "name"),
        but_outcome=paging.hidden(request, "outcome"),
        without_actor=paging.address(request, actor=None, after=None, back=None),
    )


app_name = "trail"
urlpatterns = [path("activity/trail/", index, name="index")]
