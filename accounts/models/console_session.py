"""A browser's session: anonymous until sign-in is done, then one identity's, listed and revocable."""

from django.db import models
from django.db.models import Q


class ConsoleSession(models.Model):
    """One cookie's worth of state; the cookie's value is kept only as a SHA-256 digest.

    `expires_at` is the sooner of the idle and the absolute limit, moved on at each touch.
    `data` is what Django's session API keeps, signed.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(
        "accounts.Account", null=True, on_delete=models.CASCADE, related_name="console_sessions"
    )
    identity = models.ForeignKey(
        "accounts.Identity", null=True, on_delete=models.CASCADE, related_name="console_sessions"
    )
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mfa_at = models.DateTimeField(null=True)
    peer = models.CharField(max_length=64, default="", blank=True)
    user_agent = models.CharField(max_length=256, default="", blank=True)
    data = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="console_session_whose",
                condition=Q(account__isnull=True, identity__isnull=True)
                | Q(account__isnull=False, identity__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="console_session_expiry", fields=["expires_at"]),
            models.Index(name="console_session_account_seen", fields=["account", "-last_seen_at"]),
        )

    def __str__(self) -> str:
        return f"console session {self.pk}"
