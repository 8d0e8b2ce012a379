"""Entities in the service model's members: the full form of Get and Create, the row form of lists.

Which members each form has is AWS's choice, not ours: lists leave out tags, boundaries and last use.
"""

from collections.abc import Mapping
from typing import Any

from accounts.models import Account, Identity
from iam.managed import ManagedPolicy
from iam.models import Group, InstanceProfile, Policy, PolicyVersion, Role, User
from iam.models.scoped import arn
from iam.tagging import sorted_tags
from iam.usage import NONE, Usage

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


def listed_user(account_number: str, row: Any) -> Described:
    """The same of a row of `account.users.listed()`."""
    used = row.identity__password_last_used_at
    return {
        "Path": row.path,
        "UserName": row.name,
        "UserId": row.unique_id,
        "Arn": arn(account_number, "user", row.path, row.name),
        "CreateDate": row.created_at,
        **({"PasswordLastUsed": used} if used else {}),
    }


def user(user: User) -> Described:
    """A user as GetUser shows it: tags and boundary where set."""
    return {**user_row(user), **boundary(user), **tags_if_set(user)}


def root(account: Account, identity: Identity) -> Described:
    """The root user as GetUser shows it to itself."""
    used = identity.password_last_used_at
    return {
        "Path": "/",
        "UserName": "root",
        "UserId": account.number,
        "Arn": f"arn:aws:iam::{account.number}:root",
        "CreateDate": account.created_at,
        **({"PasswordLastUsed": used} if used else {}),
    }


def owner_name(owner: Identity) -> str:
    """The name that credentials are listed under: the user's, or `root` for the root user, which has none."""
    return owner.name or "root"


def group(group: Group) -> Described:
    """A group, in Get and lists alike."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }


def role_core(role: Role, document: str) -> Described:
    """What every form of a role has.  `document` is its trust policy as it reads now (iam.trust)."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": document,
    }


def role_made(role: Role, document: str) -> Described:
    """A role as CreateRole answers it: neither description nor durations, but boundary and tags where given."""
    return {**role_core(role, document), **boundary(role), **tags_if_set(role)}


def role_row(role: Role, document: str) -> Described:
    """A role as lists show it: neither boundary nor tags nor last use."""
    signin = {"MaxSigninSessionDuration": role.max_signin_seconds} if role.max_signin_seconds else {}
    return {
        **role_core(role, document),
        **role_description(role),
        "MaxSessionDuration": role.max_session_seconds,
        **signin,
    }


def role(role: Role, document: str) -> Described:
    """A role as GetRole shows it: last use always (empty until there is one), tags and boundary where set."""
    used = {"LastUsedDate": role.last_used_at, "Region": role.last_used_region} if role.last_used_at else {}
    return {**role_row(role, document), "RoleLastUsed": used, **boundary(role), **tags_if_set(role)}


def role_description(role: Role) -> Described:
    """The description, where there is one."""
    return {"Description": role.description} if role.description else {}


def instance_profile(profile: InstanceProfile, documents: Mapping[int, str]) -> Described:
    """An instance profile as lists show it, without tags.  `documents` are trust policies by the roles' keys."""
    role = profile.role
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.unique_id,
        "Arn": profile.arn,
        "CreateDate": profile.created_at,
        "Roles": [] if role is None else [role_core(role, documents[role.pk])],
    }


def policy_row(policy: Policy | ManagedPolicy, used: Usage = NONE) -> Described:
    """A managed policy as lists and CreatePolicy show it: no description, no tags."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default_version}",
        "AttachmentCount": used.attachments,
        "PermissionsBoundaryUsageCount": used.boundaries,
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def policy(policy: Policy | ManagedPolicy, used: Usage = NONE) -> Described:
    """A managed policy as GetPolicy shows it: with its description, and with tags even where there are none."""
    described = {"Description": policy.description} if policy.description else {}
    return {**policy_row(policy, used), **described, "Tags": sorted_tags(policy.tags)}


def policy_version_row(version: PolicyVersion | ManagedPolicy, default: int) -> Described:
    """A version of a policy as lists show it, without its text.  An AWS-managed policy is its own only version."""
    return {
        "VersionId": f"v{version.number}",
        "IsDefaultVersion": version.number == default,
        "CreateDate": version.created_at,
    }


def policy_version(version: PolicyVersion | ManagedPolicy, default: int) -> Described:
    """A version of a policy with its text."""
    return {"Document": version.document, **policy_version_row(version, default)}


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
