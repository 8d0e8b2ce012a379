"""A write that another transaction got in the way of is run again, and refused plainly if that goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

from accounts import signup
from accounts.models import Event
from iam import pipeline
from iam.call import Call, Output
from iam.catalogue import Operation, find
from iam.errors import ServiceError
from iam.models import User
from tests.boto import boto_of
from tests.world import Actor, root_of

pytestmark = pytest.mark.django_db(transaction=True)
needs_row_locks = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


@pytest.fixture
def root(transactional_db) -> Actor:
    account, _ = signup.open_account("Example Corp", "root@example.com", None, None, datetime.now(UTC))
    return replace(root_of(account), now=datetime.now(UTC))


def tagging(tries: list[str], function: Any) -> Operation:
    """TagUser, with `function` done in its transaction before the tags are added."""
    tag_user = find("iam.TagUser")
    assert tag_user is not None

    def run(call: Call, **given: Any) -> Output:
        tries.append(given["entity"].name)
        function(given["entity"], len(tries))
        return tag_user.function(call, **given)

    return replace(tag_user, function=run)


def tag(root: Actor, operation: Operation, name: str) -> str:
    """Tag the user; the error code, empty for a success."""
    try:
        pipeline.perform(root.call(), operation, {"UserName": name, "Tags": [{"Key": "k", "Value": "v"}]})
    except ServiceError as refusal:
        return refusal.code
    return ""


@pytest.mark.slow  # the database looks for deadlocks after a second
@needs_row_locks
def test_of_two_that_lock_crosswise_the_victim_is_run_again_and_both_succeed(root):
    for name in ("north", "south"):
        root.iam("CreateUser", UserName=name)
    both_hold_one = Barrier(2)
    tries: list[str] = []

    def reach_for_the_other(user: User, _: int) -> None:
        if tries.count(user.name) == 1:
            both_hold_one.wait(10)
        User.objects.select_for_update().get(name="south" if user.name == "north" else "north")

    operation = tagging(tries, reach_for_the_other)

    def act(name: str) -> str:
        try:
            return tag(root, operation, name)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(act, ("north", "south"))) == ["", ""]
    assert (
        len(tries) >= 3
    )  # the victim of the deadlock was run once more; on a full machine there can be a second
    assert [user.tags for user in User.objects.all()] == [[{"Key": "k", "Value": "v"}]] * 2
    assert Event.objects.filter(name="TagUser", outcome="success").count() == 2


@needs_row_locks
def test_one_that_is_clashed_with_at_each_attempt_is_told_to_slow_down(root):
    root.iam("CreateUser", UserName="north")
    tries: list[str] = []

    def clash(_: User, __: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")

    assert tag(root, tagging(tries, clash), "north") == "Throttling"
    assert len(tries) == pipeline.ATTEMPTS
    assert User.objects.get().tags == []
    assert Event.objects.get(name="TagUser").error_code == "Throttling"


@needs_row_locks
def test_a_fault_that_is_no_clash_is_not_tried_again(root):
    root.iam("CreateUser", UserName="north")
    tries: list[str] = []

    def fail(_: User, __: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57P01'; END $$")

    with pytest.raises(OperationalError):
        tag(root, tagging(tries, fail), "north")
    assert len(tries) == 1


@contextmanager
def the_database_held() -> Iterator[None]:
    """Another connection that writes, while ours waits for nobody."""
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 20000")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows")
def test_a_call_that_finds_the_database_locked_is_answered_as_unavailable(root):
    boto = boto_of(root)
    boto.iam.get_user()  # notes the use of the key, which is due once a minute
    with the_database_held(), pytest.raises(ClientError) as refused:
        boto.iam.create_user(UserName="north")
    answer = refused.value.response
    assert answer["Error"]["Code"] == "ServiceUnavailable"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 503
    boto.iam.create_user(UserName="north")
