"""An account as an issuer of tokens towards other services, and the keys that sign them."""

from datetime import datetime
from typing import Any, Self

from django.db import models

from accounts.models import Account
from iam.models.scoped import TenantQuerySet


class TokenIssuer(models.Model):
    """Made when an account first turns outbound federation on; its address stays the same ever after."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="token_issuer")
    public_id = models.UUIDField(unique=True)
    enabled = models.BooleanField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.public_id)


class TokenKeyQuerySet(TenantQuerySet["TokenKey"]):
    """An account's signing keys, or everybody's in the worker's query."""

    def of_issuer(self, public_id: str) -> Self:
        """The keys that the issuer of this address lists; none where there is no such issuer."""
        return self.filter(issuer__public_id=public_id)

    def signing(self, algorithm: str, now: datetime) -> Self:
        """The keys that may sign at that moment; the last one does."""
        return self.filter(algorithm=algorithm, signs_from__lte=now).order_by("signs_from", "pk")

    def ageing(self, begun_before: datetime) -> Self:
        """Keys in use since before then, without a successor."""
        return self.filter(retires_at__isnull=True, signs_from__lte=begun_before)

    def spent(self, retired_before: datetime) -> Self:
        """Keys whose successor has signed since before then: no token of theirs is alive."""
        return self.filter(retires_at__lte=retired_before)

    def accounts_due(self, begun_before: datetime, retired_before: datetime) -> models.QuerySet[Any, int]:
        """The accounts that issue tokens and have ageing or spent keys, by primary key."""
        keys = self.ageing(begun_before) | self.spent(retired_before)
        return keys.filter(issuer__enabled=True).order_by().values_list("account_id", flat=True)


class TokenKey(models.Model):
    """A key pair.  `public` holds the members of its JWK; `retires_at` is when its successor takes over, if there is one."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="token_keys")
    issuer = models.ForeignKey(TokenIssuer, models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=32, unique=True)
    algorithm = models.CharField(max_length=5)
    sealed_key = models.BinaryField()
    public: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    signs_from = models.DateTimeField()
    retires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = TokenKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(algorithm__in=["RS256", "ES384"]), name="check_tokenkey_algorithm"
            ),
            # Two rotations at once make one successor.
            models.UniqueConstraint(
                fields=["issuer", "algorithm"],
                condition=models.Q(retires_at__isnull=True),
                name="uniq_tokenkey_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id
