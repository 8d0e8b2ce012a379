from datetime import timedelta

import pytest
from django.db import connection

from accounts import seals, trail
from accounts.models import Event, SealedBatch
from accounts.models.event import EventIsImmutableError
from tests.accounts.cast import NOW

LATER = NOW + timedelta(minutes=5)


def add(account, times: int = 1, at=NOW) -> list[Event]:
    for n in range(times):
        trail.append(
            account=account,
            at=at,
            source="api",
            service="iam",
            name="CreateUser",
            outcome="success",
            parameters={"n": n},
        )
    return list(Event.objects.order_by("-id")[:times])[::-1]


def seal(now=LATER, limit: int = 1000) -> SealedBatch:
    made = seals.seal(now=now, limit=limit)
    assert made is not None
    return made


def tamper(sql: str, *values: str | int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def sealed(account, other) -> list[SealedBatch]:
    """Three batches of two events; the last has one of the other account too."""
    add(account, 4)
    add(account)
    add(other)
    return [seal(limit=2) for _ in range(3)]


def faults(account=None) -> list[tuple[int, str]]:
    return [(problem.batch_id, problem.kind) for problem in seals.verify(account).problems]


def test_batches_follow_on_and_hold(sealed, account):
    one, two, three = sealed
    assert one.prev_hash == seals.GENESIS
    assert (two.prev_hash, three.prev_hash) == (one.hash, two.hash)
    assert [batch.count for batch in sealed] == [2, 2, 2]
    checked = seals.verify()
    assert checked
    assert (checked.batches, checked.events, checked.head) == (3, 6, three.hash)


def test_nothing_is_sealed_twice(sealed):
    assert seals.seal(now=LATER) is None


def test_young_events_wait(account):
    add(account, at=NOW)
    assert seals.seal(now=NOW + timedelta(seconds=59)) is None
    assert seal(NOW + timedelta(seconds=60)).count == 1


def test_an_old_event_behind_a_young_one_waits_with_it(account):
    add(account, at=LATER)
    add(account, at=NOW)
    assert seals.seal(now=LATER) is None


def test_an_empty_trail_holds(db):
    assert seals.seal(now=NOW) is None
    assert seals.verify() == seals.Verification(0, 0, seals.GENESIS, ())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "Harmless"),
        ("peer", "203.0.113.1"),
        ("parameters", '{"n": 9}'),
        ("at", "2026-03-01 11:00:00+00:00"),
        ("outcome", "denied"),
        ("account_id", None),
    ],
)
def test_a_changed_event_is_found_in_its_batch(sealed, column, value):
    tamper(f"UPDATE accounts_event SET {column} = %s WHERE id = %s", value, sealed[1].first_id)  # noqa: S608  # ours
    assert faults() == [(sealed[1].pk, "events-changed")]


def test_a_removed_event_is_found_in_its_batch(sealed):
    tamper("DELETE FROM accounts_event WHERE id = %s", sealed[1].last_id)
    assert faults() == [(sealed[1].pk, "events-missing")]


def test_an_inserted_event_is_found_in_the_batch_it_was_slipped_into(sealed):
    tamper("DELETE FROM accounts_event WHERE id = %s", sealed[1].first_id)
    tamper("DELETE FROM accounts_event WHERE id = %s", sealed[0].last_id)
    copy = Event.objects.get(pk=sealed[2].first_id)
    for place in (sealed[0].last_id, sealed[1].first_id):
        copy.pk, copy._state.adding = place, True
        copy.save()
    assert faults() == [(sealed[0].pk, "events-changed"), (sealed[1].pk, "events-changed")]


def test_an_event_inserted_between_batches_is_found(account, other):
    first = add(account)[0]
    gap = add(account)[0].pk
    tamper("DELETE FROM accounts_event WHERE id = %s", gap)
    add(account)
    one, two = (seal(limit=1) for _ in range(2))
    assert (one.last_id, two.first_id) == (first.pk, gap + 1)
    first.pk, first._state.adding = gap, True
    first.save()
    assert faults() == [(two.pk, "events-added")]


def test_a_removed_batch_breaks_the_chain(sealed):
    tamper("DELETE FROM accounts_sealedbatch WHERE id = %s", sealed[1].pk)
    assert faults() == [(sealed[2].pk, "chain-broken")]


def test_a_batch_resealed_over_forged_events_breaks_the_chain(sealed):
    tamper("UPDATE accounts_event SET name = 'Harmless' WHERE id = %s", sealed[0].first_id)
    events = list(Event.objects.filter(id__lte=sealed[0].last_id).order_by("id"))
    forged = seals._digest(seals.GENESIS, events)
    tamper("UPDATE accounts_sealedbatch SET hash = %s WHERE id = %s", forged, sealed[0].pk)
    assert faults() == [(sealed[1].pk, "chain-broken")]


def test_an_account_sees_its_own_events_counted(sealed, account, other):
    assert seals.verify(account).events == 5
    assert (seals.verify(other).batches, seals.verify(other).events) == (1, 1)


def test_a_seal_cannot_be_changed(sealed):
    with pytest.raises(EventIsImmutableError):
        sealed[0].save()
