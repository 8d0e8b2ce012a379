"""Registering a security key, signing in with it and removing it, by page, with a key in software."""

import functools
import json
from html import unescape

import pytest

from accounts.models import MfaDevice
from tests.authenticators import Key
from tests.console.browser import Browser
from tests.world import PASSWORD

CREDENTIALS, CREATE = "/me/credentials/", "/me/security-keys/create/"
HOST = "localhost:8000"
FACTOR, KEY = "/signin/step/factor", "/signin/step/key"


@pytest.fixture
def browser(db):
    """Browsers at the address that keys are bound to: localhost, as the tests' settings have it."""
    return functools.partial(Browser, host=HOST)


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    return getattr(world, request.param)


def options(page):
    form = next(e for e in page.tree.walk() if e.get("data-webauthn"))
    return unescape(form.get("data-options"))


def registered(opened, name="blue", **looks):
    key = Key(verifies=True, **looks)
    answer = key.create(options(opened.get(CREATE)))
    done = opened.post(CREATE, {"KeyName": name, "credential": answer})
    assert (done.status, done.location) == (303, CREDENTIALS), done.words
    return key


def at_the_factor(world, person, host=HOST):
    opened = Browser(host=host)
    if person.principal.kind == "root":
        first = {"as": "root", "email": "root@example.com", "password": PASSWORD}
    else:
        first = {"account": world.account.number, "user": person.principal.name, "password": PASSWORD}
    assert opened.post("/signin", first).location.startswith(FACTOR)
    return opened


def test_a_key_is_registered_and_then_asked_for(world, person, browser):
    here, there = browser(person), browser(person)
    shown = here.get(CREATE)
    assert shown.is_accessible()
    key = registered(here)
    listed = here.get(CREDENTIALS)
    assert "Security key blue is in use" in listed.words
    assert ":u2f/" in listed.text
    assert listed.is_accessible()
    assert there.get("/").location.startswith("/signin")
    opened = at_the_factor(world, person)
    asked = opened.get(FACTOR)
    assert "Use security key" in asked.words
    assert asked.is_accessible()
    done = opened.post(KEY, {"credential": key.get(options(asked)), "next": "/iam/users/"})
    assert (done.status, done.location) == (303, "/iam/users/")
    assert "With MFA" in opened.get("/me/sessions/").words


def test_a_bent_answer_is_told_and_the_next_one_may_be_right(world, browser):
    key = registered(browser(world.alice))
    opened = at_the_factor(world, world.alice)
    asked = opened.get(FACTOR)
    wrong = opened.post(KEY, {"credential": key.get(options(asked), rp_id="evil.example")})
    assert wrong.status == 422
    assert "was not in order" in wrong.words
    assert wrong.is_accessible()
    assert options(wrong) != options(asked)
    assert opened.post(KEY, {"credential": key.get(options(wrong))}).status == 303


def test_any_device_of_several_may_be_used(world, browser):
    opened = browser(world.alice)
    registered(opened)
    second = registered(opened, "green")
    asked = at_the_factor(world, world.alice)
    page = asked.get(FACTOR)
    assert len(json.loads(options(page))["allowCredentials"]) == 2
    assert asked.post(KEY, {"credential": second.get(options(page))}).status == 303


def test_an_answer_that_was_used_is_no_answer(world, browser):
    key = registered(browser(world.alice), counter=None)
    opened = at_the_factor(world, world.alice)
    answer = key.get(options(opened.get(FACTOR)))
    assert opened.post(KEY, {"credential": answer}).status == 303
    again = at_the_factor(world, world.alice)
    again.get(FACTOR)
    assert again.post(KEY, {"credential": answer}).status == 422


def test_an_answer_without_a_sign_in_begun_starts_again(world, browser):
    assert Browser().post(KEY, {"credential": "{}"}).location.startswith("/signin")


def test_registering_asks_for_an_answer(person, browser):
    opened = browser(person)
    opened.get(CREATE)
    page = opened.post(CREATE, {"KeyName": "blue", "credential": ""})
    assert page.status == 422
    assert "could not be registered" in page.words
    assert page.is_accessible()
    assert not MfaDevice.objects.exists()


def test_a_challenge_registers_one_key(world, browser):
    opened = browser(world.alice)
    asked = options(opened.get(CREATE))
    first, second = Key().create(asked), Key().create(asked)
    assert opened.post(CREATE, {"KeyName": "a", "credential": first}).status == 303
    assert opened.post(CREATE, {"KeyName": "b", "credential": second}).status == 422


def test_another_browser_s_challenge_is_none_of_ours(world, browser):
    here, there = browser(world.alice), browser(world.alice)
    here.get(CREATE)
    answer = Key().create(options(there.get(CREATE)))
    assert here.post(CREATE, {"KeyName": "a", "credential": answer}).status == 422


def test_the_name_is_needed_and_plain(world, browser):
    opened = browser(world.alice)
    for name in ("", "with blank"):
        answer = Key().create(options(opened.get(CREATE)))
        page = opened.post(CREATE, {"KeyName": name, "credential": answer})
        assert page.status == 422
        assert "field-KeyName" in {e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"}


def test_without_permission_it_says_which(world, browser):
    opened = browser(world.bob)
    answer = Key().create(options(opened.get(CREATE)))
    page = opened.post(CREATE, {"KeyName": "a", "credential": answer})
    assert (page.status, page.refused_actions) == (403, ["iam:EnableMFADevice"])
    assert page.is_accessible()


def test_a_key_is_removed_once_confirmed(person, browser):
    opened = browser(person)
    registered(opened)
    serial = MfaDevice.objects.get().serial
    assert opened.get("/me/credentials/mfa/delete/", serial=serial).is_accessible()
    assert opened.post(f"/me/credentials/mfa/delete/?serial={serial}").location == CREDENTIALS
    assert "is removed" in opened.get(CREDENTIALS).words
    assert not MfaDevice.objects.exists()


def test_at_another_address_it_says_where_keys_work(world, browser):
    opened = browser(world.alice)
    registered(opened)
    assert "work at another address" not in opened.get(CREATE).words
    away = Browser(world.alice).get(CREATE)
    assert "Security keys work at another address." in away.words
    assert "http://localhost:8000/me/security-keys/create/" in away.text
    assert away.is_accessible()
    page = at_the_factor(world, world.alice, host="testserver").get(FACTOR)
    assert "Use security key" not in page.words
    assert "http://localhost:8000/signin" in page.text


def test_registering_needs_a_token_of_the_page(world, browser):
    opened = browser(world.alice)
    answer = Key().create(options(opened.get(CREATE)))
    opened.client.handler.enforce_csrf_checks = True
    assert opened.post(CREATE, {"KeyName": "a", "credential": answer}).status == 403
