from typing import Any

import pytest
from django.db import connection

from accounts.models import Event
from accounts.postgres.base import DatabaseWrapper
from iam.models import ActionUse, Group, Tally
from tests.world import refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What PostgreSQL is sent below Django's cursors."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no trips to spare")
    sent: list[str] = []
    travel = DatabaseWrapper.leave

    def leave(self: Any, sql: str, values: Any) -> None:
        sent.append(sql)
        travel(self, sql, values)

    monkeypatch.setattr(DatabaseWrapper, "leave", leave)
    return sent


def test_a_group_is_counted_made_and_told_of_with_the_commit(world, statements):
    world.root.iam("CreateGroup", GroupName="first")
    statements.clear()
    world.root.iam("CreateGroup", GroupName="second")
    counted, told = statements
    assert counted.startswith('WITH "changed" AS (UPDATE "iam_tally"')
    assert told.startswith('INSERT INTO "accounts_event"')
    assert Group.objects.filter(account=world.account).count() == 2
    assert Tally.objects.get(account=world.account, kind="Groups").count == 2


def test_what_fails_with_the_commit_is_refused_as_ever(world):
    world.root.iam("CreateGroup", GroupName="taken")
    world.account.quotas = {"Groups": 2}
    world.account.save()
    with refused("EntityAlreadyExists", "Group with name Taken already exists."):
        world.root.iam("CreateGroup", GroupName="Taken")
    world.root.iam("CreateGroup", GroupName="other")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 2"):
        world.root.iam("CreateGroup", GroupName="taken")
    assert Tally.objects.get(account=world.account, kind="Groups").count == 2
    told = Event.objects.filter(name="CreateGroup").order_by("id").values_list("outcome", "error_code")
    assert list(told) == [
        ("success", ""),
        ("failed", "EntityAlreadyExists"),
        ("success", ""),
        ("failed", "LimitExceeded"),
    ]


def test_an_action_that_was_noted_in_a_try_that_failed_is_noted_all_the_same(world):
    alice = world.alice
    world.root.iam("CreateGroup", GroupName="taken")
    with refused("EntityAlreadyExists"):
        alice.iam("CreateGroup", GroupName="taken")
    assert ActionUse.objects.filter(principal_id=alice.principal.unique_id, action="CreateGroup").exists()
