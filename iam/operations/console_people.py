"""One user as the console shows it, and what the user's groups grant: lists of the API joined.

Like the tables, each asks for every part it shows on its own, and names in `Refused` what it had to leave out.
"""

from collections.abc import Mapping
from typing import Any

from accounts import throttle
from iam import describe, targets
from iam.authorize import Check, may
from iam.call import Call, Output, Target
from iam.catalogue import asks, operation, target_keys
from iam.models import AccessKey, Group, User

# Parts of a user by the permission on the user that each needs.
USER_PARTS = {
    "iam:ListGroupsForUser": ("Groups",),
    "iam:ListMFADevices": ("MFADevices",),
    "iam:GetLoginProfile": ("ConsoleAccess", "PasswordSetDate", "PasswordResetRequired", "LockedUntil"),
    "iam:ListAccessKeys": ("AccessKeys", "LastActivity"),
}


@operation("console.UserOverview", target=targets.user("user_name"), checks=asks("iam:GetUser"), reads=True)
def user_overview(call: Call, *, user: User) -> Output:
    """Answer one user with tags, boundary, groups, factors, password and keys.  Errors: NoSuchEntity."""
    whole = {**describe.user(user), **_parts(call, user)}
    refused = []
    for action, parts in USER_PARTS.items():
        if not may_do(call, action, user):
            refused.append(action)
            whole = {name: value for name, value in whole.items() if name not in parts}
    return {"User": whole, "Refused": refused}


def may_do(call: Call, action: str, entity: User | Group) -> bool:
    """Whether the caller has a permission about one user or group: what a part of a page hangs on."""
    keys = target_keys(action, Target(arn=entity.arn, entity=entity))
    return may(call, Check(action, entity.arn, keys)).allowed


def _parts(call: Call, user: User) -> Mapping[str, Any]:
    identity = user.identity
    keys = list(identity.access_keys.order_by("created_at"))
    moments = [key.last_used_at for key in keys] + [identity.password_last_used_at]
    used = [moment for moment in moments if moment is not None]
    return {
        "Groups": list(user.groups.order_by("name_key").values_list("name", flat=True)),
        "MFADevices": identity.mfa_devices.count(),
        "ConsoleAccess": identity.has_password,
        "PasswordSetDate": identity.password_changed_at if identity.has_password else None,
        "PasswordResetRequired": identity.must_change_password,
        "LockedUntil": throttle.locked_until(identity, call.now),
        "AccessKeys": [_key(key) for key in keys],
        "LastActivity": max(used, default=None),
    }


def _key(key: AccessKey) -> Mapping[str, Any]:
    return {
        "AccessKeyId": key.key_id,
        "Status": key.status,
        "CreateDate": key.created_at,
        "LastUsedDate": key.last_used_at,
        "LastUsedService": key.last_used_service or None,
        "LastUsedRegion": key.last_used_region or None,
    }


@operation(
    "console.GroupGrants",
    target=targets.user("user_name"),
    checks=asks("iam:ListGroupsForUser"),
    reads=True,
)
def group_grants(call: Call, *, user: User) -> Output:
    """List the user's groups, each with its attached (by ARN) and inline policies.  Errors: NoSuchEntity."""
    groups = user.groups.order_by("name_key").prefetch_related("attachments", "inline_policies")
    return {"Grants": [_grant(call, group) for group in groups]}


def _grant(call: Call, group: Group) -> Mapping[str, Any]:
    group.account = call.account
    lists = {
        "iam:ListAttachedGroupPolicies": sorted(each.policy_arn for each in group.attachments.all()),
        "iam:ListGroupPolicies": sorted(each.name for each in group.inline_policies.all()),
    }
    refused = [action for action in lists if not may_do(call, action, group)]
    attached, inline = ([] if action in refused else names for action, names in lists.items())
    return {
        "GroupName": group.name,
        "AttachedPolicies": attached,
        "InlinePolicies": inline,
        "Refused": refused,
    }
