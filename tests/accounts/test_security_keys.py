"""Security keys as second factors: registered, any one of several works, counted, bound to session, purpose and time."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import SessionBase

from accounts import challenges, mfa, security_keys, signin, site
from accounts.models import KeyChallenge, MfaDevice, SecurityKey
from tests.accounts import cast
from tests.accounts.cast import NOW, Browser
from tests.authenticators import BE, Key


@pytest.fixture
def alice(account):
    return cast.user(account, "alice", password=cast.PASSWORD)


def registered(identity, key=None, name="blue"):
    """A key that stands guard for the identity, and its device."""
    key, store = key or Key(), SessionBase()
    options = security_keys.registration_options(store, identity, NOW)
    challenge = challenges.taken(store, "register")
    path = "root" if identity.is_root else f"user/{identity.name}"
    device = security_keys.register(
        identity, name=name, path=path, answer=key.create(options), challenge=challenge, now=NOW
    )
    return key, device


def at_the_factor(account, name="alice"):
    browser = Browser()
    step = browser.sign_in(account.number, name)
    assert isinstance(step, signin.NeedsFactor)
    return browser


def options(browser):
    return browser.visit(lambda request: signin.key_options(request, browser.now))


def answer(browser, text):
    return browser.visit(
        lambda request: signin.check_key(request, text, now=browser.now, visitor=browser.visitor)
    )


def sign_in_with(account, key, **bent):
    browser = at_the_factor(account)
    return answer(browser, key.get(options(browser), **bent)), browser


def test_a_key_is_a_device_with_aws_s_form_of_arn(account, alice):
    _, device = registered(alice)
    assert device.serial.startswith(f"arn:aws:iam::{account.number}:u2f/user/alice/blue-")
    assert (device.kind, device.enabled, device.has_codes) == ("fido", True, False)


def test_either_of_two_keys_signs_in_and_the_one_used_is_noted(account, alice):
    (first, one), (second, two) = registered(alice), registered(alice, name="green")
    for key, device in ((second, two), (first, one)):
        step, browser = sign_in_with(account, key)
        assert isinstance(step, signin.Done)
        assert browser.own_session().mfa_at == NOW
        device.refresh_from_db()
        assert device.last_used_at == NOW


def test_the_last_used_device_is_offered_first(account, alice):
    cast.phone(alice)
    key, device = registered(alice)
    browser = Browser(now=NOW + timedelta(minutes=1))
    browser.sign_in(account.number, "alice")
    assert isinstance(answer(browser, key.get(options(browser))), signin.Done)
    step = Browser().sign_in(account.number, "alice")
    assert isinstance(step, signin.NeedsFactor)
    assert [choice.kind for choice in step.devices] == ["fido", "virtual"]
    assert step.devices[0].serial == device.serial


def test_a_removed_key_is_refused_and_the_other_works(account, alice):
    (first, one), (second, _) = registered(alice), registered(alice, name="green")
    mfa.deactivate(one)
    assert not MfaDevice.objects.filter(pk=one.pk).exists()
    step, _ = sign_in_with(account, first)
    assert isinstance(step, signin.NeedsFactor)
    assert "none of those registered for you" in step.problem
    assert isinstance(sign_in_with(account, second)[0], signin.Done)
    assert cast.reasons(account) == ["key-unknown", ""]


def test_keys_that_are_there_are_named_to_the_browser(account, alice):
    registered(alice)
    asked = json.loads(security_keys.registration_options(SessionBase(), alice, NOW))
    assert len(asked["excludeCredentials"]) == 1
    assert len(json.loads(options(at_the_factor(account)))["allowCredentials"]) == 1


def test_a_key_is_registered_once_in_the_installation(account, alice):
    key, _ = registered(alice)
    bob = cast.user(account, "bob", password=cast.PASSWORD)
    for identity in (alice, bob):
        with pytest.raises(security_keys.KeyRefused):
            registered(identity, key)
    assert SecurityKey.objects.count() == 1


def test_another_person_s_key_is_refused(account, alice):
    registered(alice)
    bob = cast.user(account, "bob", password=cast.PASSWORD)
    key, device = registered(bob)
    step, _ = sign_in_with(account, key)
    assert isinstance(step, signin.NeedsFactor)
    device.refresh_from_db()
    assert device.last_used_at is None


def test_an_answer_counts_once(account, alice):
    key, _ = registered(alice)
    browser = at_the_factor(account)
    text = key.get(options(browser), counter=0)
    other = at_the_factor(account)
    options(other)
    assert isinstance(answer(browser, text), signin.Done)
    again = answer(other, text)
    assert isinstance(again, signin.NeedsFactor)


def test_a_challenge_is_for_its_session_only(account, alice):
    key, _ = registered(alice)
    here, there = at_the_factor(account), at_the_factor(account)
    options(there)
    assert isinstance(answer(there, key.get(options(here))), signin.NeedsFactor)


def test_without_a_challenge_nothing_is_judged(account, alice):
    key, _ = registered(alice)
    browser = at_the_factor(account)
    asked = options(browser)
    answer(browser, "{}")
    step = answer(browser, key.get(asked))
    assert isinstance(step, signin.NeedsFactor)
    assert cast.reasons(account)[-1] == "key-expired"


def test_a_challenge_lasts_five_minutes(account, alice):
    key, _ = registered(alice)
    browser = at_the_factor(account)
    asked = options(browser)
    browser.later(minutes=5)
    assert isinstance(answer(browser, key.get(asked)), signin.NeedsFactor)
    assert cast.reasons(account) == ["key-expired"]


def test_a_challenge_is_for_its_purpose_only(alice):
    store = SessionBase()
    challenge = challenges.issue(store, alice, "sign-in", NOW)
    assert not challenges.spend(challenge, alice, "register", NOW)
    assert challenges.taken(store, "register") == ""


def test_a_challenge_is_for_its_person_only(account, alice):
    challenge = challenges.issue(SessionBase(), alice, "register", NOW)
    assert not challenges.spend(challenge, cast.user(account, "bob"), "register", NOW)
    assert challenges.spend(challenge, alice, "register", NOW)
    assert not challenges.spend(challenge, alice, "register", NOW)


def test_a_new_challenge_takes_the_place_of_the_one_before(alice):
    store = SessionBase()
    earlier = challenges.issue(store, alice, "register", NOW)
    later = challenges.issue(store, alice, "register", NOW)
    assert not challenges.spend(earlier, alice, "register", NOW)
    assert challenges.spend(later, alice, "register", NOW)


def test_challenges_past_their_time_are_tidied(alice):
    challenges.issue(SessionBase(), alice, "register", NOW)
    assert challenges.tidy(NOW + timedelta(minutes=4), 10) == 0
    assert challenges.tidy(NOW + timedelta(minutes=5), 10) == 1
    assert not KeyChallenge.objects.exists()


@pytest.mark.parametrize("counter", [0, 3, 5])
def test_a_counter_that_does_not_rise_is_a_copy(account, alice, counter):
    key, device = registered(alice)
    assert isinstance(sign_in_with(account, key, counter=5)[0], signin.Done)
    step, _ = sign_in_with(account, key, counter=counter)
    assert isinstance(step, signin.NeedsFactor)
    assert "there may be a copy of it" in step.problem
    assert SecurityKey.objects.get(device=device).copied_at == NOW
    assert cast.reasons(account) == ["", "key-cloned"]
    assert isinstance(sign_in_with(account, key, counter=6)[0], signin.Done)


def test_a_low_counter_without_a_right_signature_raises_no_alarm(account, alice):
    key, device = registered(alice)
    sign_in_with(account, key, counter=5)
    sign_in_with(account, key, counter=1, signature=b"\x30\x00")
    assert SecurityKey.objects.get(device=device).copied_at is None
    assert cast.reasons(account) == ["", "key-wrong"]


def test_a_passkey_that_does_not_count_signs_in_again_and_again(account, alice):
    key, _ = registered(alice, Key(counter=None))
    for _ in range(2):
        assert isinstance(sign_in_with(account, key)[0], signin.Done)


def test_a_key_does_not_become_one_that_is_backed_up(account, alice):
    key, _ = registered(alice)
    key.flags = BE
    assert isinstance(sign_in_with(account, key)[0], signin.NeedsFactor)


def test_five_bent_answers_stop_the_device(account, alice):
    key, _ = registered(alice)
    for _ in range(5):
        sign_in_with(account, key, rp_id="evil.example")
    step, _ = sign_in_with(account, key)
    assert "too many wrong answers" in step.problem


def test_guesses_with_unknown_keys_count_against_the_person(account, alice):
    key, _ = registered(alice)
    for _ in range(10):
        sign_in_with(account, Key())
    step, _ = sign_in_with(account, key)
    assert "too many wrong answers" in step.problem


def test_a_code_is_nothing_that_a_key_has(account, alice):
    _, device = registered(alice)
    browser = at_the_factor(account)
    assert isinstance(browser.give_code(device, "123456"), signin.NeedsFactor)
    assert not mfa.resync(device, "123456", "654321", NOW)


@pytest.mark.parametrize("verifies", [True, False])
def test_root_s_key_must_know_its_user(account, verifies):
    root = account.root
    if not verifies:
        with pytest.raises(security_keys.KeyRefused):
            registered(root, Key())
        return
    key, device = registered(root, Key(verifies=True))
    assert device.serial.startswith(f"arn:aws:iam::{account.number}:u2f/root/blue-")
    browser = Browser()
    browser.sign_in_root(root.email)
    key.verifies = False
    assert isinstance(answer(browser, key.get(options(browser))), signin.NeedsFactor)
    key.verifies = True
    assert isinstance(answer(browser, key.get(options(browser))), signin.Done)


def test_a_key_is_no_way_round_the_password(account, alice):
    key, _ = registered(alice)
    browser = Browser()
    assert options(browser) == ""
    assert isinstance(answer(browser, key.get(json.dumps({"challenge": ""}))), signin.Refused)
    assert browser.who() is None


def test_where_no_key_can_be_used_none_is_asked_for(account, alice):
    registered(alice)
    site.use("https://192.0.2.7")
    try:
        with pytest.raises(security_keys.KeyRefused):
            security_keys.registration_options(SessionBase(), alice, NOW)
        assert options(at_the_factor(account)) == ""
    finally:
        site.use("http://127.0.0.1:8000")


def test_the_handle_is_the_same_for_all_keys_of_a_person_and_of_no_other(account, alice):
    bob = cast.user(account, "bob")
    assert security_keys.handle(alice) == security_keys.handle(alice) != security_keys.handle(bob)
