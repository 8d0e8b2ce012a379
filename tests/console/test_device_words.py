"""What devices are called: by one name on every page and in notices, with their kind where people choose among them."""

import functools

import pytest

from accounts.models import MfaDevice, Notice, OutgoingMail
from iam.errors import InvalidAuthenticationCode
from tests.console.browser import Browser
from tests.console.test_me_devices import HARDWARE, RENAME, SERIAL, stock, token_codes
from tests.console.test_me_mfa import enrolled
from tests.console.test_me_security_keys import HOST, registered
from tests.console.test_templates import TEMPLATES
from tests.world import PASSWORD

__all__ = ["stock"]
CREDENTIALS, KEY, APP = "/me/credentials/", "/me/security-keys/create/", "/me/credentials/mfa/create/"
ALLOWED = "Letters, digits and any of + = , . @ - _, without spaces."


@pytest.fixture
def browser(db):
    return functools.partial(Browser, host=HOST)


def value_of(page, name):
    return next(e.get("value") for e in page.tree.walk() if e.get("name") == name)


def at_the_factor(world):
    opened = Browser(host=HOST)
    opened.post("/signin", {"account": world.account.number, "user": "alice", "password": PASSWORD})
    return opened.get("/signin/step/factor")


def test_an_app_is_an_app_on_every_page():
    assert [file.name for file in TEMPLATES if "Add MFA device" in file.read_text()] == []


def test_who_has_no_device_is_offered_both_kinds_that_need_nothing_from_others(world, browser):
    page = browser(world.alice).get(CREDENTIALS)
    beside = page.text.partition("No second factor yet")[2]
    assert (f'href="{APP}"' in beside, f'href="{KEY}"' in beside) == (True, True)


def test_names_say_beforehand_what_they_may_be(world, browser, stock):
    here = browser(world.alice)
    for address in (APP, KEY):
        page = here.get(address)
        assert f"such as office-phone. {ALLOWED}" in page.words
        assert page.is_accessible()
    here.post(HARDWARE, token_codes())
    assert ALLOWED in here.get(f"{RENAME}?serial={SERIAL}").words


def test_names_that_are_taken_are_not_proposed_again(world, browser):
    here = browser(world.alice)
    assert value_of(here.get(KEY), "KeyName") == "security-key"
    registered(here, "security-key")
    assert value_of(here.get(KEY), "KeyName") == "security-key-2"
    enrolled(here, "alice")
    assert value_of(here.get(APP), "VirtualMFADeviceName") == "alice-2"


def test_wrong_codes_are_told_in_words_that_help_on_pages_alone(world, browser, stock):
    wrong = token_codes() | {"AuthenticationCode1": "00000000"}
    page = browser(world.alice).post(HARDWARE, wrong)
    assert page.status == 422
    assert "check that its clock is right" in page.words
    with pytest.raises(InvalidAuthenticationCode, match=r"^Authentication code for device is not valid\.$"):
        world.root.iam("EnableMFADevice", UserName="alice", **wrong)


def test_a_key_has_its_name_wherever_people_see_it(world, browser):
    here = browser(world.alice)
    registered(here, "yellow-desk")
    serial = MfaDevice.objects.get().serial
    notice = Notice.objects.get(kind="mfa-added")
    assert notice.facts["device"] == "yellow-desk"
    words = here.get("/me/notices/").words
    assert "By: yourself · Device: yellow-desk" in words
    for address in (CREDENTIALS, f"{CREDENTIALS}mfa/delete/?serial={serial}"):
        assert "yellow-desk" in here.get(address).words
    tab = browser(world.root).get("/iam/users/alice/credentials/").words
    assert "yellow-desk Copy serial number Security key or passkey" in tab


def test_a_renamed_device_has_its_new_name_in_every_place_and_in_what_is_told_of_its_end(
    world, browser, stock
):
    here = browser(world.alice)
    here.post(HARDWARE, token_codes())
    here.post(f"{RENAME}?serial={SERIAL}", {"DeviceName": "grey-one"})
    gone = f"/iam/users/alice/credentials/mfa/delete/?serial={SERIAL}"
    admin = browser(world.root)
    assert "Deactivate MFA device grey-one?" in admin.get(gone).words
    assert "MFA device grey-one" in admin.get("/iam/users/alice/delete/").words
    assert "Remove MFA device grey-one?" in here.get(f"{CREDENTIALS}mfa/delete/?serial={SERIAL}").words
    world.root.iam("DeactivateMFADevice", UserName="alice", SerialNumber=SERIAL)
    assert Notice.objects.get(kind="mfa-removed").facts["device"] == "grey-one"
    assert MfaDevice.objects.get().name == SERIAL


def test_mail_calls_a_device_by_the_same_name(world, browser):
    registered(browser(world.root), "yellow-desk")
    assert ["Device", "yellow-desk"] in OutgoingMail.objects.get().facts["rows"]


def test_devices_to_choose_from_say_their_kind(world, browser, stock):
    here = browser(world.alice)
    enrolled(here, "alice")
    assert "The digits that the authenticator app alice shows now." in at_the_factor(world).words
    here.post(HARDWARE, token_codes())
    page = at_the_factor(world)
    assert "alice (authenticator app)" in page.words
    assert f"{SERIAL} (hardware token)" in page.words
    assert "The digits that the device shows now." in page.words
    assert page.is_accessible()
    assert f"{SERIAL} (hardware token)" in here.get("/me/proof/").words
