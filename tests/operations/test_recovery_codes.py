"""Recovery codes and unlocking, through the pipeline."""

from datetime import timedelta

import pytest

from accounts import recovery, throttle
from accounts.models import Identity
from tests.operations.test_mfa_devices import Phone
from tests.world import NOW, PASSWORD, allow, last_event, refused


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


@pytest.fixture
def phone(world):
    return Phone(world.alice).enable(world.alice, "alice")


def test_one_gets_ten_of_one_s_own_and_the_trail_has_none(world, phone):
    made = world.alice.run("tenant.CreateRecoveryCodes")["RecoveryCodes"]
    assert len(made) == recovery.left(identity(world.alice)) == 10
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("CreateRecoveryCodes", "success")
    assert event.response == {"RecoveryCodes": ["***"] * 10}


def test_it_takes_the_permission_to_enable_devices(world):
    with refused("AccessDenied", "iam:EnableMFADevice"):
        world.bob.run("tenant.CreateRecoveryCodes")


def test_without_a_device_there_are_none(world):
    with refused("InvalidInput", "stand for an MFA device"):
        world.alice.run("tenant.CreateRecoveryCodes")


def test_root_has_its_own(world):
    Phone(world.root).enable(world.root, world.account.number)
    assert len(world.root.run("tenant.CreateRecoveryCodes")["RecoveryCodes"]) == 10


def test_they_go_when_an_administrator_takes_the_last_device(world):
    dana = world.user("dana", policy=allow("iam:EnableMFADevice"))
    phone = Phone(world.alice, "dana").enable(world.alice, "dana")
    dana.run("tenant.CreateRecoveryCodes")
    world.alice.iam("DeactivateMFADevice", UserName="dana", SerialNumber=phone.serial)
    assert recovery.left(identity(dana)) == 0


@pytest.fixture
def locked(world):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    bob = identity(world.bob)
    for _ in range(10):
        throttle.admit([throttle.identity_subject(bob)], NOW)
    assert throttle.locked_until(bob, NOW + timedelta(minutes=1))
    return bob


def test_an_administrator_unlocks_a_user(world, locked):
    assert world.alice.run("tenant.UnlockUser", UserName="bob") == {"WasCounting": True}
    assert throttle.locked_until(locked, NOW) is None
    event = last_event(world.account)
    assert (event.name, event.outcome, event.actor_arn) == (
        "UnlockUser",
        "success",
        world.alice.principal.arn,
    )
    assert world.alice.run("tenant.UnlockUser", UserName="bob") == {"WasCounting": False}


def test_unlocking_takes_a_permission_of_its_own(world, locked):
    with refused("AccessDenied", "wardstead:UnlockUser"):
        world.bob.run("tenant.UnlockUser", UserName="bob")
    dana = world.user("dana", policy=allow("wardstead:UnlockUser", resource="arn:aws:iam::*:user/bob"))
    with refused("AccessDenied"):
        dana.run("tenant.UnlockUser", UserName="alice")
    assert dana.run("tenant.UnlockUser", UserName="bob")["WasCounting"]


def test_who_is_not_there_cannot_be_unlocked(world, locked):
    for actor in (world.alice, world.carol):
        with refused("NoSuchEntity"):
            actor.run("tenant.UnlockUser", UserName="bob" if actor is world.carol else "nobody")
    assert throttle.locked_until(locked, NOW)
