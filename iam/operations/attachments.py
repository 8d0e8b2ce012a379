"""Managed policies on users, groups and roles: attached, detached, listed.

An attachment keeps the policy's ARN, and its row where the policy is the account's own.
"""

from typing import TypeAlias

from django.db.models import Q
from django.db.models.functions import Substr

from iam import quotas, targets, usage
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import NoSuchEntity
from iam.managed import ACCOUNT, ManagedPolicy
from iam.models import Attachment, Group, Policy, Role, User

Entity: TypeAlias = User | Group | Role
AnyPolicy: TypeAlias = Policy | ManagedPolicy


def _policy_arn(call: Call, target: Target, params: Params) -> dict[str, str | tuple[str, ...]]:
    """iam:PolicyARN: which policy is to be attached or detached."""
    return {"iam:policyarn": params["policy_arn"]}


@operation(
    "iam.AttachUserPolicy",
    target=targets.entity_and_policy("user", missing=targets.UNATTACHABLE),
    keys=_policy_arn,
    revises=True,
)
def attach_user_policy(call: Call, *, user: User, policy: AnyPolicy) -> None:
    """Attach a managed policy to a user; attaching it once more changes nothing.

    Errors: NoSuchEntity (policy, user), LimitExceeded (policies per user), PolicyNotAttachable,
    ValidationError (no policy's ARN).
    """
    _attach(call, user, policy)


@operation(
    "iam.AttachGroupPolicy",
    target=targets.entity_and_policy("group", missing=targets.UNATTACHABLE),
    keys=_policy_arn,
    revises=True,
)
def attach_group_policy(call: Call, *, group: Group, policy: AnyPolicy) -> None:
    """Attach a managed policy to a group, and so to its members; attaching it once more changes nothing.

    Errors: NoSuchEntity (policy, group), LimitExceeded (policies per group), PolicyNotAttachable,
    ValidationError (no policy's ARN).
    """
    _attach(call, group, policy)


@operation(
    "iam.AttachRolePolicy",
    target=targets.entity_and_policy("role", missing=targets.UNATTACHABLE),
    keys=_policy_arn,
    revises=True,
)
def attach_role_policy(call: Call, *, role: Role, policy: AnyPolicy) -> None:
    """Attach a managed policy to a role; attaching it once more changes nothing.

    Errors: NoSuchEntity (policy, role), LimitExceeded (policies per role), PolicyNotAttachable,
    UnmodifiableEntity (service-linked role), ValidationError (no policy's ARN).
    """
    targets.refuse_protected(role)
    _attach(call, role, policy)


def _attach(call: Call, entity: Entity, policy: AnyPolicy) -> None:
    targets.refuse_service_policy(policy)
    present = Attachment.arns_on(entity)
    if policy.arn in present:
        return
    kind = entity.arn_kind.title()
    quotas.require_room(call.account, f"AttachedPoliciesPer{kind}", len(present), shown=f"PoliciesPer{kind}")
    Attachment.hang(call.account, policy.arn, targets.row_of(policy), entity)
    usage.attached(call.account, policy)


@operation("iam.DetachUserPolicy", target=targets.entity_and_policy("user"), keys=_policy_arn, revises=True)
def detach_user_policy(call: Call, *, user: User, policy: AnyPolicy) -> None:
    """Take a managed policy from a user.  Errors: NoSuchEntity (policy not attached, user), ValidationError."""
    _detach(call, user, policy)


@operation("iam.DetachGroupPolicy", target=targets.entity_and_policy("group"), keys=_policy_arn, revises=True)
def detach_group_policy(call: Call, *, group: Group, policy: AnyPolicy) -> None:
    """Take a managed policy from a group.  Errors: NoSuchEntity (policy not attached, group), ValidationError."""
    _detach(call, group, policy)


@operation("iam.DetachRolePolicy", target=targets.entity_and_policy("role"), keys=_policy_arn, revises=True)
def detach_role_policy(call: Call, *, role: Role, policy: AnyPolicy) -> None:
    """Take a managed policy from a role.

    Errors: NoSuchEntity (policy not attached, role), UnmodifiableEntity (service-linked role), ValidationError.
    """
    targets.refuse_protected(role)
    _detach(call, role, policy)


def _detach(call: Call, entity: Entity, policy: AnyPolicy) -> None:
    removed, _ = entity.attachments.filter(policy_arn=policy.arn).delete()
    if not removed:
        raise NoSuchEntity(f"Policy {policy.arn} was not found.", member="PolicyArn")
    usage.detached(call.account, policy.arn)


@operation("iam.ListAttachedUserPolicies", target=targets.user("user_name"), reads=True)
def list_attached_user_policies(call: Call, *, user: User, page: Page, path_prefix: str = "/") -> Output:
    """List the managed policies attached to a user itself, not those of its groups.  Errors: NoSuchEntity."""
    return _attached(call, user, path_prefix, page)


@operation("iam.ListAttachedGroupPolicies", target=targets.group("group_name"), reads=True)
def list_attached_group_policies(call: Call, *, group: Group, page: Page, path_prefix: str = "/") -> Output:
    """List the managed policies attached to a group.  Errors: NoSuchEntity."""
    return _attached(call, group, path_prefix, page)


@operation("iam.ListAttachedRolePolicies", target=targets.role("role_name"), reads=True)
def list_attached_role_policies(call: Call, *, role: Role, page: Page, path_prefix: str = "/") -> Output:
    """List the managed policies attached to a role.  Errors: NoSuchEntity."""
    return _attached(call, role, path_prefix, page)


def _attached(call: Call, entity: Entity, path_prefix: str, page: Page) -> Output:
    """In the order they were attached: an ARN may be longer than a marker."""
    rows = entity.attachments.all()
    if path_prefix != "/":
        # The path is part of the ARN; its start is compared as text, since SQLite's LIKE ignores case.
        own, aws = (f"arn:aws:iam::{owner}:policy{path_prefix}" for owner in (call.account.number, ACCOUNT))
        rows = rows.alias(
            own_start=Substr("policy_arn", 1, len(own)), aws_start=Substr("policy_arn", 1, len(aws))
        ).filter(Q(own_start=own) | Q(aws_start=aws))
    return page.of("AttachedPolicies", rows, key="pk", row=_row)


def _row(attachment: Attachment) -> dict[str, str]:
    return {"PolicyName": attachment.policy_arn.rpartition("/")[2], "PolicyArn": attachment.policy_arn}
