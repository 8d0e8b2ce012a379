"""From a principal and a check to the engine's decision: policies are compiled once, requests are judged each time.

Plans are cached under the account's policy revision, which every change of access raises: a change holds at the next
request of every process, without any broadcast.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from sys import intern

from iam.call import Call, Principal, SessionFacts
from iam.errors import AccessDenied, InvalidClientTokenId
from iam.models import entitlements
from iam.models.entitlements import PolicyText
from iam.policy import (
    AttachedPolicy,
    Caller,
    Context,
    Decision,
    Plan,
    PolicySource,
    Request,
    compile_document,
    decide,
    denial_message,
    explain,
)

PLANS_KEPT = 20_000
NOTHING = '{"Version":"2012-10-17","Statement":[]}'

_plans: OrderedDict[tuple[str, int, int | None], Plan] = OrderedDict()
_plans_lock = threading.Lock()

_PRINCIPAL_TYPES = {
    "root": "Account",
    "user": "User",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
}

# What credentials of GetSessionToken and GetFederationToken may ask of STS.
_SESSION_TOKEN_STS = frozenset({"sts.AssumeRole", "sts.GetCallerIdentity", "sts.GetWebIdentityToken"})
# These refuse temporary credentials themselves, in words of their own.
_SESSION_MAKERS = frozenset({"sts.GetSessionToken", "sts.GetFederationToken", "sts.GetWebIdentityToken"})

# All that somebody may do whose sign-in is halted until they have added an MFA device.
ENROLMENT = frozenset(
    {
        "iam.CreateVirtualMFADevice",
        "iam.DeactivateMFADevice",
        "iam.DeleteVirtualMFADevice",
        "iam.EnableMFADevice",
        "tenant.CreateRecoveryCodes",
        "tenant.EnableSecurityKey",
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a principal must be allowed: an action on a resource, with the keys that the operation supplies.

    `implicit_ok`: granted by a setting of the account, so that only an explicit deny refuses.
    `hide_reason`: the message does not say which policy is at fault (cross-account targets).
    """

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    resource_account: str = ""
    resource_policy: AttachedPolicy | None = None
    principal_ids: Mapping[str, str] = field(default_factory=dict)
    implicit_ok: bool = False
    hide_reason: bool = False


def admit(call: Call, operation: str) -> None:
    """Refuse what temporary credentials may not ask at all, whatever their policies say.

    Source: GetSessionToken and GetFederationToken in the STS API Reference.
    """
    if call.system is not None:
        if operation not in call.system.operations:
            raise AccessDenied(f"{call.system.arn} may not run {operation}")
        return
    facts = call.principal.session
    if facts is not None and facts.enrolling and operation not in ENROLMENT:
        raise AccessDenied("An MFA device must be added before anything else.")
    if facts is None or facts.kind in ("assumed-role", "console"):
        return
    bare = facts.kind == "federation" or facts.mfa_at is None
    if operation.startswith("iam.") and bare:
        raise InvalidClientTokenId
    allowed = _SESSION_TOKEN_STS if facts.kind == "session-token" else {"sts.GetCallerIdentity"}
    if operation.startswith("sts.") and operation not in allowed | _SESSION_MAKERS:
        raise AccessDenied(f"Cannot call {operation.partition('.')[2]} with session credentials")


def authorize(call: Call, check: Check) -> None:
    """Let the call go on only if the policies allow the check.  Errors: AccessDenied, carrying the decision."""
    if call.system is not None:
        return  # admit() has held the operation against the worker's closed list
    request = request_of(call, check)
    plan = plan_of(call)
    decision = decide(request, plan, resource_policy=check.resource_policy, principal_ids=check.principal_ids)
    granted = check.implicit_ok or _is_own_enrolment(call, check)
    if decision.allowed or (granted and decision.outcome == "implicitDeny"):
        return
    if check.hide_reason and check.resource_account not in ("", call.account.number):
        # The caller may read its own side of it; whether another's role is there, and whom it trusts, it may not.
        check = _without_resource(check)
        request = request_of(call, check)
        decision = decide(request, plan)
    refusal = AccessDenied(
        _message(decision, request, check), action=check.action, resource=check.resource, decision=decision
    )
    refusal.explanation = explain(
        decision, request, plan, resource_policy=check.resource_policy, principal_ids=check.principal_ids
    )
    raise refusal


def _is_own_enrolment(call: Call, check: Check) -> bool:
    """Whether somebody adds the device that signing in asks for: the requirement grants it, on oneself alone."""
    principal = call.principal
    if principal.session is None or not principal.session.enrolling:
        return False
    # The names that console.enrolling gives to devices.
    own = {principal.name, *(f"{principal.name}-{number}" for number in range(2, 10))}
    devices = {f"arn:aws:iam::{call.account.number}:mfa/{name}" for name in own}
    return check.resource == principal.arn or check.resource in devices


def _without_resource(check: Check) -> Check:
    """The check as if the resource did not exist: without its policy and its tags."""
    kept = {key: value for key, value in check.context.items() if ":resourcetag/" not in key}
    return replace(check, resource_policy=None, principal_ids={}, context=kept)


def may(call: Call, check: Check) -> Decision:
    """The decision on a check, without raising: for pages that show what would be refused."""
    return decide(
        request_of(call, check),
        plan_of(call),
        resource_policy=check.resource_policy,
        principal_ids=check.principal_ids,
    )


def request_of(call: Call, check: Check) -> Request:
    """The check as the engine takes it, with all that is known about the call."""
    return Request(
        caller=caller_of(call.principal),
        action=check.action,
        resource=check.resource,
        resource_account=check.resource_account or call.account.number,
        context={**_call_context(call), **check.context},
    )


