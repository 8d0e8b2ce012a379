"""Enrolling, repairing and removing my own MFA device, by page."""

import base64
from datetime import UTC, datetime

import pytest
from django.conf import settings

from accounts import totp
from accounts.models import ConsoleSession, MfaDevice
from tests.world import allow

CREDENTIALS = "/me/credentials/"
CREATE, ENABLE = "/me/credentials/mfa/create/", "/me/credentials/mfa/enable/"
DISCARD, RESYNC, DELETE = (f"/me/credentials/mfa/{verb}/" for verb in ("discard", "resync", "delete"))
SELF_SERVICE = "arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA"


def hidden(page, name):
    return next(e.get("value") for e in page.tree.walk() if e.tag == "input" and e.get("name") == name)


def codes(seed, offset=0):
    step = totp.step_at(datetime.now(UTC)) + offset
    raw = totp.seed_of_text(seed)
    return {
        "AuthenticationCode1": totp.code_at(raw, step - 1),
        "AuthenticationCode2": totp.code_at(raw, step),
    }


def enrolled(opened, name="phone"):
    """The serial and seed of a device that is in use."""
    made = opened.post(CREATE, {"VirtualMFADeviceName": name})
    serial, seed = hidden(made, "SerialNumber"), hidden(made, "Seed")
    done = opened.post(ENABLE, {"SerialNumber": serial, "Seed": seed, **codes(seed)})
    assert (done.status, done.location) == (303, CREDENTIALS)
    return serial, seed


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    """A user, and root: the pages are the same for both."""
    return getattr(world, request.param)


def test_the_first_name_is_what_self_service_policies_expect(world, browser):
    assert hidden(browser(world.alice).get(CREATE), "VirtualMFADeviceName") == "alice"
    assert hidden(browser(world.root).get(CREATE), "VirtualMFADeviceName") == "root-account-mfa-device"


def test_the_seed_is_shown_as_picture_and_as_text_once(person, browser):
    opened = browser(person)
    page = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    assert page.status == 200
    seed = hidden(page, "Seed")
    assert seed in page.words.replace(" ", "")
    picture = next(e for e in page.tree.walk() if e.tag == "img" and "qr" in e.get("class"))
    assert base64.b64decode(picture.get("src").partition(",")[2]).startswith(b"<svg")
    assert picture.get("alt")
    assert page.is_accessible()
    assert page.response.headers["Cache-Control"] == "no-store"
    assert seed not in opened.get(CREDENTIALS).text


def test_two_codes_put_it_to_use_and_end_other_sessions(person, browser):
    here, there = browser(person), browser(person)
    before = here.client.cookies[settings.SESSION_COOKIE_NAME].value
    serial, _ = enrolled(here)
    shown = here.get(CREDENTIALS)
    assert "asked for at your next sign-in" in shown.words
    assert serial in shown.text
    assert shown.is_accessible()
    assert here.client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert there.get("/").location.startswith("/signin")


def test_wrong_codes_leave_the_picture_there(person, browser):
    opened = browser(person)
    made = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    serial, seed = hidden(made, "SerialNumber"), hidden(made, "Seed")
    for wrong in ({"AuthenticationCode1": "000000", "AuthenticationCode2": "000000"}, codes(seed, offset=-9)):
        page = opened.post(ENABLE, {"SerialNumber": serial, "Seed": seed, **wrong})
        assert page.status == 422
        assert "Enter two that this very device showed one right after the other" in page.words
        assert hidden(page, "Seed") == seed
        assert page.is_accessible()
    assert opened.post(ENABLE, {"SerialNumber": serial, "Seed": seed, **codes(seed)}).status == 303


