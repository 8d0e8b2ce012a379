"""Binds events into a hash chain, batch by batch, and finds what was changed since.

A batch covers every event after the last batch's `last_id`, so an event slipped in later falls into
a sealed range and shows. The head of the chain, kept elsewhere, shows a chain rewritten as a whole.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.db import IntegrityError, transaction

from accounts.models import Account, Event, SealedBatch

GENESIS = "0" * 64
# An id is taken before its transaction commits; after a minute none below can still turn up.
SETTLE = timedelta(seconds=60)
_COLUMNS = tuple(field.attname for field in Event._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Problem:
    """A batch that does not hold: its events differ from what was sealed, or it does not follow on."""

    batch_id: int
    first_id: int
    last_id: int
    kind: Literal["events-changed", "events-missing", "events-added", "chain-broken"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain found; truthy when everything holds.

    `events` counts the sealed events looked at, of the account asked for where one was.
    """

    batches: int
    events: int
    head: str
    problems: tuple[Problem, ...]

    def __bool__(self) -> bool:
        return not self.problems


def seal(*, now: datetime, limit: int = 1000) -> SealedBatch | None:
    """Seal up to `limit` settled events into the next batch; None when there is nothing to seal.

    Safe to run twice or at once: of two that seal the same events one gives way.
    """
    try:
        with transaction.atomic():
            last = SealedBatch.objects.order_by("-last_id").first()
            events = _settled(last.last_id if last else 0, now, limit)
            if not events:
                return None
            previous = last.hash if last else GENESIS
            return SealedBatch.objects.create(
                prev_hash=previous,
                hash=_digest(previous, events),
                first_id=events[0].pk,
                last_id=events[-1].pk,
                count=len(events),
                sealed_at=now,
            )
    except IntegrityError:
        return None  # another worker sealed these: prev_hash is unique


def verify(account: Account | None = None) -> Verification:
    """Walk the whole chain; with an account, report only on batches that hold events of its own."""
    problems: list[Problem] = []
    batches = counted = 0
    previous, after = GENESIS, 0
    for batch in SealedBatch.objects.order_by("last_id").iterator():
        events = list(Event.objects.filter(id__gt=after, id__lte=batch.last_id).order_by("id"))
        own = [event for event in events if account is None or event.account_id == account.pk]
        kind = _fault(batch, previous, events)
        # A batch with a fault may have lost the very events that made it the account's.
        if own or kind:
            batches += 1
            counted += len(own)
        if kind:
            problems.append(Problem(batch.pk, batch.first_id, batch.last_id, kind))
        previous, after = batch.hash, batch.last_id
    return Verification(batches, counted, previous, tuple(problems))


def _settled(after: int, now: datetime, limit: int) -> list[Event]:
    """The events after that id as far as all are old enough: nothing can still appear among them."""
    settled: list[Event] = []
    for event in Event.objects.filter(id__gt=after).order_by("id")[:limit]:
        if event.at > now - SETTLE:
            break
        settled.append(event)
    return settled


def _fault(
    batch: SealedBatch, previous: str, events: list[Event]
) -> Literal["events-changed", "events-missing", "events-added", "chain-broken"] | None:
    if batch.prev_hash != previous:
        return "chain-broken"
    if batch.hash == _digest(previous, events):
        return None
    if len(events) < batch.count:
        return "events-missing"
    return "events-added" if len(events) > batch.count else "events-changed"


def _digest(previous: str, events: Iterable[Event]) -> str:
    whole = hashlib.sha256(previous.encode("ascii"))
    for event in events:
        whole.update(b"\n")
        whole.update(_canonical(event))
    return whole.hexdigest()


def _canonical(event: Event) -> bytes:
    record = {column: getattr(event, column) for column in _COLUMNS}
    record["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
