"""Accounts that somebody wants to open, until the e-mail address of the root user is confirmed."""

from django.db import models
from django.db.models import Q

from accounts.models.account import Account


class PendingSignup(models.Model):
    """One account to be: `number` is the one it will have, `password` its root's as a hash.

    `sealed_data_key` seals what is mailed about it; the account gets one of its own.

    Whether the address is taken is for a worker to find out.  It mails a link to one that is not, and `digest` is that
    of the link's token from then on.
    """

    number = models.CharField(max_length=12, unique=True)
    sealed_data_key = models.BinaryField()
    name = models.CharField(max_length=50)
    alias = models.CharField(max_length=63, default="", blank=True)
    email = models.CharField(max_length=254)
    password = models.CharField(max_length=256)
    requested_at = models.DateTimeField(db_index=True)
    peer = models.CharField(max_length=64, default="", blank=True)
    user_agent = models.CharField(max_length=256, default="", blank=True)
    # Null, not "": one whose link is not made yet has none, and "" would be unique too.
    digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  # as the line above says

    class Meta:
        indexes = (
            models.Index(
                name="pending_signup_unmade", fields=["requested_at"], condition=Q(digest__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"pending sign-up {self.pk}"

    def as_account(self) -> Account:
        """The account to be, not stored: it seals and names mail."""
        return Account(number=self.number, name=self.name, sealed_data_key=self.sealed_data_key)
