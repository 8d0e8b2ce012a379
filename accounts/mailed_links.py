"""Links that a worker mails to whoever asked on a page: random tokens, kept as digests.

A request stands in a row without a digest until its link is mailed; one that no message told of is found by the sweep.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db.models import Model, QuerySet

from accounts import agents, mail, throttle

TOKEN_BYTES: Final = 32
# However many addresses ask, so many requests wait at most: anybody may ask.
MOST_WAITING: Final = 10_000
BATCHES_A_SWEEP: Final = 20

log = logging.getLogger(__name__)


class Asked(Protocol):
    """Whence and when a link was asked for."""

    requested_at: datetime
    user_agent: str
    peer: str


def new_token() -> str:
    """A token for a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(text: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def facts(row: Asked, until: datetime) -> list[tuple[str, str]]:
    """What the letter says of the request, so that whoever did not ask can tell."""
    return [
        ("Asked for at", mail.moment(row.requested_at)),
        ("Browser", agents.describe(row.user_agent)),
        ("From address", row.peer),
        ("Works once, until", mail.moment(until)),
    ]


def admitted(waiting: QuerySet[Model], peer: str, now: datetime) -> bool:
    """Whether a request from that address is looked at; else nothing is to be written for it.  It is counted.

    `waiting`: the requests that wait already, of all addresses.
    """
    if not throttle.admit([throttle.asking_subject(peer)], now):
        return False
    full = waiting.order_by()[MOST_WAITING - 1 : MOST_WAITING].exists()
    if full:
        log.warning("%d requests wait for a link: one more is dropped", MOST_WAITING)
    return not full


def sweep(
    rows: QuerySet[Model],
    mail_link: Callable[[int, datetime], bool],
    now: datetime,
    kept: timedelta,
    batch: int,
) -> int:
    """Mail what no message told of, and forget what was kept long enough; returns how many were looked at."""
    waiting = rows.filter(digest__isnull=True).order_by("requested_at")
    due = list(waiting.values_list("pk", flat=True)[:batch])
    for pk in due:
        mail_link(pk, now)
    old = rows.filter(requested_at__lte=now - kept).order_by("requested_at")
    for _ in range(BATCHES_A_SWEEP):
        late = list(old.values_list("pk", flat=True)[:batch])
        rows.filter(pk__in=late).delete()
        if len(late) < batch:
            break
    return len(due)
