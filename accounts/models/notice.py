"""What somebody should know about their own sign-in and credentials, and what was seen of them before."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One thing told to one identity, shown until it is old, mailed where there is an address.

    `facts` maps names of accounts.notice_kinds to plain text; never a secret.  Of several with one `once` the first is
    kept.  `mailed`: a mail was written; so many of a kind an hour are.
    """

    identity = models.ForeignKey("accounts.Identity", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed = models.BooleanField(default=False)
    # Null, not "": most notices may be told again, and "" would be unique too.
    once = models.CharField(max_length=64, null=True)  # noqa: DJ001  # as the line above says

    class Meta:
        constraints = (models.UniqueConstraint(name="uniq_notice_once", fields=["identity", "once"]),)
        indexes = (
            models.Index(name="notice_newest", fields=["identity", "-id"]),
            models.Index(name="notice_unseen", fields=["identity"], condition=Q(seen_at__isnull=True)),
            models.Index(name="notice_age", fields=["at"]),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.identity_id}"


class SeenBefore(models.Model):
    """A browser or a network that an identity has signed in with: `value` is a digest, or the network in CIDR form."""

    identity = models.ForeignKey("accounts.Identity", on_delete=models.CASCADE, related_name="seen_before")
    what = models.CharField(max_length=8)
    value = models.CharField(max_length=64)
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="uniq_seen_before", fields=["identity", "what", "value"]),
        )
        indexes = (models.Index(name="seen_before_age", fields=["last_at"]),)

    def __str__(self) -> str:
        return f"{self.what} of {self.identity_id}"
