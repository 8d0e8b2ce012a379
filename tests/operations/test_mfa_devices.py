"""MFA devices of users and of root."""

import base64
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from accounts import totp
from accounts.models import ConsoleSession, Identity, MfaDevice
from iam import quotas
from tests.operations import permission
from tests.world import NOW, PASSWORD, Actor, World, allow, last_event, refused


class Phone:
    """A virtual device and the app that holds its seed."""

    def __init__(self, actor: Actor, name: str = "phone", **params: str) -> None:
        self.made = actor.iam("CreateVirtualMFADevice", VirtualMFADeviceName=name, **params)[
            "VirtualMFADevice"
        ]
        self.serial: str = self.made["SerialNumber"]
        self.seed = base64.b32decode(self.made["Base32StringSeed"])

    def codes(self, actor: Actor, *, ahead: int = 0) -> dict[str, str]:
        step = totp.step_at(actor.now) + ahead
        first, second = totp.code_at(self.seed, step - 1), totp.code_at(self.seed, step)
        return {"SerialNumber": self.serial, "AuthenticationCode1": first, "AuthenticationCode2": second}

    def enable(self, actor: Actor, user_name: str) -> "Phone":
        actor.iam("EnableMFADevice", UserName=user_name, **self.codes(actor))
        return self


def proved_by(phone: Phone, actor: Actor) -> Actor:
    """The actor with temporary credentials that a code of the device has proved."""
    code = phone.codes(actor)["AuthenticationCode2"]
    session = actor.assume(actor.sts("GetSessionToken", SerialNumber=phone.serial, TokenCode=code))
    return replace(session, now=actor.now)


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world.alice)


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("CreateVirtualMFADevice", ("VirtualMFADeviceName",)),
        ("ListVirtualMFADevices", ()),
        ("ListMFADevices", ("UserName",)),
        ("EnableMFADevice", ("UserName", "codes")),
        ("DeleteVirtualMFADevice", ("SerialNumber",)),
    ],
)
def test_each_call_on_a_free_device_needs_its_permission_and_is_recorded(world, phone, action, names):
    permission.holds(world, action, _params(world, phone, names))


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("GetMFADevice", ("SerialNumber",)),
        ("ResyncMFADevice", ("UserName", "codes")),
        ("DeactivateMFADevice", ("UserName", "SerialNumber")),
    ],
)
def test_each_call_on_an_assigned_device_needs_its_permission_and_is_recorded(world, phone, action, names):
    phone.enable(world.alice.later(minutes=-10), "bob")
    permission.holds(world, action, _params(world, phone, names))


def _params(world: World, phone: Phone, names: tuple[str, ...]) -> dict[str, str]:
    known = {"VirtualMFADeviceName": "new", "UserName": "bob", "SerialNumber": phone.serial}
    found = {name: known[name] for name in names if name in known}
    return {**found, **(phone.codes(world.alice) if "codes" in names else {})}


def test_a_new_device_shows_its_seed_as_text_and_as_code_once(world):
    tags = [{"Key": "a", "Value": "1"}]
    made = world.alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone", Path="/x//y/", Tags=tags)[
        "VirtualMFADevice"
    ]
    assert made["SerialNumber"] == f"arn:aws:iam::{world.account.number}:mfa/x//y/phone"
    assert made["QRCodePNG"].startswith(b"\x89PNG")
    assert made["Tags"] == tags
    base64.b32decode(made["Base32StringSeed"])
    shown = last_event(world.account).response
    assert shown == {
        "VirtualMFADevice": {
            "SerialNumber": made["SerialNumber"],
            "Base32StringSeed": "***",
            "QRCodePNG": "***",
            "Tags": tags,
        }
    }
    (listed,) = world.alice.iam("ListVirtualMFADevices")["VirtualMFADevices"]
    assert listed == {"SerialNumber": made["SerialNumber"]}
    assert made["Base32StringSeed"] not in bytes(MfaDevice.objects.get().sealed_seed)


def test_the_code_names_device_and_account():
    uri = totp.provisioning_uri("phone", "example-corp", b"x" * 20)
    assert unquote(uri).startswith("otpauth://totp/phone@example-corp?secret=")


