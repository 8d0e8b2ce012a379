"""What the ceremony writes to the trail: each step, its outcome and its true reason, never what was typed."""

from datetime import datetime
from typing import Any

from accounts import actors, signin_notices, trail
from accounts.models import Account, Identity
from accounts.visitors import Visitor

__all__ = ["HIDDEN", "SERVICE", "Visitor", "record", "record_holder"]

SERVICE = "signin"
# People type passwords into the name field, so a name that is nobody's is not written down.
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_NOBODY = actors.Actor("", "")


def record(
    account: Account | None,
    identity: Identity | None,
    name: str,
    visitor: Visitor,
    now: datetime,
    *,
    reason: str = "",
    mfa: bool = False,
    device: str = "",
    shown: Identity | None = None,
) -> None:
    """Append the step, and tell its identity where that is worth a notice; with a reason it failed, and that is its code.

    `shown`: who is described where there may be nobody, and it may not be told (accounts.doubles).
    Source: AWS CloudTrail user guide, console sign-in events (names and members).
    """
    described = identity or shown
    actor = actors.of(described) if described else _NOBODY
    if identity is None:
        actor = _NOBODY
    parameters: dict[str, object] = {"userName": str(identity) if identity else HIDDEN}
    if device:
        parameters["mfaSerial"] = device
    trail.append(
        account=account,
        actor_arn=actor.arn,
        actor_id=actor.unique_id,
        parameters=parameters,
        mfa=mfa,
        **_facts(name, visitor, now, reason),
    )
    signin_notices.after(identity, name, visitor, now, reason)


def record_holder(
    account: Account,
    holder: actors.Actor,
    name: str,
    visitor: Visitor,
    now: datetime,
    *,
    key_id: str,
    mfa: bool = False,
    reason: str = "",
    parameters: dict[str, object] | None = None,
) -> None:
    """Append a step of somebody who signs in with temporary credentials; with a reason it failed.

    Source: AWS CloudTrail user guide, console sign-in events (userIdentity of an assumed role).
    """
    trail.append(
        account=account,
        actor_arn=holder.arn,
        actor_id=holder.unique_id,
        access_key_id=key_id,
        parameters=parameters or {},
        mfa=mfa,
        **_facts(name, visitor, now, reason),
    )


def _facts(name: str, visitor: Visitor, now: datetime, reason: str) -> dict[str, Any]:
    """What every event of signing in says, whoever it is about."""
    return {
        "at": now,
        "source": "signin",
        "service": SERVICE,
        "name": name,
        "outcome": "failed" if reason else "success",
        "peer": visitor.peer,
        "user_agent": visitor.user_agent,
        "request_id": visitor.request_id,
        "error_code": reason,
        "error_message": "Failed authentication" if reason else "",
        "response": {name: "Failure" if reason else "Success"},
    }
