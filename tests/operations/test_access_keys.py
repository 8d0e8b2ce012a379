"""Access keys of users and of root."""

import base64
from dataclasses import replace

import pytest

from iam import ids, principals
from iam.models import AccessKey
from tests.operations import permission
from tests.world import NOW, Actor, World, allow, last_event, refused


@pytest.fixture
def key(world: World) -> str:
    """An access key of Bob's, so that each call is about somebody who cannot make it for himself."""
    made: str = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    return made


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateAccessKey", {"UserName": "bob"}),
        ("ListAccessKeys", {"UserName": "bob"}),
        ("UpdateAccessKey", {"UserName": "bob", "AccessKeyId": "{key}", "Status": "Inactive"}),
        ("GetAccessKeyLastUsed", {"AccessKeyId": "{key}"}),
        ("DeleteAccessKey", {"UserName": "bob", "AccessKeyId": "{key}"}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, key, action, params):
    permission.holds(world, action, {name: value.format(key=key) for name, value in params.items()})


def test_a_new_key_names_its_account_and_signs_with_the_secret_shown_once(world):
    made = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]
    assert (made["UserName"], made["Status"], made["CreateDate"]) == ("bob", "Active", NOW)
    assert made["AccessKeyId"].startswith("AKIA")
    assert ids.account_of(made["AccessKeyId"]) == world.account.number
    assert len(base64.b64decode(made["SecretAccessKey"])) == 30
    credential = principals.find_credential(made["AccessKeyId"])
    assert credential is not None
    assert credential.secret == made["SecretAccessKey"]
    assert credential.principal.arn == world.bob.principal.arn
    row = AccessKey.objects.get(key_id=made["AccessKeyId"])
    assert made["SecretAccessKey"].encode() not in bytes(row.sealed_secret)
    assert last_event(world.account).response == {
        "AccessKey": {**made, "CreateDate": "2026-03-01T12:00:00Z", "SecretAccessKey": "***"}
    }
    (listed,) = world.alice.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"]
    assert set(listed) == {"UserName", "AccessKeyId", "Status", "CreateDate"}


def test_a_user_has_at_most_two_keys_inactive_ones_counted(world, key):
    world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key, Status="Inactive")
    world.alice.iam("CreateAccessKey", UserName="bob")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"):
        world.alice.iam("CreateAccessKey", UserName="bob")
    world.alice.iam("DeleteAccessKey", UserName="bob", AccessKeyId=key)
    world.alice.iam("CreateAccessKey", UserName="bob")


def test_an_inactive_key_does_not_sign_until_active_again(world, key):
    for status, usable in (("Inactive", False), ("Active", True)):
        world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key, Status=status)
        credential = principals.find_credential(key)
        assert credential is not None
        assert credential.usable is usable
        (listed,) = world.alice.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"]
        assert listed["Status"] == status


def test_a_key_cannot_be_made_expired_nor_anything_else(world, key):
    with refused("InvalidInput"):
        world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key, Status="Expired")
    with refused("ValidationError", "Member must satisfy enum value set"):
        world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key, Status="Gone")


@pytest.mark.parametrize(
    ("action", "params"), [("UpdateAccessKey", {"Status": "Active"}), ("DeleteAccessKey", {})]
)
def test_a_key_is_looked_for_among_the_users_own(world, key, action, params):
    unknown = "AKIAAAAAAAAAAAAAAAAA"
    with refused("NoSuchEntity", f"The Access Key with id {unknown} cannot be found."):
        world.alice.iam(action, UserName="bob", AccessKeyId=unknown, **params)
    with refused("NoSuchEntity", f"The Access Key with id {key} cannot be found."):
        world.alice.iam(action, UserName="alice", AccessKeyId=key, **params)
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam(action, UserName="ghost", AccessKeyId=key, **params)
    with refused("NoSuchEntity", "The user with name bob cannot be found."):
        world.carol.iam(action, UserName="bob", AccessKeyId=key, **params)


