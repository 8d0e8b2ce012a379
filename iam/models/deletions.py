"""Requests to delete service-linked roles, and what became of them."""

from django.db import models

from accounts.models import Account


class DeletionState(models.TextChoices):
    """How far a deletion has come, in the service model's words."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class DeletionTask(models.Model):
    """One request.  It is decided in the transaction that makes it, since no linked service has to be asked first."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="deletion_tasks")
    task_id = models.CharField(max_length=1000, unique=True)
    state = models.CharField(max_length=9)
    reason = models.CharField(max_length=1000, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["SUCCEEDED", "FAILED"]), name="check_deletiontask_state"
            )
        ]

    def __str__(self) -> str:
        return self.task_id