def test_missing_codes_are_named(person, browser):
    opened = browser(person)
    made = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    page = opened.post(ENABLE, {"SerialNumber": hidden(made, "SerialNumber"), "Seed": hidden(made, "Seed")})
    assert page.status == 422
    wrong = {e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"}
    assert wrong == {"field-AuthenticationCode1", "field-AuthenticationCode2"}


def test_a_code_that_is_too_short_is_refused_in_plain_words(world, browser):
    opened = browser(world.alice)
    made = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    sent = {"AuthenticationCode1": "123456", "AuthenticationCode2": "1234"}
    page = opened.post(ENABLE, {"SerialNumber": hidden(made, "SerialNumber"), **sent})
    assert page.status == 422
    assert "Second code: Enter 6 to 8 digits." in page.words


def test_a_seed_that_is_none_is_not_shown(world, browser):
    opened = browser(world.alice)
    made = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    page = opened.post(
        ENABLE, {"SerialNumber": hidden(made, "SerialNumber"), "Seed": "<script>alert(1)</script>"}
    )
    assert page.status == 422
    assert "alert(1)" not in page.text


def test_a_name_that_is_taken_offers_to_forget_what_is_left_over(person, browser):
    opened = browser(person)
    opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    page = opened.post(CREATE, {"VirtualMFADeviceName": "phone"})
    assert page.status == 422
    assert "Left over from an attempt you broke off?" in page.words
    assert page.is_accessible()
    again = opened.post(DISCARD, {"SerialNumber": hidden(page, "SerialNumber"), "again": "true"})
    assert again.location == CREATE
    assert not MfaDevice.objects.exists()


def test_a_device_in_use_is_not_forgotten(world, browser):
    opened = browser(world.alice)
    serial, _ = enrolled(opened)
    assert opened.post(DISCARD, {"SerialNumber": serial}).location == CREDENTIALS
    assert "is still there" in opened.get(CREDENTIALS).words
    assert MfaDevice.objects.get().enabled


def test_a_device_is_removed_once_confirmed(person, browser):
    here = browser(person)
    serial, _ = enrolled(here)
    question = here.get(DELETE, serial=serial)
    assert "your other sessions end" in question.words
    assert question.is_accessible()
    there = browser(person)
    assert here.post(f"{DELETE}?serial={serial}").location == CREDENTIALS
    assert "is removed" in here.get(CREDENTIALS).words
    assert not MfaDevice.objects.exists()
    assert there.get("/").location.startswith("/signin")


def test_a_session_has_shown_no_second_factor_once_the_last_device_is_gone(person, browser):
    """It goes on, since it was just proved; but what asks for MFA refuses it, as at the next sign-in."""
    here = browser(person, mfa=True)
    first, _ = enrolled(here, "one")
    last, _ = enrolled(here, "two")
    here.post(f"{DELETE}?serial={first}")
    assert ConsoleSession.objects.get().mfa_at is not None
    here.post(f"{DELETE}?serial={last}")
    assert here.get(CREDENTIALS).status == 200
    assert ConsoleSession.objects.get().mfa_at is None


def test_where_it_may_not_be_forgotten_that_is_said(world, browser):
    policy = allow("iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:DeactivateMFADevice")
    opened = browser(world.user("dana", policy=policy))
    serial, _ = enrolled(opened)
    opened.post(f"{DELETE}?serial={serial}")
    assert "You need iam:DeleteVirtualMFADevice" in opened.get(CREDENTIALS).words
    assert not MfaDevice.objects.get().enabled


def test_a_device_is_brought_back_into_step(person, browser):
    opened = browser(person)
    serial, seed = enrolled(opened)
    address = f"{RESYNC}?serial={serial}"
    assert opened.get(RESYNC, serial=serial).is_accessible()
    wrong = opened.post(address, {"AuthenticationCode1": "000000", "AuthenticationCode2": "000000"})
    assert wrong.status == 422
    done = opened.post(address, codes(seed, offset=4))
    assert (done.status, done.location) == (303, CREDENTIALS)
    assert "in step again" in opened.get(CREDENTIALS).words


def test_without_permission_each_act_says_which(world, browser):
    opened = browser(world.bob)
    made = opened.post(CREATE, {"VirtualMFADeviceName": "bob"})
    assert (made.status, made.refused_actions) == (403, ["iam:CreateVirtualMFADevice"])
    assert "WardsteadSelfServiceWithMFA" in made.words
    assert made.is_accessible()
    serial = f"arn:aws:iam::{world.account.number}:mfa/bob"
    removed = opened.post(f"{DELETE}?serial={serial}")
    assert removed.status == 422
    assert "You need iam:DeactivateMFADevice" in removed.words


def test_the_self_service_policy_is_enough_to_enrol(world, browser):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=SELF_SERVICE)
    opened = browser(world.bob)
    enrolled(opened, "bob")
    assert MfaDevice.objects.get().enabled


def test_nobody_enrols_another_accounts_device(world, browser):
    made = browser(world.carol).post(CREATE, {"VirtualMFADeviceName": "hers"})
    serial, seed = hidden(made, "SerialNumber"), hidden(made, "Seed")
    page = browser(world.alice).post(ENABLE, {"SerialNumber": serial, "Seed": seed, **codes(seed)})
    assert page.status == 422
    assert not MfaDevice.objects.get().enabled