def test_a_serial_number_is_used_once(world, phone):
    with refused("EntityAlreadyExists", "MFA device already exists."):
        Phone(world.alice)
    Phone(world.alice, Path="/other/")
    Phone(world.carol)


@pytest.mark.parametrize("path", ["/a b/", "/a-b/", "/x.y/"])
def test_a_path_has_letters_digits_and_strokes_only(world, path):
    with refused("ValidationError"):
        Phone(world.alice, Path=path)


def test_a_path_of_other_characters_is_refused_in_awss_words(world):
    with refused("ValidationError", "The specified value for path is invalid. It must begin and end with /"):
        Phone(world.alice, Path="/a-b/")
    with refused("ValidationError", "at most 256 characters"):
        Phone(world.alice, Path=f"/{'x' * 250}/")


def test_devices_are_limited_per_account_and_tags_by_their_rules(world, phone):
    world.account.quotas = {"MFADevices": 1}
    world.account.save()
    with refused("LimitExceeded"):
        Phone(world.alice, "second")
    world.alice.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    with refused("InvalidInput", "Duplicate tag keys found."):
        world.alice.iam(
            "CreateVirtualMFADevice", VirtualMFADeviceName="x", Tags=[{"Key": "a", "Value": "1"}] * 2
        )
    Phone(world.alice, "second")


def test_tags_at_creation_need_the_permission_to_tag(world):
    dora = world.user("dora", policy=allow("iam:CreateVirtualMFADevice"))
    with refused("AccessDenied", "iam:TagMFADevice"):
        dora.iam("CreateVirtualMFADevice", VirtualMFADeviceName="x", Tags=[{"Key": "a", "Value": "1"}])


