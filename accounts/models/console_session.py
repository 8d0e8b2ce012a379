"""A browser's session: anonymous until sign-in is done, then one identity's or one role session's, listed and revocable.

Sessions of one browser share the digest of its browser key: each is a row with a key and limits of its own.
"""

from django.db import models
from django.db.models import Q


class ConsoleSession(models.Model):
    """One cookie's worth of state; the cookie's value is kept only as a SHA-256 digest.

    `expires_at` is the sooner of the idle and the absolute limit, moved on at each touch.
    `data` is what Django's session API keeps, signed.  `sts_key_id` names the temporary credentials that a federated
    session acts with: it has no identity, and ends at `ends_at` at the latest.  `acting_as` says in words which role
    acts.  `proved_at` is when the person last proved who they are, by signing in or anew.
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
    proved_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    browser_hash = models.CharField(max_length=64, default="", blank=True)
    sts_key_id = models.CharField(max_length=20, default="", blank=True)
    acting_as = models.CharField(max_length=256, default="", blank=True)
    peer = models.CharField(max_length=64, default="", blank=True)
    user_agent = models.CharField(max_length=256, default="", blank=True)
    data = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="console_session_whose",
                condition=Q(account__isnull=True, identity__isnull=True)
                | Q(account__isnull=False, identity__isnull=False, sts_key_id="")
                | (Q(account__isnull=False, identity__isnull=True) & ~Q(sts_key_id="")),
            ),
        )
        indexes = (
            models.Index(name="console_session_expiry", fields=["expires_at"]),
            models.Index(name="console_session_account_seen", fields=["account", "-last_seen_at"]),
            models.Index(
                name="console_session_browser", fields=["browser_hash"], condition=~Q(browser_hash="")
            ),
        )

    def __str__(self) -> str:
        return f"console session {self.pk}"


class SpentForm(models.Model):
    """A form that may be sent once and has been: of two that carry the same digest, one made the row."""

    session = models.ForeignKey(ConsoleSession, on_delete=models.CASCADE, related_name="spent_forms")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(name="uniq_spent_form", fields=["session", "digest"]),)

    def __str__(self) -> str:
        return f"spent form of session {self.session_id}"


class SigninToken(models.Model):
    """A way into the console for one who holds temporary credentials: for one use, within its time; kept as a digest.

    `seconds` is how long the console session was asked to last; None: as long as the credentials.
    """

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="signin_tokens")
    key_id = models.CharField(max_length=20)
    seconds = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"sign-in token {self.pk}"
