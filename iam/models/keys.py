"""Long-term access keys and the steps of their scheduled rotation."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from accounts.models import OF_EVERY_CALL, Account, AccountState, Identity, IdentityKind
from accounts.prepared import Prepared, leave, new


class KeyStatus(models.TextChoices):
    """Only an active key signs."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


class AccessKeyQuerySet(models.QuerySet["AccessKey"]):
    """Access keys of an account or of one identity."""

    def older_than(self, moment: datetime) -> Self:
        """Active keys made before the moment."""
        return self.filter(status=KeyStatus.ACTIVE, created_at__lt=moment)

    def rotatable(self, max_age_days: int, now: datetime) -> Self:
        """Keys past that age whose account rotates at it, whose user has no other key; the oldest first.

        Root's keys are left alone: nobody else may hold a secret of root's.
        """
        return (
            self.older_than(now - timedelta(days=max_age_days))
            .filter(
                account__access_key_max_age_days=max_age_days,
                account__state=AccountState.ACTIVE,
                identity__kind=IdentityKind.USER,
            )
            .filter(
                ~Q(account__quotas__has_key="AccessKeysPerUser")
                | Q(account__quotas__AccessKeysPerUser__gte=2)
            )
            .alias(keys=Count("identity__access_keys"))
            .filter(keys=1)
            .order_by("created_at", "pk")
        )


class AccessKey(models.Model):
    """An access key of an IAM user or of root.  The secret is sealed: signatures need it in clear to be checked."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="access_keys")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="access_keys")
    key_id = models.CharField(max_length=20, unique=True)
    sealed_secret = models.BinaryField()
    status = models.CharField(max_length=8, default=KeyStatus.ACTIVE)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_service = models.CharField(max_length=32, default="", blank=True)
    last_used_region = models.CharField(max_length=32, default="", blank=True)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["Active", "Inactive"]), name="check_accesskey_status"
            )
        ]

    def __str__(self) -> str:
        return self.key_id

    @classmethod
    def number_of(cls, identity: Identity) -> int:
        """How many keys the identity has, inactive ones included."""
        return len(_of_identity.rows(identity=identity.pk))

    @classmethod
    def make(cls, **values: Any) -> Self:
        """A new key; its row has no number until it is read."""
        key = new(cls, **values)
        leave(key)
        return key


# Of an identity and its user what a principal is made of: the rest is read by nobody there.
IDENTITY_OF_A_PRINCIPAL = (
    "kind",
    "account",
    *(f"iam_user__{name}" for name in ("unique_id", "name", "path", "boundary_arn", "tags")),
)

# A key by its id, in any account, with its account, identity and user.
keys_with_owner = Prepared(
    lambda key_id: (
        AccessKey.objects.select_related("account", "identity__iam_user")
        .only(
            *(field.name for field in AccessKey._meta.concrete_fields),
            *(f"account__{name}" for name in OF_EVERY_CALL),
            *(f"identity__{name}" for name in IDENTITY_OF_A_PRINCIPAL),
        )
        .filter(key_id=key_id)
    )
)


_of_identity = Prepared(lambda identity: AccessKey.objects.filter(identity=identity).only("pk"))


class RotationState(models.TextChoices):
    """How far a rotation has come."""

    CREATED = "created"
    OLD_INACTIVE = "old-inactive"
    DONE = "done"
    ABANDONED = "abandoned"


class KeyRotationQuerySet(models.QuerySet["KeyRotation"]):
    """Rotations of an account or of one identity."""

    def under_way(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Those with a step to do, the longest due first: the rules are those of iam.rotation.

        Rotations that wait for their owner are left out, so that they never crowd out the others.
        """
        collected = Q(collected_at__isnull=False)
        deactivate = Q(state=RotationState.CREATED) & (
            Q(delete_after__lte=now) | (collected & Q(deactivate_after__lte=now))
        )
        delete = Q(state=RotationState.OLD_INACTIVE, delete_after__lte=now) & collected
        running = self.under_way().filter(account__state=AccountState.ACTIVE)
        return running.filter(deactivate | delete).order_by("deactivate_after", "pk")

    def locked(self) -> Self:
        """Rotations held until the transaction ends."""
        return self.select_for_update(of=("self",))


class KeyRotation(models.Model):
    """One rotation: a second key made, the old one deactivated after the overlap, deleted after the grace.

    `sealed_secret` is the new key's secret, kept for one download by its owner and emptied by it.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="key_rotations")
    identity = models.ForeignKey(Identity, models.CASCADE, related_name="key_rotations")
    old_key_id = models.CharField(max_length=20)
    new_key_id = models.CharField(max_length=20)
    sealed_secret = models.BinaryField(default=b"", blank=True)
    state = models.CharField(max_length=12, default=RotationState.CREATED)
    created_at = models.DateTimeField()
    collected_at = models.DateTimeField(null=True)
    deactivate_after = models.DateTimeField()
    delete_after = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = KeyRotationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old_key_id"], condition=Q(ended_at__isnull=True), name="uniq_keyrotation_under_way"
            )
        ]
        indexes = [models.Index(fields=["state", "deactivate_after"], name="keyrotation_due")]

    def __str__(self) -> str:
        return f"{self.old_key_id} -> {self.new_key_id}"
