"""Periodic work of iam: each run finds what is due, runs one operation for each, and returns how many it did.

Correctness never waits for a task: what is past its time is refused at use.  A task that runs twice, late or beside
itself finds nothing to do; what one row refuses does not keep the others waiting.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import Account, AccountState
from iam import audit, jobs, last_use, token_keys, work
from iam.call import SystemPrincipal
from iam.errors import ServiceError
from iam.models import AccessKey, Job, KeyRotation, Session, TokenKey
from iam.operations.tenant import KEPT_AFTER_EXPIRY
from iam.reports.last_accessed import TRACKED_FOR
from iam.system import SYSTEM, run_system

JOBS_KEPT = timedelta(days=7)
# How long a worker stays with one job before another may have its turn; well below the tasks' limit.
TURN = timedelta(seconds=20)

log = logging.getLogger(__name__)


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def expire_sessions(batch: int = 500) -> int:
    """Forget temporary credentials a week past their time.  Runs each minute; returns how many."""
    now = timezone.now()
    due = Session.objects.expired_before(now - KEPT_AFTER_EXPIRY)
    found = due.values_list("account_id", "key_id")[:batch]
    return _for_each(SYSTEM.expiry, "tenant.ExpireSession", list(found))


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def rotate_access_keys(batch: int = 200) -> int:
    """Take the steps of key rotations that are due, and start those of keys that have grown too old.

    Runs every five minutes; returns how many steps it took.
    """
    now = timezone.now()
    due = KeyRotation.objects.due(now).values_list("account_id", "new_key_id")[:batch]
    done = _for_each(SYSTEM.rotation, "tenant.AdvanceKeyRotation", list(due))
    rotating = Account.objects.filter(state=AccountState.ACTIVE, access_key_max_age_days__isnull=False)
    # A few distinct ages, however many accounts: one query for each age.
    ages = {age for age in rotating.values_list("access_key_max_age_days", flat=True).distinct() if age}
    for age in ages:
        old = AccessKey.objects.rotatable(age, now).values_list("account_id", "key_id")[:batch]
        done += _for_each(SYSTEM.rotation, "tenant.StartKeyRotation", list(old))
    return done


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def rotate_token_keys(batch: int = 50) -> int:
    """Replace the keys that sign accounts' tokens before they grow old, and forget those that are spent.

    Runs hourly; returns for how many accounts.
    """
    now = timezone.now()
    done = 0
    for account in Account.objects.filter(pk__in=TokenKey.objects.accounts_due(*token_keys.due(now)))[:batch]:
        try:
            run_system(SYSTEM.rotation, "tenant.RotateTokenKeys", account, now=now)
        except ServiceError as refusal:
            log.info("token keys of %s refused: %s", account.number, refusal.code)
        else:
            done += 1
    return done


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def drop_old_decisions(batch: int = 1000) -> int:
    """Forget stored denials past ninety days.  Runs hourly; returns how many."""
    before, dropped = timezone.now() - audit.DECISIONS_KEPT, 0
    while forgotten := audit.forget_decisions(before, batch):
        dropped += forgotten
    return dropped


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(job_pk: int) -> bool:
    """Carry on a job for a while; true where it is over by then.

    Sent when a job is made.  One that is over, or another worker's, is left alone.
    """
    return _carry_on(job_pk, timezone.now() + TURN)


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_jobs(batch: int = 20) -> int:
    """Do what waits although no message told of it, and what dead workers left behind.

    Runs every half a minute; returns how many jobs it carried on.
    """
    now = timezone.now()
    begun = 0
    for job_pk in list(Job.objects.claimable(now).values_list("pk", flat=True)[:batch]):
        if timezone.now() >= now + TURN:
            break
        _carry_on(job_pk, now + TURN)
        begun += 1
    return begun


@shared_task(acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def drop_old_jobs(batch: int = 100) -> int:
    """Forget jobs a week after their end, and uses of actions past the time that is told.  Runs hourly."""
    now, dropped = timezone.now(), 0
    for job in Job.objects.over_before(now - JOBS_KEPT)[:batch]:
        job.delete()
        dropped += 1
    while forgotten := last_use.forget_before(now - TRACKED_FOR, 1000):
        dropped += forgotten
    return dropped


def _carry_on(job_pk: int, until: datetime) -> bool:
    job = jobs.claim(job_pk, timezone.now())
    if job is None:
        return False
    try:
        while not work.step(job, timezone.now()):
            if timezone.now() >= until:
                jobs.hand_over(job)
                return False
    except jobs.ClaimLost:
        log.info("job %s has another worker", job_pk)
        return False
    return True


def _for_each(worker: SystemPrincipal, operation: str, found: Iterable[tuple[int, str]]) -> int:
    """Run the operation for each (account, access key id); one that refuses is logged and left."""
    done = 0
    for account_pk, key_id in found:
        account = Account.objects.get(pk=account_pk)
        try:
            run_system(worker, operation, account, now=timezone.now(), AccessKeyId=key_id)
        except ServiceError as refusal:
            log.info("%s of %s refused: %s", operation, key_id, refusal.code)
        else:
            done += 1
    return done