def test_an_enabled_device_is_listed_under_its_user(world, phone):
    phone.enable(world.alice, "bob")
    listed = world.alice.iam("ListMFADevices", UserName="bob")
    row = {"UserName": "bob", "SerialNumber": phone.serial, "EnableDate": NOW}
    assert listed == {"MFADevices": [row], "IsTruncated": False}
    assert world.alice.iam("GetMFADevice", SerialNumber=phone.serial) == row
    assert world.alice.iam("GetMFADevice", SerialNumber=phone.serial, UserName="bob") == row
    (virtual,) = world.alice.iam("ListVirtualMFADevices", AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert set(virtual) == {"SerialNumber", "User", "EnableDate"}
    assert set(virtual["User"]) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    assert world.alice.iam("ListVirtualMFADevices", AssignmentStatus="Unassigned")["VirtualMFADevices"] == []


def test_enabling_needs_two_consecutive_codes_in_order(world, phone):
    codes = phone.codes(world.alice)
    first, second = codes["AuthenticationCode1"], codes["AuthenticationCode2"]
    for pair in ((second, first), (first, first), ("000000", second)):
        with refused("InvalidAuthenticationCode", "Authentication code for device is not valid."):
            world.alice.iam(
                "EnableMFADevice",
                UserName="bob",
                SerialNumber=phone.serial,
                AuthenticationCode1=pair[0],
                AuthenticationCode2=pair[1],
            )
    assert last_event(world.account).outcome == "failed"
    phone.enable(world.alice, "bob")


def test_guessing_codes_blocks_the_device_for_a_while(world, phone):
    wrong = {**phone.codes(world.alice), "AuthenticationCode1": "000000"}
    for _ in range(5):
        with refused("InvalidAuthenticationCode", "not valid"):
            world.alice.iam("EnableMFADevice", UserName="bob", **wrong)
    with refused("InvalidAuthenticationCode", "Too many wrong"):
        phone.enable(world.alice, "bob")
    phone.enable(world.alice.later(minutes=6), "bob")


def test_user_device_assignment_and_limit_are_looked_at_before_the_codes(world, phone):
    junk = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000000"}
    missing = f"arn:aws:iam::{world.account.number}:mfa/none"
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam("EnableMFADevice", UserName="ghost", SerialNumber=missing, **junk)
    with refused("NoSuchEntity", f"MFA Device with serial number {missing} does not exist."):
        world.alice.iam("EnableMFADevice", UserName="bob", SerialNumber=missing, **junk)
    phone.enable(world.alice, "alice")
    with refused("EntityAlreadyExists", "MFA Device is already in use."):
        world.alice.iam("EnableMFADevice", UserName="bob", **phone.codes(world.alice))
    with refused("EntityAlreadyExists", "MFA Device for user alice already exists."):
        world.root.iam("EnableMFADevice", UserName="alice", **phone.codes(world.alice))
    with refused("NoSuchEntity", "MFA Device with serial number"):
        world.carol.iam("EnableMFADevice", UserName="carol", **phone.codes(world.carol))


def test_a_long_term_key_neither_adds_to_ones_own_devices_nor_takes_one_away(world):
    unproved = "please ensure that you are authenticated with an MFA device that is enabled for this user."
    one, two = Phone(world.alice, "one"), Phone(world.alice, "two")
    one.enable(world.alice, "alice")
    for name in ({"UserName": "alice"}, {}):
        with refused("AccessDenied", unproved):
            world.alice.iam("EnableMFADevice", **name or {"UserName": "Alice"}, **two.codes(world.alice))
        for serial in (one.serial, f"{one.serial}x"):
            with refused("AccessDenied", unproved):
                world.alice.iam("DeactivateMFADevice", **name, SerialNumber=serial)
    soon = world.alice.later(minutes=5)
    soon.iam("ResyncMFADevice", UserName="alice", **one.codes(soon))
    proved = proved_by(one, world.alice.later(minutes=10))
    two.enable(proved, "alice")
    for phone in (one, two):
        proved.iam("DeactivateMFADevice", UserName="alice", SerialNumber=phone.serial)
    again = world.alice.later(minutes=20)
    one.enable(again, "alice")
    world.root.iam("DeactivateMFADevice", UserName="alice", SerialNumber=one.serial)


def test_a_user_has_at_most_eight_devices(world):
    world.account.quotas = {"MFADevicesPerUser": 1}
    world.account.save()
    Phone(world.alice, "one").enable(world.alice, "bob")
    two = Phone(world.alice, "two")
    with refused("LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 1"):
        two.enable(world.alice, "bob")


def test_the_limit_is_eight():
    assert quotas.UNSHOWN["MFADevicesPerUser"] == 8


def test_resync_learns_a_clock_that_is_off(world, phone):
    phone.enable(world.alice, "bob")
    later = world.alice.later(hours=1)
    later.iam("ResyncMFADevice", UserName="bob", **phone.codes(later, ahead=6))
    assert MfaDevice.objects.get().drift == 6
    with refused("InvalidAuthenticationCode"):
        later.iam("ResyncMFADevice", UserName="bob", **phone.codes(later, ahead=60))


@pytest.mark.parametrize("action", ["ResyncMFADevice", "DeactivateMFADevice", "GetMFADevice"])
def test_a_device_of_someone_else_is_missing(world, phone, action):
    phone.enable(world.alice, "alice")
    codes = phone.codes(world.alice) if action == "ResyncMFADevice" else {"SerialNumber": phone.serial}
    with refused("NoSuchEntity", "MFA Device invalid for user."):
        world.alice.iam(action, UserName="bob", **codes)
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam(action, UserName="ghost", **codes)


def test_a_device_assigned_to_nobody_is_nobodys(world, phone):
    with refused("NoSuchEntity"):
        world.alice.iam("GetMFADevice", SerialNumber=phone.serial)
    with refused("NoSuchEntity"):
        world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=phone.serial)


def test_a_deactivated_device_stays_and_can_be_enabled_again(world, phone):
    phone.enable(world.alice, "bob")
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=phone.serial)
    assert world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"] == []
    (free,) = world.alice.iam("ListVirtualMFADevices", AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert free == {"SerialNumber": phone.serial}
    phone.enable(world.alice.later(minutes=2), "alice")


def test_deactivating_ends_the_users_console_sessions(world, phone):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    phone.enable(world.alice, "bob")
    ConsoleSession.objects.create(
        key_hash="x",
        account=world.account,
        identity=Identity.objects.get(name="bob"),
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=phone.serial)
    assert not ConsoleSession.objects.exists()


def test_an_assigned_device_is_not_deleted_and_keeps_its_user(world, phone):
    phone.enable(world.alice, "bob")
    with refused("DeleteConflict"):
        world.alice.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    with refused("DeleteConflict", "must delete MFA device first."):
        world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=phone.serial)
    world.alice.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    with refused("NoSuchEntity", f"MFA Device with serial number {phone.serial} does not exist."):
        world.alice.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)


