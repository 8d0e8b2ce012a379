"""A sign-in that is half done, or about to be done, when what it rests on is changed or taken away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import halfway, mfa, passwords, recovery, sessions, signin, temporary_pass, throttle
from accounts.halfway import Halfway
from accounts.models import Account, ConsoleSession, Event, Identity, MfaRequired, SignInAttempt
from tests.accounts.cast import NOW, Browser, phone, reasons

NEXT = "another-Horse-8-battery"
LATER = NOW + timedelta(minutes=1)
OVER = signin.Refused(signin.TOO_LATE)


def ask_for_a_new_password(alice: Identity) -> None:
    Identity.objects.filter(pk=alice.pk).update(must_change_password=True)


def require_mfa(account: Account) -> None:
    account.mfa_required_of, account.mfa_required_since = MfaRequired.EVERYONE, NOW - timedelta(days=1)
    account.mfa_grace_days = 0
    account.save()


def test_a_device_taken_away_after_it_was_proved_proves_nothing(alice, browser):
    device = phone(alice)
    ask_for_a_new_password(alice)
    browser.sign_in("example-corp", "alice")
    assert isinstance(browser.give_code(device.device, device.code(NOW)), signin.NeedsNewPassword)
    mfa.deactivate(device.device)
    assert browser.give_new_password(NEXT) == OVER
    assert browser.who() is None


def test_a_recovery_code_proves_nothing_once_the_last_device_is_gone(alice, browser):
    device = phone(alice)
    code = recovery.renew(alice, NOW)[0]
    ask_for_a_new_password(alice)
    browser.sign_in("example-corp", "alice")
    step = browser.visit(
        lambda request: signin.check_recovery_code(request, code, now=NOW, visitor=browser.visitor)
    )
    assert isinstance(step, signin.NeedsNewPassword)
    mfa.deactivate(device.device)
    assert browser.give_new_password(NEXT) == OVER


def test_a_pass_ends_sign_ins_in_which_the_lost_device_was_proved(alice, browser):
    device = phone(alice)
    ask_for_a_new_password(alice)
    browser.sign_in("example-corp", "alice")
    browser.give_code(device.device, device.code(NOW))
    temporary_pass.give(alice, timedelta(hours=1), LATER)
    assert browser.later(minutes=2).give_new_password(NEXT) == OVER


def test_a_second_pass_ends_what_the_first_one_began(alice, browser):
    phone(alice)
    given, _ = temporary_pass.give(alice, timedelta(hours=1), NOW)
    browser.sign_in("example-corp", "alice")
    step = browser.visit(
        lambda request: signin.check_temporary_pass(request, given, now=NOW, visitor=browser.visitor)
    )
    assert isinstance(step, signin.NeedsDevice)
    temporary_pass.give(alice, timedelta(hours=1), LATER)
    assert browser.visit(lambda request: signin.pending(request, LATER)) is None


def test_a_pass_stands_in_for_no_device_that_is_newer_than_it(alice, browser):
    old = phone(alice)
    given, _ = temporary_pass.give(alice, timedelta(hours=8), NOW)
    mfa.deactivate(old.device)
    new = phone(alice, "new", enrolled_at=LATER)
    assert not temporary_pass.given(alice)
    assert temporary_pass.use(alice, given, LATER).reason == "wrong"
    mfa.deactivate(new.device)
    waiting = browser.later(minutes=2).sign_in("example-corp", "alice")
    assert isinstance(waiting, signin.Done), "nothing is left to stand in for"


def test_nobody_adds_a_first_device_beside_one_that_was_added_meanwhile(account, alice, browser):
    require_mfa(account)
    thief = browser
    assert isinstance(thief.sign_in("example-corp", "alice"), signin.NeedsDevice)
    assert isinstance(thief.visit(lambda request: signin.pending(request, NOW)), signin.NeedsDevice)
    phone(alice, "alices", enrolled_at=LATER)
    assert thief.visit(lambda request: signin.pending(request, LATER)) is None
    added = phone(alice, "thiefs", enrolled_at=LATER).device.serial
    step = thief.visit(
        lambda request: signin.go_on_with_device(request, added, now=LATER, visitor=thief.visitor)
    )
    assert step == OVER
    assert thief.who() is None


def change_the_password(alice: Identity) -> None:
    passwords.set_password(Identity.objects.get(pk=alice.pk), NEXT, now=LATER)


def take_the_password_away(alice: Identity) -> None:
    passwords.remove_password(Identity.objects.get(pk=alice.pk))


def suspend_the_account(alice: Identity) -> None:
    Account.objects.filter(pk=alice.account_id).update(state="suspended")


def delete_the_user(alice: Identity) -> None:
    alice.iam_user.delete()
    Identity.objects.filter(pk=alice.pk).delete()


@pytest.mark.parametrize(
    "change", [change_the_password, take_the_password_away, suspend_the_account, delete_the_user]
)
def test_what_changes_while_the_password_is_looked_at_begins_no_session(
    alice, browser, change: Callable[[Identity], None]
):
    state = Halfway.begun(alice, NOW)
    change(alice)
    step = browser.visit(lambda request: signin.advance(request, state, LATER, browser.visitor))
    assert step == OVER
    assert browser.who() is None
    assert not ConsoleSession.objects.filter(account__isnull=False).exists()
    assert reasons()[-1] == "overtaken"


def test_what_changes_while_the_code_is_looked_at_begins_no_session(alice, browser):
    device = phone(alice).device
    state = replace(Halfway.begun(alice, NOW), awaits="factor").with_factor(device.serial, NOW)
    mfa.deactivate(device)
    assert browser.visit(lambda request: signin.advance(request, state, NOW, browser.visitor)) == OVER
    assert browser.who() is None


def test_a_password_is_not_chosen_over_one_that_was_set_meanwhile(alice, browser):
    ask_for_a_new_password(alice)
    browser.sign_in("example-corp", "alice")
    taken: list[Halfway | None] = []
    browser.visit(lambda request: taken.append(halfway.load(sessions.store_of(request), NOW)))
    change_the_password(alice)
    assert taken[0] is not None
    assert halfway.held(taken[0], LATER) is None
    assert browser.give_new_password("a-third-Horse-9-battery") == OVER
    assert passwords.verify(Identity.objects.get(pk=alice.pk), NEXT)


def test_a_device_that_changed_hands_while_its_code_was_looked_at_is_worth_nothing(alice, bob):
    device = phone(alice)
    mfa.deactivate(Identity.objects.get(pk=alice.pk).mfa_devices.get())
    moment = NOW + timedelta(minutes=5)
    again = phone(bob, "other")
    bobs = again.device
    bobs.identity = alice  # as it was when the request looked it up
    assert mfa.accept_code(bobs, again.code(moment), moment).reason == "wrong"
    device.device.delete()
    assert mfa.accept_code(device.device, device.code(moment), moment).reason == "wrong"


def test_wrong_codes_count_against_the_address_they_come_from(alice, account):
    device = phone(alice)
    recovery.renew(alice, NOW)
    thief = Browser(peer="198.51.100.9")
    thief.sign_in("example-corp", "alice")
    before = _failures("198.51.100.9")
    thief.give_code(device.device, "000000")
    thief.visit(lambda request: signin.check_recovery_code(request, "WRONG", now=NOW, visitor=thief.visitor))
    assert _failures("198.51.100.9") == before + 2
    thief.later(seconds=31)
    assert isinstance(thief.give_code(device.device, device.code(thief.now)), signin.Done)
    assert _failures("198.51.100.9") == before + 2, "a right one is taken off again"
    assert Event.objects.filter(name="ConsoleLogin", peer="198.51.100.9").count() == 3


def _failures(peer: str) -> int:
    subject = throttle.peer_subject(peer)
    row = SignInAttempt.objects.filter(scope=subject.scope, subject=subject.digest).first()
    return row.failures if row is not None else 0
