"""Why denied: the stored denials of the account, and each one explained down to statement, line and condition."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from console import paging, pasted_errors, policy_places
from console.calls import run
from console.fields import Field
from console.page import go, page
from console.panels import panel, refusal
from console.pasted_errors import Pasted
from console.session import HtmxRequest, signed_in
from iam.errors import AccessDenied, InvalidAuthorizationMessage

PAGE_SIZE: Final = 50
MOST_PASTED: Final = 20_000
MOST_DECODED: Final = 3

Rows = Sequence[Mapping[str, Any]]


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List denials, newest first; one action, principal or request can be picked out."""
    action = request.GET.get("action", "").strip()[:128]
    principal = request.GET.get("principal", "")[:2048]
    asked = next(iter(pasted_errors.read(request.GET.get("request", "")[:MOST_PASTED]).ids), "")
    table = panel(
        request,
        "console.DenialTable",
        action=action or None,
        principal_arn=principal or None,
        request_id=asked or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/denials/index.html",
        partial="table",
        pasted=_field(),
        table=table,
        pages=paging.pages(request, table.next),
        action=action,
        principal=principal,
        asked=asked,
        hidden=paging.hidden(request, "action"),
        of_principal=paging.with_open(request, "principal"),
        without_principal=paging.address(request, principal=None, after=None, back=None),
        without_request=paging.address(request, request=None, after=None, back=None),
    )


@signed_in
@require_POST
def look_up(request: HtmxRequest) -> HttpResponse:
    """Open the denial that a text speaks of: an id, an encoded message, or the whole error of a program."""
    text = request.POST.get("message", "")[:MOST_PASTED]
    pasted = pasted_errors.read(text)
    if pasted.nothing:
        return _missed(request, 422, pasted=_field(text))
    try:
        ids = (*_decoded(request, pasted.encoded), *pasted.ids)[: pasted_errors.MOST_IDS]
        found = _found(request, ids, pasted)
        if found["Denials"]:
            return _opened(found["Denials"], ids)
        close = run(request, "console.FindDenials", **pasted.asked)["Denials"] if pasted.asked else ()
    except AccessDenied as refused:
        need = refusal(refused)
        if pasted.ids:  # the administrator is asked about what was to be explained, not about this refusal
            need = replace(need, decision_id=pasted.ids[0])
        return page(request, "console/denials/refused.html", need=need, status=403)
    if close:
        return _opened(close[:1], (), say=_closest(pasted, len(close)))
    return _missed(request, 404, pasted=_field(text), missed=pasted, kept=found["KeptDays"])


def _field(text: str = "") -> Field:
    return Field(
        "message",
        "Error text or id",
        "lines",
        text,
        required=True,
        help="A request id, decision id or event id, an encoded message, or all that the aws command line, an SDK or"
        " Terraform printed.",
        rows=3,
        mono=True,
        max_length=MOST_PASTED,
    )


def _missed(request: HttpRequest, status: int, **looked: Any) -> HttpResponse:
    """What was looked for in vain, with the text to try again; what another account has is as if it were not there."""
    crumbs = [("Why denied", "/analysis/denials/")]
    return page(request, "console/denials/missed.html", status=status, crumbs=crumbs, **looked)


def _decoded(request: HttpRequest, messages: Sequence[str]) -> list[str]:
    """The decision ids in encoded messages; what is none of this account's has none."""
    found = []
    for message in messages[:MOST_DECODED]:
        try:
            answer = run(request, "sts.DecodeAuthorizationMessage", encoded_message=message)
        except InvalidAuthorizationMessage:
            continue
        found.append(str(json.loads(answer["DecodedMessage"])["decisionId"]))
    return found


def _found(request: HttpRequest, ids: Sequence[str], pasted: Pasted) -> dict[str, Any]:
    return run(request, "console.FindDenials", ids=list(ids) or None, event_id=pasted.event_id or None)


def _opened(rows: Rows, ids: Sequence[str], say: str = "") -> HttpResponse:
    """The denial that is meant, or the list of them where one request had several."""
    named = {row["DecisionId"]: row for row in rows}
    exact = next((named[each] for each in ids if each in named), None)
    asked = next((each for each in ids if any(row["RequestId"] == each for row in rows)), "")
    of_request = [row for row in rows if row["RequestId"] == asked]
    if exact is None and len(of_request) > 1:
        return go(f"/analysis/denials/?request={asked}")
    meant = exact or (of_request or rows)[0]
    return go("denials:detail", decision_id=meant["DecisionId"], say=say, tone="info")


def _closest(pasted: Pasted, number: int) -> str:
    """What is said where the words of a message led to a denial, not an id."""
    why = "Nothing is kept under the ids of that text." if pasted.ids else "That text holds no id."
    which = "This refusal says the same." if number == 1 else "This is the newest refusal that says the same."
    return f"{why} {which}"


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
