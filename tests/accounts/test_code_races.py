"""A thousand posts of one code at once, from twenty browsers half-way through signing in: one session, no more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections
from django.http import HttpRequest

from accounts import devices, halfway, mfa, recovery, sessions, signin, signup, totp
from accounts.halfway import Halfway
from accounts.models import ConsoleSession, Identity
from accounts.token_seeds import Token
from tests.accounts.cast import NOW, PASSWORD, Browser, phone, user

POSTS, BROWSERS, THREADS = 1000, 20, 20
# What differs of a token is how steps are counted; the row that posts race for is the one of an app.
POSTS_OF_TOKENS = 160
SEED = bytes(range(20))

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Post = Callable[[HttpRequest], signin.Step]


@pytest.fixture
def member(transactional_db) -> Identity:
    account, _ = signup.open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", NOW)
    return user(account, "alice", password=PASSWORD)


def halfway_in(member: Identity) -> Browser:
    """A browser that has given the password already."""
    browser = Browser()
    state = replace(Halfway.begun(member, NOW), awaits="factor")
    browser.visit(lambda request: halfway.keep(sessions.store_of(request), state))
    return browser


def post_at_once(member: Identity, post: Post, posts: int = POSTS) -> list[signin.Step]:
    """What becomes of the posts, which all begin at the same moment."""
    waiting = [halfway_in(member) for _ in range(BROWSERS)]
    start = threading.Barrier(THREADS)

    def run(number: int) -> list[signin.Step]:
        try:
            start.wait()
            mine = range(number, posts, THREADS)
            return [Browser(dict(waiting[each % BROWSERS].cookies)).visit(post) for each in mine]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [step for steps in pool.map(run, range(THREADS)) for step in steps]


def one_session_began(steps: list[signin.Step], posts: int = POSTS) -> bool:
    done = [step for step in steps if isinstance(step, signin.Done)]
    assert len(steps) == posts
    assert len(done) == 1
    return ConsoleSession.objects.filter(identity__isnull=False).count() == 1


def code_of(serial: str, code: str) -> Post:
    visitor = Browser().visitor
    return lambda request: signin.check_factor(request, serial, code, now=NOW, visitor=visitor)


def test_one_code_of_an_app(member):
    device = phone(member)
    assert one_session_began(post_at_once(member, code_of(device.device.serial, device.code(NOW))))


@pytest.mark.parametrize("rhythm", [totp.Rhythm(30, 6), totp.Rhythm(60, 8)], ids=str)
def test_one_code_of_a_hardware_token(member, rhythm):
    devices.stock(member.account, [Token("GALT12345678", SEED, rhythm.seconds, rhythm.digits)], NOW)
    device = member.account.mfa_devices.get()
    step = totp.step_at(NOW, rhythm)
    first, second, fresh = (totp.code_at(SEED, each, rhythm) for each in (step - 8, step - 7, step - 6))
    assert mfa.enrol(device, member, first, second, NOW), "its clock is seven steps behind"
    steps = post_at_once(member, code_of(device.serial, fresh), POSTS_OF_TOKENS)
    assert one_session_began(steps, POSTS_OF_TOKENS)


def test_one_recovery_code(member):
    phone(member)
    code = recovery.renew(member, NOW)[0]
    visitor = Browser().visitor
    assert one_session_began(
        post_at_once(
            member, lambda request: signin.check_recovery_code(request, code, now=NOW, visitor=visitor)
        )
    )
