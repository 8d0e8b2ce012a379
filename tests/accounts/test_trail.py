import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db.models import ProtectedError

from accounts import trail
from accounts.models import Event
from accounts.models.event import EventIsImmutableError
from tests.accounts.cast import NOW


def add(account, **values) -> Event:
    facts: dict[str, Any] = {
        "at": NOW,
        "source": "api",
        "service": "iam",
        "name": "CreateUser",
        "outcome": "success",
    }
    trail.append(account=account, **(facts | values))
    return Event.objects.latest("id")


def exported(account, form) -> str:
    return "".join(trail.export(account.events.order_by("id"), form))


def test_an_event_keeps_what_it_was_given(account):
    event = add(
        account,
        actor_arn="arn:aws:iam::1:user/alice",
        parameters={"UserName": "bob"},
        resources=["arn:aws:iam::1:user/bob"],
        mfa=True,
    )
    event.refresh_from_db()
    assert event.parameters == {"UserName": "bob"}
    assert event.resources == ["arn:aws:iam::1:user/bob"]
    assert event.mfa
    assert event.response is None


def test_an_event_cannot_be_changed_or_deleted(account):
    event = add(account)
    event.name = "Other"
    for attempt in (
        event.save,
        event.delete,
        lambda: event.save(update_fields=["name"]),
        lambda: Event.objects.update(name="Other"),
        Event.objects.all().delete,
        account.events.all().delete,
        lambda: Event.objects.get(pk=event.pk).save(),
    ):
        with pytest.raises(EventIsImmutableError):
            attempt()
    assert Event.objects.get().name == "CreateUser"


def test_an_account_with_events_cannot_be_deleted(account):
    add(account)
    with pytest.raises((ProtectedError, EventIsImmutableError)):
        account.delete()


def test_text_a_database_cannot_store_is_made_storable(account):
    event = add(
        account,
        user_agent="a\x00b\ud800" + "x" * 1000,
        parameters={"k\x00": ["\ud800", {"deep": "\x00"}], "when": NOW, "blob": b"abc"},
    )
    event.refresh_from_db()
    assert event.user_agent.startswith("a\ufffdb?xxx")
    assert len(event.user_agent) == 512
    assert event.parameters == {
        "k\ufffd": ["?", {"deep": "\ufffd"}],
        "when": "2026-03-01T12:00:00Z",
        "blob": "(3 bytes)",
    }


def test_names_and_values_that_are_too_long_are_cut(account):
    event = add(
        account, parameters={"k" * 300: "v", "Text": "t" * 200_001}, response={"Deep": [{"k" * 257: 1}]}
    )
    event.refresh_from_db()
    assert event.parameters == {"k" * 256: "v", "Text": "t" * 200_000}
    assert event.response == {"Deep": [{"k" * 256: 1}]}


def test_a_search_finds_the_accounts_own_events_newest_first(account, other):
    one = add(account, actor_arn="arn:alice", at=NOW)
    two = add(
        account,
        name="DeleteUser",
        outcome="denied",
        resources=["arn:aws:iam::1:user/bob"],
        at=NOW + timedelta(1),
    )
    add(other)

    def found(**terms):
        return list(trail.search(account, **terms))

    assert found() == [two, one]
    assert found(outcome="denied") == [two]
    assert found(name="CreateUser", actor_arn="arn:alice") == [one]
    assert found(name="") == [two, one]
    assert found(since=NOW + timedelta(hours=1)) == [two]
    assert found(until=NOW + timedelta(hours=1)) == [one]
    assert found(before_id=two.pk) == [one]
    assert found(text="user/bob") == [two]
    assert found(text="ALICE") == [one]


def test_json_lines_hold_one_event_each(account):
    add(
        account, user_agent='line\r\nbreak"', at=datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    )
    add(account)
    lines = exported(account, "jsonl").splitlines()
    assert len(lines) == 2
    record = json.loads(lines[0])
    assert list(record) == list(trail.COLUMNS)
    assert record["at"] == "2026-03-01T12:00:00Z"
    assert record["account"] == account.number
    assert record["user_agent"] == 'line\r\nbreak"'


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", " ="]
)
def test_a_cell_that_would_run_is_made_inert(account, start):
    risky = f'{start}cmd|" /C calc"!A0'
    add(account, user_agent=risky)
    row = next(csv.DictReader(io.StringIO(exported(account, "csv"), newline="")))
    assert row["user_agent"] == f"'{risky}"


def test_ordinary_cells_are_left_alone_and_rows_are_as_many(account):
    values = ['quote " comma , ', "line\nbreak", "AKIAIOSFODNN7EXAMPLE", "a=b", "x-y", "plain"]
    for value in values:
        add(account, user_agent=value, actor_arn="arn:aws:iam::123456789012:user/a=b")
    rows = list(csv.DictReader(io.StringIO(exported(account, "csv"), newline="")))
    assert [row["user_agent"] for row in rows] == values
    assert {row["actor_arn"] for row in rows} == {"arn:aws:iam::123456789012:user/a=b"}


def test_cells_of_structure_are_json_and_empty_ones_are_empty(account):
    add(account, parameters={"UserName": "é"}, resources=["arn:x"])
    row = next(csv.DictReader(io.StringIO(exported(account, "csv"), newline="")))
    assert row["parameters"] == '{"UserName": "é"}'
    assert row["resources"] == '["arn:x"]'
    assert row["response"] == row["error_code"] == ""
    assert (row["mfa"], row["read_only"]) == ("false", "false")


def test_an_export_costs_the_same_queries_however_long(account, django_assert_num_queries):
    for _ in range(20):
        add(account)
    with django_assert_num_queries(1):
        assert len(exported(account, "jsonl").splitlines()) == 20


def test_times_are_stored_in_utc(account):
    event = add(account, at=datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1))))
    event.refresh_from_db()
    assert event.at == NOW
    assert event.at.tzinfo is not None
    assert event.at.astimezone(UTC).hour == 12
