"""Entities in the service model's members: the full form of Get and Create, the row form of lists.

Which members each form has is AWS's choice, not ours: lists leave out tags, boundaries and last use.
"""

from typing import Any

from accounts.models import Account
from iam.models import Group, Role, User

Described = dict[str, Any]


def user_row(user: User) -> Described:
    """A user as lists show it."""
    used = user.identity.password_last_used_at
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
        **({"PasswordLastUsed": used} if used else {}),
    }


def user(user: User) -> Described:
    """A user as GetUser shows it: tags and boundary where set."""
    return {**user_row(user), **boundary(user), **tags_if_set(user)}


def root(account: Account) -> Described:
    """The root user as GetUser shows it to itself."""
    return {
        "Path": "/",
        "UserName": "root",
        "UserId": account.number,
        "Arn": f"arn:aws:iam::{account.number}:root",
        "CreateDate": account.created_at,
    }


def group(group: Group) -> Described:
    """A group, in Get and lists alike."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }


def boundary(entity: User | Role) -> Described:
    """The permissions boundary, where there is one.  The type is `Policy` on the wire, whatever the model's enum says."""
    if not entity.boundary_arn:
        return {}
    return {
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": entity.boundary_arn,
        }
    }


def tags_if_set(entity: Any) -> Described:
    """Tags in the order given, where there are any."""
    return {"Tags": list(entity.tags)} if entity.tags else {}
