"""A user's password, MFA devices and access keys in an administrator's hands."""

import pytest

from accounts import passwords
from accounts.models import Identity
from tests.world import NOW, allow, refused

BASE = "/iam/users/bob/credentials/"
OWN = "a-Long-and-own-pass-4"


def bob_of(world):
    return Identity.objects.get(account=world.account, name="bob")


def key_of(world):
    return world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]


def statuses(world):
    return [key["Status"] for key in world.root.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"]]


def test_console_access_is_enabled_with_a_generated_password(world, browser):
    alice = browser(world.alice)
    assert alice.get(f"{BASE}password/create/").is_accessible()
    page = alice.post(f"{BASE}password/create/", {"how": "generated", "must_change": "true"})
    assert page.is_accessible()
    shown = [code.text for code in page.tree.walk() if code.get("class") == "secret-value"]
    assert passwords.verify(bob_of(world), shown[-1])
    assert bob_of(world).must_change_password


def test_a_password_is_reset_to_one_of_choice(world, browser):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=OWN)
    done = browser(world.alice).post(f"{BASE}password/edit/", {"how": "own", "password": f"{OWN}!"})
    assert done.location == BASE
    assert passwords.verify(bob_of(world), f"{OWN}!")


def test_a_weak_password_is_refused_at_its_field(world, browser):
    page = browser(world.alice).post(f"{BASE}password/create/", {"how": "own", "password": "bob"})
    assert page.status == 422
    assert page.is_accessible()
    assert not bob_of(world).has_password


def test_a_password_that_is_there_already_is_told(world, browser):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=OWN)
    page = browser(world.alice).post(f"{BASE}password/create/", {"how": "generated"})
    assert page.status == 422
    assert "already exists" in page.words


def test_setting_a_password_needs_its_permission(world, browser):
    eve = world.user("eve", policy=allow("iam:GetUser"))
    page = browser(eve).post(f"{BASE}password/create/", {"how": "generated"})
    assert (page.status, page.refused_actions) == (403, ["iam:CreateLoginProfile"])
    assert "secret-value" not in page.text


def test_console_access_is_disabled(world, browser):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=OWN)
    alice = browser(world.alice)
    assert "signed out everywhere" in alice.get(f"{BASE}password/delete/").words
    assert alice.post(f"{BASE}password/delete/").location == BASE
    assert not bob_of(world).has_password


def test_an_access_key_is_made_and_its_secret_shown_once(world, browser):
    alice = browser(world.alice)
    assert alice.get(f"{BASE}keys/create/").is_accessible()
    page = alice.post(f"{BASE}keys/create/")
    assert page.is_accessible()
    key_id, secret = (code.text for code in page.tree.walk() if code.get("class") == "secret-value")
    assert key_id in alice.get(BASE).text
    assert secret not in alice.get(BASE).text


def test_a_third_key_is_refused(world, browser):
    key_of(world)
    key_of(world)
    page = browser(world.alice).post(f"{BASE}keys/create/")
    assert page.status == 422
    assert "Cannot exceed quota" in page.words


def test_a_key_is_switched_off_and_on(world, browser):
    key_id = key_of(world)
    alice = browser(world.alice)
    assert alice.get(f"{BASE}keys/{key_id}/edit/?status=Inactive").is_accessible()
    alice.post(f"{BASE}keys/{key_id}/edit/?status=Inactive")
    assert statuses(world) == ["Inactive"]
    alice.post(f"{BASE}keys/{key_id}/edit/?status=Active")
    assert statuses(world) == ["Active"]


def test_a_key_is_deleted_once_its_id_is_typed(world, browser):
    key_id = key_of(world)
    alice = browser(world.alice)
    assert alice.post(f"{BASE}keys/{key_id}/delete/", {"confirm": "AKIA"}).status == 422
    assert statuses(world) == ["Active"]
    assert alice.post(f"{BASE}keys/{key_id}/delete/", {"confirm": key_id}).location == BASE
    assert statuses(world) == []


@pytest.mark.parametrize("act", ["edit/?status=Inactive", "delete/"])
def test_keys_need_their_permissions(world, browser, act):
    key_id = key_of(world)
    page = browser(world.bob).post(f"{BASE}keys/{key_id}/{act}", {"confirm": key_id})
    assert page.status == 422
    assert "You need iam:" in page.words
    assert statuses(world) == ["Active"]


@pytest.fixture
def device(world):
    """A device of Bob's; its serial number."""
    serial = world.root.iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"][
        "SerialNumber"
    ]
    row = world.account.mfa_devices.get(serial=serial)
    type(row).objects.filter(pk=row.pk).update(identity=bob_of(world), enabled_at=NOW)
    return serial


def test_a_device_is_taken_away_and_forgotten(world, browser, device):
    alice = browser(world.alice)
    assert "phone" in alice.get(BASE).words
    address = f"{BASE}mfa/delete/?serial={device}"
    assert "Deactivate MFA device phone?" in alice.get(address).words
    assert alice.post(address).location == BASE
    with refused("NoSuchEntity"):
        world.root.iam("GetMFADevice", SerialNumber=device)


def test_taking_a_device_needs_its_permission(world, browser, device):
    page = browser(world.bob).post(f"{BASE}mfa/delete/?serial={device}")
    assert page.status == 422
    assert "iam:DeactivateMFADevice" in page.words
