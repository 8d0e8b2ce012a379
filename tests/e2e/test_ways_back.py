"""Somebody is locked out and gets back in by the words of docs/recovery.md, in a browser and on the server."""

import re
from typing import Any

import pytest

from tests.e2e.authenticator import Authenticator
from tests.e2e.browsing import PHONE, Person
from tests.e2e.conftest import Open
from tests.e2e.serving import Installation
from tests.e2e.test_signing_in import PASSWORD, iam

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ONE_TIME = re.compile(r"(?:[A-Z2-7]{6}-){3}[A-Z2-7]{6}")
NEXT = "amber-Lantern-58-quay"

pytestmark = pytest.mark.slow


def administrator(account: dict[str, Any], url: str, name: str) -> Authenticator:
    """An administrator with a password and a device; the app that has it."""
    client = iam(account, url)
    client.create_user(UserName=name)
    client.create_login_profile(UserName=name, Password=PASSWORD)
    client.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    device = client.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    app = Authenticator.of_text(device["Base32StringSeed"].decode())
    first, second = app.pair()
    client.enable_mfa_device(
        UserName=name,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    return app


def sign_in_with_code(person: Person, account: dict[str, Any], name: str, app: Authenticator) -> None:
    person.sign_in(account["alias"], name, PASSWORD)
    person.is_headed("Second factor")
    person.fill(code=app.code())
    person.press("Continue")
    person.is_headed("Dashboard")


def add_app(person: Person) -> Authenticator:
    """Add an authenticator app where a device must be added before anything else."""
    person.is_headed("Add an MFA device")
    assert person.obstacles() == []
    person.press("Authenticator app")
    person.is_headed("Set up your app")
    assert person.obstacles() == []
    assert not person.scrolls_sideways()
    app = Authenticator.of_text(person.page.locator("#seed").inner_text())
    first, second = app.pair()
    person.fill(AuthenticationCode1=first, AuthenticationCode2=second)
    person.press("Put device to use and sign in")
    person.is_headed("Your device is added")
    assert person.obstacles() == []
    assert len(ONE_TIME.findall(person.page.locator("main").inner_text())) == 10
    person.press("Done")
    return app


def test_a_locked_out_administrator_is_unlocked_and_given_a_pass(
    windows: Open, product: Installation, account
):
    lost, colleague = administrator(account, product.url, "alice"), windows()
    other = administrator(account, product.url, "carol")
    locked = windows(size=PHONE)
    for _ in range(10):
        locked.sign_in(account["alias"], "alice", "a wrong password")
    locked.sign_in(account["alias"], "alice", PASSWORD)
    locked.is_headed("Sign in")
    # "User alice … can try to sign in again": the operator's words.
    said = product.manage("unlock", "--account", account["alias"], "--user", "alice")
    assert "can try to sign in again" in said
    sign_in_with_code(colleague, account, "carol", other)
    colleague.visit("/iam/users/alice/credentials/")
    colleague.press("Lost all devices")
    assert colleague.obstacles() == []
    colleague.press("Make temporary pass")
    colleague.is_headed("Temporary pass")
    found = ONE_TIME.search(colleague.page.locator("main").inner_text())
    assert found is not None
    locked.sign_in(account["alias"], "alice", PASSWORD)
    locked.press("Use your temporary pass")
    assert locked.obstacles() == []
    assert not locked.scrolls_sideways()
    locked.page.locator("[name=pass]").fill(found[0])
    locked.press("Continue")
    app = add_app(locked)
    locked.is_headed("Dashboard")
    locked.visit("/iam/users/")
    locked.is_headed("Users")
    again = windows()
    again.sign_in(account["alias"], "alice", PASSWORD)
    again.fill(code=lost.code())
    again.press("Continue")
    again.is_headed("Second factor")
    again.fill(code=app.code())
    again.press("Continue")
    again.is_headed("Dashboard")


def test_a_root_who_lost_everything_gets_back_in(windows: Open, product: Installation, account):
    client = iam(account, product.url)
    device = client.create_virtual_mfa_device(VirtualMFADeviceName="root-phone")["VirtualMFADevice"]
    first, second = Authenticator.of_text(device["Base32StringSeed"].decode()).pair()
    client.enable_mfa_device(
        UserName=account["account_id"],
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    root = windows()
    root.sign_in_as_root(account["email"], account["password"])
    root.is_headed("Second factor")
    root.press("whoever runs this installation can help")
    root.is_headed("Recover the root user")
    assert root.obstacles() == []
    said = product.manage("recover_root", "--account", account["account_id"])
    found = ONE_TIME.search(said)
    assert found is not None
    root.fill(email=account["email"], code=found[0])
    root.press("Continue")
    root.is_headed("New root password")
    root.sees("MFA device root-phone")
    assert root.obstacles() == []
    root.fill(new=NEXT, again=NEXT)
    root.press("Set password and remove devices")
    root.is_headed("Sign in")
    root.sees("Sign in with it now, and add a device before anything else.")
    root.fill(email=account["email"], password=NEXT)
    root.press("Sign in")
    root.is_headed("Dashboard")
    root.sees("The root user was recovered")
    assert root.obstacles() == []


def test_mfa_that_is_required_is_added_before_anything_else(windows: Open, product: Installation, account):
    client = iam(account, product.url)
    client.create_user(UserName="erin")
    client.create_login_profile(UserName="erin", Password=PASSWORD)
    root, erin = windows(), windows(size=PHONE, dark=True)
    root.sign_in_as_root(account["email"], account["password"])
    root.is_headed("Dashboard")
    erin.sign_in(account["alias"], "erin", PASSWORD)
    erin.is_headed("Dashboard")
    root.visit("/account/settings/mfa/edit/")
    root.page.get_by_label("Everyone who signs in with a password").check()
    root.fill(GraceDays="0")
    root.press("Save")
    root.is_at("/signin")
    erin.visit("/iam/users/")
    erin.is_at(f"/signin/{account['alias']}")
    erin.sign_in(account["alias"], "erin", PASSWORD)
    add_app(erin)
    erin.is_headed("Dashboard")
    erin.visit("/me/proof/")
    erin.is_headed("Confirm that it is you")
    assert erin.obstacles() == []
    assert not erin.scrolls_sideways()
