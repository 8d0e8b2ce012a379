"""One-time passes that stand in for lost factors: an administrator's for a user, the operator's for a root user."""

from django.db import models


class TemporaryPass(models.Model):
    """What signs a user in once in place of a device.  Kept as a digest: it has 120 random bits.  Using it deletes it."""

    identity = models.OneToOneField(
        "accounts.Identity", on_delete=models.CASCADE, related_name="temporary_pass"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"temporary pass of {self.identity_id}"


class RootRecovery(models.Model):
    """The operator's leave for a root user to begin anew, kept as a digest likewise.  Using it deletes it."""

    identity = models.OneToOneField(
        "accounts.Identity", on_delete=models.CASCADE, related_name="root_recovery"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"recovery of root {self.identity_id}"
