"""Short ways to write what the engine tests are about."""

import json
from typing import Any

from hypothesis import settings

from iam.policy import AttachedPolicy, Caller, Context, Decision, Plan, Request, decide
from iam.policy.attached import SourceKind
from tests.policy.casebook import attach, caller

tried = settings(max_examples=60, deadline=None)
"""How often a law is tried on each run; a machine under load must not make it fail."""

ACCOUNT = "111122223333"
OTHER = "444455556666"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OBJECT = "arn:aws:s3:::data/report.csv"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> str:
    body: dict[str, Any] = {"Version": version} if version else {}
    return json.dumps({**body, "Statement": list(statements)}, indent=2)


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect, **elements}
    if not {"Action", "NotAction"} & found.keys():
        found["Action"] = "s3:GetObject"
    return found


def allow(**elements: Any) -> dict[str, Any]:
    return statement("Allow", **elements)


def deny(**elements: Any) -> dict[str, Any]:
    return statement("Deny", **elements)


def policy(
    *statements: dict[str, Any], kind: SourceKind = "inline", version: str | None = "2012-10-17"
) -> AttachedPolicy:
    return attach(document(*statements, version=version), kind)


def plan(
    *statements: dict[str, Any], boundary: Any = None, session: Any = None, version: str | None = "2012-10-17"
) -> Plan:
    """A plan of one identity policy; `boundary` is a statement, `session` a list of statements."""
    return Plan(
        [policy(*statements, version=version)] if statements else [],
        None if boundary is None else policy(boundary, kind="boundary"),
        None if session is None else [policy(*session, kind="session")] if session else [],
    )


def request(
    who: str | Caller = ALICE,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    owner: str = ACCOUNT,
    **context: str | tuple[str, ...],
) -> Request:
    """A request; context keys are written with __ for : and with ___ for /."""
    found: Context = {
        key.replace("___", "/").replace("__", ":").lower(): value for key, value in context.items()
    }
    return Request(caller(who, action) if isinstance(who, str) else who, action, resource, owner, found)


def outcome(asked: Request, has: Plan, **sides: Any) -> str:
    return decide(asked, has, **sides).outcome


def judged(
    condition: dict[str, Any], context: Context, *, effect: str = "Allow", version: str | None = "2012-10-17"
) -> bool:
    """Whether a statement with this condition applies."""
    block = statement(effect, Resource="*", Condition=condition)
    decision: Decision = decide(
        Request(caller(ALICE), "s3:GetObject", OBJECT, ACCOUNT, context), plan(block, version=version)
    )
    return decision.outcome != "implicitDeny"
