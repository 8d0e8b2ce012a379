"""Whatever counts once counts once, however many post it at the same moment; guesses from everywhere are few."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts import signup
from accounts.models import ConsoleSession, Event, Identity
from tests.accounts.cast import NOW, PASSWORD, user
from tests.races.one_time import GUESSED, THINGS, OneTime, Post

# `make race` asks for a thousand of each.
POSTS = int(os.environ.get("POSTS", "100"))
ALWAYS_A_THOUSAND = {"the code of an app", "a recovery code"}
THREADS = 20

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def member(transactional_db) -> Identity:
    account, _ = signup.open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", NOW)
    return user(account, "alice", password=PASSWORD)


def counted(post: Post, posts: int) -> int:
    """How many of the posts, which all begin at the same moment, were told that theirs counted."""
    start = threading.Barrier(THREADS)

    def run(number: int) -> list[bool]:
        try:
            start.wait()
            return [post(each) for each in range(number, posts, THREADS)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [answer for answers in pool.map(run, range(THREADS)) for answer in answers]
    assert len(answers) == posts
    return answers.count(True)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name.replace(" ", "-"))
def test_it_counts_once(member, thing: OneTime):
    posts = max(POSTS, 1000 if thing.name in ALWAYS_A_THOUSAND else 0)
    assert counted(thing.prepare(member), posts) == 1
    assert ConsoleSession.objects.exclude(account=None).count() == thing.sessions


@pytest.mark.parametrize(("name", "prepare", "reason", "most"), GUESSED, ids=[guess[0] for guess in GUESSED])
def test_few_guesses_are_looked_at(member, name, prepare, reason, most):
    assert counted(prepare(member), POSTS) == 0
    assert Event.objects.filter(error_code=reason).count() <= most
