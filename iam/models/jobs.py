"""Long work as rows: what was asked for, how far it is, what came of it.

A row is the record; the message to a worker only makes it prompt.  All changes of a job under way go through iam.jobs.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import Account


class JobKind(StrEnum):
    """What a job does."""

    CREDENTIAL_REPORT = "credential-report"
    LAST_ACCESSED = "last-accessed"


class JobState(StrEnum):
    """How far a job is: waiting and running ones are open, the others never change again."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


OPEN = (JobState.WAITING.value, JobState.RUNNING.value)
# A worker that has not been heard of for so long has died; another may take its job.
STALE_AFTER = timedelta(minutes=2)


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs of an account, or all of them for the workers."""

    def open(self) -> Self:
        """Jobs that are not over."""
        return self.filter(state__in=OPEN)

    def claimable(self, now: datetime) -> Self:
        """Jobs that wait, or whose worker has died; the longest waiting first."""
        dead = Q(state=JobState.RUNNING, beat_at__lt=now - STALE_AFTER)
        return self.filter(Q(state=JobState.WAITING) | dead).order_by("created_at", "pk")

    def over_before(self, moment: datetime) -> Self:
        """Jobs that ended before the moment."""
        return self.filter(finished_at__lt=moment).order_by("finished_at", "pk")

    def with_id(self, job_id: str) -> "Job | None":
        """The job that was answered under this id, or None; what is no id finds nothing."""
        try:
            return self.filter(job_id=uuid.UUID(job_id)).first()
        except ValueError:
            return None

    def newest(self, kind: JobKind) -> "Job | None":
        """The newest job of a kind, or None."""
        return self.filter(kind=kind).order_by("-pk").first()


class Job(models.Model):
    """One piece of long work.  `done` of `total` is its progress; `cursor` is where the next step begins.

    `claim` is the token of the worker that has it: a worker that was taken for dead no longer matches and can change
    nothing.  `requester` is the unique id of the user or role that asked (root: the account's number).
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="jobs")
    job_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=8, default=JobState.WAITING.value)
    parameters: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    requester = models.CharField(max_length=32, default="", blank=True)
    requested_by = models.CharField(max_length=2048, default="", blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.CharField(max_length=128, default="", blank=True)
    error_code = models.CharField(max_length=64, default="", blank=True)
    error_message = models.CharField(max_length=1000, default="", blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="check_job_state"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(kind="credential-report", state__in=["waiting", "running"]),
                name="uniq_job_open_credential_report",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "kind", "-id"], name="job_account_kind_newest"),
            models.Index(fields=["state", "created_at"], name="job_state"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id}"

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.state in OPEN


class JobPart(models.Model):
    """A piece of a job's result; in the order of their names the pieces make the whole."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts")
    name = models.CharField(max_length=80)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="uniq_jobpart_job_name")]

    def __str__(self) -> str:
        return self.name


class ActionUse(models.Model):
    """When a user, a role or root last tried an action, allowed or not; kept to the minute by iam.last_use.

    `principal_id` is the unique id: a name that is made anew has used nothing.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="action_uses", db_index=False)
    principal_id = models.CharField(max_length=32)
    service = models.CharField(max_length=64)
    action = models.CharField(max_length=128)
    at = models.DateTimeField()
    region = models.CharField(max_length=32, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "principal_id", "service", "action"], name="uniq_actionuse"
            )
        ]
        indexes = [
            models.Index(fields=["account", "service", "principal_id"], name="actionuse_account_service"),
            models.Index(fields=["at"], name="actionuse_at"),
        ]

    def __str__(self) -> str:
        return f"{self.service}:{self.action} by {self.principal_id}"
