"""What is kept about decisions and amounts: stored denials, and counts that quotas are held against."""

import uuid
from collections.abc import Iterable

from django.db import models

from accounts.models import Account


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Stored denials of an account."""

    def with_public_id(self, decision_id: str) -> "Decision | None":
        """The denial that error and event name by this id, or None; what is no id finds nothing."""
        try:
            return self.filter(decision_id=uuid.UUID(decision_id)).first()
        except ValueError:
            return None

    def known_by(self, ids: Iterable[str]) -> "DecisionQuerySet":
        """The denials that one of the ids names: as their own id, or as that of the request; what is no id finds nothing."""
        read = [uuid.UUID(each) for each in ids if _is_uuid(each)]
        return self.filter(
            models.Q(decision_id__in=read) | models.Q(request_id__in=[str(each) for each in read])
        )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class Decision(models.Model):
    """A denial in full, kept for a bounded time under the id that error, audit event and console share."""

    decision_id = models.UUIDField(unique=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    request_id = models.CharField(max_length=36)
    principal_arn = models.CharField(max_length=640)
    action = models.CharField(max_length=192)
    resource = models.CharField(max_length=2048)
    message = models.TextField()
    body: "models.JSONField[dict[str, object], dict[str, object]]" = models.JSONField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="decision_account_newest"),
            models.Index(fields=["at"], name="decision_at"),
            models.Index(fields=["account", "request_id"], name="decision_account_request"),
        ]

    def __str__(self) -> str:
        return str(self.decision_id)
