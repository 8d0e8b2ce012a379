"""What whoever is not signed in can make us write: nothing by reading, and little by sending."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.console.browser import Browser

HOST = "localhost:8000"  # where keys work
FORM = {
    "email": "nobody@example.org",
    "user": "nobody",
    "account": "no-such",
    "password": "p",
    "name": "Nobody",
}
# A refused password costs a hash and is in the trail; a link that is asked for is looked into by a worker.
SENT = (
    {"Event": 1, "SignInAttempt": 2},  # /signin
    {"Event": 1, "SignInAttempt": 1},  # /signin/x, from the same address
    {"Event": 1},  # /signin/step/passkey
    {"Event": 1, "PasswordReset": 1, "SignInAttempt": 2},  # /forgot-password/
)


def addresses(resolver=None, before: str = "/") -> Iterator[str]:
    """Every address, with something in the place of each variable part."""
    for each in (resolver or get_resolver()).url_patterns:
        text = before + re.sub(
            r"<(\w+:)?\w+>", lambda part: "1" if part[1] == "int:" else "x", str(each.pattern)
        )
        if isinstance(each, URLPattern):
            yield re.sub(r"[\^$]|\\Z", "", text)
        else:
            yield from addresses(each, text)


def rows() -> Counter[str]:
    return Counter({model.__name__: model._base_manager.count() for model in apps.get_models()})


def written(how: str) -> Counter[str]:
    """Rows that were made while every address was asked once."""
    before = rows()
    for address in addresses():
        getattr(Client(headers={"Host": HOST}), how)(address, FORM if how == "post" else {})
    return rows() - before


@pytest.fixture
def passkeys(world):
    world.root.run("tenant.UpdateSignInSettings", PasskeySignIn="users")


def test_reading_writes_nothing(passkeys):
    assert len(list(addresses())) > 150
    assert written("get") == Counter()


def test_sending_writes_little(passkeys):
    most = sum((Counter(each) for each in SENT), Counter())
    assert written("post") <= most


def test_words_for_the_next_page_reach_who_has_no_session(db):
    browser = Browser()
    sent_on = browser.get("/signin/step/factor")
    assert "flash" in sent_on.response.cookies
    shown = browser.get(sent_on.location)
    assert "too long" in shown.words
    assert shown.response.cookies["flash"]["max-age"] == 0
    assert "too long" not in browser.get(sent_on.location).words


def test_words_that_are_not_ours_are_not_said(db):
    browser = Browser()
    browser.get("/signin/step/factor")
    browser.client.cookies["flash"] = browser.client.cookies["flash"].value[:-1]
    assert "too long" not in browser.get("/signin").words


def test_words_for_somebody_signed_in_stay_in_the_session(world):
    alice = Browser(world.alice)
    made = alice.post("/iam/groups/create/", {"GroupName": "readers"})
    assert "flash" not in made.response.cookies
    assert "readers" in alice.get(made.location).words
