"""Permissions boundaries of users and roles: the policy that limits what their other policies can allow."""

from typing import TypeAlias

from iam import targets, usage
from iam.call import Call, Params, Target
from iam.catalogue import Resolver, operation
from iam.errors import NoSuchEntity
from iam.managed import ManagedPolicy
from iam.models import Policy, Role, User

AnyPolicy: TypeAlias = Policy | ManagedPolicy


def _entity_and_boundary(kind: targets.Kind) -> Resolver:
    """The user or role and, as `policy`, its boundary to be; a missing policy is told before a missing entity."""
    name_member = f"{kind}_name"

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        given: dict[str, AnyPolicy] = {}
        absent: Exception | None = None
        try:
            given["policy"] = targets.boundary_policy(call, params["permissions_boundary"])
        except NoSuchEntity as missing:
            absent = missing
        entity = targets.entity_target(call, kind, str(params[name_member]), name_member, lock)
        return Target(
            arn=entity.arn,
            entity=entity.entity,
            given={**entity.given, **given},
            replaces=(name_member, "permissions_boundary"),
            absent=absent or entity.absent,
        )

    return resolve


@operation(
    "iam.PutUserPermissionsBoundary",
    target=_entity_and_boundary("user"),
    keys=targets.requested_boundary,
    revises=True,
)
def put_user_permissions_boundary(call: Call, *, user: User, policy: AnyPolicy) -> None:
    """Limit a user to what the policy allows, in place of any boundary before.

    Errors: NoSuchEntity (policy, user), InvalidInput (no policy's ARN), PolicyNotAttachable.
    """
    _put(call, user, policy)


@operation(
    "iam.PutRolePermissionsBoundary",
    target=_entity_and_boundary("role"),
    keys=targets.requested_boundary,
    revises=True,
)
def put_role_permissions_boundary(call: Call, *, role: Role, policy: AnyPolicy) -> None:
    """Limit a role to what the policy allows, in place of any boundary before.

    Errors: NoSuchEntity (policy, role), InvalidInput (no policy's ARN), PolicyNotAttachable,
    UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    _put(call, role, policy)


def _put(call: Call, entity: User | Role, policy: AnyPolicy) -> None:
    targets.refuse_service_policy(policy)
    usage.freed(call.account, entity.boundary_arn)
    usage.bounding(call.account, policy)
    entity.boundary_arn = policy.arn
    entity.boundary = targets.row_of(policy)
    entity.save(update_fields=["boundary_arn", "boundary"])


@operation("iam.DeleteUserPermissionsBoundary", target=targets.user("user_name"), revises=True)
def delete_user_permissions_boundary(call: Call, *, user: User) -> None:
    """Take the boundary from a user; its policies count in full.  Errors: NoSuchEntity (user, boundary)."""
    _delete(call, user)


@operation("iam.DeleteRolePermissionsBoundary", target=targets.role("role_name"), revises=True)
def delete_role_permissions_boundary(call: Call, *, role: Role) -> None:
    """Take the boundary from a role; its policies count in full.

    Errors: NoSuchEntity (role, boundary), UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    _delete(call, role)


def _delete(call: Call, entity: User | Role) -> None:
    if not entity.boundary_arn:
        raise NoSuchEntity(f"The permissions boundary of {entity.arn_kind} {entity.name} cannot be found.")
    usage.freed(call.account, entity.boundary_arn)
    entity.boundary_arn, entity.boundary = "", None
    entity.save(update_fields=["boundary_arn", "boundary"])
