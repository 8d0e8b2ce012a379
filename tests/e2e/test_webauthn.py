"""Security keys in a real browser, with authenticators that it simulates: two keys, with and without PIN, a copied one."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from tests.e2e.browsing import Person
from tests.e2e.conftest import Open
from tests.e2e.test_signing_in import PASSWORD, iam, make_user

pytestmark = pytest.mark.slow


@dataclass
class Reader:
    """What is plugged into a window: keys that can be put in, pulled out, and copied."""

    devtools: CDPSession

    def plug(self, *, knows_user: bool, kind: str = "ctap2") -> str:
        options = {
            "protocol": kind,
            "transport": "usb",
            "hasResidentKey": kind == "ctap2" and knows_user,
            "hasUserVerification": knows_user,
            "isUserVerified": knows_user,
            "automaticPresenceSimulation": True,
        }
        put: str = self._say("addVirtualAuthenticator", options=options)["authenticatorId"]
        return put

    def pull(self, key: str) -> list[dict[str, Any]]:
        """Pull the key out; returns what it holds."""
        held: list[dict[str, Any]] = self.credentials(key)
        self._say("removeVirtualAuthenticator", authenticatorId=key)
        return held

    def credentials(self, key: str) -> list[dict[str, Any]]:
        held: list[dict[str, Any]] = self._say("getCredentials", authenticatorId=key)["credentials"]
        return held

    def hold(self, key: str, credential: dict[str, Any], **changed: Any) -> None:
        """Put a credential onto a key, as a copy would be."""
        self._say("addCredential", authenticatorId=key, credential=credential | changed)

    def _say(self, act: str, **what: Any) -> Any:
        return self.devtools.send(f"WebAuthn.{act}", what)


@pytest.fixture
def erin(windows: Open, account) -> Person:
    """A user who manages her own devices, at the address that keys are bound to."""
    person = windows()
    person.url = person.url.replace("127.0.0.1", "localhost")
    make_user(account, person.url, "erin")
    policy = "arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA"
    iam(account, person.url).attach_user_policy(UserName="erin", PolicyArn=policy)
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Dashboard")
    return person


@pytest.fixture
def reader(erin: Person) -> Reader:
    devtools = erin.context.new_cdp_session(erin.page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    return Reader(devtools)


def register(person: Person, name: str) -> None:
    person.visit("/me/security-keys/create/")
    person.fill(KeyName=name)
    person.press("Register key")
    person.is_at("/me/credentials/")
    person.sees(f"Security key {name} is in use")


def to_the_factor(person: Person, account: dict[str, Any]) -> None:
    person.sign_out()
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Second factor")


def touch(person: Person) -> None:
    person.press("Use security key")
    person.is_headed("Dashboard")


@pytest.mark.parametrize("knows_user", [True, False], ids=["with PIN", "without PIN"])
def test_a_key_is_registered_and_asked_for(erin: Person, reader: Reader, account, knows_user):
    reader.plug(knows_user=knows_user)
    erin.visit("/me/security-keys/create/")
    assert erin.obstacles() == []
    register(erin, "blue")
    assert erin.obstacles() == []
    to_the_factor(erin, account)
    assert erin.obstacles() == []
    touch(erin)
    erin.visit("/me/sessions/")
    erin.sees("With MFA")


def test_a_key_of_the_first_generation_works_too(erin: Person, reader: Reader, account):
    reader.plug(knows_user=False, kind="u2f")
    register(erin, "old")
    to_the_factor(erin, account)
    touch(erin)


def test_either_of_two_keys_signs_in_and_a_removed_one_does_not(erin: Person, reader: Reader, account):
    first = reader.plug(knows_user=False)
    register(erin, "first")
    (held,) = reader.pull(first)
    second = reader.plug(knows_user=True)
    register(erin, "second")
    to_the_factor(erin, account)
    touch(erin)
    (other,) = reader.pull(second)
    back = reader.plug(knows_user=False)
    reader.hold(back, held)
    to_the_factor(erin, account)
    touch(erin)
    held = reader.credentials(back)[0]
    erin.visit("/me/credentials/")
    erin.page.get_by_role("link", name="Remove first").click()
    erin.confirm("Remove device")
    erin.sees("is removed")
    to_the_factor(erin, account)
    erin.page.get_by_role("button", name="Use security key").click()
    expect(erin.page.locator("[data-key-problem]")).to_be_visible()
    erin.is_headed("Second factor")
    reader.pull(back)
    reader.hold(reader.plug(knows_user=True), other)
    touch(erin)


def test_the_same_key_is_not_registered_twice(erin: Person, reader: Reader):
    reader.plug(knows_user=True)
    register(erin, "blue")
    erin.visit("/me/security-keys/create/")
    erin.page.get_by_role("button", name="Register key").click()
    erin.sees("This key is registered for you already.")
    assert erin.obstacles() == []


def test_a_copy_of_a_key_is_found_out(erin: Person, reader: Reader, account):
    key = reader.plug(knows_user=False)
    register(erin, "blue")
    copied = reader.credentials(key)[0]
    to_the_factor(erin, account)
    touch(erin)
    reader.pull(key)
    reader.hold(reader.plug(knows_user=False), copied)
    to_the_factor(erin, account)
    erin.press("Use security key")
    erin.sees("there may be a copy of it")
    erin.is_headed("Second factor")


def test_at_a_bare_address_it_says_where_keys_work(windows: Open, account):
    person = windows()
    make_user(account, person.url, "erin")
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.visit("/me/security-keys/create/")
    person.sees("Security keys work at another address.")
    assert person.obstacles() == []
