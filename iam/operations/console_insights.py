"""What the console tells about an account as a whole: recommendations, recent activity, stored denials."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import Event
from iam import audit
from iam.call import Call, Output, Page
from iam.catalogue import asks, operation
from iam.errors import NoSuchEntity
from iam.models import Decision

OLD_KEY_DAYS = 90
COUNTED_AT_MOST = 1000
NAMED_AT_MOST = 5
FOUND_AT_MOST = 20


@operation("console.Recommendations", checks=asks("iam:GetAccountSummary"), reads=True)
def recommendations(call: Call) -> Output:
    """Say which safety measures the account lacks: root's MFA and keys, users without MFA, old keys.

    Source: CIS AWS Foundations Benchmark, 1.4 to 1.14 (v3.0.0); PCI DSS 4.0.1, 8.4.
    """
    root = call.account.root
    old = call.now - timedelta(days=OLD_KEY_DAYS)
    findings = (
        _finding("root-mfa", 0 if root.mfa_devices.exists() else 1, ()),
        _finding("root-keys", root.access_keys.count(), ()),
        _listed("users-without-mfa", call.account.users.with_console().without_mfa(), "name"),
        _listed("old-keys", call.account.access_keys.older_than(old), "key_id"),
        _finding("password-policy", 0 if hasattr(call.account, "password_policy") else 1, ()),
    )
    return {"Recommendations": list(findings)}


def _finding(code: str, count: int, names: Sequence[str]) -> Mapping[str, Any]:
    return {"Code": code, "Count": count, "Fine": count == 0, "Names": list(names)}


def _listed(code: str, rows: "QuerySet[Any]", column: str) -> Mapping[str, Any]:
    # Counted up to a bound: the page says "1000 or more" rather than scan an account of 100,000 users.
    names = list(rows.order_by(column).values_list(column, flat=True)[:COUNTED_AT_MOST])
    return _finding(code, len(names), names[:NAMED_AT_MOST])


@operation("console.Activity", checks=asks("wardstead:ListEvents"), reads=True)
def activity(
    call: Call,
    *,
    page: Page,
    actor_arn: str | None = None,
    name: str | None = None,
    outcome: str | None = None,
    changes: bool = False,
) -> Output:
    """List the account's events, newest first; `changes` leaves reads out.

    Errors: ValidationError (marker).
    """
    wanted = {"actor_arn": actor_arn, "name": name, "outcome": outcome}
    events = call.account.events.filter(**{column: value for column, value in wanted.items() if value})
    if changes:
        events = events.filter(read_only=False)
    return page.of("Events", events, key="-id", row=_event)


def _event(event: Event) -> Mapping[str, Any]:
    return {
        "EventId": str(event.pk),
        "Date": event.at,
        "Source": event.source,
        "Service": event.service,
        "Name": event.name,
        "ActorArn": event.actor_arn,
        "Peer": event.peer,
        "Outcome": event.outcome,
        "ErrorCode": event.error_code,
        "Resources": list(event.resources),
        "DecisionId": event.decision_id,
    }


@operation("console.EventDetail", checks=asks("wardstead:ListEvents"), reads=True)
def event_detail(call: Call, *, event_id: str) -> Output:
    """Answer one event of the account with all that was recorded; parameters and response as JSON text.

    Errors: NoSuchEntity (no such event in this account).
    """
    event = call.account.events.filter(pk=event_id).first()
    if event is None:
        raise NoSuchEntity(f"The event {event_id} cannot be found.")
    return {
        "Event": {
            **_event(event),
            "ActorId": event.actor_id,
            "AccessKeyId": event.access_key_id,
            "UserAgent": event.user_agent,
            "RequestId": event.request_id,
            "ErrorMessage": event.error_message,
            "ReadOnly": event.read_only,
            "Mfa": event.mfa,
            "Parameters": _text(event.parameters),
            "Response": _text(event.response),
        }
    }


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) if value else ""


@operation("console.DenialTable", checks=asks("sts:DecodeAuthorizationMessage"), reads=True)
def denial_table(
    call: Call,
    *,
    page: Page,
    principal_arn: str | None = None,
    action: str | None = None,
    request_id: str | None = None,
) -> Output:
    """List stored denials, newest first, and for how many days each is kept.

    Errors: ValidationError (marker).
    """
    wanted = {"principal_arn": principal_arn, "action": action, "request_id": request_id}
    rows = call.account.decisions.filter(**{column: value for column, value in wanted.items() if value})
    return page.of("Denials", rows, key="-id", row=_denial, given={"KeptDays": audit.DECISIONS_KEPT.days})


@operation("console.FindDenials", checks=asks("sts:DecodeAuthorizationMessage"), reads=True)
def find_denials(
    call: Call,
    *,
    ids: Sequence[str] = (),
    event_id: str | None = None,
    principal_arn: str | None = None,
    action: str | None = None,
    resource: str | None = None,
) -> Output:
    """Find stored denials by what an error says of them, newest first; nothing where it says nothing.

    Each of `ids` is the id of a decision or of a request, `event_id` that of an event.  Without them, what the message
    names is compared: principal, action and resource.  What is another account's is as if it were not there.
    """
    named = list(ids)
    if event_id is not None and (event := call.account.events.filter(pk=event_id).first()):
        named.append(event.decision_id)
    asked = {"principal_arn": principal_arn, "action": action, "resource": resource}
    told = {column: value for column, value in asked.items() if value}
    rows = call.account.decisions.none()
    if ids or event_id is not None:
        rows = call.account.decisions.known_by(named)
    elif told:
        rows = call.account.decisions.filter(**told)
    found = [_denial(row) for row in rows.order_by("-id")[:FOUND_AT_MOST]]
    return {"Denials": found, "KeptDays": audit.DECISIONS_KEPT.days}


@operation("console.Denial", checks=asks("sts:DecodeAuthorizationMessage"), reads=True)
def denial(call: Call, *, decision_id: str) -> Output:
    """Answer one stored denial with its explanation as JSON text.

    Errors: NoSuchEntity (never stored in this account, or past its retention).
    """
    row = call.account.decisions.with_public_id(decision_id)
    if row is None:
        kept = audit.DECISIONS_KEPT.days
        raise NoSuchEntity(f"No refusal is kept under {decision_id}. Refusals are kept for {kept} days.")
    return {
        "Denial": _denial(row),
        "Explanation": json.dumps(row.body),
        "EncodedMessage": audit.encode_message(row),
    }


def _denial(row: Decision) -> Mapping[str, Any]:
    return {
        "DecisionId": str(row.decision_id),
        "Date": row.at,
        "PrincipalArn": row.principal_arn,
        "Action": row.action,
        "Resource": row.resource,
        "Message": row.message,
        "RequestId": row.request_id,
    }
