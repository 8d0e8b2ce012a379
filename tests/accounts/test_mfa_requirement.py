"""Of whom MFA is required, from when on, and what a sign-in without it comes to."""

from datetime import timedelta

import pytest

from accounts import mfa_requirement, signin
from accounts.models import Event, Identity, MfaRequired
from tests.accounts.cast import NOW, PASSWORD, Browser, phone, user

DAY = timedelta(days=1)
PEER = "192.0.2.7"


def require(account, of, days=0, since=NOW):
    account.mfa_required_of, account.mfa_grace_days, account.mfa_required_since = of, days, since
    account.save()


def fresh(identity):
    return Identity.objects.select_related("account").get(pk=identity.pk)


def days_left(identity, now=NOW):
    return mfa_requirement.days_left(fresh(identity), None, PEER, now)


@pytest.mark.parametrize(
    ("of", "root_due", "user_due"),
    [
        (MfaRequired.NOBODY, False, False),
        (MfaRequired.ROOT, True, False),
        (MfaRequired.ADMINISTRATORS, True, False),
        (MfaRequired.EVERYONE, True, True),
    ],
)
def test_each_level_includes_those_before_it(account, root, alice, of, root_due, user_due):
    require(account, of, since=None if of == MfaRequired.NOBODY else NOW)
    due = [mfa_requirement.overdue(fresh(who), None, PEER, NOW) for who in (root, alice)]
    assert due == [root_due, user_due]


def test_a_sign_in_with_mfa_is_never_overdue(account, alice):
    require(account, MfaRequired.EVERYONE)
    assert not mfa_requirement.overdue(fresh(alice), NOW, PEER, NOW)


def test_days_run_from_the_change_or_the_first_sign_in_whichever_is_later(account, alice):
    require(account, MfaRequired.EVERYONE, days=3)
    alice.first_sign_in_at = NOW - 9 * DAY
    alice.save()
    assert days_left(alice) == 3
    assert not mfa_requirement.overdue(fresh(alice), None, PEER, NOW + 3 * DAY - timedelta(seconds=1))
    assert mfa_requirement.overdue(fresh(alice), None, PEER, NOW + 3 * DAY)
    alice.first_sign_in_at = NOW + 5 * DAY
    alice.save()
    assert days_left(alice, NOW + 5 * DAY + timedelta(hours=1)) == 3
    assert days_left(alice, NOW + 7 * DAY + timedelta(hours=1)) == 1


def test_who_signed_in_before_it_was_kept_counts_from_when_they_came_to_be(account, alice):
    require(account, MfaRequired.EVERYONE, days=1)
    alice.last_sign_in_at = NOW
    alice.save()
    assert mfa_requirement.first_sign_in(fresh(alice), NOW + DAY) == alice.created_at


def test_who_has_a_device_is_told_of_no_days(account, alice):
    require(account, MfaRequired.EVERYONE, days=3)
    phone(alice)
    assert days_left(alice) is None


def test_a_first_sign_in_within_grace_goes_on_and_is_remembered(account, alice, browser):
    require(account, MfaRequired.EVERYONE, days=2, since=NOW - 30 * DAY)
    assert isinstance(browser.sign_in("example-corp", "alice"), signin.Done)
    assert fresh(alice).first_sign_in_at == NOW
    later = Browser().later(days=2)
    assert isinstance(later.sign_in("example-corp", "alice"), signin.NeedsDevice)
    assert fresh(alice).first_sign_in_at == NOW


def test_after_grace_nobody_is_signed_in_until_a_device_is_added(account, alice, browser):
    require(account, MfaRequired.EVERYONE)
    step = browser.sign_in("example-corp", "alice")
    assert isinstance(step, signin.NeedsDevice)
    assert not step.passed
    assert browser.who() is None
    waiting = browser.visit(lambda request: signin.pending(request, NOW))
    assert isinstance(waiting, signin.NeedsDevice)
    added = phone(alice, enrolled_at=NOW)
    done = browser.visit(
        lambda request: signin.go_on_with_device(
            request, added.device.serial, now=NOW, visitor=browser.visitor
        )
    )
    assert isinstance(done, signin.Done)
    assert browser.own_session().mfa_at == NOW
    assert Event.objects.filter(name="RequireMfaDevice", outcome="success").exists()


def test_it_goes_on_with_no_device_that_was_not_added_by_it(account, alice, browser):
    require(account, MfaRequired.EVERYONE)
    browser.sign_in("example-corp", "alice")
    bob = user(account, "bob2", password=PASSWORD)
    anothers, earlier = phone(bob, "other", enrolled_at=NOW), phone(alice, "earlier")
    for serial in (anothers.device.serial, earlier.device.serial, "arn:aws:iam::1:mfa/none"):
        step = browser.visit(
            lambda request, serial=serial: signin.go_on_with_device(
                request, serial, now=NOW, visitor=browser.visitor
            )
        )
        assert isinstance(step, signin.Refused)
    assert browser.who() is None


def test_codes_and_passwords_do_not_lead_past_it(account, alice, browser):
    require(account, MfaRequired.EVERYONE)
    browser.sign_in("example-corp", "alice")
    other = phone(alice, "earlier")
    assert isinstance(browser.give_new_password("another-Horse-8-battery"), signin.Refused)
    assert isinstance(browser.give_code(other.device, other.code(NOW)), signin.Refused)
    assert browser.who() is None


def test_it_waits_for_ten_minutes(account, alice, browser):
    require(account, MfaRequired.EVERYONE)
    browser.sign_in("example-corp", "alice")
    assert browser.visit(lambda request: signin.pending(request, NOW + timedelta(minutes=10))) is None
