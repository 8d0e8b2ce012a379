"""From a call and its outcome to an event of the trail, and from a denial to the stored decision.

Parameters and answers are redacted here, by the table in iam.shapes.redact, before anything else sees them.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import transaction

from accounts import trail
from iam.call import Call, Output, Params, Target
from iam.errors import AccessDenied, ServiceError
from iam.models import Decision
from iam.shapes import redact

if TYPE_CHECKING:
    from iam.catalogue import Operation

MESSAGE_SALT = "iam.authorization-message"
DECISIONS_KEPT = timedelta(days=90)


def succeeded(call: Call, op: "Operation", raw: Params, target: Target, output: Output) -> None:
    """Record a success, in the transaction of the change: no change without its event.

    What was done with another account's property is told to both accounts; refusals only to the caller's.
    """
    outcome: dict[str, Any] = {
        "outcome": "success",
        "resources": [target.arn] if target.arn != "*" else [],
        "response": None if op.reads else redact.redact_output(op.spec, output or {}),
    }
    _append(call, op, raw, **outcome)
    if target.owner is not None:
        _append(call, op, raw, account=target.owner, access_key_id="", **outcome)


def failed(call: Call, op: "Operation", raw: Params, refusal: ServiceError) -> None:
    """Record a refusal once its transaction is rolled back; a denial by policy is kept in full."""
    with transaction.atomic(durable=True):
        if isinstance(refusal, AccessDenied) and refusal.decision is not None:
            _keep(call, refusal)
        _append(
            call,
            op,
            raw,
            outcome="denied" if isinstance(refusal, AccessDenied) else "failed",
            error_code=refusal.code,
            error_message=redact.redact_text(refusal.message),
            resources=[resource] if (resource := getattr(refusal, "resource", "")) else [],
            decision_id=getattr(refusal, "decision_id", ""),
        )


def _append(call: Call, op: "Operation", raw: Params, **outcome: Any) -> None:
    principal = call.principal
    session = principal.session
    facts: dict[str, Any] = {
        "account": call.account,
        "at": call.now,
        "source": call.source,
        "service": op.spec.service,
        "name": op.spec.action,
        "actor_arn": call.system.arn if call.system else principal.arn,
        "actor_id": principal.user_id,
        "access_key_id": principal.access_key_id,
        "peer": call.peer,
        "user_agent": call.user_agent,
        "request_id": call.request_id,
        "parameters": redact.redact_input(op.spec, raw),
        "read_only": op.reads,
        "mfa": session is not None and session.mfa_at is not None,
    }
    trail.append(**{**facts, **outcome})


def _keep(call: Call, refusal: AccessDenied) -> None:
    row = Decision.objects.create(
        account=call.account,
        at=call.now,
        request_id=call.request_id,
        principal_arn=call.principal.arn,
        action=refusal.action,
        resource=refusal.resource[:2048],
        message=refusal.message,
        body=trail.storable(refusal.explanation),
    )
    refusal.decision_id = str(row.decision_id)
    refusal.encoded_message = encode_message(row)


def encode_message(decision: Decision) -> str:
    """The encoded authorization message that sts:DecodeAuthorizationMessage takes."""
    return signing.Signer(salt=MESSAGE_SALT).sign_object([str(decision.decision_id)], compress=False)


def decode_message(text: str) -> str | None:
    """The decision id in an encoded message, or None where the message is not one of ours."""
    try:
        (decision_id,) = signing.Signer(salt=MESSAGE_SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(decision_id)


def forget_decisions(before: datetime, batch: int) -> int:
    """Drop stored decisions older than their retention; returns how many."""
    due = list(Decision.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:batch])
    return Decision.objects.filter(pk__in=due).delete()[0]
