"""Security keys in a real browser, with authenticators that it simulates: two keys, with and without PIN, a copied one."""

import json
from base64 import urlsafe_b64decode as b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.browsing import Person
from tests.e2e.conftest import Open
from tests.e2e.test_signing_in import PASSWORD, iam, make_user

pytestmark = pytest.mark.slow


@dataclass
class Reader:
    """What is plugged into a window: keys that can be put in, pulled out, and copied."""

    devtools: CDPSession

    def plug(
        self, *, knows_user: bool, kind: str = "ctap2", resident: bool = False, transport: str = "usb"
    ) -> str:
        options = {
            "protocol": kind,
            "transport": transport,
            "hasResidentKey": resident or (kind == "ctap2" and knows_user),
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


# Simulated keys answer whatever the browser asks, also when it only offers passkeys in a field: in windows of this
# name alone is it asked for that, lest people sign in by it who were to do so otherwise.
AUTOFILL = "autofill"
QUIET = f"""if (window.PublicKeyCredential && window.name !== "{AUTOFILL}")
  PublicKeyCredential.isConditionalMediationAvailable = async () => false;"""


def plugged_in(page: Page) -> Reader:
    """What is plugged into this window."""
    page.add_init_script(QUIET)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    return Reader(devtools)


@pytest.fixture
def reader(erin: Person) -> Reader:
    return plugged_in(erin.page)


def register(person: Person, name: str) -> None:
    person.visit("/me/security-keys/create/")
    person.fill(KeyName=name)
    person.press("Register key")
    person.is_at("/me/credentials/")
    person.sees(f"Security key {name} is in use")


def to_the_factor(person: Person, account: dict[str, Any]) -> None:
    person.sign_out()
    to_the_factor_from_here(person, account)


def to_the_factor_from_here(person: Person, account: dict[str, Any]) -> None:
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


def test_the_key_that_was_used_is_the_one_that_shows_it(erin: Person, reader: Reader, account):
    first = reader.plug(knows_user=False)
    register(erin, "first")
    reader.pull(first)
    reader.plug(knows_user=False)
    register(erin, "second")
    to_the_factor(erin, account)
    touch(erin)
    erin.visit("/me/credentials/")
    used = {
        name: erin.page.get_by_role("row")
        .filter(has_text=name)
        .locator("td")
        .nth(1)
        .inner_text()
        .splitlines()[0]
        for name in ("first", "second")
    }
    assert used["first"] == "never"
    assert "ago" in used["second"] or "now" in used["second"]


def answer_sent(person: Person, act: Callable[[], None], to: str) -> str:
    """The key's answer, as the browser posts it to that address."""
    with person.page.expect_request(lambda request: request.url.endswith(to)) as sent:
        act()
    found: str = parse_qs(sent.value.post_data or "")["credential"][0]
    return found


def send_instead(person: Person, answer: str) -> None:
    """Send this answer with the form, without asking any key."""
    person.page.evaluate(
        """answer => {
          const form = document.querySelector("form[data-webauthn]");
          form.elements.credential.value = answer;
          HTMLFormElement.prototype.submit.call(form);
        }""",
        answer,
    )
    person.page.wait_for_load_state()


def test_an_answer_is_not_taken_twice(erin: Person, reader: Reader, account):
    reader.plug(knows_user=False)
    register(erin, "blue")
    to_the_factor(erin, account)
    answer = answer_sent(erin, lambda: touch(erin), "/signin/step/key")
    to_the_factor(erin, account)
    send_instead(erin, answer)
    erin.sees("The key's answer was not in order.")
    erin.is_headed("Second factor")


@pytest.fixture
def neighbour() -> Iterator[str]:
    """A page of somebody else's at localhost, on another port: browsers let it ask for the same keys."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>Another</title><link rel=icon href=data:,>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


ASK_THERE = """async options => {
  const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), letter => letter.charCodeAt(0));
  const asked = JSON.parse(options);
  asked.challenge = bytes(asked.challenge);
  asked.allowCredentials = asked.allowCredentials.map(key => ({ ...key, id: bytes(key.id) }));
  return JSON.stringify((await navigator.credentials.get({ publicKey: asked })).toJSON());
}"""


def test_what_a_key_answered_elsewhere_is_refused(erin: Person, reader: Reader, account, neighbour):
    key = reader.plug(knows_user=True)
    register(erin, "blue")
    to_the_factor(erin, account)
    options = erin.page.locator("form[data-webauthn]").get_attribute("data-options")
    there = erin.context.new_page()
    there.goto(neighbour)
    elsewhere = plugged_in(there)
    elsewhere.hold(elsewhere.plug(knows_user=True), reader.credentials(key)[0])
    answer = there.evaluate(ASK_THERE, options)
    assert (
        neighbour.rstrip("/") in b64decode(json.loads(answer)["response"]["clientDataJSON"] + "==").decode()
    )
    send_instead(erin, answer)
    erin.sees("The key's answer was not in order.")
    erin.is_headed("Second factor")


@pytest.fixture
def passkeys(windows: Open, account) -> None:
    """The account lets its people sign in by passkey alone."""
    root = windows()
    root.sign_in_as_root(account["email"], account["password"])
    root.is_headed("Dashboard")
    root.visit("/account/settings/signin/edit/")
    root.page.get_by_label("Users and the root user").check()
    root.press("Save")
    root.sees("It holds from the next sign-in on.")
    assert root.obstacles() == []


def test_a_passkey_that_knows_its_user_signs_in_alone(passkeys, erin: Person, reader: Reader, account):
    reader.plug(knows_user=True, transport="internal")  # of others Chromium offers none in fields
    register(erin, "blue")
    erin.sign_out()
    assert erin.obstacles() == []
    erin.press("Sign in with a passkey")
    erin.is_headed("Dashboard")
    erin.visit("/me/sessions/")
    erin.sees("With MFA")
    erin.page.evaluate(f"window.name = '{AUTOFILL}'")
    erin.context.clear_cookies()
    erin.page.goto(f"{erin.url}/signin")
    erin.is_headed("Dashboard")


def test_a_key_that_cannot_know_its_user_is_no_passkey(passkeys, erin: Person, reader: Reader, account):
    # Chromium itself asks for user verification of whoever is not named; tests/accounts/test_passkeys.py has the others.
    key = reader.plug(knows_user=True)
    register(erin, "blue")
    (held,) = reader.pull(key)
    reader.hold(reader.plug(knows_user=False, resident=True), held)
    erin.sign_out()
    erin.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(erin.page.locator("[data-key-problem]")).to_be_visible()
    erin.is_headed("Sign in")
    to_the_factor_from_here(erin, account)
    touch(erin)


def test_without_scripts_the_button_is_not_shown(passkeys, windows: Open):
    plain = windows(scripts=False)
    plain.url = plain.url.replace("127.0.0.1", "localhost")
    plain.visit("/signin")
    expect(plain.page.locator("form[data-webauthn]")).to_have_count(1)
    expect(plain.page.get_by_text("Sign in with a passkey")).to_be_hidden()
