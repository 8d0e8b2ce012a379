"""Assuming a role: the caller's policies and the role's trust decide; the session belongs to the role's account."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from iam import session_tags, targets, temporary
from iam.authorize import Check
from iam.call import Call, Output, Params, Tags, Target
from iam.catalogue import operation, request_tags, target_keys
from iam.errors import AccessDenied, InvalidParameterValue, NotImplementedHere, ValidationError
from iam.models import Role, SessionKind
from iam.policy import AttachedPolicy, PolicySource, compile_document
from iam.principals import USE_NOTED_EVERY

USUAL_SECONDS = 3600
CHAINED_SECONDS = 3600

_ROOT_REFUSED = "Roles may not be assumed by root accounts."
_BEYOND_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
)
_BEYOND_ROLE = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


def _may_assume(call: Call, target: Target, params: Params) -> Sequence[Check]:
    """AssumeRole, and what the request or the caller's session adds to it: tags, a source identity.

    The second factor is looked at first, since the trust policy may ask for it.
    """
    if call.principal.kind == "root":
        raise AccessDenied(_ROOT_REFUSED, action="sts:AssumeRole", resource=target.arn)
    session = call.principal.session
    call.memo["mfa_at"] = temporary.mfa_moment(call, params.get("serial_number"), params.get("token_code"))
    actions = ["sts:AssumeRole"]
    if params.get("tags") or session_tags.inherited(session):
        actions.append("sts:TagSession")
    if params.get("source_identity") or (session is not None and session.source_identity):
        actions.append("sts:SetSourceIdentity")
    keys = _keys(call, target, params)
    role = target.entity
    trust = _trust(role) if isinstance(role, Role) else None
    return [
        Check(
            action,
            target.arn,
            keys,
            resource_account=target.arn.split(":", 5)[4],
            resource_policy=trust,
            principal_ids=role.trust_ids if isinstance(role, Role) else {},
            hide_reason=True,
        )
        for action in actions
    ]


def _trust(role: Role) -> AttachedPolicy:
    source = PolicySource(id=role.arn, kind="trust", name="trust policy", owner=role.arn)
    return AttachedPolicy(source, compile_document(role.trust_document))


def _keys(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:
    session = call.principal.session
    identity = params.get("source_identity") or (session.source_identity if session is not None else "")
    keys: dict[str, str | tuple[str, ...]] = {
        **target_keys("sts:AssumeRole", target),
        **request_tags({"tags": params.get("tags", ())}),
        "aws:resourceaccount": target.arn.split(":", 5)[4],
        "sts:rolesessionname": str(params["role_session_name"]),
    }
    if identity:
        keys["sts:sourceidentity"] = identity
    if "external_id" in params:
        keys["sts:externalid"] = str(params["external_id"])
    if params.get("transitive_tag_keys"):
        keys["sts:transitivetagkeys"] = tuple(params["transitive_tag_keys"])
    if call.memo["mfa_at"] is not None:
        keys["aws:multifactorauthpresent"] = "true"
        keys["aws:multifactorauthage"] = "0"
    return keys


@operation("sts.AssumeRole", target=targets.role_anywhere(), checks=_may_assume)
def assume_role(
    call: Call,
    *,
    role: Role,
    role_session_name: str,
    policy_arns: Sequence[Mapping[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: Tags = (),
    transitive_tag_keys: Sequence[str] = (),
    external_id: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    source_identity: str | None = None,
    provided_contexts: Sequence[Mapping[str, str]] = (),
    minimum_session_token_size: int = 0,
) -> Output:
    """Give the caller credentials of the role, in whatever account, that last as asked; the event is in both trails.

    They have what the role's policies allow, and of that what session policies allow.  They last an hour where nothing
    is said; a switch of role in the console, as long as the role lets people stay.  A session of a role lasts an hour
    at most when another role's session asks for it; tags marked transitive and the source identity go along.

    Errors: AccessDenied (missing, not trusting, of another tenant: all alike; root; MFA; another source identity than
    the caller's session has), MalformedPolicyDocument, PackedPolicyTooLarge, InvalidParameterValue (tags),
    ValidationError (ARN, duration, session policies).
    Source: STS API Reference, AssumeRole; IAM User Guide, roles terms and concepts (role chaining).
    """
    if provided_contexts:
        raise NotImplementedHere("There are no trusted context providers here.")
    seconds = duration_seconds or _usual_seconds(call, role)
    _require_duration(call, role, seconds)
    identity = _source_identity(call, role, source_identity)
    tagged = session_tags.chained(call.principal.session, tags, transitive_tag_keys)
    policies = temporary.session_policies(role.account, policy, policy_arns)
    size = temporary.packed_size(policies, tagged.tags)
    credentials = temporary.mint(
        call,
        role.account,
        SessionKind.ASSUMED_ROLE,
        timedelta(seconds=seconds),
        token_size=minimum_session_token_size,
        role_id=role.pk,
        name=role_session_name,
        mfa_at=_mfa_at(call),
        source_identity=identity,
        tags=tagged.tags,
        transitive_tag_keys=list(tagged.transitive),
        policies=policies,
    )
    _note_use(call, role)
    return {
        "Credentials": credentials,
        "AssumedRoleUser": _assumed(role, role_session_name),
        **({"PackedPolicySize": size} if policies is not None or tagged.tags else {}),
        **({"SourceIdentity": identity} if identity else {}),
        **temporary.token_size(credentials),
    }


def _usual_seconds(call: Call, role: Role) -> int:
    """How long a session lasts where nothing is said: an hour; in the console as long as the role lets people stay."""
    if call.source != "console":
        return USUAL_SECONDS
    longest = min(role.max_session_seconds, role.max_signin_seconds or role.max_session_seconds)
    return min(longest, CHAINED_SECONDS) if call.principal.kind == "assumed-role" else longest


def _require_duration(call: Call, role: Role, seconds: int) -> None:
    if call.principal.kind == "assumed-role" and seconds > CHAINED_SECONDS:
        raise ValidationError(_BEYOND_CHAIN, member="DurationSeconds")
    if seconds > role.max_session_seconds:
        raise ValidationError(_BEYOND_ROLE, member="DurationSeconds")


def _source_identity(call: Call, role: Role, wanted: str | None) -> str:
    """The source identity of the new session: set once, it stays for the whole chain."""
    if wanted is not None and wanted.casefold().startswith("aws:"):
        raise InvalidParameterValue("A source identity cannot begin with 'aws:'.", member="SourceIdentity")
    session = call.principal.session
    present = session.source_identity if session is not None else ""
    if present and wanted not in (None, present):
        raise AccessDenied(
            f"User: {call.principal.arn} is not authorized to perform: sts:SetSourceIdentity on resource: {role.arn}",
            action="sts:SetSourceIdentity",
            resource=role.arn,
        )
    return wanted or present


def _mfa_at(call: Call) -> Any:
    """When the person behind the new session showed a second factor: with this call, or at its own sign-in.

    A role's session hands its proof on to no further role.
    """
    session = call.principal.session
    earlier = session.mfa_at if session is not None and call.principal.kind == "user" else None
    return call.memo["mfa_at"] or earlier


def _assumed(role: Role, name: str) -> dict[str, str]:
    return {
        "AssumedRoleId": f"{role.unique_id}:{name}",
        "Arn": f"arn:aws:sts::{role.account.number}:assumed-role/{role.name}/{name}",
    }


def _note_use(call: Call, role: Role) -> None:
    if role.last_used_at is None or call.now - role.last_used_at >= USE_NOTED_EVERY:
        role.note_use(call.now, call.region)
