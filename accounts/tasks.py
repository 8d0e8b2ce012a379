"""Periodic work: small batches of ids, safe to run twice or late. Nothing waits for it to be correct."""

from collections.abc import Callable
from datetime import UTC, datetime

from celery import shared_task

from accounts import (
    challenges,
    contacts,
    mail,
    notices,
    password_reset,
    seals,
    seen,
    sessions,
    signin_notices,
    signin_tokens,
    signup_by_mail,
    temporary_pass,
    throttle,
)

BATCHES_A_RUN = 20


@shared_task(name="accounts.tasks.tidy_console_sessions", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def tidy_console_sessions(batch: int = 500) -> int:
    """Drop what sign-in leaves behind: sessions, challenges, passes and tokens past their time; returns how many."""
    now = datetime.now(UTC)
    kinds = (sessions, throttle, challenges, temporary_pass, signin_tokens)
    return sum(_all_due(kind.tidy, now, batch) for kind in kinds)


@shared_task(name="accounts.tasks.seal_events", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def seal_events(batch: int = 1000) -> int:
    """Seal settled events into the chain; returns how many were sealed."""
    sealed = 0
    for _ in range(BATCHES_A_RUN):
        seal = seals.seal(now=datetime.now(UTC), limit=batch)
        if seal is None:
            break
        sealed += seal.count
    return sealed


@shared_task(name=mail.SEND, acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def send_mail(pk: int) -> bool:
    """Send a mail that waits; returns whether it is over.  Sent when its row is committed."""
    return mail.send(pk, datetime.now(UTC))


@shared_task(name="accounts.tasks.sweep_mail", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_mail(batch: int = 20) -> int:
    """Send what no message told of and what is to be tried again, and forget old mail; returns how many were tried."""
    now = datetime.now(UTC)
    mail.tidy(now, 500)
    return mail.sweep(now, batch)


@shared_task(name=signin_notices.LOOK_AT_LOCK, acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def look_at_lock(identity_pk: int) -> bool:
    """Tell an identity that its password is locked, if it is.  Sent after every refused sign-in, real user or not."""
    return signin_notices.look_at_lock(identity_pk, datetime.now(UTC))


@shared_task(name="accounts.tasks.tidy_notices", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def tidy_notices(batch: int = 500) -> int:
    """Forget old notices, browsers, networks and proposed addresses.  Runs hourly; returns how many."""
    now = datetime.now(UTC)
    return notices.tidy(now, batch) + seen.tidy(now, batch) + contacts.tidy(now, batch)


@shared_task(name=password_reset.MAIL_LINK, acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def mail_password_reset(pk: int) -> bool:
    """Mail the link of a forgotten password, if whoever was named may have one.  Sent for every request."""
    return password_reset.mail_link(pk, datetime.now(UTC))


@shared_task(name="accounts.tasks.sweep_password_resets", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_password_resets(batch: int = 100) -> int:
    """Look at requests that no message told of, and forget old ones.  Runs each minute; returns how many."""
    return password_reset.sweep(datetime.now(UTC), batch)


@shared_task(name=signup_by_mail.MAIL_LINK, acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def mail_sign_up(pk: int) -> bool:
    """Mail the link that opens an account, or tell the owner of the address.  Sent for every request."""
    return signup_by_mail.mail_link(pk, datetime.now(UTC))


@shared_task(name="accounts.tasks.sweep_sign_ups", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def sweep_sign_ups(batch: int = 100) -> int:
    """Look at requests for accounts that no message told of, and forget old ones.  Runs each minute; returns how many."""
    return signup_by_mail.sweep(datetime.now(UTC), batch)


def _all_due(tidy: Callable[[datetime, int], int], now: datetime, batch: int) -> int:
    """Tidy batch by batch until nothing is due: strangers can make more than a batch between two runs."""
    dropped = 0
    for _ in range(BATCHES_A_RUN):
        some = tidy(now, batch)
        dropped += some
        if some < batch:
            break
    return dropped
