"""One-time codes for the day a device is lost."""

from django.db import models


class RecoveryCode(models.Model):
    """A code that has not been used.  Kept as a digest: it has 120 random bits.  Using it deletes it."""

    identity = models.ForeignKey("accounts.Identity", on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"recovery code of {self.identity_id}"
