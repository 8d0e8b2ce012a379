"""Signing in by a passkey alone, by page: when it is offered, what it asks for, and where it leads."""

import json

import pytest
from django.test import Client

from accounts import passkeys
from accounts.models import KeyChallenge
from tests.authenticators import UP
from tests.console.browser import Browser
from tests.console.test_me_security_keys import HOST, registered
from tests.world import PASSWORD

OPTIONS, PASSKEY = "/signin/step/passkey-options", "/signin/step/passkey"


@pytest.fixture
def key(world):
    """Alice's passkey, in an account that lets users sign in so."""
    world.root.run("tenant.UpdateSignInSettings", PasskeySignIn="users")
    return registered(Browser(world.alice, host=HOST))


def stranger(host=HOST):
    return Browser(host=host)


def answered(person, key, **bent):
    asked = person.post(OPTIONS)
    assert (asked.status, asked.response.headers["Content-Type"]) == (200, "application/json")
    text = key.get(asked.text, **{"handle": key.handle, **bent})
    return person.post(PASSKEY, {"credential": text, "next": "/iam/users/"})


@pytest.mark.parametrize(
    "address", ["/signin", "/signin?as=root", "/signin/example-corp", "/signin/no-such-account"]
)
def test_the_button_is_offered_where_any_account_takes_passkeys_and_says_no_more(world, address):
    assert "passkey" not in stranger().get(address).text
    world.root.run("tenant.UpdateSignInSettings", PasskeySignIn="all")
    page = stranger().get(address)
    form = next(e for e in page.tree.walk() if e.get("data-webauthn"))
    assert "hidden" in form.attributes, "without JavaScript it is not shown"
    assert page.is_accessible()


@pytest.mark.parametrize("address", ["/signin", "/signin?as=root", "/signin/no-such-account"])
def test_browsers_are_asked_to_offer_passkeys_among_the_names_they_know(world, address):
    names = ("username", "username webauthn")
    for setting, words in zip(("off", "users"), names, strict=True):
        world.root.run("tenant.UpdateSignInSettings", PasskeySignIn=setting)
        page = stranger().get(address)
        assert [e.get("autocomplete") for e in page.tree.walk() if e.get("autocomplete") in names] == [words]
        assert [e for e in page.tree.walk() if "data-autofill" in e.attributes] != [] or setting == "off"


def test_a_challenge_is_nobody_s_and_names_no_key(world, key):
    answers = [stranger().post(OPTIONS) for _ in range(2)]
    asked = [json.loads(answer.text) for answer in answers]
    for options in asked:
        assert options.pop("challenge")
    assert asked[0] == asked[1]
    assert not asked[0].get("allowCredentials")
    assert not KeyChallenge.objects.filter(purpose__contains="stranger").exists()
    for answer in answers:
        assert set(answer.response.cookies) == {"passkey"}
        cookie = answer.response.cookies["passkey"]
        assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 300)


def test_at_another_address_it_says_where_passkeys_work(world):
    world.root.run("tenant.UpdateSignInSettings", PasskeySignIn="all")
    page = stranger("127.0.0.1:8000").get("/signin")
    assert 'autocomplete="username"' in page.text
    assert "Passkeys work at" in page.words
    assert 'href="http://localhost:8000/signin?' in page.text
    assert "data-webauthn" not in page.text


def test_nothing_is_stored_before_the_button_is_pressed(world, key):
    page = stranger().get("/signin")
    assert "data-options=" not in page.text
    assert "sessionid" not in page.response.cookies


def test_a_passkey_signs_in_and_leads_to_the_page_wanted(world, key):
    here = stranger()
    done = answered(here, key)
    assert (done.status, done.location) == (303, "/iam/users/")
    assert here.get("/iam/users/").status == 200
    assert "With MFA" in here.get("/me/sessions/").words
    assert done.response.cookies["passkey"]["max-age"] == 0


def test_policies_see_mfa(world, key):
    here = stranger()
    answered(here, key)
    world.root.iam(
        "PutUserPolicy",
        UserName="alice",
        PolicyName="mfa",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Deny",
                    "Action": "iam:ListUsers",
                    "Resource": "*",
                    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
                },
            }
        ),
    )
    assert here.get("/iam/users/").refused_actions == []
    assert Browser(world.alice, host=HOST).get("/iam/users/").refused_actions == ["iam:ListUsers"]


def test_a_refused_one_is_told_on_the_first_page(world, key):
    here = stranger()
    done = answered(here, key, signature=b"")
    assert done.location.startswith("/signin?")
    assert passkeys.REFUSED in here.get(done.location).words


def test_one_that_did_not_know_its_user_leads_to_password_and_another_device(world, key):
    here = stranger()
    done = answered(here, key, flags=UP)
    page = here.get(done.location)
    assert "Go on with your password, then with another device." in page.words
    assert 'value="alice"' in page.text
    assert 'value="example-corp"' in page.text
    assert page.is_accessible()
    again = here.post("/signin", {"account": "example-corp", "user": "alice", "password": PASSWORD})
    assert "cannot be the second proof too" in again.words


def test_where_no_account_takes_passkeys_nothing_is_asked_for(world):
    assert stranger().post(OPTIONS).status == 404


def test_both_steps_need_their_token(world, key):
    careful = Client(enforce_csrf_checks=True, headers={"Host": HOST})
    assert careful.post(OPTIONS).status_code == 403
    assert careful.post(PASSKEY, {"credential": "x"}).status_code == 403
    assert careful.get(PASSKEY).status_code == 405
