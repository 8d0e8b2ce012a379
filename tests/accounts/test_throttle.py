from datetime import timedelta

import pytest

from accounts import names, throttle
from accounts.models import SignInAttempt
from tests.accounts.cast import NOW

MINUTE = timedelta(minutes=1)


def fail(subject: throttle.Subject, times: int, moment=NOW) -> list[bool]:
    return [throttle.admit([subject], moment) for _ in range(times)]


@pytest.fixture
def subject(alice) -> throttle.Subject:
    return throttle.identity_subject(alice)


def test_ten_guesses_pass_and_the_eleventh_does_not(subject):
    assert fail(subject, 11) == [True] * 10 + [False]


def test_the_lock_lasts_thirty_minutes(subject):
    fail(subject, 10)
    assert not throttle.admit([subject], NOW + 29 * MINUTE)
    assert throttle.admit([subject], NOW + 30 * MINUTE)


def test_tries_while_locked_do_not_make_it_longer(subject):
    fail(subject, 10)
    fail(subject, 50, NOW + 29 * MINUTE)
    assert fail(subject, 11, NOW + 30 * MINUTE) == [True] * 10 + [False]


def test_a_right_guess_ends_the_count(subject):
    fail(subject, 9)
    throttle.admit([subject], NOW)
    throttle.forgive([subject])
    assert fail(subject, 10) == [True] * 10


def test_failures_of_another_day_are_forgotten(subject):
    fail(subject, 9)
    assert fail(subject, 10, NOW + timedelta(days=1)) == [True] * 10


@pytest.mark.parametrize("name", ["alice", "ALICE", " Alice ", "alice\t", "\uff41lice"])
@pytest.mark.parametrize("form", ["{0}", " {0} ", "{1}-{2}-{3}", "example-corp", "EXAMPLE-CORP "])
def test_every_spelling_hits_one_counter(account, alice, subject, name, form):
    n = account.number
    typed = form.format(n, n[:4], n[4:8], n[8:])
    assert throttle.user_subject(names.find_account(typed), typed, name) == subject


def test_a_made_up_account_has_a_counter_for_all_its_spellings_too(db):
    one = throttle.user_subject(None, "1234-5678-9012", "Bob ")
    assert one == throttle.user_subject(None, "123456789012", "bob")


def test_the_same_name_in_two_accounts_is_two_counters(account, other):
    assert throttle.user_subject(account, "", "bob") != throttle.user_subject(other, "", "bob")


def test_a_peer_locks_after_a_hundred_failures_over_any_names(db):
    peer = throttle.peer_subject("192.0.2.7")
    for turn in range(100):
        assert throttle.admit([throttle.user_subject(None, "x", str(turn)), peer], NOW)
    assert not throttle.admit([throttle.user_subject(None, "x", "another"), peer], NOW)
    assert throttle.admit(
        [throttle.user_subject(None, "x", "another"), throttle.peer_subject("192.0.2.8")], NOW
    )


def test_a_success_of_ones_own_does_not_clear_the_peer(db):
    peer = throttle.peer_subject("192.0.2.7")
    fail(peer, 98)
    throttle.admit([peer], NOW)
    throttle.forgive([peer])
    assert fail(peer, 3) == [True, True, False]


def test_a_locked_user_still_costs_the_peer(subject):
    peer = throttle.peer_subject("192.0.2.7")
    fail(subject, 10)
    throttle.admit([subject, peer], NOW)
    assert SignInAttempt.objects.get(scope="peer").failures == 1


def test_unlocking_forgets_password_and_factor_failures(alice, subject):
    fail(throttle.factor_subject(alice), 10)
    assert throttle.locked_until(alice, NOW) == NOW + 30 * MINUTE
    fail(subject, 10)
    assert throttle.locked_until(alice, NOW) == NOW + 30 * MINUTE
    assert throttle.unlock(alice)
    assert throttle.locked_until(alice, NOW) is None
    assert not throttle.unlock(alice)
    assert throttle.admit([subject, throttle.factor_subject(alice)], NOW)


def test_what_was_typed_is_not_stored(db):
    throttle.admit([throttle.user_subject(None, "example-corp", "my-password-canary")], NOW)
    row = SignInAttempt.objects.get()
    assert "canary" not in row.subject + str(row)


def test_tidying_drops_counters_past_their_window_in_batches(db):
    for turn in range(3):
        throttle.admit([throttle.user_subject(None, "x", str(turn))], NOW)
    assert throttle.tidy(NOW + timedelta(hours=23), 10) == 0
    assert throttle.tidy(NOW + timedelta(days=1), 2) == 2
    assert throttle.tidy(NOW + timedelta(days=1), 2) == 1


@pytest.mark.parametrize(
    ("peer", "same"),
    [
        ("2001:db8:1:2::1", True),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:0DB8:0001:0002::5", True),
        ("2001:db8:1:3::1", False),
        ("192.0.2.7", False),
    ],
)
def test_addresses_that_one_hand_chooses_from_count_as_one(peer, same):
    assert (throttle.peer_subject(peer) == throttle.peer_subject("2001:db8:1:2:3:4:5:6")) is same


def test_an_address_inside_another_is_the_one_inside():
    assert throttle.peer_subject("::ffff:192.0.2.7") == throttle.peer_subject("192.0.2.7")
    assert throttle.peer_subject("192.0.2.8") != throttle.peer_subject("192.0.2.7")
    assert throttle.peer_subject("") == throttle.peer_subject("")
