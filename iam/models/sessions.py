"""Temporary credentials: the sessions that STS hands out."""

from datetime import datetime
from typing import Any, Self

from django.db import models

from accounts.models import OF_EVERY_CALL, Account, Identity
from accounts.prepared import Addition, Prepared
from iam.models.entities import Role
from iam.models.keys import IDENTITY_OF_A_PRINCIPAL


class SessionKind(models.TextChoices):
    """Which STS operation made the session."""

    SESSION_TOKEN = "session-token"  # noqa: S105  # a kind of session, not a secret
    ASSUMED_ROLE = "assumed-role"
    FEDERATION = "federation"


class SessionQuerySet(models.QuerySet["Session"]):
    """Temporary credentials of an account, or of one user or role."""

    def live(self, now: datetime) -> Self:
        """Those that still sign."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)

    def with_key(self, key_id: str) -> "Session | None":
        """The one with this key id, held until the transaction ends, or None."""
        rows = self.select_related("account", "role", "identity__iam_user", "identity__account")
        return rows.select_for_update(of=("self",)).filter(key_id=key_id).first()

    def expired_before(self, moment: datetime) -> Self:
        """Those whose time ended before the moment, the oldest first."""
        return self.filter(expires_at__lte=moment).order_by("expires_at", "pk")


class Session(models.Model):
    """Temporary credentials.  Refused at use once expired, revoked or their principal gone; a worker only tidies.

    `account` is the account whose permissions the session has (the role's, for a role session).
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="sts_sessions")
    kind = models.CharField(max_length=16)
    key_id = models.CharField(max_length=20, unique=True)
    sealed_secret = models.BinaryField()
    token_hash = models.BinaryField(max_length=32)
    identity = models.ForeignKey(Identity, models.CASCADE, null=True, related_name="sts_sessions")
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="sessions")
    name = models.CharField(max_length=64, default="", blank=True)
    issued_to = models.CharField(max_length=640, default="", blank=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mfa_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    source_identity = models.CharField(max_length=256, default="", blank=True)
    tags: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    transitive_tag_keys: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    # None: no session policy was sent.  Else pairs: ["", text] of the inline one first, then [ARN, ""] of managed ones,
    # whose texts are read when they are judged.
    policies: "models.JSONField[list[list[str]] | None, list[list[str]] | None]" = models.JSONField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="session_expires"),
            models.Index(fields=["account", "-issued_at"], name="session_account_issued"),
        ]

    def __str__(self) -> str:
        return self.key_id

    @staticmethod
    def add(account: Account, **columns: Any) -> None:
        """Add temporary credentials of that account; `columns` are those that are not empty."""
        _sessions.leave(**{**_EMPTY, "account_id": account.pk, **columns})


_sessions = Addition(Session)
_EMPTY: dict[str, Any] = {
    "identity_id": None,
    "role_id": None,
    "name": "",
    "mfa_at": None,
    "revoked_at": None,
    "source_identity": "",
    "tags": {},
    "transitive_tag_keys": [],
    "policies": None,
}

_ROLE_OF_A_PRINCIPAL = ("unique_id", "name", "path", "boundary_arn", "tags", "last_used_at")

# Temporary credentials by their key id, in any account, with their account, role, identity and user.
sessions_with_principal = Prepared(
    lambda key_id: (
        Session.objects.select_related("account", "role", "identity__account", "identity__iam_user")
        .only(
            *(field.name for field in Session._meta.concrete_fields),
            *(f"account__{name}" for name in OF_EVERY_CALL),
            *(f"role__{name}" for name in _ROLE_OF_A_PRINCIPAL),
            *(f"identity__{name}" for name in IDENTITY_OF_A_PRINCIPAL),
            *(f"identity__account__{name}" for name in OF_EVERY_CALL),
        )
        .filter(key_id=key_id)
    )
)