def test_a_user_manages_its_own_keys_without_naming_itself(world):
    own = f"arn:aws:iam::{world.account.number}:user/${{aws:username}}"
    dora = world.user("dora", policy=allow("iam:*AccessKey*", resource=own))
    made = dora.iam("CreateAccessKey")["AccessKey"]
    assert made["UserName"] == "dora"
    assert len(dora.iam("ListAccessKeys")["AccessKeyMetadata"]) == 1
    dora.iam("UpdateAccessKey", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    dora.iam("DeleteAccessKey", AccessKeyId=made["AccessKeyId"])
    with refused("AccessDenied"):
        dora.iam("CreateAccessKey", UserName="bob")


def test_root_manages_its_own_keys(world):
    made = world.root.iam("CreateAccessKey")["AccessKey"]
    assert made["UserName"] == "root"
    credential = principals.find_credential(made["AccessKeyId"])
    assert credential is not None
    assert credential.principal.kind == "root"
    assert world.root.iam("ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"] == made["AccessKeyId"]
    used = world.alice.iam("GetAccessKeyLastUsed", AccessKeyId=made["AccessKeyId"])
    assert used["UserName"] == "root"
    world.root.iam("CreateAccessKey", UserName="root")
    with refused("LimitExceeded"):
        world.root.iam("CreateAccessKey", UserName=world.account.number)
    world.root.iam("DeleteAccessKey", AccessKeyId=made["AccessKeyId"])


def test_a_user_called_root_is_not_taken_for_the_root_user(world):
    world.alice.iam("CreateUser", UserName="root")
    made = world.root.iam("CreateAccessKey", UserName="root")["AccessKey"]
    credential = principals.find_credential(made["AccessKeyId"])
    assert credential is not None
    assert credential.principal.kind == "user"


def test_nobody_but_root_reaches_roots_keys(world):
    world.root.iam("CreateAccessKey")
    for name in ("root", world.account.number):
        with refused("NoSuchEntity"):
            world.alice.iam("ListAccessKeys", UserName=name)


def test_a_role_has_no_keys_of_its_own(world):
    session = _session_of_a_role(world)
    for action in ("CreateAccessKey", "ListAccessKeys"):
        with refused("ValidationError", "Must specify userName when calling with non-User credentials"):
            session.iam(action)


def _session_of_a_role(world: World) -> Actor:
    arn = f"arn:aws:sts::{world.account.number}:assumed-role/app/x"
    return Actor(world.account, replace(world.alice.principal, kind="assumed-role", arn=arn))


def test_last_use_is_not_applicable_until_there_is_one(world, key):
    answer = world.alice.iam("GetAccessKeyLastUsed", AccessKeyId=key)
    assert answer == {"UserName": "bob", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    AccessKey.objects.filter(key_id=key).update(
        last_used_at=NOW, last_used_service="iam", last_used_region="us-east-1"
    )
    answer = world.alice.iam("GetAccessKeyLastUsed", AccessKeyId=key)
    assert answer["AccessKeyLastUsed"] == {
        "ServiceName": "iam",
        "Region": "us-east-1",
        "LastUsedDate": NOW,
    }


def test_a_key_of_another_account_is_denied_like_one_that_never_was(world, key):
    for key_id in (key, "AKIAAAAAAAAAAAAAAAAA"):
        text = f"not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {key_id}"
        with refused("AccessDenied", text):
            world.carol.iam("GetAccessKeyLastUsed", AccessKeyId=key_id)


def test_keys_are_listed_oldest_first_page_by_page(world, key):
    second = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    first = world.alice.iam("ListAccessKeys", UserName="bob", MaxItems=1)
    rest = world.alice.iam("ListAccessKeys", UserName="bob", MaxItems=1, Marker=first["Marker"])
    listed = first["AccessKeyMetadata"] + rest["AccessKeyMetadata"]
    assert [row["AccessKeyId"] for row in listed] == [key, second]
    assert not rest["IsTruncated"]
