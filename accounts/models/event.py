"""The audit trail's rows: events are only ever added, then sealed in batches into a hash chain."""

from enum import StrEnum
from typing import NoReturn, TypeVar

from django.db import models
from django.db.models import Q


class EventSource(StrEnum):
    """The face an act came through."""

    API = "api"
    CONSOLE = "console"
    SIGNIN = "signin"
    SYSTEM = "system"


class EventOutcome(StrEnum):
    """How it ended: done, refused by policy, or failed for another reason."""

    SUCCESS = "success"
    DENIED = "denied"
    FAILED = "failed"


class EventIsImmutableError(TypeError):
    """An event or a seal was about to be changed or deleted."""


M = TypeVar("M", bound=models.Model)


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Reads and inserts; what would change or drop rows in bulk raises."""

    def update(self, **_values: object) -> NoReturn:
        """Refuse.

        Errors: EventIsImmutableError always.
        """
        raise EventIsImmutableError("the audit trail is never changed")

    def delete(self) -> NoReturn:
        """Refuse.

        Errors: EventIsImmutableError always.
        """
        raise EventIsImmutableError("the audit trail is never deleted")


class _AppendOnly(models.Model):
    """Can be inserted; refuses to be saved again or deleted."""

    class Meta:
        abstract = True

    def save(self, *_args: object, **options: object) -> None:
        """Insert the row.

        Errors: EventIsImmutableError when the row exists already.
        """
        if not self._state.adding or options.get("force_update") or options.get("update_fields") is not None:
            raise EventIsImmutableError(f"{self._meta.label} rows are never changed")
        super().save(force_insert=True)

    def delete(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse.

        Errors: EventIsImmutableError always.
        """
        raise EventIsImmutableError(f"{self._meta.label} rows are never deleted")


class Event(_AppendOnly):
    """One act: who did what to what, from where, and how it ended.

    `account` is null for acts that belong to no tenant, such as a sign-in at an account that is
    not there. `parameters` and `response` arrive redacted. `resources` is a list of ARNs.
    """

    account = models.ForeignKey(
        "accounts.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,  # the indexes below all begin with it
    )
    at = models.DateTimeField()
    source = models.CharField(max_length=8)
    service = models.CharField(max_length=32)
    name = models.CharField(max_length=128)
    actor_arn = models.CharField(max_length=2048, default="", blank=True)
    actor_id = models.CharField(max_length=256, default="", blank=True)
    access_key_id = models.CharField(max_length=128, default="", blank=True)
    peer = models.CharField(max_length=64, default="", blank=True)
    user_agent = models.CharField(max_length=512, default="", blank=True)
    request_id = models.CharField(max_length=64, default="", blank=True)
    outcome = models.CharField(max_length=8)
    error_code = models.CharField(max_length=128, default="", blank=True)
    error_message = models.TextField(default="", blank=True)
    resources = models.JSONField(default=list)
    parameters = models.JSONField(null=True)
    response = models.JSONField(null=True)
    decision_id = models.CharField(max_length=64, default="", blank=True)
    read_only = models.BooleanField(default=False)
    mfa = models.BooleanField(default=False)

    objects = AppendOnlyQuerySet["Event"].as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="event_source_known", condition=Q(source__in=[str(source) for source in EventSource])
            ),
            models.CheckConstraint(
                name="event_outcome_known",
                condition=Q(outcome__in=[str(outcome) for outcome in EventOutcome]),
            ),
        )
        indexes = (
            models.Index(name="event_account_newest", fields=["account", "-id"]),
            models.Index(name="event_account_at", fields=["account", "at"]),
            models.Index(name="event_account_name_at", fields=["account", "name", "at"]),
            models.Index(
                name="event_account_decision",
                fields=["account", "decision_id"],
                condition=~Q(decision_id=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.outcome} at {self.at:%Y-%m-%dT%H:%M:%SZ}"


class SealedBatch(_AppendOnly):
    """The events after the batch before up to `last_id`, bound by `hash` to all earlier ones.

    `prev_hash` of the first batch is 64 zeros; it is unique, so the chain cannot fork.
    """

    prev_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["SealedBatch"].as_manager()

    def __str__(self) -> str:
        return f"events {self.first_id} to {self.last_id}"
