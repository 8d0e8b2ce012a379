"""What each kind of job does, one bounded step at a time; a worker runs steps until the job is over or its turn is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from iam import jobs, quotas, service_catalogue
from iam.errors import ServiceError
from iam.jobs import Step
from iam.models import Job, JobKind
from iam.reports import credential_report, last_accessed

Worker: TypeAlias = Callable[[Job, datetime], Step]

# A multiple of the rows in a piece, so that pieces are numbered through.
USERS_IN_A_STEP = 10 * credential_report.ROWS_IN_A_PIECE


def step(job: Job, now: datetime) -> bool:
    """Do the next step of a claimed job; true where that was the last.

    What the work itself refuses, such as a report on what is gone, ends the job as failed.  Errors: ClaimLost.
    """
    try:
        made = _WORK[JobKind(job.kind)](job, now)
    except ServiceError as refusal:
        jobs.fail(job, now, refusal.code, refusal.message)
        return True
    jobs.keep(job, made, now)
    if made.last and job.kind == JobKind.CREDENTIAL_REPORT:
        # An account has one report; those before it have expired.
        job.account.jobs.filter(kind=job.kind, pk__lt=job.pk).delete()
    return made.last


def _credential_report(job: Job, now: datetime) -> Step:  # noqa: ARG001  # one signature for all work
    account = job.account
    users = credential_report.users_after(account, job.cursor, USERS_IN_A_STEP)
    first_number = job.done // credential_report.ROWS_IN_A_PIECE
    done = job.done + len(users)
    return Step(
        parts=credential_report.pieces(account, users, first_number),
        done=done,
        total=max(done, quotas.tallies(account).get("Users", 0)),
        cursor=users[-1].name_key if users else job.cursor,
        last=len(users) < USERS_IN_A_STEP,
    )


def _last_accessed(job: Job, now: datetime) -> Step:
    known = service_catalogue.catalogue()
    parts = last_accessed.parts(
        job.account, job.parameters["arn"], job.parameters["granularity"], now, known, known.title
    )
    return Step(parts=parts, done=1, total=1, last=True)


_WORK: Mapping[JobKind, Worker] = {
    JobKind.CREDENTIAL_REPORT: _credential_report,
    JobKind.LAST_ACCESSED: _last_accessed,
}
