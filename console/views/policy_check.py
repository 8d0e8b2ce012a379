"""Checking a policy text while it is written, and on a page of its own; nothing is stored, nothing is refused for it."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import policy_checks
from console.fields import Field, options
from console.page import page, wants_fragment
from console.panels import panel
from console.policy_checks import KINDS, MANAGED, TextKind
from console.session import HtmxRequest, signed_in
from iam.errors import ServiceError

TEMPLATE: Final = "console/policies/check.html"
NO_TEXT: Final = "There is no text to check yet."


@signed_in
@require_http_methods(["GET", "POST"])
def check(request: HtmxRequest) -> HttpResponse:
    """Say what is found in a text, as a fragment beside an editor or as a page.

    The address says which `field` of the form holds the text and what `type` of policy it is; a field of that name
    wins over the address.
    """
    kind = KINDS.get(request.POST.get("type") or request.GET.get("type", ""), MANAGED)
    text = request.POST.get(_field(request), "").replace("\r\n", "\n")
    told = _told(request, text, kind) if request.method == "POST" else {}
    if wants_fragment(request):
        return _fragment(request, told)
    return page(request, TEMPLATE, crumbs=[("Policies", "/iam/policies/")], **_form(text, kind), **told)


def _fragment(request: HttpRequest, told: Mapping[str, Any]) -> HttpResponse:
    if not told.get("refused"):
        # Links lead to the text area; one of its editor takes them to the line.
        return page(request, TEMPLATE, partial="findings", editor=f"field-{_field(request)}", **told)
    answer = page(request, TEMPLATE, partial="refused", **told)
    # In place of what asks at each pause: a refusal is kept with its reasons, and one is enough.
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _field(request: HttpRequest) -> str:
    return request.GET.get("field", "document")


def _told(request: HttpRequest, text: str, kind: TextKind) -> dict[str, Any]:
    """What the findings are, why there are none, or which permission it would take."""
    if not text.strip():
        return {"failed": NO_TEXT}
    try:
        asked = panel(request, "tenant.ValidatePolicy", policy_document=text, **kind.params)
    except ServiceError as problem:
        if problem.status >= 500:
            raise
        return {"failed": problem.message}
    if asked.refused:
        return {"refused": asked.refused}
    return {"found": policy_checks.checked(text, kind, asked.result["Findings"])}


def _form(text: str, kind: TextKind) -> dict[str, Any]:
    kinds = [(each.key, each.label) for each in KINDS.values()]
    return {
        "type": Field(
            "type", "What it is for", "select", kind.key, required=True, options=options(kinds, kind.key)
        ),
        "document": Field("document", "Policy document", "json", text, required=True, check="chosen"),
        "text": text,
    }


app_name = "policy-check"
urlpatterns = [path("iam/policies/check/", check, name="check")]
