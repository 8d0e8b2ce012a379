"""Links that a worker mails to whoever asked on a page: random tokens, kept as digests.

A request stands in a row without a digest until its link is mailed; one that no message told of is found by the sweep.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db.models import Model, QuerySet

from accounts import agents, mail

TOKEN_BYTES: Final = 32


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
    rows.filter(pk__in=list(old.values_list("pk", flat=True)[:batch])).delete()
    return len(due)
