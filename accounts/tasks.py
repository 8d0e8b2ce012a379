"""Periodic work: small batches of ids, safe to run twice or late. Nothing waits for it to be correct."""

from datetime import UTC, datetime

from celery import shared_task

from accounts import challenges, seals, sessions, throttle

BATCHES_A_RUN = 20


@shared_task(name="accounts.tasks.tidy_console_sessions", acks_late=True, soft_time_limit=50)  # type: ignore[untyped-decorator]  # Celery has no types
def tidy_console_sessions(batch: int = 500) -> int:
    """Drop console sessions and challenges past their time, and sign-in counters that count nothing; returns how many."""
    now = datetime.now(UTC)
    return sessions.tidy(now, batch) + throttle.tidy(now, batch) + challenges.tidy(now, batch)


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