def caller_of(principal: Principal) -> Caller:
    """The principal as the engine takes it."""
    kind = principal.kind
    if kind == "system":
        raise ValueError("a worker is no caller of policies")
    return Caller(
        arn=principal.arn,
        account=principal.account_number,
        kind=kind,
        unique_id=principal.unique_id,
        principal_arn=principal.principal_arn,
        principal_id=principal.unique_id,
    )


def plan_of(call: Call) -> Plan:
    """The compiled policies of the call's principal."""
    principal = call.principal
    session = principal.session
    scoped = session.session_pk if session is not None and session.policies is not None else None
    key = (principal.unique_id, call.account.policy_revision, scoped)
    with _plans_lock:
        if (plan := _plans.get(key)) is not None:
            _plans.move_to_end(key)
            return plan
    plan = _load_plan(principal)
    with _plans_lock:
        _plans[key] = plan
        if len(_plans) > PLANS_KEPT:
            _plans.popitem(last=False)
    return plan


def _load_plan(principal: Principal) -> Plan:
    number = principal.account_number
    texts: list[PolicyText] = []
    if principal.user_pk is not None:
        texts = entitlements.of_user(principal.user_pk, number)
    elif principal.role_pk is not None:
        texts = entitlements.of_role(principal.role_pk, number)
    return Plan(
        identity=[attach(text) for text in texts],
        boundary=_boundary(principal.boundary_arn, number),
        session=session_policies(principal.session, number),
    )


def attach(text: PolicyText) -> AttachedPolicy:
    """A stored policy, compiled, with its origin."""
    return AttachedPolicy(
        # Ten thousand principals share their policies' names: one copy of each is enough.
        PolicySource(id=intern(text.id), kind=text.kind, name=intern(text.name), owner=intern(text.owner)),
        compile_document(text.text),
    )


def _boundary(boundary_arn: str, account_number: str) -> AttachedPolicy | None:
    if not boundary_arn:
        return None
    found = entitlements.by_arns([boundary_arn], account_number).get(boundary_arn)
    # A boundary whose policy is gone allows nothing rather than everything.
    text = found.text if found else NOTHING
    return AttachedPolicy(
        PolicySource(id=boundary_arn, kind="boundary", name=boundary_arn.rpartition("/")[2]),
        compile_document(text),
    )


def session_policies(facts: SessionFacts | None, account_number: str) -> list[AttachedPolicy] | None:
    """The policies a session was narrowed by; None where none were sent.

    Managed ones are read as they are now; one that is gone allows nothing, and the session has no more than the rest.
    """
    if facts is None or facts.policies is None:
        return None
    known = entitlements.by_arns([arn for arn, _ in facts.policies if arn], account_number)
    texts = [(arn, known[arn].text if arn in known else text) for arn, text in facts.policies]
    return [
        AttachedPolicy(
            PolicySource(id=arn or "session policy", kind="session", name=arn.rpartition("/")[2] or "inline"),
            compile_document(text or NOTHING),
        )
        for arn, text in texts
    ]


def _message(decision: Decision, request: Request, check: Check) -> str:
    if check.hide_reason:
        return f"User: {request.caller.arn} is not authorized to perform: {check.action} on resource: {check.resource}"
    return denial_message(decision, request)


def _call_context(call: Call) -> dict[str, str | tuple[str, ...]]:
    """The global condition keys of a call; worked out once, since a page may ask for many decisions."""
    known: dict[str, str | tuple[str, ...]] | None = call.memo.get("context")
    if known is None:
        known = _global_keys(call) | _session_keys(call)
        call.memo["context"] = known
    return known


def _global_keys(call: Call) -> dict[str, str | tuple[str, ...]]:
    principal = call.principal
    keys: dict[str, str | tuple[str, ...]] = {
        "aws:currenttime": f"{call.now.astimezone(UTC).isoformat()[:19]}Z",
        "aws:epochtime": str(int(call.now.timestamp())),
        "aws:requestedregion": call.region,
        "aws:securetransport": "true" if call.secure else "false",
        "aws:useragent": call.user_agent,
        "aws:viaawsservice": "false",
        "aws:principalisawsservice": "false",
        "aws:principalaccount": principal.account_number,
        "aws:principalarn": principal.principal_arn,
        "aws:principaltype": _PRINCIPAL_TYPES.get(principal.kind, "Anonymous"),
        "aws:userid": principal.user_id,
        "aws:resourceaccount": call.account.number,
    }
    if principal.kind == "user":
        keys["aws:username"] = principal.name
    if call.peer:
        keys["aws:sourceip"] = call.peer
    for tag, value in principal.tags.items():
        keys[f"aws:principaltag/{tag.lower()}"] = value
    return keys


def _session_keys(call: Call) -> dict[str, str | tuple[str, ...]]:
    facts = call.principal.session
    if facts is None:
        return {}  # long-term keys: MultiFactorAuthPresent is absent, not false
    keys: dict[str, str | tuple[str, ...]] = {
        "aws:tokenissuetime": f"{facts.issued_at.astimezone(UTC).isoformat()[:19]}Z",
        "aws:multifactorauthpresent": "true" if facts.mfa_at else "false",
    }
    if facts.mfa_at:
        keys["aws:multifactorauthage"] = str(max(0, int((call.now - facts.mfa_at).total_seconds())))
    if facts.source_identity:
        keys["aws:sourceidentity"] = facts.source_identity
    return keys
