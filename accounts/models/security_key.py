"""What is known of a FIDO2 security key or passkey beside its device row, and the challenges out for such keys."""

from django.db import models


class SecurityKey(models.Model):
    """The public half of a credential.  `sign_count` is the counter of its last signature; 0 where it does not count.

    `copied_at`: when a signature came with a counter that should have been past, as of a copy of the key.
    `user_verified`: whether the key knew its user, by PIN or finger, when it was registered.
    """

    device = models.OneToOneField("accounts.MfaDevice", on_delete=models.CASCADE, related_name="security_key")
    credential_id = models.BinaryField(max_length=1023)
    # Unique in the installation: nobody registers what is another's. Over the digest, since ids can be long.
    credential_hash = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    aaguid = models.CharField(max_length=36, default="", blank=True)
    user_verified = models.BooleanField(default=False)
    backup_eligible = models.BooleanField(default=False)
    backed_up = models.BooleanField(default=False)
    copied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"security key of device {self.device_id}"


class KeyChallenge(models.Model):
    """A challenge given to one browser for one purpose of one identity.  Spent by deleting it, so once.

    `identity` is null where the key itself was to say whose it is: signing in by passkey.  Such a row is written when the
    challenge is spent, and says that it is.
    """

    digest = models.CharField(max_length=64, unique=True)
    identity = models.ForeignKey(
        "accounts.Identity", null=True, on_delete=models.CASCADE, related_name="key_challenges"
    )
    purpose = models.CharField(max_length=16)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(name="key_challenge_expiry", fields=["expires_at"]),)

    def __str__(self) -> str:
        return f"challenge to {self.purpose}"
