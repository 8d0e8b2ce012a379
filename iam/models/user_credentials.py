"""Credentials of IAM users for single services: SSH public keys, and names with passwords."""

from typing import Any

from django.db import IntegrityError, models

from accounts.models import Account
from iam.errors import ConcurrentModification, DuplicateSSHPublicKey
from iam.models.entities import User
from iam.models.keys import KeyStatus


class SshPublicKeyQuerySet(models.QuerySet["SshPublicKey"]):
    """SSH public keys of an account, or of one user."""

    def make(self, **values: Any) -> "SshPublicKey":
        """A new one.  Errors: DuplicateSSHPublicKey where the user has it already."""
        try:
            return self.create(**values)
        except IntegrityError as taken:
            raise DuplicateSSHPublicKey(
                "The SSH public key is already associated with the user.", member="SSHPublicKeyBody"
            ) from taken


class SshPublicKey(models.Model):
    """A public key of a user, kept as it was uploaded."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="ssh_public_keys")
    user = models.ForeignKey(User, models.PROTECT, related_name="ssh_public_keys")
    key_id = models.CharField(max_length=128, unique=True)
    body = models.TextField()
    fingerprint = models.CharField(max_length=47)
    status = models.CharField(max_length=8, default=KeyStatus.ACTIVE)
    uploaded_at = models.DateTimeField()

    objects = SshPublicKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "fingerprint"], name="uniq_sshpublickey_user_fingerprint"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["Active", "Inactive"]), name="check_sshpublickey_status"
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class ServiceCredentialQuerySet(models.QuerySet["ServiceCredential"]):
    """Credentials for single services of an account, or of one user."""

    def make(self, **values: Any) -> "ServiceCredential":
        """A new one.  Errors: ConcurrentModification where another user got the same name meanwhile."""
        try:
            return self.create(**values)
        except IntegrityError as taken:
            raise ConcurrentModification(
                "The name of the credential was taken meanwhile. Try again."
            ) from taken


class ServiceCredential(models.Model):
    """A name and secret of a user for one service.  The name stays when the user is renamed; of the secret, a hash is kept."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="service_credentials")
    user = models.ForeignKey(User, models.PROTECT, related_name="service_credentials")
    credential_id = models.CharField(max_length=128, unique=True)
    service = models.CharField(max_length=128)
    user_name = models.CharField(max_length=200)
    secret_digest = models.BinaryField(max_length=32)
    status = models.CharField(max_length=8, default=KeyStatus.ACTIVE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    objects = ServiceCredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user_name"], name="uniq_servicecredential_name"),
            models.CheckConstraint(
                condition=models.Q(status__in=["Active", "Inactive"]), name="check_servicecredential_status"
            ),
        ]

    def __str__(self) -> str:
        return self.credential_id
