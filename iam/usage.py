"""How often managed policies are used in an account: counted as things happen, read without counting.

Every operation that attaches, detaches, bounds or frees says so here, inside its transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import F, Q

from accounts.models import Account
from accounts.prepared import Addition, Change
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
    _more_attached.leave(**_one(account, policy, attachments=1))


def detached(account: Account, policy_arn: str) -> None:
    """Count one attachment less."""
    _one_attached_less.leave(account=account.pk, policy_arn=policy_arn)


def bounding(account: Account, policy: Policy | ManagedPolicy) -> None:
    """Count one more entity that the policy is the boundary of."""
    _more_bounded.leave(**_one(account, policy, boundaries=1))


def freed(account: Account, boundary_arn: str) -> None:
    """Count one such entity less; nothing where the entity had no boundary."""
    if boundary_arn:
        _one_bounded_less.leave(account=account.pk, policy_arn=boundary_arn)


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


def _one(account: Account, policy: Policy | ManagedPolicy, **counted: int) -> dict[str, Any]:
    """The first use of a policy, as columns; it is added to what is there where it is not the first."""
    own = None if isinstance(policy, ManagedPolicy) else policy.pk
    return {
        "account_id": account.pk,
        "policy_arn": policy.arn,
        "policy_id": own,
        "attachments": 0,
        "boundaries": 0,
        **counted,
    }


def _adding(column: str) -> Addition:
    return Addition(PolicyUsage, adding_up=column, same=("account", "policy_arn"))


def _one_less(column: str) -> Change[PolicyUsage]:
    return Change(
        lambda account, policy_arn: PolicyUsage.objects.filter(account=account, policy_arn=policy_arn),
        **{column: F(column) - 1},
    )


_more_attached, _one_attached_less = _adding("attachments"), _one_less("attachments")
_more_bounded, _one_bounded_less = _adding("boundaries"), _one_less("boundaries")
