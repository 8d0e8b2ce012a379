from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import mfa, passwords, sessions, signin
from accounts.models import Account, ConsoleSession, Event, PasswordPolicy
from accounts.signin_problems import CODE_PROBLEMS
from tests.accounts.cast import NOW, PASSWORD, STEP, Browser, phone, reasons, user, wrong_code
from tests.accounts.counting import CountingHasher

NEXT = "another-Horse-8-battery"


def test_a_user_signs_in_by_alias_and_password(account, alice, browser):
    step = browser.sign_in("example-corp", "alice")
    assert isinstance(step, signin.Done)
    assert browser.who() == alice
    alice.refresh_from_db()
    assert alice.last_sign_in_at == alice.password_last_used_at == NOW


def test_root_signs_in_by_address(root, browser):
    assert isinstance(browser.sign_in_root("Root@Example.com"), signin.Done)
    assert browser.who() == root


def test_a_user_is_not_let_in_at_the_roots_door(alice, browser):
    assert isinstance(browser.sign_in_root("alice"), signin.Refused)


@pytest.fixture
def locked(alice):
    for _ in range(10):
        Browser(peer="198.51.100.9").sign_in("example-corp", "alice", "wrong")


SUBJECTS = {
    "real": ("example-corp", "alice"),
    "no-user": ("example-corp", "nobody"),
    "no-account": ("nowhere", "alice"),
    "no-password": ("example-corp", "bob"),
}


@pytest.mark.parametrize("raw", ["wrong-Horse-7", "", "x" * 10_000], ids=["wrong", "empty", "long"])
def test_nothing_tells_a_real_user_from_a_made_up_one(settings, alice, bob, raw):
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    passwords.verify(None, "warms up")
    answers, costs = set(), set()
    for account, name in SUBJECTS.values():
        CountingHasher.verified = 0
        answers.add(Browser().sign_in(account, name, raw))
        costs.add(CountingHasher.verified)
    CountingHasher.verified = 0
    answers.add(Browser().sign_in_root("nobody@example.com", raw))
    costs.add(CountingHasher.verified)
    assert answers == {signin.Refused(signin.WRONG)}
    assert costs == {1}


def test_a_locked_user_is_answered_like_a_wrong_password(settings, locked, browser):
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    passwords.verify(None, "warms up")
    CountingHasher.verified = 0
    assert browser.sign_in("example-corp", "alice", PASSWORD) == signin.Refused(signin.WRONG)
    assert CountingHasher.verified == 1
    assert browser.later(minutes=30).sign_in("example-corp", "alice") != signin.Refused(signin.WRONG)


