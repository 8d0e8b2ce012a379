"""Roles: who may assume them, for how long, and under which name; deleted once nothing hangs on them."""

from typing import Any

from accounts.prepared import remove, rewrite
from iam import describe, documents, quotas, tagging, targets, trust, usage
from iam.call import Call, Output, Page, Tags
from iam.catalogue import operation
from iam.errors import DeleteConflict, InvalidInput, LimitExceeded
from iam.ids import unique_id
from iam.models import Role, fold, hanging


@operation(
    "iam.CreateRole",
    target=targets.new("role"),
    keys=targets.requested_boundary,
    also=tagging.tag_on_create("iam:TagRole"),
)
def create_role(
    call: Call,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str = "",
    max_session_duration: int = 3600,
    max_signin_session_duration: int | None = None,
    permissions_boundary: str | None = None,
    tags: Tags = (),
) -> Output:
    """Make a role without permissions, to be assumed by those its trust policy names.

    Users and roles in the trust policy are bound to their unique ids (iam.trust).

    Errors: EntityAlreadyExists (names differ by case only), LimitExceeded (roles, trust policy's size, tags),
    MalformedPolicyDocument (also for a principal that does not exist), InvalidInput (tags, boundary, path of AWS's own
    roles).
    Source: IAM API Reference, CreateRole; IAM User Guide, role quotas.
    """
    if path.startswith(targets.SERVICE_ROLE_PATH):
        raise InvalidInput(
            f"The path {targets.SERVICE_ROLE_PATH} is for service-linked roles.", member="Path"
        )
    stored_tags = tagging.added((), tags)
    bound = _bound(call, assume_role_policy_document, "AssumeRolePolicyDocument")
    boundary = targets.boundary_policy(call, permissions_boundary) if permissions_boundary else None
    role = Role.make(
        quotas.room(call.account, "Roles", unseen=call.first_try),
        account=call.account,
        unique_id=unique_id("AROA"),
        name=role_name,
        name_key=fold(role_name),
        path=path,
        created_at=call.now,
        description=description,
        max_session_seconds=max_session_duration,
        max_signin_seconds=max_signin_session_duration,
        trust_document=assume_role_policy_document,
        trust_ids=bound,
        tags=stored_tags,
        boundary_arn=permissions_boundary or "",
        boundary=targets.row_of(boundary),
    )
    if boundary is not None:
        usage.bounding(call.account, boundary)
    return {"Role": describe.role_made(role, role.trust_document)}


@operation("iam.GetRole", target=targets.role("role_name"), reads=True)
def get_role(call: Call, *, role: Role) -> Output:
    """Answer the role with its trust policy; who is gone shows there as a bare id.  Errors: NoSuchEntity."""
    return {"Role": describe.role(role, trust.shown([role])[role.pk])}


@operation("iam.ListRoles", target=targets.path("role"), reads=True)
def list_roles(call: Call, *, page: Page, path_prefix: str = "/") -> Output:
    """List roles by name, without tags, boundaries and last use.  Errors: ValidationError (marker)."""
    roles = call.account.roles.select_related("account").under(path_prefix)
    answer: dict[str, Any] = page.of("Roles", roles, key="name_key", row=lambda role: role)
    read = trust.shown(answer["Roles"])
    return {**answer, "Roles": [describe.role_row(role, read[role.pk]) for role in answer["Roles"]]}


@operation("iam.UpdateRole", target=targets.role("role_name"))
def update_role(
    call: Call,
    *,
    role: Role,
    description: str | None = None,
    max_session_duration: int | None = None,
    max_signin_session_duration: int | None = None,
    reset_max_signin_session_duration: bool = False,
) -> Output:
    """Change what is given of description and durations, for sessions begun from now on; the rest stays.

    Errors: NoSuchEntity, UnmodifiableEntity (durations of a service-linked role), InvalidInput (a duration both given
    and reset).
    """
    if reset_max_signin_session_duration and max_signin_session_duration is not None:
        raise InvalidInput(
            "MaxSigninSessionDuration cannot be given and reset at once.", member="MaxSigninSessionDuration"
        )
    if max_session_duration or max_signin_session_duration or reset_max_signin_session_duration:
        targets.refuse_protected(role)
    if description is not None:
        role.description = description
    if max_session_duration is not None:
        role.max_session_seconds = max_session_duration
    if reset_max_signin_session_duration or max_signin_session_duration is not None:
        role.max_signin_seconds = max_signin_session_duration
    rewrite(role, "description", "max_session_seconds", "max_signin_seconds")
    return {}


@operation("iam.UpdateRoleDescription", target=targets.role("role_name"))
def update_role_description(call: Call, *, role: Role, description: str) -> Output:
    """Change the description, also of a service-linked role, as UpdateRole does.  Errors: NoSuchEntity."""
    role.description = description
    rewrite(role, "description")
    core = describe.role_core(role, trust.shown([role])[role.pk])
    return {"Role": {**core, **describe.role_description(role)}}


@operation("iam.UpdateAssumeRolePolicy", target=targets.role("role_name"), revises=True)
def update_assume_role_policy(call: Call, *, role: Role, policy_document: str) -> None:
    """Replace the trust policy; sessions begun before go on.

    Errors: NoSuchEntity, MalformedPolicyDocument (also for a principal that does not exist), LimitExceeded (size),
    UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    role.trust_ids = _bound(call, policy_document, "PolicyDocument")
    role.trust_document = policy_document
    rewrite(role, "trust_document", "trust_ids")


@operation("iam.DeleteRole", target=targets.role("role_name"))
def delete_role(call: Call, *, role: Role) -> None:
    """Delete a role on which nothing hangs any more; its sessions end with it.

    Errors: NoSuchEntity, DeleteConflict (says what is still there), UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    present = hanging(role, tuple(_REMEDIES))
    if remedy := next((remedy for what, remedy in _REMEDIES.items() if what in present), None):
        raise DeleteConflict(f"Cannot delete entity, must {remedy} first.")
    quotas.give_back(call.account, "Roles")  # before usage, as CreateRole does: both rows are held
    usage.freed(call.account, role.boundary_arn)
    remove(role)


# What keeps a role from being deleted, and what to do about it, in the order in which it is told.
_REMEDIES = {
    "attachments": "detach all policies",
    "inline_policies": "delete policies",
    "instance_profiles": "remove roles from instance profile",
}


def _bound(call: Call, text: str, member: str) -> dict[str, str]:
    """The ids that a sound trust policy is bound to.  Errors: MalformedPolicyDocument, LimitExceeded."""
    documents.require_sound(text, "trust", member=member)
    allowed = quotas.limit(call.account, "AssumeRolePolicySize")
    if documents.size(text) > allowed:
        raise LimitExceeded(f"Cannot exceed quota for ACLSizePerRole: {allowed}", member=member)
    return trust.bind(text, member=member)
