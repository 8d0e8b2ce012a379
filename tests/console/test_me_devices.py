"""My own devices by page: a hardware token taken into use, names, replacement in two steps, and what root must have."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import totp
from accounts.models import MfaDevice, SecurityKey
from tests.console.test_me_mfa import CREDENTIALS, DELETE, SELF_SERVICE, codes, enrolled, hidden
from tests.console.test_me_security_keys import HOST, registered
from tests.world import PASSWORD, allow

HARDWARE, RENAME, REPLACE, BETTER = (
    f"/me/credentials/mfa/{page}/" for page in ("hardware", "rename", "replace", "better")
)
SERIAL, SEED = "GAKT000000001", bytes(range(20))
RHYTHM = totp.Rhythm(60, 8)


def token_codes():
    step = totp.step_at(datetime.now(UTC), RHYTHM)
    first, second = (totp.code_at(SEED, each, RHYTHM) for each in (step - 1, step))
    return {"SerialNumber": SERIAL, "AuthenticationCode1": first, "AuthenticationCode2": second}


@pytest.fixture
def stock(world):
    world.root.run(
        "tenant.CreateHardwareToken", SerialNumber=SERIAL, Seed=SEED.hex(), Period=60, Digits=8, Model="C200"
    )


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    return getattr(world, request.param)


def test_a_token_is_taken_into_use_by_its_serial_number(person, browser, stock):
    opened = browser(person)
    assert opened.get(HARDWARE).is_accessible()
    done = opened.post(HARDWARE, token_codes())
    assert done.location == CREDENTIALS, done.words
    page = opened.get(CREDENTIALS)
    assert "Token GAKT000000001 is in use" in page.words
    assert "Hardware token, 8 digits, 60 s" in page.words
    assert page.is_accessible()


def test_its_codes_sign_in(world, browser, stock):
    browser(world.alice).post(HARDWARE, token_codes())
    device = MfaDevice.objects.get()
    device.last_step -= 3  # as if it had been enrolled some minutes ago
    device.save()
    here = browser()
    here.post("/signin", {"account": world.account.number, "user": "alice", "password": PASSWORD})
    page = here.get("/signin/step/factor")
    assert "The digits that the hardware token GAKT000000001 shows now." in page.words
    sent = {"device": SERIAL, "code": token_codes()["AuthenticationCode2"]}
    assert here.post("/signin/step/factor", sent).location == "/"
    again = browser()
    again.post("/signin", {"account": world.account.number, "user": "alice", "password": PASSWORD})
    assert "was used already" in again.post("/signin/step/factor", sent).words


def test_a_token_that_is_not_in_the_stock_is_told(person, browser):
    page = browser(person).post(HARDWARE, token_codes())
    assert page.status == 422
    assert f"MFA Device with serial number {SERIAL} does not exist." in page.words
    assert page.is_accessible()


def test_who_may_not_is_told_of_self_service(world, browser, stock):
    page = browser(world.bob).post(HARDWARE, token_codes())
    assert page.status == 403
    assert page.refused_actions == ["iam:EnableMFADevice"]
    assert "WardsteadSelfServiceWithMFA" in page.words


def test_self_service_lets_people_take_a_token(world, browser, stock):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=SELF_SERVICE)
    assert browser(world.bob).post(HARDWARE, token_codes()).location == CREDENTIALS


def test_a_token_is_renamed(person, browser, stock):
    opened = browser(person)
    opened.post(HARDWARE, token_codes())
    form = opened.get(RENAME, serial=SERIAL)
    assert f'value="{SERIAL}"' in form.text
    assert form.is_accessible()
    wrong = opened.post(f"{RENAME}?serial={SERIAL}", {"DeviceName": "a b"})
    assert wrong.status == 422
    assert opened.post(f"{RENAME}?serial={SERIAL}", {"DeviceName": "blue"}).location == CREDENTIALS
    assert "Remove blue" in opened.get(CREDENTIALS).text


def test_a_removed_token_is_in_the_stock_again(person, browser, stock):
    opened = browser(person)
    opened.post(HARDWARE, token_codes())
    assert opened.post(f"{DELETE}?serial={SERIAL}").location == CREDENTIALS
    assert "is removed" in opened.get(CREDENTIALS).words
    assert MfaDevice.objects.get().identity is None


def test_a_device_is_replaced_in_two_steps(person, browser, stock):
    opened = browser(person)
    old, _ = enrolled(opened)
    choice = opened.get(REPLACE, serial=old)
    assert "Step 1 of 2" in choice.words
    assert choice.is_accessible()
    links = [e.get("href") for e in choice.tree.walk() if e.tag == "a" and "replaces=" in e.get("href")]
    assert len(links) == 3
    to_token = next(link for link in links if link.startswith(HARDWARE))
    done = opened.post(to_token, token_codes())
    assert done.location.startswith(DELETE)
    asked = opened.get(done.location)
    assert "Step 2 of 2: remove MFA device" in asked.words
    assert "only device" not in asked.words
    assert opened.post(done.location).location == CREDENTIALS
    assert [device.serial for device in MfaDevice.objects.all()] == [SERIAL]


def test_an_app_takes_a_devices_place(person, browser):
    opened = browser(person)
    old, _ = enrolled(opened)
    made = opened.post(f"/me/credentials/mfa/create/?replaces={old}", {"VirtualMFADeviceName": "new"})
    form = next(e for e in made.tree.walk() if e.tag == "form" and e.get("id") == "codes")
    serial, seed = hidden(made, "SerialNumber"), hidden(made, "Seed")
    done = opened.post(form.get("action"), {"SerialNumber": serial, "Seed": seed, **codes(seed)})
    assert done.location.startswith(f"{DELETE}?serial=")
    assert opened.post(done.location).location == CREDENTIALS
    assert [device.serial for device in MfaDevice.objects.all()] == [serial]


def test_a_place_that_is_nobody_s_leads_nowhere(person, browser, stock):
    done = browser(person).post(f"{HARDWARE}?replaces=https://evil.example", token_codes())
    assert done.location == CREDENTIALS


def test_with_eight_devices_one_goes_first(world, browser):
    number = world.account.number
    identity = world.account.identities.get(name="alice")
    now = datetime.now(UTC)
    for each in range(8):
        serial = f"arn:aws:iam::{number}:mfa/p{each}"
        MfaDevice.objects.create(
            account=world.account,
            identity=identity,
            serial=serial,
            name=f"p{each}",
            enabled_at=now,
            created_at=now,
        )
    page = browser(world.alice).get(REPLACE, serial=f"arn:aws:iam::{number}:mfa/p7")
    assert "the most there can be" in page.words
    assert page.is_accessible()


def test_the_last_device_says_what_its_going_means(person, browser, stock):
    opened = browser(person)
    serial, _ = enrolled(opened)
    assert "recovery codes go with it" in opened.get(f"{DELETE}?serial={serial}").words
    opened.post(HARDWARE, token_codes())
    assert "recovery codes" not in opened.get(f"{DELETE}?serial={serial}").words


def test_a_required_device_says_so(world, browser):
    opened = browser(world.alice, mfa=True)
    serial, _ = enrolled(opened)
    world.root.run("tenant.UpdateMFARequirement", RequiredOf="everyone", GraceDays=0)
    assert "The account requires MFA of you" in opened.get(f"{DELETE}?serial={serial}").words


def root_s_sign_in(browser, seed, ahead=0):
    here = browser()
    here.post("/signin", {"as": "root", "email": "root@example.com", "password": PASSWORD})
    code = totp.code_at(totp.seed_of_text(seed), totp.step_at(datetime.now(UTC)) + ahead)
    return here, here.post("/signin/step/factor", {"code": code})


def test_root_with_an_app_is_led_to_a_better_device_and_not_shut_out(world, browser, stock):
    opened = browser(world.root)
    serial, seed = enrolled(opened)
    world.root.run("tenant.UpdateSignInSettings", RootNeedsHardware=True)
    here, step = root_s_sign_in(browser, seed, ahead=1)
    assert step.location == BETTER
    page = here.get(BETTER)
    assert "A better device is needed" in page.words
    assert "Authenticator app" not in page.words
    assert page.is_accessible()
    assert here.get("/").status == 200
    refused = here.post("/me/credentials/mfa/create/", {"VirtualMFADeviceName": "second"})
    new, new_seed = hidden(refused, "SerialNumber"), hidden(refused, "Seed")
    told = here.post(
        "/me/credentials/mfa/enable/", {"SerialNumber": new, "Seed": new_seed, **codes(new_seed)}
    )
    assert "requires a hardware token or a security key" in told.words
    done = here.post(f"{HARDWARE}?replaces={serial}", token_codes())
    assert done.location.startswith(DELETE)
    here.post(done.location)
    assert here.get(BETTER).location == CREDENTIALS
    assert "asks its root user" in here.get(f"{DELETE}?serial={SERIAL}").words


def test_the_page_is_for_root_alone(world, browser):
    world.root.run("tenant.UpdateSignInSettings", RootNeedsHardware=True)
    assert browser(world.alice).get(BETTER).location == CREDENTIALS


def test_last_use_and_a_copied_key_are_shown(world, browser):
    opened = browser(world.alice, host=HOST)
    registered(opened)
    assert "checks PIN or fingerprint" in opened.get(CREDENTIALS).words
    SecurityKey.objects.update(copied_at=datetime.now(UTC) - timedelta(days=1))
    page = opened.get(CREDENTIALS)
    assert "Possibly copied: replace it" in page.words
    assert page.is_accessible()


def test_renaming_someone_else_s_is_refused(world, browser, stock):
    browser(world.alice).post(HARDWARE, token_codes())
    dana = world.user("dana", policy=allow("iam:*"))
    page = browser(dana).post(f"{RENAME}?serial={SERIAL}", {"DeviceName": "mine"})
    assert page.status == 422
    assert MfaDevice.objects.get().name == SERIAL
