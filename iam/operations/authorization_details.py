"""The whole of an account's authorisation in one paged answer: users, groups, roles, managed policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from iam import describe, managed, trust, usage
from iam.call import Call, Output, Page
from iam.catalogue import operation
from iam.managed import ManagedPolicy
from iam.models import Group, InlinePolicy, Policy, Role, User

Detail = dict[str, Any]

# Each filter with the list it fills.
FILLS = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
HANGING = ("attachments", "inline_policies")


@operation("iam.GetAccountAuthorizationDetails", reads=True)
def get_account_authorization_details(
    call: Call, *, page: Page, filter: Sequence[str] = ()
) -> Output:  # `filter` is the member's name
    """Answer every user, group, role and managed policy with its policies' texts; AWS's policies where they are used.

    All lists share one marker, users before roles, groups and policies; those not asked for are empty.

    Errors: ValidationError (marker).
    Source: IAM API Reference, GetAccountAuthorizationDetails; recorded answers of AWS.
    """
    wanted = set(filter) or set(FILLS)
    account = call.account
    streams: dict[str, Any] = {
        "User": account.users.select_related("account", "identity").prefetch_related("groups", *HANGING),
        "Role": account.roles.select_related("account").prefetch_related("instance_profiles", *HANGING),
        "Group": account.groups.select_related("account").prefetch_related(*HANGING),
        "LocalManagedPolicy": account.policies.select_related("account", "usage").prefetch_related(
            "versions"
        ),
        "AWSManagedPolicy": _used_of_aws(call),
    }
    found = page.of_several(
        [(FILLS[kind], rows, "name_key", lambda row: row) for kind, rows in streams.items() if kind in wanted]
    )
    documents = trust.shown(found.get("RoleDetailList", ()))
    used = usage.of_aws(account)
    return {
        **found,
        "UserDetailList": [_user(user) for user in found.get("UserDetailList", ())],
        "GroupDetailList": [_group(group) for group in found.get("GroupDetailList", ())],
        "RoleDetailList": [_role(role, documents) for role in found.get("RoleDetailList", ())],
        "Policies": [_policy(policy, used) for policy in found.get("Policies", ())],
    }


def _used_of_aws(call: Call) -> list[ManagedPolicy]:
    used = usage.of_aws(call.account)
    return [policy for arn, policy in managed.catalogue().items() if used.get(arn, usage.NONE) != usage.NONE]


def _user(user: User) -> Detail:
    known = {name: value for name, value in describe.user_row(user).items() if name != "PasswordLastUsed"}
    inline = _inline(user)
    return {
        **known,
        **({"UserPolicyList": inline} if inline else {}),
        "GroupList": sorted(group.name for group in user.groups.all()),
        "AttachedManagedPolicies": _attached(user),
        **describe.boundary(user),
        "Tags": list(user.tags),
    }


def _group(group: Group) -> Detail:
    return {
        **describe.group(group),
        "GroupPolicyList": _inline(group),
        "AttachedManagedPolicies": _attached(group),
    }


def _role(role: Role, documents: Mapping[int, str]) -> Detail:
    used = {"LastUsedDate": role.last_used_at, "Region": role.last_used_region} if role.last_used_at else {}
    profiles = role.instance_profiles.all()
    for profile in profiles:
        profile.account, profile.role = role.account, role
    return {
        **describe.role_core(role, documents[role.pk]),
        "InstanceProfileList": [describe.instance_profile(profile, documents) for profile in profiles],
        "RolePolicyList": _inline(role),
        "AttachedManagedPolicies": _attached(role),
        **describe.boundary(role),
        "Tags": list(role.tags),
        "RoleLastUsed": used,
    }


def _inline(owner: User | Group | Role) -> list[Detail]:
    policies: list[InlinePolicy] = sorted(owner.inline_policies.all(), key=lambda policy: policy.name)
    return [{"PolicyName": policy.name, "PolicyDocument": policy.document} for policy in policies]


def _attached(owner: User | Group | Role) -> list[Detail]:
    arns = sorted(attachment.policy_arn for attachment in owner.attachments.all())
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def _policy(policy: Policy | ManagedPolicy, used: usage.UsageByArn) -> Detail:
    if isinstance(policy, ManagedPolicy):
        row = describe.policy_row(policy, used.get(policy.arn, usage.NONE))
        return {**row, "PolicyVersionList": [describe.policy_version(policy, policy.default_version)]}
    versions = sorted(policy.versions.all(), key=lambda version: -version.number)
    return {
        **describe.policy_row(policy, usage.beside(policy)),
        "PolicyVersionList": [
            describe.policy_version(version, policy.default_version) for version in versions
        ],
    }
