"""How often managed policies are used in an account: counted as things happen, read without counting.

Every operation that attaches, detaches, bounds or frees says so here, inside its transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import F, QuerySet

from accounts.models import Account
from iam.managed import ManagedPolicy
from iam.models import Policy, PolicyUsage


@dataclass(frozen=True, slots=True)
class Usage:
    """Entities a policy is attached to, and entities it is the permissions boundary of."""

    attachments: int = 0
    boundaries: int = 0


UsageByArn: TypeAlias = Mapping[str, Usage]

NONE = Usage()


def attached(account: Account, policy: Policy | ManagedPolicy) -> None:
    """Count one more attachment of the policy."""
    _row(account, policy).update(attachments=F("attachments") + 1)


def detached(account: Account, policy_arn: str) -> None:
    """Count one attachment less."""
    account.policy_usages.filter(policy_arn=policy_arn).update(attachments=F("attachments") - 1)


def bounding(account: Account, policy: Policy | ManagedPolicy) -> None:
    """Count one more entity that the policy is the boundary of."""
    _row(account, policy).update(boundaries=F("boundaries") + 1)


def freed(account: Account, boundary_arn: str) -> None:
    """Count one such entity less; nothing where the entity had no boundary."""
    if boundary_arn:
        account.policy_usages.filter(policy_arn=boundary_arn).update(boundaries=F("boundaries") - 1)


def of(account: Account, policy_arns: Iterable[str]) -> UsageByArn:
    """The usage of those policies that are used at all."""
    rows = account.policy_usages.filter(policy_arn__in=list(policy_arns))
    return {row.policy_arn: Usage(row.attachments, row.boundaries) for row in rows}


def of_aws(account: Account) -> UsageByArn:
    """The usage of those of AWS's policies that are used at all."""
    rows = account.policy_usages.filter(policy__isnull=True)
    return {row.policy_arn: Usage(row.attachments, row.boundaries) for row in rows}


def beside(policy: Policy) -> Usage:
    """The usage of an own policy that was read with select_related("usage")."""
    row: PolicyUsage | None = getattr(policy, "usage", None)
    return NONE if row is None else Usage(row.attachments, row.boundaries)


def _row(account: Account, policy: Policy | ManagedPolicy) -> QuerySet[PolicyUsage]:
    own = None if isinstance(policy, ManagedPolicy) else policy
    account.policy_usages.get_or_create(policy_arn=policy.arn, defaults={"policy": own})
    return account.policy_usages.filter(policy_arn=policy.arn)
