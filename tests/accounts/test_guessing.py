"""Guessing from everywhere at once: real threads, connections of their own, and every evaluation counted."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle, islice

import pytest
from django.db import connections

from accounts import hashers, own_password, passwords, signin, signup, throttle
from accounts.models import Account, Event, Identity
from accounts.signin_events import Visitor
from iam.errors import ServiceError
from tests.accounts.cast import NOW, PASSWORD, Browser, user
from tests.accounts.counting import CountingHasher
from tests.world import actor, root_of

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 12
GUESSES = 1_000
NEXT = "another-Horse-8-battery"


@pytest.fixture
def member(transactional_db, settings, monkeypatch) -> Iterator[Identity]:
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    passwords._ghost_hash.cache_clear()
    # As many processes would: every thread hashes at once, so nothing but the database counts.
    monkeypatch.setattr(hashers._Installed, "turns", hashers.Turns(THREADS, THREADS, 30))
    account, _ = signup.open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", NOW)
    yield user(account, "Alice", password=PASSWORD)
    passwords._ghost_hash.cache_clear()


def race(acts: Sequence[Callable[[], object]]) -> list[object]:
    shares = [acts[number::THREADS] for number in range(THREADS)]

    def run(share: Sequence[Callable[[], object]]) -> list[object]:
        try:
            return [act() for act in share]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [each for share in pool.map(run, shares) for each in share]


def spellings(account: Account) -> list[tuple[str, str]]:
    """Every way to write one user of one account."""
    n = account.number
    accounts = [n, f"{n[:4]}-{n[4:8]}-{n[8:]}", f" {n} ", "example-corp", "EXAMPLE-Corp", "example-corp "]
    names = ["alice", "ALICE", " Alice", "alice\t", "\uff41lice"]
    return [(account, name) for account in accounts for name in names]


def address(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250 + 1}"


def evaluated(claims: Callable[[], object]) -> int:
    passwords.verify(None, "warms up")
    seen: list[str] = []
    original = passwords.verify

    def counted(identity: Identity | None, raw: str) -> bool:
        if identity is not None:
            seen.append(identity.name)
        return original(identity, raw)

    passwords.verify = counted
    try:
        claims()
    finally:
        passwords.verify = original
    return len(seen)


@pytest.mark.slow
def test_of_a_thousand_guesses_from_a_thousand_addresses_ten_are_looked_at(member):
    places = list(islice(cycle(spellings(member.account)), GUESSES))

    def guess(number: int) -> Callable[[], object]:
        place, name = places[number]
        return lambda: Browser(peer=address(number)).sign_in(place, name, f"guess-{number}")

    CountingHasher.verified = 0
    answers: list[object] = []
    count = evaluated(lambda: answers.extend(race([guess(number) for number in range(GUESSES)])))
    assert count == 10
    assert set(answers) == {signin.Refused(signin.WRONG)}
    # Each costs one hash all the same, so that a lock cannot be told by time.
    assert CountingHasher.verified == GUESSES + 1
    assert Event.objects.filter(name="ConsoleLogin", error_code="locked").count() == GUESSES - 10
    late = Browser(peer="203.0.113.9")
    assert isinstance(late.sign_in("example-corp", "alice"), signin.Refused)
    assert isinstance(late.later(minutes=31).sign_in("example-corp", "alice"), signin.Done)


def test_old_passwords_guessed_at_once_are_counted_with_sign_ins(member):
    root_of(member.account).iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    alice = actor(member.account, "Alice")

    def change(number: int) -> Callable[[], object]:
        def act() -> str:
            try:
                alice.iam("ChangePassword", OldPassword=f"guess-{number}", NewPassword=NEXT)
            except ServiceError as refusal:
                return refusal.code
            return "changed"

        return act

    def sign_in(number: int) -> Callable[[], object]:
        return lambda: Browser(peer=address(number)).sign_in("example-corp", "alice", f"guess-{number}")

    acts = [act(number) for number in range(18) for act in (change, sign_in)]
    assert evaluated(lambda: race(acts)) == 10


def test_roots_old_password_is_guessed_at_ten_times(member):
    visitor = Visitor(peer="192.0.2.7", user_agent="tests", request_id="r")

    def guess() -> str:
        root = member.account.root
        try:
            own_password.change(root, "wrong", NEXT, now=NOW, visitor=visitor, keep=0, mfa=False)
        except (own_password.WrongPassword, own_password.Locked) as refusal:
            return type(refusal).__name__
        return "changed"

    answers = race([guess] * 36)
    assert set(answers) == {"Locked", "WrongPassword"}
    assert answers.count("WrongPassword") == 10


def test_right_passwords_at_once_all_pass(member):
    answers = race([lambda: Browser().sign_in("example-corp", "alice")] * 24)
    assert [type(answer) for answer in answers] == [signin.Done] * 24


def test_right_passwords_at_once_all_pass_though_one_failure_is_left(member):
    for _ in range(9):
        Browser().sign_in("example-corp", "alice", "wrong")
    answers = race([lambda: Browser().sign_in("example-corp", "alice")] * 24)
    assert [type(answer) for answer in answers] == [signin.Done] * 24


def test_a_guess_whose_process_died_counts_as_wrong(member):
    subjects = [throttle.identity_subject(member)]
    for _ in range(10):
        assert throttle.begin(subjects, NOW)
    later = NOW + throttle.ABANDONED
    assert not throttle.begin(subjects, later)
    assert throttle.begin(subjects, NOW + timedelta(minutes=30))


def test_nobody_is_locked_out_of_another_account_by_name(member):
    other, _ = signup.open_account("Other Corp", "root@other.example", PASSWORD, "other-corp", NOW)
    user(other, "Alice", password=PASSWORD)
    for number in range(11):
        Browser(peer=address(number)).sign_in("other-corp", "alice", "wrong")
        Browser(peer=address(number)).sign_in_root("root@other.example", "wrong")
        Browser(peer=address(number)).sign_in("nowhere", "alice", "wrong")
    assert isinstance(Browser().sign_in("other-corp", "alice"), signin.Refused)
    assert isinstance(Browser().sign_in("example-corp", "alice"), signin.Done)
    assert isinstance(Browser().sign_in_root("root@example.com"), signin.Done)


def test_an_account_may_be_stricter_and_the_made_up_are_held_alike(member):
    Account.objects.filter(pk=member.account_id).update(sign_in_failures=3, sign_in_lock_minutes=60)
    for name in ("alice", "nobody"):
        for _ in range(3):
            Browser().sign_in("example-corp", name, "wrong")
    assert evaluated(lambda: Browser().later(minutes=59).sign_in("example-corp", "alice")) == 0
    assert isinstance(Browser().later(minutes=60).sign_in("example-corp", "alice"), signin.Done)
    codes = Event.objects.filter(name="ConsoleLogin").values_list("error_code", flat=True)
    assert sorted(codes) == ["", "locked", *["unknown-user"] * 3, *["wrong-password"] * 3]