def test_another_account_cannot_delete_a_device(world, phone):
    with refused("NoSuchEntity"):
        world.carol.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)
    assert world.carol.iam("ListVirtualMFADevices")["VirtualMFADevices"] == []


def test_a_user_manages_its_own_device_as_awss_self_service_policy_says(world):
    number = world.account.number
    own_user, own_device = f"arn:aws:iam::{number}:user/${{aws:username}}", f"arn:aws:iam::{number}:mfa/*"
    dora = world.user("dora", policy=allow("iam:*MFADevice*", resource=[own_user, own_device]))
    phone = Phone(dora, "dora").enable(dora, "dora")
    assert dora.iam("ListMFADevices")["MFADevices"][0]["SerialNumber"] == phone.serial
    with refused("AccessDenied"):
        dora.iam("ListMFADevices", UserName="bob")
    proved = proved_by(phone, dora.later(minutes=10))
    proved.iam("DeactivateMFADevice", UserName="dora", SerialNumber=phone.serial)
    dora.iam("DeleteVirtualMFADevice", SerialNumber=phone.serial)


def test_root_manages_its_own_device(world):
    phone = Phone(world.root, "root").enable(world.root, world.account.number)
    (listed,) = world.root.iam("ListMFADevices")["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("root", phone.serial)
    (virtual,) = world.alice.iam("ListVirtualMFADevices")["VirtualMFADevices"]
    assert virtual["User"]["Arn"] == f"arn:aws:iam::{world.account.number}:root"
    assert world.root.iam("GetMFADevice", SerialNumber=phone.serial)["UserName"] == "root"
    later = world.root.later(minutes=10)
    later.iam("ResyncMFADevice", UserName="root", **phone.codes(later))
    world.root.iam("DeactivateMFADevice", SerialNumber=phone.serial)
    assert world.root.iam("ListMFADevices")["MFADevices"] == []


def test_an_administrator_cannot_touch_roots_device(world):
    phone = Phone(world.root, "root").enable(world.root, "root")
    for name in ("root", world.account.number):
        with refused("NoSuchEntity"):
            world.alice.iam("DeactivateMFADevice", UserName=name, SerialNumber=phone.serial)


def test_devices_are_listed_oldest_first_page_by_page(world):
    # As long as serial numbers may be, so that a marker has room for none of them.
    names = [letter * 128 for letter in "cab"]
    phones = [Phone(world.alice, name, Path=f"/{'p' * 90}/").enable(world.alice, "bob") for name in names]
    assert len(phones) == 3
    first = world.alice.iam("ListMFADevices", UserName="bob", MaxItems=2)
    rest = world.alice.iam("ListMFADevices", UserName="bob", MaxItems=2, Marker=first["Marker"])
    serials = [row["SerialNumber"].rpartition("/")[2] for row in first["MFADevices"] + rest["MFADevices"]]
    assert serials == names
    virtual = world.alice.iam("ListVirtualMFADevices", MaxItems=2)
    rest = world.alice.iam("ListVirtualMFADevices", MaxItems=2, Marker=virtual["Marker"])
    assert len(virtual["VirtualMFADevices"] + rest["VirtualMFADevices"]) == 3
    with refused("ValidationError", "Invalid Marker."):
        world.alice.iam("ListVirtualMFADevices", Marker="made-up")


def test_listing_devices_costs_the_same_queries_for_many(world, django_assert_max_num_queries):
    for number in range(8):
        Phone(world.alice, f"p{number}").enable(world.alice, "bob")
    with django_assert_max_num_queries(14):
        assert len(world.alice.iam("ListVirtualMFADevices")["VirtualMFADevices"]) == 8
