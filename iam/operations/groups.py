"""User groups: made, renamed, filled and emptied, deleted once nobody is in them and nothing hangs on them."""

from accounts.prepared import remove
from iam import describe, quotas, targets
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import DeleteConflict
from iam.ids import unique_id
from iam.models import Group, Membership, User, fold, hanging
from iam.models.scoped import arn


@operation("iam.CreateGroup", target=targets.new("group"))
def create_group(call: Call, *, group_name: str, path: str = "/") -> Output:
    """Make a group without members and policies.

    Errors: EntityAlreadyExists (names differ by case only), LimitExceeded (groups per account).
    Source: IAM API Reference, CreateGroup.
    """
    group = Group.make(
        quotas.room(call.account, "Groups", unseen=call.first_try),
        account=call.account,
        unique_id=unique_id("AGPA"),
        name=group_name,
        name_key=fold(group_name),
        path=path,
        created_at=call.now,
    )
    return {"Group": describe.group(group)}


@operation("iam.GetGroup", target=targets.group("group_name"), reads=True)
def get_group(call: Call, *, group: Group, page: Page) -> Output:
    """Answer the group and a page of its members by name.  Errors: NoSuchEntity, ValidationError (marker)."""
    members = group.members.select_related("account", "identity")
    return page.of(
        "Users", members, key="name_key", row=describe.user_row, given={"Group": describe.group(group)}
    )


@operation("iam.ListGroups", target=targets.path("group"), reads=True)
def list_groups(call: Call, *, page: Page, path_prefix: str = "/") -> Output:
    """List groups by name.  Errors: ValidationError (marker)."""
    groups = call.account.groups.select_related("account").under(path_prefix)
    return page.of("Groups", groups, key="name_key", row=describe.group)


def _new_place(call: Call, target: Target, params: Params) -> list[Check]:
    """Renaming needs the permission on the new ARN as well as on the old one."""
    group = target.entity
    if not isinstance(group, Group) or not ("new_group_name" in params or "new_path" in params):
        return []
    path, name = params.get("new_path", group.path), params.get("new_group_name", group.name)
    return [Check("iam:UpdateGroup", arn(call.account.number, "group", path, name))]


@operation("iam.UpdateGroup", target=targets.group("group_name"), also=_new_place, revises=True)
def update_group(
    call: Call,
    *,
    group: Group,
    new_path: str | None = None,
    new_group_name: str | None = None,
) -> None:
    """Give the group another name or path; id, members and policies stay.

    Revises, since decisions name the group whose policy they come from.  Errors: NoSuchEntity, EntityAlreadyExists.
    """
    group.move(path=new_path or group.path, name=new_group_name or group.name)


@operation("iam.DeleteGroup", target=targets.group("group_name"))
def delete_group(call: Call, *, group: Group) -> None:
    """Delete a group that has neither members nor policies.

    Errors: NoSuchEntity, DeleteConflict (says what is still there).
    """
    present = hanging(group, tuple(_REMEDIES))
    if remedy := next((remedy for what, remedy in _REMEDIES.items() if what in present), None):
        raise DeleteConflict(f"Cannot delete entity, must {remedy} first.")
    remove(group)
    quotas.give_back(call.account, "Groups")


# What keeps a group from being deleted, and what to do about it, in the order in which it is told.
_REMEDIES = {
    "memberships": "remove users from group",
    "attachments": "detach all policies",
    "inline_policies": "delete policies",
}


def _member_and_group(call: Call, params: Params, lock: bool) -> Target:
    """The group is what policies are asked about; the user is looked up first and reported missing first."""
    member = targets.user("user_name")(call, params, lock)
    group = targets.group("group_name")(call, params, lock)
    return Target(
        arn=group.arn,
        entity=group.entity,
        given={**member.given, **group.given},
        replaces=(*member.replaces, *group.replaces),
        absent=member.absent or group.absent,
    )


@operation("iam.AddUserToGroup", target=_member_and_group, revises=True)
def add_user_to_group(call: Call, *, group: Group, user: User) -> None:
    """Let the user have the group's policies; nothing changes for a member.

    Errors: NoSuchEntity (the user, then the group), LimitExceeded (groups per user).
    """
    present = Membership.groups_of(user)
    if group.pk in present:
        return
    quotas.require_room(call.account, "GroupsPerUser", len(present))
    Membership.begin(user, group)


@operation("iam.RemoveUserFromGroup", target=_member_and_group, revises=True)
def remove_user_from_group(call: Call, *, group: Group, user: User) -> None:
    """Take the group's policies from the user; nothing changes for one who is no member.

    Errors: NoSuchEntity (the user, then the group).
    """
    Membership.end(user, group)


@operation("iam.ListGroupsForUser", target=targets.user("user_name"), reads=True)
def list_groups_for_user(call: Call, *, user: User, page: Page) -> Output:
    """List the user's groups by name.  Errors: NoSuchEntity, ValidationError (marker)."""
    return page.of("Groups", user.groups.select_related("account"), key="name_key", row=describe.group)
