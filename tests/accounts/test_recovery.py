"""Recovery codes: each signs in once in place of a device, and none outlives the last device."""

import re

import pytest

from accounts import mfa, recovery, signin, throttle
from accounts.models import RecoveryCode
from tests.accounts import cast
from tests.accounts.cast import NOW, Browser


@pytest.fixture
def phone(alice):
    return cast.phone(alice)


@pytest.fixture
def codes(alice, phone):
    return recovery.renew(alice, NOW)


def sign_in(account, code):
    browser = Browser()
    step = browser.sign_in(account.number, "alice")
    assert isinstance(step, signin.NeedsFactor)
    given = browser.visit(
        lambda request: signin.check_recovery_code(request, code, now=NOW, visitor=browser.visitor)
    )
    return given, browser


def test_there_are_ten_of_120_bits_and_none_is_stored_in_clear(alice, codes):
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[A-Z2-7]{6}(-[A-Z2-7]{6}){3}", code) for code in codes)
    stored = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(stored) == 10
    assert not stored & set(codes)


def test_each_signs_in_once_with_a_factor(account, alice, codes):
    step, browser = sign_in(account, codes[3])
    assert isinstance(step, signin.Done)
    assert browser.own_session().mfa_at == NOW
    assert recovery.left(alice) == 9
    step, browser = sign_in(account, codes[3])
    assert isinstance(step, signin.NeedsFactor)
    assert "used already" in step.problem
    assert browser.who() is None
    assert isinstance(sign_in(account, codes[4])[0], signin.Done)
    assert cast.reasons(account) == ["", "recovery-wrong", ""]
    assert cast.reasons(account, "UseRecoveryCode") == ["", ""]


def test_case_blanks_and_dashes_do_not_matter(account, codes):
    typed = f"  {codes[0].lower().replace('-', ' ')} "
    assert isinstance(sign_in(account, typed)[0], signin.Done)


@pytest.mark.parametrize("typed", ["", "-", "x" * 10_000, "\x00", "\ud800", "ABCDEF-ABCDEF-ABCDEF-ABCDEF"])
def test_what_is_no_code_is_refused(account, codes, typed):
    assert isinstance(sign_in(account, typed)[0], signin.NeedsFactor)
    assert RecoveryCode.objects.count() == 10


def test_new_ones_end_those_before(account, alice, codes):
    fresh = recovery.renew(alice, NOW)
    assert recovery.left(alice) == 10
    assert isinstance(sign_in(account, codes[0])[0], signin.NeedsFactor)
    assert isinstance(sign_in(account, fresh[0])[0], signin.Done)


def test_another_person_s_code_is_none(account, bob, codes):
    cast.phone(bob, "other")
    theirs = recovery.renew(bob, NOW)
    assert isinstance(sign_in(account, theirs[0])[0], signin.NeedsFactor)
    assert recovery.left(bob) == 10


def test_they_go_with_the_last_device_and_not_before(alice, phone, codes):
    second = cast.phone(alice, "second")
    mfa.deactivate(second.device)
    assert recovery.left(alice) == 10
    phone.device.refresh_from_db()
    mfa.deactivate(phone.device)
    assert recovery.left(alice) == 0


def test_without_a_device_there_are_none(alice):
    with pytest.raises(recovery.NoDevice):
        recovery.renew(alice, NOW)


def test_the_step_says_whether_there_are_any(account, alice, phone):
    step = Browser().sign_in(account.number, "alice")
    assert isinstance(step, signin.NeedsFactor)
    assert not step.recovery
    recovery.renew(alice, NOW)
    step = Browser().sign_in(account.number, "alice")
    assert isinstance(step, signin.NeedsFactor)
    assert step.recovery


def test_guesses_are_throttled_with_the_other_codes(account, alice, phone, codes):
    for number in range(5):
        sign_in(account, f"GUESS-{number}")
    for _ in range(5):
        mfa.accept_code(phone.device, cast.wrong_code(phone, NOW), NOW)
    step, _ = sign_in(account, codes[0])
    assert isinstance(step, signin.NeedsFactor)
    assert "too many wrong codes" in step.problem
    assert cast.reasons(account)[-1] == "recovery-blocked"


def test_a_code_without_a_password_is_worth_nothing(codes):
    browser = Browser()
    step = browser.visit(
        lambda request: signin.check_recovery_code(request, codes[0], now=NOW, visitor=browser.visitor)
    )
    assert isinstance(step, signin.Refused)
    assert RecoveryCode.objects.count() == 10


def test_unlocking_forgets_wrong_passwords_wrong_codes_and_stopped_devices(account, alice, phone, codes):
    for _ in range(5):
        mfa.accept_code(phone.device, cast.wrong_code(phone, NOW), NOW)
    for _ in range(10):
        Browser().sign_in(account.number, "alice", "wrong password")
    assert throttle.locked_until(alice, NOW)
    assert throttle.unlock(alice)
    assert throttle.locked_until(alice, NOW) is None
    assert mfa.accept_code(phone.device, phone.code(NOW), NOW)
    assert not throttle.unlock(alice)
