"""X.509 certificates: of servers, which belong to the account, and for signing, which belong to people."""

from django.db import IntegrityError, models

from accounts.models import Account, Identity
from iam.errors import DuplicateCertificate
from iam.models.keys import KeyStatus
from iam.models.scoped import Named, NamedQuerySet


class ServerCertificateQuerySet(NamedQuerySet["ServerCertificate"]):
    """An account's server certificates."""


class ServerCertificate(Named):
    """A certificate with its chain as uploaded, and its private key, sealed and never shown."""

    missing_text = "The Server Certificate with name {} cannot be found."
    taken_text = "The Server Certificate with name {} already exists."
    arn_kind = "server-certificate"

    account = models.ForeignKey(Account, models.PROTECT, related_name="server_certificates")
    body = models.TextField()
    chain = models.TextField(default="", blank=True)
    sealed_private_key = models.BinaryField()
    expires_at = models.DateTimeField()
    tags = models.JSONField(default=list)

    objects = ServerCertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name_key"], name="uniq_servercertificate_account_name"
            ),
        ]
        indexes = [models.Index(fields=["account", "expires_at"], name="servercertificate_expires")]


class SigningCertificateQuerySet(models.QuerySet["SigningCertificate"]):
    """Signing certificates of an account, or of one identity."""

    def make(self, *, account: Account, fingerprint: str, **values: object) -> "SigningCertificate":
        """A new one.  Errors: DuplicateCertificate where somebody in the account has it already."""
        try:
            return self.create(account=account, fingerprint=fingerprint, **values)
        except IntegrityError as taken:
            raise DuplicateCertificate(
                "The certificate is already associated with an IAM user of this account.",
                member="CertificateBody",
            ) from taken


class SigningCertificate(models.Model):
    """A certificate of an IAM user or of root.  `fingerprint` is its SHA-256, the same for each PEM form of it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="signing_certificates")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="signing_certificates")
    certificate_id = models.CharField(max_length=128, unique=True)
    body = models.TextField()
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=8, default=KeyStatus.ACTIVE)
    uploaded_at = models.DateTimeField()

    objects = SigningCertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fingerprint"], name="uniq_signingcertificate_fingerprint"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["Active", "Inactive"]), name="check_signingcertificate_status"
            ),
        ]

    def __str__(self) -> str:
        return self.certificate_id
