"""Where mail for an IAM user goes: root signs in by an e-mail address, users have one only if somebody set it."""

from django.db import models


class ContactAddress(models.Model):
    """The address of one IAM user.  Several users may have the same.  `confirmed`: a link sent there was followed."""

    identity = models.OneToOneField("accounts.Identity", on_delete=models.CASCADE, related_name="contact")
    address = models.CharField(max_length=254)
    confirmed = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"contact address of {self.identity_id}"


class ProposedAddress(models.Model):
    """An address that a user has named and not confirmed yet; the token of its link is kept as a digest."""

    identity = models.OneToOneField(
        "accounts.Identity", on_delete=models.CASCADE, related_name="proposed_address"
    )
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"proposed address of {self.identity_id}"
