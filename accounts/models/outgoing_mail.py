"""Mail that is to be sent, as rows: written together with what it tells of, sent by a worker, then forgotten."""

import uuid
from enum import StrEnum

from django.db import models
from django.db.models import Q

from accounts.models.account import Account


class MailState(StrEnum):
    """Where a mail is: waiting to be sent, sent, or given up."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"


class OutgoingMail(models.Model):
    """One mail to one address, about an account or one that is to be.

    `kind` names its templates, `facts` is what they show.  `sealed_path` is the address of its link below the public
    one, sealed because it may let somebody in; it is wiped once the mail is over.  `next_try_at` is also the end of a
    worker's claim.  `key` makes its Message-ID, the same at every attempt.
    """

    account = models.ForeignKey(
        "accounts.Account", null=True, on_delete=models.CASCADE, related_name="outgoing_mail"
    )
    signup = models.ForeignKey(
        "accounts.PendingSignup", null=True, on_delete=models.CASCADE, related_name="outgoing_mail"
    )
    kind = models.CharField(max_length=32)
    address = models.CharField(max_length=254)
    facts = models.JSONField(default=dict)
    sealed_path = models.BinaryField(default=b"")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, default=MailState.WAITING.value)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_problem = models.CharField(max_length=128, default="", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="outgoing_mail_about_one",
                condition=Q(account__isnull=True, signup__isnull=False)
                | Q(account__isnull=False, signup__isnull=True),
            ),
            models.CheckConstraint(
                name="outgoing_mail_state_known", condition=Q(state__in=[str(state) for state in MailState])
            ),
            models.CheckConstraint(
                name="outgoing_mail_over_without_secret",
                condition=Q(state="waiting", finished_at__isnull=True)
                | (Q(finished_at__isnull=False, sealed_path=b"") & ~Q(state="waiting")),
            ),
        )
        indexes = (
            models.Index(name="outgoing_mail_due", fields=["next_try_at"], condition=Q(state="waiting")),
            models.Index(
                name="outgoing_mail_over", fields=["finished_at"], condition=Q(finished_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.kind})"

    @property
    def about(self) -> Account:
        """The account that it is about, perhaps one to be that is not stored."""
        if self.account is not None:
            return self.account
        assert self.signup is not None  # noqa: S101  # the constraint outgoing_mail_about_one
        return self.signup.as_account()
