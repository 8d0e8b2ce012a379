"""How often managed policies are used in an account: counted as things happen, read without counting.

Every operation that attaches, detaches, bounds or frees says so here, inside its transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import F, Q

from accounts.models import Account
from accounts.prepared import Change
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
    _count(_one_attached_more, account, policy)


def detached(account: Account, policy_arn: str) -> None:
    """Count one attachment less."""
    _one_attached_less.run(account=account.pk, policy_arn=policy_arn)


def bounding(account: Account, policy: Policy | ManagedPolicy) -> None:
    """Count one more entity that the policy is the boundary of."""
    _count(_one_bounded_more, account, policy)


def freed(account: Account, boundary_arn: str) -> None:
    """Count one such entity less; nothing where the entity had no boundary."""
    if boundary_arn:
        _one_bounded_less.run(account=account.pk, policy_arn=boundary_arn)


def of(account: Account, policy_arns: Iterable[str]) -> UsageByArn:
    """The usage of those policies that are used at all."""
    rows = account.policy_usages.filter(policy_arn__in=list(policy_arns))
    return {row.policy_arn: Usage(row.attachments, row.boundaries) for row in rows}


def of_aws(account: Account) -> UsageByArn:
    """The usage of those of AWS's policies that are used at all."""
    rows = account.policy_usages.filter(policy__isnull=True)
    return {row.policy_arn: Usage(row.attachments, row.boundaries) for row in rows}


def in_use(account: Account) -> int:
    """How many policies, AWS's included, are attached to something or somebody's boundary: a version of each is in force."""
    used = Q(attachments__gt=0) | Q(boundaries__gt=0)
    return account.policy_usages.filter(used).count()


def beside(policy: Policy) -> Usage:
    """The usage of an own policy that was read with select_related("usage")."""
    row: PolicyUsage | None = getattr(policy, "usage", None)
    return NONE if row is None else Usage(row.attachments, row.boundaries)


def _count(change: Change[PolicyUsage], account: Account, policy: Policy | ManagedPolicy) -> None:
    if change.run(account=account.pk, policy_arn=policy.arn):
        return
    # Its first use: others may be the first at the same moment.
    own = None if isinstance(policy, ManagedPolicy) else policy
    account.policy_usages.get_or_create(policy_arn=policy.arn, defaults={"policy": own})
    change.run(account=account.pk, policy_arn=policy.arn)


def _changing(column: str, by: int) -> Change[PolicyUsage]:
    return Change(
        lambda account, policy_arn: PolicyUsage.objects.filter(account=account, policy_arn=policy_arn),
        **{column: F(column) + by},
    )


_one_attached_more, _one_attached_less = _changing("attachments", 1), _changing("attachments", -1)
_one_bounded_more, _one_bounded_less = _changing("boundaries", 1), _changing("boundaries", -1)
