"""Rotation of access keys as operations: started, advanced, collected, listed."""

import pytest

from iam.models import AccessKey
from tests.world import World, allow, deny, last_event, refused


@pytest.fixture
def key(world: World) -> str:
    return str(world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"])


@pytest.fixture
def new(world, key) -> str:
    made = world.alice.run("tenant.StartKeyRotation", AccessKeyId=key)
    return str(made["KeyRotation"]["AccessKeyId"])


def test_a_rotation_has_its_dates_from_the_account(world, key):
    world.alice.run("tenant.UpdateAccountSettings", AccessKeyOverlapDays=3, AccessKeyGraceDays=2)
    row = world.alice.run("tenant.StartKeyRotation", AccessKeyId=key)["KeyRotation"]
    assert row == {
        "UserName": "bob",
        "OldAccessKeyId": key,
        "AccessKeyId": row["AccessKeyId"],
        "State": "created",
        "CreateDate": world.alice.now,
        "CollectDate": None,
        "Collectable": True,
        "DeactivateAfter": world.alice.later(days=3).now,
        "DeleteAfter": world.alice.later(days=5).now,
        "EndDate": None,
    }


def test_a_key_is_rotated_once_at_a_time_and_never_into_a_third(world, key, new):
    with refused("EntityAlreadyExists"):
        world.alice.run("tenant.StartKeyRotation", AccessKeyId=key)
    with refused("LimitExceeded"):
        world.alice.run("tenant.StartKeyRotation", AccessKeyId=new)


def test_root_s_and_inactive_and_unknown_keys_are_not_rotated(world, key):
    root = world.root.iam("CreateAccessKey")["AccessKey"]["AccessKeyId"]
    world.root.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key, Status="Inactive")
    for key_id in (root, key):
        with refused("InvalidInput"):
            world.alice.run("tenant.StartKeyRotation", AccessKeyId=key_id)
    with refused("NoSuchEntity"):
        world.alice.run("tenant.StartKeyRotation", AccessKeyId="AKIA" + "A" * 16)


def test_the_owner_collects_once(world, new):
    made = world.bob.run("tenant.CollectRotatedKey", AccessKeyId=new)["AccessKey"]
    assert (made["UserName"], made["AccessKeyId"], made["Status"]) == ("bob", new, "Active")
    assert len(made["SecretAccessKey"]) == 40
    assert (last_event(world.account).response or {})["AccessKey"]["SecretAccessKey"] == "***"
    with refused("NoSuchEntity"):
        world.bob.run("tenant.CollectRotatedKey", AccessKeyId=new)


def test_somebody_else_collects_only_with_the_permission(world, new):
    eve = world.user("eve")
    with refused("AccessDenied", "wardstead:CollectRotatedKey"):
        eve.run("tenant.CollectRotatedKey", AccessKeyId=new)
    frank = world.user("frank", policy=allow("wardstead:CollectRotatedKey", resource=world.bob.principal.arn))
    assert frank.run("tenant.CollectRotatedKey", AccessKeyId=new)["AccessKey"]["UserName"] == "bob"


def test_a_deny_keeps_the_owner_away(world, new):
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"wardstead:*","Resource":"*"}]}'
    world.root.iam("PutUserPolicy", UserName="bob", PolicyName="no", PolicyDocument=text)
    with refused("AccessDenied"):
        world.bob.run("tenant.CollectRotatedKey", AccessKeyId=new)


def test_a_federated_session_of_the_owner_is_not_the_owner(world):
    eve = world.user("eve", policy=allow("sts:GetFederationToken"))
    key = world.root.iam("CreateAccessKey", UserName="eve")["AccessKey"]["AccessKeyId"]
    new = world.alice.run("tenant.StartKeyRotation", AccessKeyId=key)["KeyRotation"]["AccessKeyId"]
    session = eve.assume(eve.sts("GetFederationToken", Name="visitor"))
    with refused("AccessDenied"):
        session.run("tenant.CollectRotatedKey", AccessKeyId=new)


def test_nothing_is_done_before_it_is_due(world, key, new):
    told = world.alice.run("tenant.AdvanceKeyRotation", AccessKeyId=new)
    assert told["Step"] == "none"
    assert AccessKey.objects.get(key_id=key).status == "Active"


def test_the_owner_lists_its_own_rotations_and_an_administrator_anybody_s(world, new):
    for actor, params in ((world.bob, {}), (world.alice, {"UserName": "bob"})):
        (row,) = actor.run("tenant.ListKeyRotations", **params)["KeyRotations"]
        assert row["AccessKeyId"] == new
    with refused("AccessDenied", "wardstead:ListKeyRotations"):
        world.user("eve").run("tenant.ListKeyRotations", UserName="bob")


@pytest.mark.parametrize("name", ["StartKeyRotation", "AdvanceKeyRotation"])
def test_steps_need_their_permission_even_of_the_owner(world, key, new, name):
    with refused("AccessDenied", f"wardstead:{name}"):
        world.bob.run(f"tenant.{name}", AccessKeyId=key if name == "StartKeyRotation" else new)


def test_another_account_s_rotation_is_missing(world, new):
    for name in ("AdvanceKeyRotation", "CollectRotatedKey"):
        with refused("NoSuchEntity"):
            world.carol.run(f"tenant.{name}", AccessKeyId=new)


def test_an_unused_name_keeps_nothing_from_the_user(world):
    eve = world.user("eve", policy=deny("iam:*"))
    assert eve.run("tenant.ListKeyRotations")["KeyRotations"] == []
