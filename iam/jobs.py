"""Long work: begun once, told to a worker, claimed by one, carried on in steps, finished or failed.

A message to a worker carries a job's key and may be lost, late or doubled: a sweep finds what waits, a claim belongs
to one worker at a time, and a worker that was taken for dead can write nothing any more.
"""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from iam.call import Call
from iam.models import Job, JobKind, JobPart, JobState

RUN = "iam.tasks.run_job"
# After so many workers died over it, a job is no longer tried.
MOST_ATTEMPTS = 5
GIVEN_UP = ("ServiceFailure", "The work was begun several times and never finished.")

log = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Another worker has the job, or it is gone: what this one did since its last step is not kept."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a job made: parts of its result by name, how far it is, where the next step begins."""

    parts: Mapping[str, bytes]
    done: int
    total: int
    cursor: str = ""
    last: bool = False


def begin(call: Call, kind: JobKind, **parameters: str) -> tuple[Job, bool]:
    """The job that does this: a new one, told to a worker, or the one under way; and whether it is new.

    The same is asked by the same principal in the same words; of credential reports an account has one under way.
    """
    requester = call.principal.unique_id
    rows = call.account.jobs.open().filter(kind=kind)
    if kind != JobKind.CREDENTIAL_REPORT:
        rows = rows.filter(requester=requester, parameters=parameters)
    if (under_way := rows.first()) is not None:
        return under_way, False
    try:
        with transaction.atomic():
            job = Job.objects.create(
                account=call.account,
                kind=kind.value,
                parameters=parameters,
                requester=requester,
                requested_by=call.principal.arn[:2048],
                created_at=call.now,
            )
    except IntegrityError:
        # Somebody else began it in the same moment.
        return rows.get(), False
    enqueue_on_commit(job)
    return job, True


def enqueue_on_commit(job: Job) -> None:
    """Tell a worker of the job once its row is there to be found."""
    transaction.on_commit(lambda: enqueue(job.pk))


def enqueue(job_pk: int) -> None:
    """Tell a worker of the job.  A broker that is down loses nothing: the sweep finds the row."""
    try:
        current_app.send_task(RUN, args=[job_pk], ignore_result=True, retry=False)
    except (OperationalError, OSError) as down:
        log.warning("job %s waits for the sweep: %s", job_pk, type(down).__name__)


def claim(job_pk: int, now: datetime) -> Job | None:
    """The job, if it is this worker's from now on; None where it is over, gone or another's.

    A job that killed its workers too often fails here.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        job = Job.objects.claimable(now).select_for_update().filter(pk=job_pk).first()
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            _end(job, now, JobState.FAILED, *GIVEN_UP)
            return None
        job.state, job.claim, job.beat_at = JobState.RUNNING.value, token, now
        job.attempts += 1
        job.save(update_fields=["state", "claim", "beat_at", "attempts"])
    return job


def keep(job: Job, step: Step, now: datetime) -> None:
    """Store what a step made; the last one ends the job.  Errors: ClaimLost."""
    with transaction.atomic():
        _require(job)
        JobPart.objects.bulk_create(
            JobPart(job=job, name=name, content=content) for name, content in step.parts.items()
        )
        # A step that came through says that the job kills nobody.
        job.done, job.total, job.cursor, job.beat_at, job.attempts = (
            step.done,
            step.total,
            step.cursor,
            now,
            0,
        )
        job.save(update_fields=["done", "total", "cursor", "beat_at", "attempts"])
        if step.last:
            _end(job, now, JobState.DONE)


def hand_over(job: Job) -> None:
    """Leave the job to the next worker, from where it stands.  Errors: ClaimLost."""
    with transaction.atomic():
        _require(job)
        job.state, job.claim = JobState.WAITING.value, None
        job.save(update_fields=["state", "claim"])
        enqueue_on_commit(job)


def fail(job: Job, now: datetime, code: str, message: str) -> None:
    """End the job with a reason; its parts are dropped.  Errors: ClaimLost."""
    with transaction.atomic():
        _require(job)
        _end(job, now, JobState.FAILED, code, message)


def content(job: Job) -> bytes:
    """The whole result of a job: its parts in order."""
    return b"".join(bytes(part) for part in job.parts.order_by("name").values_list("content", flat=True))


def part(job: Job, name: str) -> bytes | None:
    """One piece of a result, or None where the job made no such piece."""
    found = job.parts.filter(name=name).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def _require(job: Job) -> None:
    held = Job.objects.select_for_update().filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING)
    if job.claim is None or not held.exists():
        raise ClaimLost(str(job))


def _end(job: Job, now: datetime, state: JobState, code: str = "", message: str = "") -> None:
    job.state, job.finished_at, job.claim = state.value, now, None
    job.error_code, job.error_message = code, message[:1000]
    job.save(update_fields=["state", "finished_at", "claim", "error_code", "error_message"])
    if state == JobState.FAILED:
        job.parts.all().delete()
