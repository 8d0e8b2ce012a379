"""A credential is read anew at each call: what its row said a moment ago holds no longer."""

import json

import pytest

from accounts.models import Account
from iam import principals
from iam.models import AccessKey, Session, User


@pytest.fixture
def key_id(world) -> str:
    made: str = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    return made


def found(key_id: str) -> principals.Credential:
    credential = principals.find_credential(key_id)
    assert credential is not None
    return credential


def test_a_key_switched_off_is_not_usable_at_the_next_call(world, key_id):
    assert found(key_id).usable
    world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key_id, Status="Inactive")
    assert not found(key_id).usable
    world.alice.iam("UpdateAccessKey", UserName="bob", AccessKeyId=key_id, Status="Active")
    assert found(key_id).usable


def test_a_key_that_is_deleted_is_not_found(world, key_id):
    found(key_id)
    world.alice.iam("DeleteAccessKey", UserName="bob", AccessKeyId=key_id)
    assert principals.find_credential(key_id) is None


def test_another_name_tag_or_boundary_of_the_user_shows_at_the_next_call(world, key_id):
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    found(key_id)
    world.alice.iam("TagUser", UserName="bob", Tags=[{"Key": "team", "Value": "red"}])
    assert found(key_id).principal.tags == {"team": "red"}
    world.alice.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=boundary)
    assert found(key_id).principal.boundary_arn == boundary
    world.alice.iam("UpdateUser", UserName="bob", NewUserName="robert", NewPath="/staff/")
    assert found(key_id).principal.arn == f"arn:aws:iam::{world.account.number}:user/staff/robert"


def test_a_suspended_account_and_another_secret_show_at_the_next_call(world, key_id):
    before = found(key_id)
    AccessKey.objects.filter(key_id=key_id).update(sealed_secret=b"another")
    assert found(key_id).sealed_secret == b"another" != before.sealed_secret
    Account.objects.filter(pk=world.account.pk).update(state="suspended")
    assert not found(key_id).usable


def test_a_session_that_is_revoked_is_not_usable_at_the_next_call(world):
    key_id = world.alice.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
    assert found(key_id).usable
    Session.objects.filter(key_id=key_id).update(revoked_at=world.alice.now)
    assert not found(key_id).usable


def test_a_session_whose_user_is_gone_is_not_found(world):
    world.alice.iam("CreateUser", UserName="dora")
    dora = User.objects.get(name="dora")
    key_id = world.alice.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
    Session.objects.filter(key_id=key_id).update(identity=dora.identity)
    assert found(key_id).principal.name == "dora"
    Session.objects.filter(key_id=key_id).update(identity=None)
    assert principals.find_credential(key_id) is None


def test_two_calls_of_one_key_have_an_account_each(world, key_id):
    first, second = found(key_id).own_account(), found(key_id).own_account()
    first.policy_revision += 1
    first.quotas["Users"] = 1
    assert second.policy_revision != first.policy_revision
    assert second.quotas == found(key_id).own_account().quotas == {}


def test_a_setting_of_the_account_is_read_when_somebody_asks_for_it(world, key_id):
    for version in (2, 1):
        Account.objects.filter(pk=world.account.pk).update(sts_token_version=version)
        assert found(key_id).own_account().sts_token_version == version


def test_a_credential_of_any_kind_is_found_by_one_query(world, key_id, django_assert_num_queries):
    trust = {"Effect": "Allow", "Principal": {"AWS": world.alice.principal.arn}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = world.root.iam("CreateRole", RoleName="deploy", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    made = [
        world.bob.sts("GetSessionToken"),
        world.root.sts("GetSessionToken"),
        world.alice.sts("GetFederationToken", Name="visitor"),
        world.alice.sts("AssumeRole", RoleArn=role, RoleSessionName="release"),
    ]
    for number, key in enumerate([key_id, *(each["Credentials"]["AccessKeyId"] for each in made)]):
        principals.find_credential(key)
        world.account.quotas = {"Users": number}
        world.account.save()  # so that what was kept is made anew
        with django_assert_num_queries(1):
            assert found(key).own_account().quotas == world.account.quotas