def queries(step: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        step()
    return len(captured)


def test_queries_are_as_many_for_ghosts_as_for_users(alice, bob, browser):
    browser.sign_in("warms", "up", "x")
    counts = {
        case: queries(partial(browser.sign_in, account, name, "wrong"))
        for case, (account, name) in SUBJECTS.items()
    }
    assert set(counts.values()) == {counts["real"]}, counts


def test_queries_are_as_many_for_made_up_roots_as_for_real_ones(root, browser):
    browser.sign_in_root("warms@example.com", "x")
    real = queries(lambda: browser.sign_in_root("root@example.com", "wrong"))
    assert queries(lambda: browser.sign_in_root("nobody@example.com", "wrong")) == real


def test_the_trail_says_what_the_page_does_not(account, alice, bob, browser):
    for name in ("alice", "nobody", "bob"):
        browser.sign_in("example-corp", name, "wrong")
    browser.sign_in("example-corp", "alice", "x" * 200)
    browser.sign_in("nowhere", "alice", "wrong")
    browser.sign_in_root("nobody@example.com", "wrong")
    assert reasons() == [
        "wrong-password",
        "unknown-user",
        "no-password",
        "unfit-password",
        "unknown-account",
        "unknown-root",
    ]


def test_the_trail_says_locked_and_from_where(locked, account, browser):
    browser.sign_in("example-corp", "alice")
    last = Event.objects.order_by("-id")[0]
    assert (last.error_code, last.peer, last.outcome) == ("locked", "192.0.2.7", "failed")


@pytest.mark.parametrize("spelling", ["{0}", "{1}-{2}-{3}", "EXAMPLE-corp", " example-corp "])
def test_spellings_do_not_dodge_the_lock(locked, account, spelling, browser):
    n = account.number
    typed = spelling.format(n, n[:4], n[4:8], n[8:])
    assert isinstance(browser.sign_in(typed, " ALICE "), signin.Refused)


def test_a_made_up_user_locks_too(account, browser):
    for _ in range(11):
        browser.sign_in("example-corp", "nobody", "wrong")
    assert reasons()[-1] == "locked"


def test_events_of_success_name_the_actor_in_full(account, alice, browser):
    browser.sign_in("example-corp", "alice")
    event = Event.objects.get(name="ConsoleLogin")
    assert event.actor_arn == f"arn:aws:iam::{account.number}:user/staff/Alice"
    assert event.actor_id == alice.iam_user.unique_id
    assert (event.account, event.source, event.outcome, event.mfa) == (account, "signin", "success", False)


def test_no_secret_and_no_made_up_name_is_written_down(account, alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "canary-name", "canary-password")
    browser.sign_in("example-corp", "alice")
    code = device.code(NOW)
    browser.give_code(device.device, code)
    text = str(list(Event.objects.values()))
    for secret in ("canary", PASSWORD, code, browser.key, alice.password):
        assert secret not in text


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_members_of_an_account_that_is_not_active_cannot_sign_in(account, alice, browser, state):
    Account.objects.update(state=state)
    assert browser.sign_in("example-corp", "alice") == signin.Refused(signin.WRONG)
    assert browser.sign_in_root("root@example.com") == signin.Refused(signin.WRONG)
    assert reasons() == [f"account-{state}"] * 2


def test_a_user_with_a_device_is_asked_for_a_code(alice, browser):
    device = phone(alice)
    step = browser.sign_in("example-corp", "alice")
    assert step == signin.NeedsFactor((signin.FactorChoice(device.device.serial, "phone", "virtual"),))
    assert browser.who() is None
    assert isinstance(browser.give_code(device.device, device.code(NOW)), signin.Done)
    assert browser.own_session().mfa_at == NOW
    assert Event.objects.get(name="ConsoleLogin").mfa


def test_one_code_lets_one_browser_in(alice):
    device = phone(alice)
    a, b = Browser(), Browser()
    a.sign_in("example-corp", "alice")
    b.sign_in("example-corp", "alice")
    code = device.code(NOW)
    assert isinstance(a.give_code(device.device, code), signin.Done)
    refused = b.give_code(device.device, code)
    assert isinstance(refused, signin.NeedsFactor)
    assert "Wait for the next code" in refused.problem
    assert reasons() == ["", "code-reused"]
    b.later(seconds=30)
    assert isinstance(b.give_code(device.device, device.code(b.now)), signin.Done)


def test_the_codes_of_enrolment_do_not_sign_in(alice, browser):
    device = phone(alice, enrolled_at=NOW)
    browser.sign_in("example-corp", "alice")
    assert isinstance(browser.give_code(device.device, device.code(NOW)), signin.NeedsFactor)
    assert reasons() == ["code-reused"]


def test_any_of_several_devices_will_do_but_only_ones_own(alice, account, browser):
    one, two = phone(alice, "one"), phone(alice, "two")
    strange = phone(user(account, "dave"), "strange")
    browser.sign_in("example-corp", "alice")
    assert isinstance(browser.give_code(strange.device, strange.code(NOW)), signin.NeedsFactor)
    assert isinstance(browser.give_code(two.device, two.code(NOW)), signin.Done)
    mfa.deactivate(one.device)
    again = Browser()
    again.sign_in("example-corp", "alice")
    assert isinstance(again.give_code(one.device, one.code(NOW)), signin.NeedsFactor)


def test_wrong_codes_are_throttled_apart_from_passwords(alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "alice")
    for _ in range(5):
        browser.give_code(device.device, wrong_code(device, NOW))
    blocked = browser.give_code(device.device, device.code(NOW))
    assert blocked.problem == CODE_PROBLEMS["blocked"]
    assert reasons() == ["code-wrong"] * 5 + ["code-blocked"]
    assert isinstance(Browser().sign_in("example-corp", "alice"), signin.NeedsFactor)


def test_the_factor_step_cannot_come_first(alice, browser):
    device = phone(alice)
    assert browser.give_code(device.device, device.code(NOW)) == signin.Refused(signin.TOO_LATE)


def test_the_password_step_cannot_be_jumped_to(alice, browser):
    phone(alice)
    passwords.set_password(alice, PASSWORD, now=NOW, must_change=True)
    browser.sign_in("example-corp", "alice")
    assert browser.give_new_password(NEXT) == signin.Refused(signin.TOO_LATE)
    assert browser.who() is None


def test_half_a_sign_in_lasts_ten_minutes(alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "alice")
    browser.later(minutes=10)
    assert browser.give_code(device.device, device.code(browser.now)) == signin.Refused(signin.TOO_LATE)


def test_half_a_sign_in_shows_its_step_again(alice, browser):
    phone(alice)
    browser.sign_in("example-corp", "alice")
    assert isinstance(browser.visit(lambda request: signin.pending(request, NOW)), signin.NeedsFactor)
    assert browser.visit(lambda request: signin.pending(request, NOW + timedelta(minutes=10))) is None
    browser.visit(signin.cancel)
    assert browser.visit(lambda request: signin.pending(request, NOW)) is None


def test_half_a_sign_in_ends_when_the_device_is_taken_away(alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "alice")
    mfa.deactivate(device.device)
    assert browser.visit(lambda request: signin.pending(request, NOW)) is None
    assert browser.give_code(device.device, device.code(NOW)) == signin.Refused(signin.TOO_LATE)


def test_half_a_sign_in_dies_with_the_password_it_was_begun_with(alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "alice")
    passwords.set_password(alice, NEXT, now=NOW + timedelta(seconds=1))
    assert browser.give_code(device.device, device.code(NOW)) == signin.Refused(signin.TOO_LATE)


def test_a_password_to_be_changed_is_changed_first(alice, browser):
    passwords.set_password(alice, PASSWORD, now=NOW, must_change=True)
    step = browser.sign_in("example-corp", "alice")
    assert isinstance(step, signin.NeedsNewPassword)
    assert not step.expired
    assert [rule.code for rule in step.rules] == ["too_short", "needs_classes", "is_a_name", "is_common"]
    assert browser.who() is None
    weak = browser.give_new_password("short")
    assert isinstance(weak, signin.NeedsNewPassword)
    assert [problem.code for problem in weak.problems] == ["too_short", "needs_classes"]
    same = browser.give_new_password(PASSWORD)
    assert [problem.code for problem in same.problems] == ["used_before"]
    assert isinstance(browser.give_new_password(NEXT), signin.Done)
    alice.refresh_from_db()
    assert not alice.must_change_password
    assert reasons(name="ChangePassword") == [""]


def test_a_forced_change_comes_after_the_factor(alice, browser):
    device = phone(alice)
    passwords.set_password(alice, PASSWORD, now=NOW, must_change=True)
    assert isinstance(browser.sign_in("example-corp", "alice"), signin.NeedsFactor)
    assert isinstance(browser.give_code(device.device, device.code(NOW)), signin.NeedsNewPassword)
    assert isinstance(browser.give_new_password(NEXT), signin.Done)
    assert browser.own_session().mfa_at == NOW


def test_an_expired_password_is_changed_first(account, alice, browser):
    PasswordPolicy.objects.create(account=account, max_password_age=1)
    step = browser.later(days=1).sign_in("example-corp", "alice")
    assert isinstance(step, signin.NeedsNewPassword)
    assert step.expired


def test_a_hard_expired_password_is_the_end(account, alice, browser):
    PasswordPolicy.objects.create(account=account, max_password_age=1, hard_expiry=True)
    assert browser.later(days=1).sign_in("example-corp", "alice") == signin.Refused(signin.EXPIRED)
    assert reasons() == ["password-expired"]


def test_the_session_key_changes_at_each_step(alice, browser):
    device = phone(alice)
    passwords.set_password(alice, PASSWORD, now=NOW, must_change=True)
    seen = [browser.key]
    browser.sign_in("example-corp", "alice")
    seen.append(browser.key)
    browser.give_code(device.device, device.code(NOW))
    seen.append(browser.key)
    browser.give_new_password(NEXT)
    seen.append(browser.key)
    browser.visit(sessions.end)
    seen.append(browser.key)
    assert len(set(seen)) == 4, "all differ, but that there is none before and after"


def test_a_planted_cookie_stays_anonymous(alice):
    attacker, victim = Browser(), Browser()
    attacker.visit(lambda request: request.session.update({"seen": True}))
    victim.cookies.update(attacker.cookies)
    victim.sign_in("example-corp", "alice")
    assert victim.who() == alice
    assert attacker.who() is None
    assert victim.key != attacker.key


def test_a_half_signed_in_cookie_is_worth_nothing_after_the_next_step(alice, browser):
    device = phone(alice)
    browser.sign_in("example-corp", "alice")
    thief = Browser(cookies=dict(browser.cookies))
    browser.give_code(device.device, device.code(NOW))
    assert thief.give_code(device.device, device.code(NOW + STEP)) == signin.Refused(signin.TOO_LATE)
    assert thief.who() is None


def test_leftovers_of_the_anonymous_session_are_dropped(alice, browser):
    browser.visit(lambda request: request.session.update({"next": "https://evil.example"}))
    browser.sign_in("example-corp", "alice")
    assert browser.visit(lambda request: request.session.get("next")) is None
    assert ConsoleSession.objects.count() == 1
