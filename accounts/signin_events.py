"""What the ceremony writes to the trail: each step, its outcome and its true reason, never what was typed."""

from dataclasses import dataclass
from datetime import datetime

from accounts import actors, trail
from accounts.models import Account, Identity

SERVICE = "signin"
# People type passwords into the name field, so a name that is nobody's is not written down.
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a sign-in comes from. `peer` is the address the caller trusts, not what a header claims."""

    peer: str
    user_agent: str = ""
    request_id: str = ""


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
) -> None:
    """Append the step; with a reason it failed, and the reason is its error code.

    Source: AWS CloudTrail user guide, console sign-in events (names and members).
    """
    actor = actors.of(identity) if identity else actors.Actor("", "")
    parameters: dict[str, object] = {"userName": str(identity) if identity else HIDDEN}
    if device:
        parameters["mfaSerial"] = device
    trail.append(
        account=account,
        at=now,
        source="signin",
        service=SERVICE,
        name=name,
        outcome="failed" if reason else "success",
        actor_arn=actor.arn,
        actor_id=actor.unique_id,
        peer=visitor.peer,
        user_agent=visitor.user_agent,
        request_id=visitor.request_id,
        error_code=reason,
        error_message="Failed authentication" if reason else "",
        parameters=parameters,
        response={name: "Failure" if reason else "Success"},
        mfa=mfa,
    )
