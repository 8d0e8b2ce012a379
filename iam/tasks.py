"""Periodic work of iam: each run finds what is due, runs one operation for each, and returns how many it did.

Correctness never waits for a task: what is past its time is refused at use.  A task that runs twice, late or beside
itself finds nothing to do; what one row refuses does not keep the others waiting.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import Account, AccountState
from iam import audit
from iam.call import SystemPrincipal
from iam.errors import ServiceError
from iam.models import AccessKey, KeyRotation, Session
from iam.operations.tenant import KEPT_AFTER_EXPIRY
from iam.system import SYSTEM, run_system

DECISIONS_KEPT = timedelta(days=90)

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
def drop_old_decisions(batch: int = 1000) -> int:
    """Forget stored denials past ninety days.  Runs hourly; returns how many."""
    before, dropped = timezone.now() - DECISIONS_KEPT, 0
    while forgotten := audit.forget_decisions(before, batch):
        dropped += forgotten
    return dropped


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
