"""Counters of failed sign-ins, one row per thing guessed at and one per peer."""

from enum import StrEnum

from django.db import models


class AttemptScope(StrEnum):
    """What a counter counts: guesses at a user, from a peer, or at a user's second factor; requests to reset a password."""

    USER = "user"
    PEER = "peer"
    FACTOR = "factor"
    RESET = "reset"
    RESET_PEER = "rst-peer"


class SignInAttempt(models.Model):
    """Failures of one subject inside its window.

    `subject` is a SHA-256 digest: people type passwords into the name field.
    """

    scope = models.CharField(max_length=8)
    subject = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    first_failed_at = models.DateTimeField()
    last_failed_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)
    # Of the failures, those whose guess is still being checked, and since when the last of them is.
    pending = models.PositiveSmallIntegerField(default=0)
    pending_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="uniq_sign_in_attempt_subject", fields=["scope", "subject"]),
        )
        indexes = (models.Index(name="sign_in_attempt_last", fields=["last_failed_at"]),)

    def __str__(self) -> str:
        return f"{self.failures} failures of {self.scope} {self.subject[:12]}"
