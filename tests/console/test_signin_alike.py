"""What the sign-in page answers says nothing of who exists: the same bytes, headers, statements and hashes."""

import re
import statistics
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import hashers, passwords
from tests.accounts.counting import CountingHasher
from tests.world import NOW, PASSWORD, World

WRONG = ["wrong-Horse-7", "", "x" * 10_000]
TOKEN = re.compile(r'value="\w{64}"|"X-CSRFToken":"\w+"')
VARYING = ("X-Request-Id", "Set-Cookie")


@pytest.fixture
def people(world: World, settings) -> World:
    """Alice has a password, Benny none, Carla is locked; every name typed is as long."""
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    passwords._ghost_hash.cache_clear()
    passwords.verify(None, "warms up")
    for name in ("alice", "carla"):
        if name != "alice":
            world.user(name)
        identity = world.account.identities.select_related("account").get(name=name)
        passwords.set_password(identity, PASSWORD, now=NOW)
    world.user("benny")
    for number in range(10):
        tried(world, number, user="carla", password="wrong")
    return world


def tried(world: World, number: int, **sent: str) -> tuple[object, ...]:
    """Everything about an answer that could tell something: status, headers, bytes, statements, hashes."""
    form = {"account": world.account.number, **sent}
    before = CountingHasher.verified
    with CaptureQueriesContext(connection) as captured:
        answer = Client().post("/signin", form, REMOTE_ADDR=f"198.51.100.{number % 250}")
    body = TOKEN.sub("", answer.content.decode())
    for name in ("user", "email", "account"):
        if typed := form.get(name):
            body = body.replace(f'value="{typed}"', "")
    statements = [each["sql"].split('"')[0] for each in captured]
    headers = sorted((name, text) for name, text in answer.headers.items() if name not in VARYING)
    cookies = sorted(answer.cookies)
    return answer.status_code, headers, cookies, body, statements, CountingHasher.verified - before


@pytest.fixture(autouse=True)
def ghost_again() -> Iterator[None]:
    yield
    passwords._ghost_hash.cache_clear()


@pytest.mark.parametrize("raw", WRONG, ids=["wrong", "empty", "long"])
def test_a_real_user_an_invented_one_and_one_without_password_are_answered_alike(people, raw):
    answers = [
        tried(people, 1, user="alice", password=raw),
        tried(people, 2, user="nobod", password=raw),
        tried(people, 3, user="benny", password=raw),
        tried(people, 4, user="alice", account="123456789012", password=raw),
    ]
    assert answers.count(answers[0]) == len(answers)
    assert answers[0][-1] == 1


@pytest.mark.parametrize("raw", [*WRONG, PASSWORD], ids=["wrong", "empty", "long", "right"])
def test_a_locked_user_and_a_locked_ghost_are_answered_alike(people, raw):
    for number in range(10):
        tried(people, number, user="ghost", password="wrong")
    assert tried(people, 1, user="carla", password=raw) == tried(people, 2, user="ghost", password=raw)


@pytest.mark.parametrize("raw", WRONG, ids=["wrong", "empty", "long"])
def test_a_real_root_and_an_invented_one_are_answered_alike(people, raw):
    real = tried(people, 1, **{"as": "root"}, email="root@example.com", password=raw)
    assert real == tried(people, 2, **{"as": "root"}, email="root@example.net", password=raw)
    assert real[-1] == 1


def test_the_page_of_an_unknown_alias_looks_like_that_of_a_known_one(people):
    known, unknown = (
        TOKEN.sub("", Client().get(f"/signin/{alias}").content.decode()).replace(alias, "")
        for alias in ("example-corp", "exemple-corp")
    )
    assert known == unknown


def test_who_finds_no_place_is_turned_away_before_anything_is_looked_up(
    people, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(hashers._Installed, "turns", hashers.Turns(1, 0, 0.0))
    form = {"account": people.account.number, "user": "alice", "password": PASSWORD}
    with django_assert_num_queries(0):
        answer = Client().post("/signin", form)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def calls_of(act: Callable[[], object]) -> int:
    """How many Python functions run meanwhile in this thread."""
    seen = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return seen


A_FEW = 40  # take some five microseconds; one more query is hundreds
NAMES = [
    {"user": "alice"},
    {"user": "nobod"},
    {"user": "benny"},
    {"user": "carla"},
    {"user": "alice", "account": "123456789012"},
    {"as": "root", "email": "root@example.com"},
    {"as": "root", "email": "root@example.net"},
]


@pytest.mark.parametrize("path", ["/signin", "/forgot-password/"])
def test_the_same_is_done_for_whoever_is_named(people, path):
    def work(number: int, sent: dict[str, str]) -> int:
        form = {"account": people.account.number, "password": "wrong", **sent}
        return calls_of(lambda: Client().post(path, form, REMOTE_ADDR=f"203.0.113.{number}"))

    # What is compiled or read at the first use is counted with nobody; a collection of garbage may fall on anybody.
    done = [
        statistics.median([work(number * 10 + turn, sent) for turn in range(4)][1:])
        for number, sent in enumerate(NAMES)
    ]
    users, roots = done[:5], done[5:]
    for alike in (users, roots):
        assert max(alike) - min(alike) <= A_FEW
