"""Real threads with connections of their own: what must hold when everybody comes at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connections, transaction

from accounts import challenges, mfa, passwords, recovery, seals, sessions, signin, signup, throttle, trail
from accounts.hashers import HashingBusyError
from accounts.models import Account, ConsoleSession, Event, Identity, SealedBatch
from tests.accounts.cast import NOW, PASSWORD, STEP, Browser, phone, user

T = TypeVar("T")
RACERS = 12
LATER = NOW + timedelta(minutes=1)
NEXT = "another-Horse-8-battery"

pytestmark = pytest.mark.django_db(transaction=True)


def race(act: Callable[[int], T]) -> list[T]:
    def run(number: int) -> T:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


@pytest.fixture
def member(transactional_db) -> Identity:
    account, _ = signup.open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", NOW)
    return user(account, "alice", password=PASSWORD)


def test_parallel_guesses_are_counted_exactly(member):
    subjects = [throttle.identity_subject(member), throttle.peer_subject("192.0.2.7")]
    assert race(lambda _: throttle.admit(subjects, NOW)).count(True) == 10


def test_right_guesses_at_once_are_all_admitted(member):
    subjects = [throttle.identity_subject(member)]

    def guess(_: int) -> bool:
        passed = [throttle.admit(subjects, NOW)]
        throttle.forgive(subjects)
        passed.append(throttle.admit(subjects, NOW))
        throttle.forgive(subjects)
        return all(passed)

    # Twelve at a time are two more than may fail: some may find the count full, none may find the row gone.
    assert any(race(guess))


def test_one_code_used_by_all_racers_is_accepted_once(member):
    device = phone(member)
    code = device.code(NOW)

    def guess(_: int) -> str:
        row = member.mfa_devices.get(pk=device.device.pk)
        return mfa.accept_code(row, code, NOW).reason

    assert race(guess).count("accepted") == 1


def test_one_challenge_answered_by_all_racers_is_judged_once(member):
    challenge = challenges.issue(SessionBase(), member, "sign-in", NOW)
    assert race(lambda _: challenges.spend(challenge, member, "sign-in", NOW)).count(True) == 1


def test_one_recovery_code_used_by_all_racers_signs_in_once(member):
    phone(member)
    code = recovery.renew(member, NOW)[0]
    assert race(lambda _: recovery.use(member, code, NOW).reason).count("accepted") == 1


def test_no_session_of_an_old_password_outlives_its_change(member):
    """Whoever signs in with it while it is changed is either too late, or ended with the other sessions."""
    changed: list[bool] = []

    def act(number: int) -> None:
        with suppress(HashingBusyError, SessionInterrupted):
            if number == RACERS // 2:
                passwords.set_password(Identity.objects.get(pk=member.pk), NEXT, now=LATER)
                changed.append(True)
            else:
                Browser().sign_in("example-corp", "alice")

    race(act)
    if not changed:  # there was no turn for its hash
        act(RACERS // 2)
    assert not ConsoleSession.objects.filter(identity=member).exists()
    assert isinstance(Browser().sign_in("example-corp", "alice", NEXT), signin.Done)


def test_no_session_of_a_device_outlives_its_removal(member):
    device = phone(member)
    waiting = [Browser() for _ in range(RACERS)]
    for browser in waiting:
        browser.sign_in("example-corp", "alice")

    def act(number: int) -> None:
        if number != RACERS // 2:
            moment = NOW + STEP * (number % 2)
            with suppress(SessionInterrupted):
                waiting[number].give_code(device.device, device.code(moment))
            return
        with transaction.atomic():
            mfa.deactivate(member.mfa_devices.select_for_update().get())
            sessions.end_all_of(member)

    race(act)
    assert not ConsoleSession.objects.filter(identity=member).exists()


def test_racing_sealers_make_one_chain(member):
    for _ in range(5):
        trail.append(
            account=member.account, at=NOW, source="system", service="x", name="Y", outcome="success"
        )
    race(lambda _: seals.seal(now=NOW + timedelta(minutes=2), limit=2))
    while seals.seal(now=NOW + timedelta(minutes=2), limit=2):
        pass
    assert seals.verify()
    assert sum(SealedBatch.objects.values_list("count", flat=True)) == Event.objects.count()


def test_an_alias_goes_to_one_of_all_who_want_it(transactional_db):
    def open_one(number: int) -> bool:
        try:
            signup.open_account("Corp", f"r{number}@example.org", None, "wanted", NOW)
        except signup.SignupRefused as refused:
            assert [(problem.member, problem.code) for problem in refused.problems] == [("alias", "taken")]  # noqa: PT017  # in a thread
            return False
        return True

    assert race(open_one).count(True) == 1
    assert Account.objects.count() == 1
