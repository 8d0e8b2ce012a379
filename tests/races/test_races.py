"""The limits and names of IAM hold when everybody comes at once: threads with connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts import signup
from accounts.models import Account, Event
from iam.errors import ServiceError
from iam.models import PolicyUsage, User
from tests.races.contests import CONTESTS, Asked, Contest
from tests.races.track import Track
from tests.world import Actor, root_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RACERS = 12


@pytest.fixture
def track(transactional_db) -> Track:
    account, _ = signup.open_account("Example Corp", "root@example.com", None, None, datetime.now(UTC))
    return Track(account, RACERS)


def race(actors: list[Actor], asked: list[Asked]) -> list[str]:
    """The error code of each, empty for a success."""
    start = Barrier(len(asked))

    def run(actor: Actor, name: str, params: dict[str, Any]) -> str:
        try:
            start.wait(30)
            actor.run(name, **params)
        except ServiceError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(run, actors, *zip(*asked, strict=True)))


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.name.replace(" ", "-"))
def test_no_more_succeed_than_there_is_room_for(track: Track, contest: Contest):
    for number in range(2):
        asked = contest.prepare(track, number)
        assert contest.judged(race([track.admin] * len(asked), asked)) == []


def test_what_is_counted_is_what_is_there(track: Track):
    crossing = CONTESTS[-1]
    for number in range(2):
        race([track.admin] * track.racers, crossing.prepare(track, number))
    for usage in PolicyUsage.objects.filter(policy__name__in=["north", "south"]):
        assert usage.boundaries == User.objects.filter(boundary_arn=usage.policy_arn).count()
    assert track.account.tallies.get(kind="Users").count == track.account.users.count()


def test_an_alias_goes_to_one_account_of_the_installation(transactional_db):
    now = datetime.now(UTC)
    roots = [
        replace(
            root_of(signup.open_account(f"Corp {number}", f"r{number}@example.com", None, None, now)[0]),
            now=now,
        )
        for number in range(RACERS)
    ]
    codes = race(roots, [("iam.CreateAccountAlias", {"AccountAlias": "wanted"})] * RACERS)
    assert sorted(codes) == [""] + ["EntityAlreadyExists"] * (RACERS - 1)
    assert Account.objects.filter(alias="wanted").count() == 1


def test_every_racer_leaves_an_event(track: Track):
    before = Event.objects.count()
    asked = CONTESTS[0].prepare(track, 0)
    race([track.admin] * len(asked), asked)
    assert Event.objects.count() == before + 1 + len(asked)
