"""IAM users: made with no permission and no credential, renamed, listed, deleted once nothing hangs on them."""

from functools import partial

from accounts.prepared import remove
from iam import describe, quotas, tagging, targets, usage
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import operation, target_keys
from iam.errors import DeleteConflict
from iam.ids import unique_id
from iam.models import User, fold, hanging
from iam.models.scoped import arn


@operation(
    "iam.CreateUser",
    target=targets.new("user"),
    keys=targets.requested_boundary,
    also=tagging.tag_on_create("iam:TagUser"),
)
def create_user(
    call: Call, *, user_name: str, path: str = "/", permissions_boundary: str | None = None, tags: Tags = ()
) -> Output:
    """Create an IAM user with no credentials and no permissions.

    Errors: EntityAlreadyExists (names differ by case only), LimitExceeded (users, tags), InvalidInput (tags, boundary),
    NoSuchEntity (boundary policy).
    Source: IAM API Reference, CreateUser; ADR 0003 (case folding).
    """
    stored_tags = tagging.added((), tags)
    boundary = targets.boundary_policy(call, permissions_boundary) if permissions_boundary else None
    user = User.make(
        quotas.room(call.account, "Users", unseen=call.first_try),
        account=call.account,
        unique_id=unique_id("AIDA"),
        name=user_name,
        name_key=fold(user_name),
        path=path,
        created_at=call.now,
        tags=stored_tags,
        boundary_arn=permissions_boundary or "",
        boundary=targets.row_of(boundary),
    )
    if boundary is not None:
        usage.bounding(call.account, boundary)
    return {"User": describe.user(user)}


def _named_or_self(call: Call, params: Params, lock: bool) -> Target:
    if params.get("user_name") is None and call.principal.kind == "root":
        return Target(arn=call.principal.arn)
    return targets.user("user_name", optional=True)(call, params, lock)


@operation("iam.GetUser", target=_named_or_self, reads=True)
def get_user(call: Call, *, user: User | None = None) -> Output:
    """Answer the user, or the calling user where no name is given; for root, the root of the account.

    Errors: NoSuchEntity, ValidationError (no name given by a role or federated session).
    """
    if user is None:
        return {"User": describe.root(call.account, call.account.root)}
    return {"User": describe.user(user)}


@operation("iam.ListUsers", target=targets.path("user"), reads=True)
def list_users(call: Call, *, page: Page, path_prefix: str = "/") -> Output:
    """List users by name, without tags and boundaries.  Errors: ValidationError (marker)."""
    users = call.account.users.under(path_prefix).listed()
    return page.of("Users", users, key="name_key", row=partial(describe.listed_user, call.account.number))


def _new_place(call: Call, target: Target, params: Params) -> list[Check]:
    """Renaming needs the permission on the new ARN as well as on the old one."""
    user = target.entity
    if not isinstance(user, User) or not ("new_user_name" in params or "new_path" in params):
        return []
    path, name = params.get("new_path", user.path), params.get("new_user_name", user.name)
    place = arn(call.account.number, "user", path, name)
    return [Check("iam:UpdateUser", place, target_keys("iam:UpdateUser", target))]


@operation("iam.UpdateUser", target=targets.user("user_name"), also=_new_place, revises=True)
def update_user(
    call: Call, *, user: User, new_path: str | None = None, new_user_name: str | None = None
) -> None:
    """Give the user another name or path; id, credentials, memberships and policies stay.

    Revises, since decisions name the user on whom a policy hangs.  Errors: NoSuchEntity, EntityAlreadyExists.
    """
    user.move(path=new_path or user.path, name=new_user_name or user.name)


@operation("iam.DeleteUser", target=targets.user("user_name"))
def delete_user(call: Call, *, user: User) -> None:
    """Delete a user on whom nothing hangs any more; its sessions end with it.

    Errors: NoSuchEntity, DeleteConflict (says what is still there).
    """
    present = hanging(user, _REFERRING)
    if user.identity.has_password:
        present.add("password")
    if remedy := next((remedy for what, remedy in _REMEDIES.items() if what in present), None):
        raise DeleteConflict(f"Cannot delete entity, must {remedy} first.")
    quotas.give_back(call.account, "Users")  # before usage, as CreateUser does: both rows are held
    usage.freed(call.account, user.boundary_arn)
    remove(user)
    remove(user.identity)


# What keeps a user from being deleted, and what to do about it, in the order in which it is told.
_REMEDIES = {
    "attachments": "detach all policies",
    "inline_policies": "delete policies",
    "memberships": "remove users from group",
    "identity__access_keys": "delete access keys",
    "password": "delete login profile",
    "identity__mfa_devices": "delete MFA device",
    "identity__signing_certificates": "delete certificates",
    "ssh_public_keys": "remove referenced objects",
    "service_credentials": "remove referenced objects",
}
_REFERRING = tuple(what for what in _REMEDIES if what != "password")
