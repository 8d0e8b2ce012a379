"""What docs/security.md promises of signing in that is about all pages at once, or about what there is not."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts import passwords
from accounts.models import DeviceKind, Identity
from iam.catalogue import offered
from tests.console.test_step_up import addresses
from tests.world import PASSWORD

ROOT = Path(__file__).parents[2]
NEW, PRESENT = "new-password", "current-password"
PAGES = {
    "/signin": [PRESENT],
    "/signin?as=root": [PRESENT],
    "/signup": [NEW],
    "/me/proof/": [PRESENT],
    "/me/credentials/password/edit/": [PRESENT, NEW, NEW],
    "/iam/users/bob/credentials/password/create/": [NEW],
}


@pytest.mark.parametrize("address", PAGES)
def test_passwords_are_masked_and_known_to_password_managers(world, browser, settings, address):
    settings.OPEN_SIGNUP = True
    opened = browser(None if address.startswith("/sign") else world.alice)
    fields = [e for e in opened.get(address).tree.walk() if "-password" in (e.get("autocomplete") or "")]
    assert [field.get("autocomplete") for field in fields] == PAGES[address]
    assert {field.get("type") for field in fields} == {"password"}
    assert not any(field.get("value") or field.get("readonly") for field in fields)


def test_the_new_password_that_is_due_is_masked_too(world, browser):
    owner = Identity.objects.select_related("account").get(account=world.account, name="bob")
    passwords.set_password(owner, PASSWORD, now=datetime.now(UTC), must_change=True)
    person = browser()
    person.post("/signin/example-corp", {"user": "bob", "password": PASSWORD})
    page = person.get("/signin/step/password")
    fields = [e for e in page.tree.walk() if e.get("autocomplete") == NEW]
    assert [(field.get("type"), field.get("value") or "") for field in fields] == [("password", "")] * 2


def test_nothing_keeps_people_from_pasting():
    for script in (ROOT / "static" / "js").glob("*.js"):
        assert not re.search(r"[\"'](paste|copy|cut|beforeinput)[\"']", script.read_text()), script.name
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\bon(paste|copy|cut)\b", template.read_text()), template.name


def test_nobody_is_asked_for_hints_or_questions():
    asked = re.compile(
        r"(security|secret) questions?|maiden name|remind(er)? (of|for) your password", re.IGNORECASE
    )
    for template in (ROOT / "templates").rglob("*.html"):
        assert not asked.search(template.read_text()), template.name
    assert not [
        field.name for field in Identity._meta.get_fields() if re.search("hint|question|answer", field.name)
    ]


def test_no_code_is_sent_by_any_channel():
    """Every factor is in its holder's hands: an app, a key, a token.  Mail carries links, and they are no factor."""
    assert {kind.value for kind in DeviceKind} == {"virtual", "fido", "hardware"}
    for letter in (ROOT / "templates" / "mail").glob("*.txt"):
        assert not re.search(r"\{\{\s*(code|pass|token|otp)\b", letter.read_text()), letter.name


def test_nobody_signs_in_by_an_identity_provider():
    assert {"sts.AssumeRoleWithSAML", "sts.AssumeRoleWithWebIdentity"} & set(offered()) == set()
    assert not [name for name in addresses() if re.search("saml|oidc|sso|ldap", name)]


@pytest.mark.parametrize(
    "address", ["/", "/iam/users/", "/iam/users/bob/credentials/", "/me/credentials/", "/me/sessions/"]
)
def test_every_page_has_the_way_out(world, browser, address):
    forms = [e for e in browser(world.alice).get(address).tree.walk() if e.tag == "form"]
    assert any(form.get("action") == "/signout" and form.get("method") == "post" for form in forms)


@pytest.mark.parametrize("address", ["/", "/account/settings/", "/me/credentials/"])
def test_addresses_that_are_told_are_the_settings_and_not_the_requests(world, browser, settings, address):
    settings.PUBLIC_URL = "https://iam.example.org"
    page = browser(world.alice, host="localhost").get(address)
    assert "https://iam.example.org/signin/" in page.text
    assert "http://localhost" not in page.text
    for module in (ROOT / "console").rglob("*.py"):
        assert "build_absolute_uri" not in module.read_text(), module.name
