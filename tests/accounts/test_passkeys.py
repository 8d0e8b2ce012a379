"""Signing in by a passkey alone: whom it names, when it is both factors, and everything that it must not be."""

import json
from datetime import timedelta

import pytest
from django.core import signing

from accounts import challenges, mfa, passkeys, passwords, sessions, signin, site
from accounts.models import (
    AccountState,
    ConsoleSession,
    Event,
    Identity,
    KeyChallenge,
    PasswordPolicy,
    SecurityKey,
)
from tests.accounts import cast
from tests.accounts.cast import NOW, Browser
from tests.accounts.passkey_answers import BENT, ask, give, passkey, sign_in
from tests.accounts.test_security_keys import registered
from tests.authenticators import UP, Key, b64


@pytest.fixture
def account(account):
    account.passkey_sign_in = "users"
    account.save()
    return account


@pytest.fixture
def alice(account):
    return cast.user(account, "alice", password=cast.PASSWORD)


def reasons(account=None):
    return [reason for reason in cast.reasons(account) if reason]


def test_a_passkey_that_knows_its_user_is_both_factors(account, alice):
    key, device = passkey(alice)
    step, browser = sign_in(key)
    assert isinstance(step, signin.Done)
    assert browser.who() == alice
    assert browser.own_session().mfa_at == NOW
    device.refresh_from_db()
    assert device.last_used_at == NOW
    events = Event.objects.filter(account=account, service="signin").order_by("pk")
    assert [(event.name, event.mfa) for event in events] == [("CheckPasskey", True), ("ConsoleLogin", True)]
    assert all((event.parameters or {})["mfaSerial"] == device.serial for event in events)


def test_the_password_was_not_used(account, alice):
    key, _ = passkey(alice)
    sign_in(key)
    alice.refresh_from_db()
    assert (alice.last_sign_in_at, alice.password_last_used_at) == (NOW, None)


def test_the_browser_is_asked_for_any_passkey_of_the_site(account, alice):
    passkey(alice)
    asked = json.loads(ask(Browser()))
    assert asked["allowCredentials"] == []
    assert asked["rpId"] == "localhost"
    assert len(asked["challenge"]) == 43


@pytest.mark.parametrize("setting", ["off", "users", "all"])
@pytest.mark.parametrize("who", ["user", "root"])
def test_the_account_says_who_may(account, alice, who, setting):
    identity = account.root if who == "root" else alice
    key, _ = passkey(identity)
    account.passkey_sign_in = setting
    account.save()
    step, browser = sign_in(key)
    allowed = setting == "all" or (setting, who) == ("users", "user")
    assert isinstance(step, signin.Done) == allowed
    assert reasons(account) == ([] if allowed else ["passkey-off"])
    assert (browser.who() is not None) == allowed


def test_an_account_that_is_not_asked_does_not_open_another(account, other, alice):
    bob = cast.user(other, "bob", password=cast.PASSWORD)
    key, _ = passkey(bob)
    assert sign_in(key)[0] == signin.Refused(passkeys.REFUSED)
    assert reasons(other) == ["passkey-off"]


def refusals(account, alice):
    """Every way in which a passkey is refused, by the reason that the trail keeps."""
    key, _ = passkey(alice)
    yield "passkey-unknown", lambda: sign_in(Key(verifies=True, handle=key.handle))[0]
    yield "passkey-wrong", lambda: sign_in(key, signature=b"\x30\x00")[0]
    yield "passkey-cloned", lambda: sign_in(key, counter=0)[0] if sign_in(key) else None
    yield "passkey-expired", lambda: give(Browser(), key.get(json.dumps({"challenge": "x"})))


def test_all_refusals_look_alike(account, alice):
    said = set()
    for reason, act in refusals(account, alice):
        step = act()
        assert isinstance(step, signin.Refused)
        said.add(step.text)
        assert cast.reasons()[-1] == reason
    assert said == {passkeys.REFUSED}


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.CLOSED])
def test_a_suspended_account_stays_shut(account, alice, state):
    key, _ = passkey(alice)
    account.state = state
    account.save()
    assert sign_in(key)[0] == signin.Refused(passkeys.REFUSED)
    assert reasons(account) == [f"account-{state}"]


