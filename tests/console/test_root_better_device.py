"""Root with an app only, where the account asks it for better: led to it, and once the days are over, nowhere else."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import site
from accounts.models import Account, Event, Identity, MfaDevice
from tests.console.test_me_devices import BETTER, SERIAL, root_s_sign_in, stock, token_codes
from tests.console.test_me_mfa import codes, enrolled, hidden

__all__ = ["stock"]

ENROL = "/signin/step/enrol"
HARDWARE_TOKEN = "Hardware token of your organisation"


@pytest.fixture
def seed(world, browser):
    """Root has an app, and the account asks it for better from now on."""
    _, text = enrolled(browser(world.root))
    world.root.run("tenant.UpdateSignInSettings", RootNeedsHardware=True)
    Account.objects.update(root_needs_hardware_since=datetime.now(UTC))
    return text


def require(of, days, *, ago=0, better_ago=0):
    """MFA is required since so many days, and better of root; people have `days` to add a device."""
    now = datetime.now(UTC)
    Identity.objects.filter(kind="root").update(first_sign_in_at=now - timedelta(days=90))
    Account.objects.filter(alias="example-corp").update(
        mfa_required_of=of,
        mfa_grace_days=days,
        mfa_required_since=now - timedelta(days=ago),
        root_needs_hardware_since=now - timedelta(days=better_ago),
    )


@pytest.mark.parametrize(
    ("of", "days", "ago", "better_ago", "must"),
    [
        ("nobody", 0, 10, 10, False),
        ("root", 3, 0, 0, False),
        ("root", 3, 10, 0, False),
        ("root", 3, 0, 10, False),
        ("root", 3, 10, 10, True),
        ("root", 0, 0, 0, True),
        ("administrators", 0, 0, 0, True),
        ("everyone", 3, 10, 10, True),
    ],
)
def test_once_the_days_are_over_it_cannot_be_put_off(browser, seed, of, days, ago, better_ago, must):
    require(of, days, ago=ago, better_ago=better_ago)
    here, step = root_s_sign_in(browser, seed, ahead=1)
    if must:
        assert step.location.startswith(ENROL)
        assert here.get("/").location.startswith("/signin")
        assert here.get(BETTER).location.startswith("/signin")
    else:
        assert step.location == BETTER
        page = here.get(BETTER)
        assert page.is_accessible()
        assert ("works until you have one, but only until" in page.words) is (of != "nobody")
        assert here.get("/").status == 200


def test_an_open_session_ends_with_the_days(browser, seed):
    require("root", 3)
    here, _ = root_s_sign_in(browser, seed, ahead=1)
    assert here.get("/").status == 200
    require("root", 3, ago=10, better_ago=10)
    assert here.get("/").location.startswith("/signin")


def test_a_token_is_added_before_one_is_in_and_the_app_goes(world, browser, seed, stock):
    require("root", 0)
    here, _ = root_s_sign_in(browser, seed, ahead=1)
    page = here.get(ENROL)
    assert "the days for it are over" in page.words
    assert (HARDWARE_TOKEN in page.words, "Authenticator app" in page.words) == (True, False)
    assert page.is_accessible()
    page = here.get(f"{ENROL}/token")
    assert page.is_accessible()
    for serial, said in (("GAKT99999", "GAKT99999 does not exist"), ("", "Check what you entered")):
        wrong = here.post(f"{ENROL}/token", {**token_codes(), "SerialNumber": serial})
        assert (wrong.status, said in wrong.words) == (422, True)
        assert wrong.is_accessible()
    done = here.post(f"{ENROL}/token", token_codes())
    assert done.status == 200, done.words
    assert "Your app is worth nothing now" in done.words
    assert here.get("/").status == 200
    own = MfaDevice.objects.filter(identity=world.account.root)
    assert list(own.values_list("serial", flat=True)) == [SERIAL]
    assert Event.objects.filter(name="RequireMfaDevice").exists()


def test_another_app_is_no_way_round(browser, seed):
    require("root", 0)
    here, _ = root_s_sign_in(browser, seed, ahead=1)
    page = here.post(f"{ENROL}/app")
    serial, new = hidden(page, "SerialNumber"), hidden(page, "Seed")
    refused = here.post(f"{ENROL}/codes", {"SerialNumber": serial, "Seed": new, **codes(new)})
    assert refused.status == 422
    assert "requires a hardware token or a security key" in refused.words
    assert here.get("/").location.startswith("/signin")


def test_root_without_any_device_is_offered_no_app_either(world, browser):
    world.root.run("tenant.UpdateSignInSettings", RootNeedsHardware=True)
    require("root", 0)
    here = browser()
    given = {"as": "root", "email": "root@example.com", "password": "correct-Horse-7-battery"}
    assert here.post("/signin", given).location.startswith(ENROL)
    page = here.get(ENROL)
    assert "Authenticator app" not in page.words
    assert page.is_accessible()


@pytest.fixture
def without_keys():
    """An installation at a bare address, to which no browser binds a key."""
    before = site.present()
    site.use("https://192.0.2.7")
    yield
    site.use(before.origin if before is not None else "")


@pytest.mark.usefixtures("without_keys")
def test_where_nothing_better_is_to_be_had_root_is_not_shut_out(browser, seed):
    """Or an account whose last administrator is gone would be lost (docs/recovery.md)."""
    require("everyone", 0)
    here, step = root_s_sign_in(browser, seed, ahead=1)
    assert step.location == BETTER
    assert here.get("/").status == 200


@pytest.mark.usefixtures("without_keys")
def test_a_token_in_the_stock_is_something_better(browser, seed, stock):
    require("everyone", 0)
    _, step = root_s_sign_in(browser, seed, ahead=1)
    assert step.location.startswith(ENROL)


@pytest.mark.usefixtures("without_keys")
def test_root_without_any_device_may_add_an_app_then(world, browser):
    world.root.run("tenant.UpdateSignInSettings", RootNeedsHardware=True)
    _, text = enrolled(browser(world.root))
    assert text
