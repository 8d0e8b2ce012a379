"""Passwords that somebody says to have forgotten."""

from django.db import models
from django.db.models import Q


class PasswordReset(models.Model):
    """One request for a link; `identity` is null where nobody was found, until a worker drops the row.

    Once the link is mailed, `digest` is that of its token, and `bound_to` of the password and the address it is for: a
    change of either ends it.
    """

    identity = models.ForeignKey(
        "accounts.Identity", null=True, on_delete=models.CASCADE, related_name="password_resets"
    )
    requested_at = models.DateTimeField(db_index=True)
    peer = models.CharField(max_length=64, default="", blank=True)
    user_agent = models.CharField(max_length=256, default="", blank=True)
    # Null, not "": a request whose link is not made yet has none, and "" would be unique too.
    digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  # as the line above says
    bound_to = models.CharField(max_length=64, default="", blank=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="password_reset_link_whole",
                condition=Q(digest__isnull=True, expires_at__isnull=True)
                | Q(digest__isnull=False, expires_at__isnull=False, identity__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                name="password_reset_unmade", fields=["requested_at"], condition=Q(digest__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"password reset {self.pk}"
