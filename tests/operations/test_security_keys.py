"""Security keys through the pipeline: registered under EnableMFADevice, listed and taken away like other devices."""

import pytest
from django.contrib.sessions.backends.base import SessionBase

from accounts import challenges, security_keys
from accounts.models import Identity, KeyChallenge, MfaDevice
from iam import quotas
from tests.authenticators import Key
from tests.world import NOW, allow, deny, last_event, refused


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


def ceremony(owner, key=None, **bent):
    """What the browser of the owner sends back."""
    store = SessionBase()
    options = security_keys.registration_options(store, identity(owner), NOW)
    challenge = challenges.taken(store, "register")
    return {"Credential": (key or Key(verifies=True)).create(options, **bent), "Challenge": challenge}


def enable(actor, owner, name="blue", **more):
    sent = ceremony(owner) | more
    return actor.run("tenant.EnableSecurityKey", KeyName=name, UserName=owner.principal.name, **sent)[
        "SerialNumber"
    ]


def test_a_key_is_listed_shown_and_taken_away(world):
    serial = enable(world.alice, world.bob)
    assert serial.startswith(f"arn:aws:iam::{world.account.number}:u2f/user/bob/blue-")
    shown = {"UserName": "bob", "SerialNumber": serial, "EnableDate": NOW}
    assert world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"] == [shown]
    assert world.alice.iam("GetMFADevice", SerialNumber=serial, UserName="bob") == shown
    assert world.alice.iam("ListVirtualMFADevices")["VirtualMFADevices"] == []
    summary = world.alice.iam("GetAccountSummary")["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"]) == (1, 1)
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=serial)
    assert world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"] == []
    summary = world.alice.iam("GetAccountSummary")["SummaryMap"]
    assert (summary["MFADevices"], summary["MFADevicesInUse"]) == (0, 0)
    with refused("NoSuchEntity"):
        world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=serial)


def test_root_registers_its_own(world):
    sent = ceremony(world.root)
    serial = world.root.run("tenant.EnableSecurityKey", KeyName="safe", **sent)["SerialNumber"]
    assert serial.startswith(f"arn:aws:iam::{world.account.number}:u2f/root/safe-")
    assert world.root.iam("GetAccountSummary")["SummaryMap"]["AccountMFAEnabled"] == 1


def test_it_takes_the_permission_to_enable_devices(world):
    with refused("AccessDenied", "iam:EnableMFADevice"):
        enable(world.bob, world.bob)
    assert last_event(world.account).outcome == "denied"
    dana = world.user("dana", policy=allow("iam:EnableMFADevice", resource="arn:aws:iam::*:user/dana"))
    assert enable(dana, dana)
    with refused("AccessDenied"):
        enable(dana, world.bob)
    eve = world.user("eve", policy=deny("iam:EnableMFADevice"))
    with refused("AccessDenied", "explicit deny"):
        enable(eve, eve)


def test_neither_answer_nor_challenge_stand_in_the_trail(world):
    enable(world.alice, world.bob)
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("EnableSecurityKey", "success")
    assert event.parameters == {"KeyName": "blue", "UserName": "bob", "Credential": "***", "Challenge": "***"}


def test_a_challenge_is_spent_also_where_the_key_is_refused(world):
    sent = ceremony(world.bob, rp_id="evil.example")
    with refused("InvalidInput", "could not be registered"):
        world.alice.run("tenant.EnableSecurityKey", KeyName="blue", UserName="bob", **sent)
    assert not KeyChallenge.objects.exists()
    assert not MfaDevice.objects.exists()
    assert quotas.tallies(world.account).get("MFADevices", 0) == 0


def test_an_answer_registers_once(world):
    sent = ceremony(world.bob)
    enable(world.alice, world.bob, **sent)
    with refused("InvalidInput"):
        enable(world.alice, world.bob, **sent)
    key = Key(verifies=True)
    enable(world.alice, world.bob, **ceremony(world.bob, key))
    with refused("InvalidInput"):
        enable(world.alice, world.alice, **ceremony(world.alice, key))


def test_an_answer_to_another_s_challenge_is_refused(world):
    with refused("InvalidInput"):
        enable(world.alice, world.bob, **ceremony(world.alice))


def test_another_account_s_user_is_not_found(world):
    with refused("NoSuchEntity"):
        enable(world.carol, world.bob)


@pytest.mark.parametrize("name", ["", "with blank", "a/b", "x" * 129])
def test_a_name_that_makes_no_arn_is_refused(world, name):
    with refused("ValidationError"):
        enable(world.alice, world.bob, name=name)


def test_eight_devices_of_all_kinds_are_the_most(world):
    for number in range(8):
        enable(world.alice, world.bob, name=f"key{number}")
    with refused("LimitExceeded", "MFADevicesPerUser: 8"):
        enable(world.alice, world.bob)


def test_a_key_has_no_codes_and_is_not_enabled_again(world):
    serial = enable(world.alice, world.bob)
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    with refused("InvalidAuthenticationCode"):
        world.alice.iam("ResyncMFADevice", UserName="bob", SerialNumber=serial, **codes)
    with refused("EntityAlreadyExists"):
        world.alice.iam("EnableMFADevice", UserName="alice", SerialNumber=serial, **codes)
    with refused("DeleteConflict"):
        world.alice.iam("DeleteVirtualMFADevice", SerialNumber=serial)
    with refused("AccessDenied", "MultiFactorAuthentication failed"):
        world.bob.sts("GetSessionToken", SerialNumber=serial, TokenCode="123456")


def test_a_user_with_a_key_is_not_deleted(world):
    serial = enable(world.alice, world.bob)
    with refused("DeleteConflict"):
        world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=serial)
    world.alice.iam("DeleteUser", UserName="bob")
