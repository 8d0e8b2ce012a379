"""Why denied: the stored denials of the account, and each one explained down to statement, line and condition."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from console import paging, policy_places
from console.calls import run
from console.page import go, page
from console.panels import panel, refusal
from console.session import HtmxRequest, signed_in
from iam.errors import AccessDenied, ServiceError

PAGE_SIZE = 50
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENCODED = re.compile(r"message:\s*(\S+)\s*\Z")


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List denials, newest first; one action or principal can be picked out."""
    action = request.GET.get("action", "").strip()[:128]
    principal = request.GET.get("principal", "")[:2048]
    table = panel(
        request,
        "console.DenialTable",
        action=action or None,
        principal_arn=principal or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/denials/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        action=action,
        principal=principal,
        hidden=paging.hidden(request, "action"),
        of_principal=paging.with_open(request, "principal"),
        without_principal=paging.address(request, principal=None, after=None, back=None),
    )


@signed_in
@require_POST
def look_up(request: HtmxRequest) -> HttpResponse:
    """Open the denial named by a decision id or by an encoded authorization message."""
    text = request.POST.get("message", "").strip()
    try:
        return go("denials:detail", decision_id=_decision_id(request, text))
    except AccessDenied as refused:
        return page(request, "console/denials/refused.html", need=refusal(refused), status=403)
    except (ServiceError, ValueError, KeyError):
        say = "That is neither a decision id nor an encoded message of this account, or it is past its retention."
        return go("denials:index", say=say, tone="attention")


def _decision_id(request: HttpRequest, text: str) -> uuid.UUID:
    """The id in what was pasted: itself, an encoded message, or a whole error text that ends with one of the two."""
    ids = _ID.findall(text)
    if ids:
        return uuid.UUID(ids[0])  # an answer names the decision before the request
    told = _ENCODED.search(text)
    encoded = told[1] if told else text
    decoded = run(request, "sts.DecodeAuthorizationMessage", encoded_message=encoded)["DecodedMessage"]
    return uuid.UUID(json.loads(decoded)["decisionId"])


@signed_in
@require_GET
def detail(request: HtmxRequest, decision_id: uuid.UUID) -> HttpResponse:
    """Explain one denial: what was asked, which layer decided, what each condition saw, what would change it."""
    found = panel(request, "console.Denial", decision_id=str(decision_id))
    told = policy_places.linked(json.loads(found.result.get("Explanation", "{}")))
    return page(
        request,
        "console/denials/detail.html",
        crumbs=[("Why denied", "/analysis/denials/")],
        found=found,
        # The administrator is asked about the decision that was to be explained, not about this refusal.
        need=replace(found.refused, decision_id=str(decision_id)) if found.refused else None,
        denial=found.result.get("Denial", {}),
        encoded=found.result.get("EncodedMessage", ""),
        told=told,
        context=_context(told),
        cli=f"aws sts decode-authorization-message --encoded-message {found.result.get('EncodedMessage', '')}"
        if found.result
        else "",
    )


def _context(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    seen = told.get("request", {}).get("context", {})
    return [(key, ", ".join(value) if isinstance(value, list) else str(value)) for key, value in seen.items()]


app_name = "denials"
urlpatterns = [
    path("analysis/denials/", index, name="index"),
    path("analysis/denials/look-up/", look_up, name="look-up"),
    path("analysis/denials/<uuid:decision_id>/", detail, name="detail"),
]
