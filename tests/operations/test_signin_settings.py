"""How an account lets people sign in, and what it then refuses to root."""

import base64

import pytest

from accounts import totp
from tests.operations.test_hardware_tokens import Token, bring_in
from tests.operations.test_security_keys import ceremony
from tests.world import allow, last_event, refused


def change(actor, **settings):
    return actor.run("tenant.UpdateSignInSettings", **settings)["SignInSettings"]


def app(actor, user_name):
    made = actor.iam("CreateVirtualMFADevice", VirtualMFADeviceName=f"app-of-{user_name}")["VirtualMFADevice"]
    seed, step = base64.b32decode(made["Base32StringSeed"]), totp.step_at(actor.now)
    codes = {
        "AuthenticationCode1": totp.code_at(seed, step - 1),
        "AuthenticationCode2": totp.code_at(seed, step),
    }
    actor.iam("EnableMFADevice", UserName=user_name, SerialNumber=made["SerialNumber"], **codes)


def test_nothing_of_it_is_on_at_first(world):
    settings = world.alice.run("tenant.GetSignInSettings")["SignInSettings"]
    assert settings == {"PasskeySignIn": "off", "RootNeedsHardware": False}


def test_what_is_given_changes_and_the_rest_stays(world):
    assert change(world.alice, PasskeySignIn="users") == {
        "PasskeySignIn": "users",
        "RootNeedsHardware": False,
    }
    assert change(world.alice, RootNeedsHardware=True) == {
        "PasskeySignIn": "users",
        "RootNeedsHardware": True,
    }
    with refused("ValidationError"):
        change(world.alice, PasskeySignIn="sometimes")


@pytest.mark.parametrize("name", ["GetSignInSettings", "UpdateSignInSettings"])
def test_each_needs_its_permission_and_is_recorded(world, name):
    with refused("AccessDenied", f"wardstead:{name}"):
        world.bob.run(f"tenant.{name}")
    dana = world.user("dana", policy=allow(f"wardstead:{name}"))
    dana.run(f"tenant.{name}")
    assert last_event(world.account).outcome == "success"


def test_root_is_refused_an_app_where_it_must_have_better(world):
    change(world.alice, RootNeedsHardware=True)
    with refused("AccessDenied", "requires a hardware token or a security key"):
        app(world.root, "root")
    app(world.alice, "bob")
    bring_in(world.alice, Token().row())
    Token().enable(world.root, "root")
    world.root.run("tenant.EnableSecurityKey", KeyName="safe", **ceremony(world.root))


def test_an_app_that_root_has_already_stays(world):
    app(world.root, "root")
    change(world.alice, RootNeedsHardware=True)
    assert len(world.root.iam("ListMFADevices")["MFADevices"]) == 1
