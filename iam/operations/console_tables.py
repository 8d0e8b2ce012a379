"""Tables of the console that need more than one list of the API joined.

Each stands for the operations it joins: the list itself must be allowed, and every further column is asked for on its
own; a column refused is named in `Refused` and left out, never silently empty.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count

from iam import describe, managed, usage
from iam.call import Call, Output, Page
from iam.catalogue import asks, operation
from iam.models import AccessKey, Group, Policy, Role, User, UserQuerySet, fold
from iam.operations.console_people import may_do
from iam.policy import trust_principals

OLD_KEY_DAYS = 90
INACTIVE_DAYS = 90

# Columns of the user table by the permission on the user that each needs.
USER_COLUMNS = {
    "iam:ListGroupsForUser": ("Groups",),
    "iam:ListMFADevices": ("MFADevices",),
    "iam:GetLoginProfile": ("ConsoleAccess", "PasswordSetDate"),
    "iam:ListAccessKeys": ("AccessKeys", "LastActivity"),
}


@operation(
    "console.UserTable", checks=asks("iam:ListUsers", about="arn:aws:iam::{account}:user/"), reads=True
)
def user_table(
    call: Call, *, page: Page, search: str = "", path_prefix: str = "/", filter: str | None = None
) -> Output:  # `filter` is the member's name
    """List users with groups, factors, password and keys, by name.

    Errors: ValidationError (marker).
    """
    users = (
        _matching(call.account.users.under(path_prefix), search)
        .select_related("identity")
        .prefetch_related("groups", "identity__access_keys", "identity__mfa_devices")
    )
    refused: set[str] = set()
    rows = page.of(
        "Users",
        _filtered(call, users, filter),
        key="name_key",
        row=lambda user: _user_row(call, user, refused),
    )
    return {**rows, "Refused": sorted(refused)}


def _filtered(call: Call, users: UserQuerySet, chosen: str | None) -> UserQuerySet:
    match chosen:
        case "NoMFA":
            return users.with_console().without_mfa()
        case "ConsoleAccess":
            return users.with_console()
        case "OldKeys":
            return users.with_keys_older_than(call.now - timedelta(days=OLD_KEY_DAYS))
        case "Inactive":
            return users.inactive_since(call.now - timedelta(days=INACTIVE_DAYS))
    return users


def _user_row(call: Call, user: User, refused: set[str]) -> Mapping[str, Any]:
    user.account = call.account
    whole = {**describe.user_row(user), **_user_joins(user)}
    for action, columns in USER_COLUMNS.items():
        if not may_do(call, action, user):
            refused.add(action)
            whole = {name: value for name, value in whole.items() if name not in columns}
    return whole


def _user_joins(user: User) -> Mapping[str, Any]:
    identity = user.identity
    keys = sorted(identity.access_keys.all(), key=lambda key: key.created_at)
    used = [key.last_used_at for key in keys if key.last_used_at] + [
        identity.password_last_used_at or user.created_at
    ]
    return {
        "Groups": sorted(group.name for group in user.groups.all()),
        "MFADevices": len(identity.mfa_devices.all()),
        "ConsoleAccess": identity.has_password,
        "PasswordSetDate": identity.password_changed_at if identity.has_password else None,
        "AccessKeys": [_key(key) for key in keys],
        "LastActivity": max(used) if len(used) > 1 or identity.password_last_used_at else None,
    }


def _key(key: AccessKey) -> Mapping[str, Any]:
    return {
        "AccessKeyId": key.key_id,
        "Status": key.status,
        "CreateDate": key.created_at,
        "LastUsedDate": key.last_used_at,
    }


@operation(
    "console.GroupTable", checks=asks("iam:ListGroups", about="arn:aws:iam::{account}:group/"), reads=True
)
def group_table(call: Call, *, page: Page, search: str = "", path_prefix: str = "/") -> Output:
    """List groups with how many members and policies each has.

    Errors: ValidationError (marker).
    """
    groups = _matching(call.account.groups.under(path_prefix), search).annotate(
        member_count=Count("memberships", distinct=True),
        attached_count=Count("attachments", distinct=True),
        inline_count=Count("inline_policies", distinct=True),
    )
    refused: set[str] = set()

    def row(group: Group) -> Mapping[str, Any]:
        group.account = call.account
        counts = {"Policies": group.attached_count + group.inline_count}  # type: ignore[attr-defined]  # annotated above
        if may_do(call, "iam:GetGroup", group):
            counts["Members"] = group.member_count  # type: ignore[attr-defined]  # annotated above
        else:
            refused.add("iam:GetGroup")
        return {**describe.group(group), **counts}

    return {**page.of("Groups", groups, key="name_key", row=row), "Refused": sorted(refused)}


@operation(
    "console.RoleTable", checks=asks("iam:ListRoles", about="arn:aws:iam::{account}:role/"), reads=True
)
def role_table(call: Call, *, page: Page, search: str = "", path_prefix: str = "/") -> Output:
    """List roles with whom they trust and when they were last used.

    Errors: ValidationError (marker).
    """
    roles = _matching(call.account.roles.under(path_prefix), search)

    def row(role: Role) -> Mapping[str, Any]:
        role.account = call.account
        return {
            "Path": role.path,
            "RoleName": role.name,
            "RoleId": role.unique_id,
            "Arn": role.arn,
            "CreateDate": role.created_at,
            "Description": role.description or None,
            "MaxSessionDuration": role.max_session_seconds,
            "Trusted": [entry.value for entry in trust_principals(role.trust_document)],
            "LastUsedDate": role.last_used_at,
        }

    return {**page.of("Roles", roles, key="name_key", row=row), "Refused": []}


@operation("console.PolicyTable", checks=asks("iam:ListPolicies", about="policy path /"), reads=True)
def policy_table(
    call: Call, *, page: Page, search: str = "", scope: str = "All", only_attached: bool = False
) -> Output:
    """List managed policies, the account's own and AWS's, by name, with how often each is attached.

    Errors: ValidationError (marker).
    """
    rows = [
        row
        for row in (*_own_policies(call, search, scope), *_aws_policies(call, search, scope))
        if row["AttachmentCount"] or not only_attached
    ]
    return page.of_values("Policies", sorted(rows, key=lambda row: fold(row["PolicyName"])))


def _own_policies(call: Call, search: str, scope: str) -> Iterable[dict[str, Any]]:
    if scope == "AWS":
        return
    policy: Policy
    for policy in _matching(call.account.policies.select_related("usage"), search):
        policy.account = call.account
        yield _policy_row(policy, "Local", usage.beside(policy))


def _aws_policies(call: Call, search: str, scope: str) -> Iterable[dict[str, Any]]:
    if scope == "Local":
        return
    used = usage.of_aws(call.account)
    for policy in managed.catalogue().values():
        if fold(search) in policy.name_key:
            yield _policy_row(policy, "AWS", used.get(policy.arn, usage.NONE))


def _policy_row(policy: Policy | managed.ManagedPolicy, kind: str, used: usage.Usage) -> dict[str, Any]:
    return {
        "Path": policy.path,
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Type": kind,
        "Description": policy.description or None,
        "AttachmentCount": used.attachments,
        "DefaultVersionId": f"v{policy.default_version}",
        "UpdateDate": policy.updated_at,
    }


def _matching(rows: Any, search: str) -> Any:
    return rows.filter(name_key__contains=fold(search)) if search else rows
