"""Policies and where they hang: customer-managed policies, their versions, attachments and inline policies.

AWS-managed policies are data, not rows (iam/managed/): an attachment or a boundary keeps the ARN, and the row too
where the policy is the account's own.
"""

from datetime import datetime
from typing import Any, Self, TypeAlias, TypeVar

from django.db import IntegrityError, models
from django.db.models import Q

from accounts.models import Account
from accounts.prepared import Addition, Prepared, insert, new
from iam.errors import EntityAlreadyExists, NoSuchEntity
from iam.models.entities import Group, Role, User
from iam.models.scoped import LONGEST_POLICY_ARN, Named, NamedQuerySet
from iam.models.tallies import Room, add

Owner: TypeAlias = User | Group | Role
Hung = TypeVar("Hung", bound=models.Model)

ONE_OWNER = (
    Q(user__isnull=False, group__isnull=True, role__isnull=True)
    | Q(user__isnull=True, group__isnull=False, role__isnull=True)
    | Q(user__isnull=True, group__isnull=True, role__isnull=False)
)


class PolicyQuerySet(NamedQuerySet["Policy"]):
    """An account's own managed policies."""


class Policy(Named):
    """A customer-managed policy; its text is in its versions, of which one is the default."""

    missing_text = "Policy {} was not found."
    taken_text = "A policy called {} already exists. Duplicate names are not allowed."
    arn_kind = "policy"

    account = models.ForeignKey(Account, models.PROTECT, related_name="policies")
    description = models.CharField(max_length=1000, default="", blank=True)
    updated_at = models.DateTimeField()
    default_version = models.PositiveIntegerField(default=1)
    last_version = models.PositiveIntegerField(default=1)
    tags = models.JSONField(default=list)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_policy_account_name")
        ]

    @classmethod
    def make(cls, room: Room | None = None, /, **values: Any) -> Self:
        """A new policy and, of the `document` among the values, its version v1.  Errors: LimitExceeded, EntityAlreadyExists."""
        document = values.pop("document")
        policy = new(cls, **values)
        version = new(PolicyVersion, number=1, document=document, created_at=policy.created_at)
        try:
            add(version, room, policy, "policy")
        except IntegrityError as taken:
            raise EntityAlreadyExists(cls.taken_text.format(policy.name)) from taken
        return policy

    @classmethod
    def by_arn(cls, account: Account, policy_arn: str, *, lock: bool) -> "Named | None":
        """The account's policy of an ARN, path and name as spelled, or None; `lock` as with `locked`."""
        try:
            row = cls.find(account, policy_arn.rpartition("/")[2], lock=lock)
        except NoSuchEntity:
            return None
        return row if row.arn == policy_arn else None


class PolicyVersion(models.Model):
    """One text of a policy.  Numbers only grow and are never used again."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="uniq_policyversion_number")]

    def __str__(self) -> str:
        return f"v{self.number}"

    @classmethod
    def make(cls, policy: Policy, document: str, now: datetime) -> "PolicyVersion":
        """The version of the policy's last number."""
        return insert(new(cls, policy=policy, number=policy.last_version, document=document, created_at=now))


def _place(account: Account, entity: Owner) -> dict[str, int | None]:
    """Where something hangs, as columns: the account, and one of three owners."""
    return {**_NOWHERE, "account_id": account.pk, f"{entity.arn_kind}_id": entity.pk}


_NOWHERE: dict[str, None] = dict.fromkeys(("user_id", "group_id", "role_id"))


def _by_owner(rows: "models.QuerySet[Hung]") -> "dict[type[Owner], Prepared[Hung]]":
    """Those of the rows that hang on an `owner`, by what kind it is of."""
    return {
        kind: Prepared(lambda owner, place=kind.arn_kind: rows.filter(**{place: owner}))
        for kind in (User, Group, Role)
    }


class Attachment(models.Model):
    """A managed policy attached to a user, group or role."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="attachments")
    policy_arn = models.CharField(max_length=LONGEST_POLICY_ARN)
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="attachments")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="attachments")
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="attachments")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="attachments")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_OWNER, name="check_attachment_one_owner"),
            models.UniqueConstraint(fields=["user", "policy_arn"], name="uniq_attachment_user_policy"),
            models.UniqueConstraint(fields=["group", "policy_arn"], name="uniq_attachment_group_policy"),
            models.UniqueConstraint(fields=["role", "policy_arn"], name="uniq_attachment_role_policy"),
        ]
        indexes = [models.Index(fields=["account", "policy_arn"], name="attachment_account_policy")]

    def __str__(self) -> str:
        return self.policy_arn

    @classmethod
    def arns_on(cls, entity: Owner) -> list[str]:
        """The policies that are attached to the entity itself."""
        return [row.policy_arn for row in _attached[type(entity)].rows(owner=entity.pk)]

    @classmethod
    def hang(cls, account: Account, policy_arn: str, policy: Policy | None, entity: Owner) -> None:
        """Attach the policy to the entity; `policy` is its row where it is the account's own."""
        policy_id = None if policy is None else policy.pk
        _attachments.leave(**_place(account, entity), policy_arn=policy_arn, policy_id=policy_id)


_attachments = Addition(Attachment)
_attached = _by_owner(Attachment.objects.only("policy_arn"))


class PolicyUsage(models.Model):
    """How often an account uses a managed policy, its own or AWS's: kept, so that no list has to count.

    Changed by iam.usage alone, in the transaction that attaches, detaches, bounds or frees.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="policy_usages")
    policy_arn = models.CharField(max_length=LONGEST_POLICY_ARN)
    policy = models.OneToOneField(Policy, models.CASCADE, null=True, related_name="usage")
    attachments = models.PositiveIntegerField(default=0)
    boundaries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "policy_arn"], name="uniq_policyusage_account_arn")
        ]

    def __str__(self) -> str:
        return f"{self.policy_arn}: {self.attachments} attached, {self.boundaries} as boundary"


class InlinePolicy(models.Model):
    """A policy that is part of its user, group or role.  `size` counts as AWS counts, white space left out."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="inline_policies")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="inline_policies")
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="inline_policies")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="inline_policies")
    name = models.CharField(max_length=128)
    document = models.TextField()
    size = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_OWNER, name="check_inlinepolicy_one_owner"),
            models.UniqueConstraint(fields=["user", "name"], name="uniq_inlinepolicy_user_name"),
            models.UniqueConstraint(fields=["group", "name"], name="uniq_inlinepolicy_group_name"),
            models.UniqueConstraint(fields=["role", "name"], name="uniq_inlinepolicy_role_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def on(cls, entity: Owner) -> "list[InlinePolicy]":
        """The entity's own policies, the oldest first, without their texts."""
        return _inline[type(entity)].rows(owner=entity.pk)

    @classmethod
    def hang(cls, account: Account, entity: Owner, *, name: str, document: str, size: int) -> None:
        """Give the entity a policy of a name that it has none of."""
        _inline_policies.leave(**_place(account, entity), name=name, document=document, size=size)


_inline_policies = Addition(InlinePolicy)
_inline = _by_owner(InlinePolicy.objects.defer("document").order_by("pk"))
