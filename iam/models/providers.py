"""Identity providers that roles may trust: OpenID Connect by address, SAML by metadata."""

from collections.abc import Mapping
from typing import Any, Self

from django.db import models

from accounts.models import Account
from iam.models.scoped import TenantQuerySet, fold


class OpenIdProviderQuerySet(TenantQuerySet["OpenIdProvider"]):
    """An account's OpenID Connect providers."""

    def taken(self, values: Mapping[str, Any]) -> str:
        """What to say where the account has a provider of this address."""
        return f"Provider with url https://{values['url']} already exists."

    def identified(self, text: str) -> Self:
        """The one whose ARN ends so, if there is one."""
        return self.filter(url_key=url_key(text), url=text)


class OpenIdProvider(models.Model):
    """An OpenID Connect issuer.  `url` is its address without `https://`; lists keep the order they were given in."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="oidc_providers")
    url = models.CharField(max_length=255)
    url_key = models.CharField(max_length=255)
    client_ids: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    thumbprints: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    context_provider: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField()

    objects = OpenIdProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "url_key"], name="uniq_openidprovider_account_url"),
        ]

    def __str__(self) -> str:
        return self.arn

    @property
    def arn(self) -> str:
        """The provider's ARN; needs `account` at hand, or costs a query."""
        return f"arn:aws:iam::{self.account.number}:oidc-provider/{self.url}"


def url_key(url: str) -> str:
    """An address as uniqueness counts it: the host in lower case, the path as it is."""
    host, slash, path = url.partition("/")
    return f"{host.lower()}{slash}{path}"


class SamlProviderQuerySet(TenantQuerySet["SamlProvider"]):
    """An account's SAML providers."""

    def identified(self, text: str) -> Self:
        """The one whose ARN ends so, if there is one."""
        return self.filter(name_key=fold(text), name=text)


class SamlProvider(models.Model):
    """A SAML identity provider, as its metadata describes it."""

    taken_text = "Provider with name {} already exists."

    account = models.ForeignKey(Account, models.PROTECT, related_name="saml_providers")
    uuid = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=128)
    metadata = models.TextField()
    valid_until = models.DateTimeField()
    encryption_mode = models.CharField(max_length=8, default="Allowed")
    context_provider: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField()

    objects = SamlProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_samlprovider_account_name"),
            models.CheckConstraint(
                condition=models.Q(encryption_mode__in=["Required", "Allowed"]),
                name="check_samlprovider_mode",
            ),
        ]

    def __str__(self) -> str:
        return self.arn

    @property
    def arn(self) -> str:
        """The provider's ARN; needs `account` at hand, or costs a query."""
        return f"arn:aws:iam::{self.account.number}:saml-provider/{self.name}"


class SamlPrivateKey(models.Model):
    """A key that opens encrypted assertions of the provider; sealed, never shown again."""

    provider = models.ForeignKey(SamlProvider, models.CASCADE, related_name="private_keys")
    key_id = models.CharField(max_length=64, unique=True)
    sealed_key = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key_id