def test_a_user_without_console_access_stays_out(account, alice):
    key, _ = passkey(alice)
    passwords.remove_password(alice)
    assert sign_in(key)[0] == signin.Refused(passkeys.REFUSED)
    assert reasons(account) == ["no-password"]


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_a_bent_answer_signs_nobody_in(account, alice, bent):
    key, _ = passkey(alice)
    SecurityKey.objects.update(sign_count=1)
    key.counter = 1
    browser = Browser()
    asked = ask(browser)
    step = give(browser, key.get(asked, **{"handle": key.handle, **bent}))
    assert step == signin.Refused(passkeys.REFUSED)
    assert browser.who() is None
    assert reasons()[-1].startswith("passkey-")
    key.counter = 7
    give(browser, key.get(asked, handle=key.handle))
    assert reasons()[-1] == "passkey-expired", "the challenge is spent all the same"


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{", '{"id": "a", "rawId": "a", "type": "public-key"}', "[" * 9000]
)
def test_what_is_no_answer_signs_nobody_in(account, alice, answer):
    browser = Browser()
    ask(browser)
    assert give(browser, answer) == signin.Refused(passkeys.REFUSED)


def test_without_a_handle_the_key_names_nobody(account, alice):
    key, _ = passkey(alice)
    browser = Browser()
    assert give(browser, key.get(ask(browser))) == signin.Refused(passkeys.REFUSED)


def test_a_key_of_bob_does_not_open_alice(account, alice):
    bob = cast.user(account, "bob", password=cast.PASSWORD)
    key, _ = passkey(alice)
    theirs, _ = passkey(bob)
    assert isinstance(sign_in(theirs, handle=key.handle)[0], signin.Refused)
    assert isinstance(sign_in(key, credential_id=theirs.credential_id)[0], signin.Refused)


def test_an_answer_counts_once(account, alice):
    key, _ = passkey(alice, counter=None)
    browser = Browser()
    text = key.get(ask(browser), handle=key.handle)
    assert isinstance(give(browser, text), signin.Done)
    for other in (Browser(), Browser(), Browser({"passkey": browser.cookies["passkey"]}), browser):
        assert isinstance(give(other, text), signin.Refused)
        ask(other)
        assert isinstance(give(other, text), signin.Refused)


def test_asking_stores_nothing_and_what_was_used_is_known_until_it_is_too_old(account, alice):
    key, _ = passkey(alice)
    for _ in range(50):
        asked = ask(Browser())
    assert not KeyChallenge.objects.exists()
    assert not ConsoleSession.objects.exists()
    browser = Browser()
    asked = ask(browser)
    give(browser, key.get(asked, handle=key.handle))
    assert challenges.tidy(NOW + challenges.LIFE, 10) == 0
    assert challenges.tidy(NOW + 2 * challenges.LIFE, 10) == 1


def test_what_a_browser_brings_must_be_ours_and_whole(account, alice):
    key, _ = passkey(alice, counter=None)
    browser = Browser()
    text = key.get(ask(browser), handle=key.handle)
    whole = browser.cookies["passkey"]
    challenge, _, rest = whole.partition(".")
    later = f"{challenge}.{int(rest.split(':')[0]) + 600}:{rest.split(':')[1]}"
    foreign = signing.Signer(salt="another").sign(whole.rpartition(":")[0])
    for brought in (
        "",
        "x",
        whole[:-1],
        whole + "x",
        later,
        foreign,
        whole.rpartition(":")[0],
        "\x00",
        "é" * 9,
    ):
        assert isinstance(give(Browser({"passkey": brought}), text), signin.Refused)
    assert isinstance(give(browser, text), signin.Done)


def test_an_address_that_is_locked_leaves_nothing_more(account, alice):
    for _ in range(100):
        give(Browser(peer="192.0.2.9"), "")
    before = Event.objects.count(), KeyChallenge.objects.count(), ConsoleSession.objects.count()
    for _ in range(5):
        browser = Browser(peer="192.0.2.9")
        ask(browser)
        assert isinstance(give(browser, "{}"), signin.Refused)
    assert (Event.objects.count(), KeyChallenge.objects.count(), ConsoleSession.objects.count()) == before


def test_a_challenge_is_for_its_browser_its_purpose_and_five_minutes(account, alice):
    key, _ = passkey(alice, counter=None)
    here, there = Browser(), Browser()
    asked = ask(here)
    ask(there)
    assert isinstance(give(there, key.get(asked, handle=key.handle)), signin.Refused)
    half = Browser()
    half.sign_in(account.number, "alice")
    factor = half.visit(lambda request: signin.key_options(request, half.now))
    assert isinstance(give(half, key.get(factor, handle=key.handle)), signin.Refused)
    late = Browser()
    asked = ask(late)
    late.later(minutes=5)
    assert isinstance(give(late, key.get(asked, handle=key.handle)), signin.Refused)


def test_a_passkey_s_answer_is_no_second_factor(account, alice):
    key, _ = passkey(alice, counter=None)
    half = Browser()
    half.sign_in(account.number, "alice")
    text = key.get(ask(half), handle=key.handle)
    step = half.visit(lambda request: signin.check_key(request, text, now=half.now, visitor=half.visitor))
    assert isinstance(step, signin.NeedsFactor)


# Source: trial 7: one key is not two factors.
def test_a_key_that_does_not_know_its_user_is_the_first_proof_only(account, alice):
    phone = cast.phone(alice)
    key, device = passkey(alice)
    step, browser = sign_in(key, flags=UP)
    assert step == passkeys.Unverified("example-corp", "alice", is_root=False)
    assert browser.who() is None
    waiting = browser.sign_in(account.number, "alice")
    assert isinstance(waiting, signin.NeedsFactor)
    assert [choice.serial for choice in waiting.devices] == [phone.device.serial]
    assert browser.visit(lambda request: signin.key_options(request, browser.now)) == ""
    assert isinstance(browser.give_code(phone.device, phone.code(NOW)), signin.Done)
    assert browser.own_session().mfa_at == NOW
    assert reasons(account) == ["passkey-unverified"]
    assert device.serial in str(Event.objects.filter(error_code="passkey-unverified").get().parameters)


def test_the_same_key_is_not_the_second_proof_however_it_answers(account, alice):
    cast.phone(alice)
    second, _ = passkey(alice)
    key, _ = registered(alice, Key(verifies=True), name="green")
    step, browser = sign_in(key, flags=UP)
    assert isinstance(step, passkeys.Unverified)
    browser.sign_in(account.number, "alice")
    asked = browser.visit(lambda request: signin.key_options(request, browser.now))
    assert [each["id"] for each in json.loads(asked)["allowCredentials"]] == [b64(second.credential_id)]
    text = key.get(asked)
    step = browser.visit(lambda request: signin.check_key(request, text, now=NOW, visitor=browser.visitor))
    assert isinstance(step, signin.NeedsFactor)
    assert "began with that key" in step.problem
    assert reasons(account)[-1] == "key-first"


def test_who_has_that_key_alone_begins_with_the_password(account, alice):
    key, _ = passkey(alice)
    _, browser = sign_in(key, flags=UP)
    step = browser.sign_in(account.number, "alice")
    assert step == signin.Refused(signin.FIRST_ALONE)
    assert browser.who() is None
    again = Browser()
    assert isinstance(again.sign_in(account.number, "alice"), signin.NeedsFactor)


def test_a_key_that_came_first_is_nothing_to_another_person(account, alice):
    bob = cast.user(account, "bob", password=cast.PASSWORD)
    phone = cast.phone(bob)
    key, _ = passkey(alice)
    _, browser = sign_in(key, flags=UP)
    step = browser.sign_in(account.number, "bob")
    assert isinstance(step, signin.NeedsFactor)
    assert [choice.serial for choice in step.devices] == [phone.device.serial]


def test_root_s_key_must_know_its_user(account):
    account.passkey_sign_in = "all"
    account.save()
    key, _ = passkey(account.root)
    assert sign_in(key, flags=UP)[0] == passkeys.Unverified("example-corp", "root@example.com", is_root=True)
    assert isinstance(sign_in(key)[0], signin.Done)


def test_a_password_that_must_be_changed_comes_before_the_session(account, alice):
    key, _ = passkey(alice)
    passwords.set_password(alice, cast.PASSWORD, now=NOW, must_change=True)
    step, browser = sign_in(key)
    assert isinstance(step, signin.NeedsNewPassword)
    assert browser.who() is None
    assert isinstance(browser.give_new_password("another-Horse-8-battery"), signin.Done)
    assert browser.own_session().mfa_at == NOW


@pytest.mark.parametrize(("hard", "step"), [(False, signin.NeedsNewPassword), (True, signin.Refused)])
def test_an_expired_password_holds_up_as_ever(account, alice, hard, step):
    key, _ = passkey(alice)
    PasswordPolicy.objects.create(account=account, max_password_age=1, hard_expiry=hard)
    browser = Browser().later(days=2)
    assert isinstance(sign_in(key, browser)[0], step)


def test_bent_answers_stop_the_key_and_guesses_the_address(account, alice):
    key, _ = passkey(alice)
    for _ in range(5):
        sign_in(key, rp_id="evil.example")
    assert isinstance(sign_in(key)[0], signin.Refused)
    assert cast.reasons(account)[-1] == "passkey-blocked"
    assert isinstance(sign_in(key, Browser().later(minutes=6))[0], signin.Done)
    for _ in range(100):
        give(Browser(peer="192.0.2.9"), "")
    assert isinstance(sign_in(key, Browser(peer="192.0.2.9").later(minutes=12))[0], signin.Refused)
    assert isinstance(sign_in(key, Browser(peer="192.0.2.8").later(minutes=12))[0], signin.Done)


def test_a_wrong_password_elsewhere_does_not_shut_the_passkey_out(account, alice):
    key, _ = passkey(alice)
    for _ in range(12):
        Browser(peer="192.0.2.66").sign_in(account.number, "alice", "wrong")
    assert isinstance(sign_in(key)[0], signin.Done)


def test_a_copied_key_is_refused_and_told_of(account, alice):
    key, device = passkey(alice)
    sign_in(key, counter=7)
    assert isinstance(sign_in(key, counter=7)[0], signin.Refused)
    assert cast.reasons(account)[-1] == "passkey-cloned"
    assert SecurityKey.objects.get(device=device).copied_at == NOW


def test_a_removed_key_signs_nobody_in(account, alice):
    key, device = passkey(alice)
    mfa.deactivate(device)
    assert isinstance(sign_in(key)[0], signin.Refused)
    assert cast.reasons()[-1] == "passkey-unknown"


def test_the_browser_s_key_changes(account, alice):
    key, _ = passkey(alice)
    browser = Browser()
    give(browser, key.get(ask(browser), flags=UP, handle=key.handle))
    before = browser.key  # it knows which key came first
    give(browser, key.get(ask(browser), handle=key.handle))
    assert before
    assert browser.key != before


def test_where_no_key_can_be_used_none_is_asked_for(account, alice):
    site.use("https://192.0.2.7")
    try:
        assert ask(Browser()) == ""
    finally:
        site.use("http://127.0.0.1:8000")


def test_passkeys_are_offered_where_any_account_takes_them(account):
    assert passkeys.offered()
    account.passkey_sign_in = "off"
    account.save()
    assert not passkeys.offered()


def test_a_session_ends_with_its_account_s_limits_as_any(account, alice):
    key, _ = passkey(alice)
    _, browser = sign_in(key)
    browser.later(seconds=account.session_idle_seconds + 1)
    assert browser.who() is None
    assert sessions.list_of(Identity.objects.get(pk=alice.pk), NOW + timedelta(days=1)).count() == 0
