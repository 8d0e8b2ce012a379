"""Users, groups, roles and their credentials as boto3 and Terraform use them: over the Query API."""

import base64
import json

import pytest

from accounts import totp
from tests.boto import Boto, boto_of
from tests.world import PASSWORD, World

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture
def alice(world: World) -> Boto:
    return boto_of(world.alice)


def test_a_role_goes_there_and_back(alice):
    text = json.dumps(TRUST, indent=2)
    made = alice.iam.create_role(RoleName="app", AssumeRolePolicyDocument=text, Description="50 % + more")
    assert made["Role"]["AssumeRolePolicyDocument"] == TRUST
    alice.iam.get_waiter("role_exists").wait(RoleName="app")
    alice.iam.update_role(RoleName="app", MaxSessionDuration=7200)
    alice.iam.tag_role(RoleName="app", Tags=[{"Key": "a/b", "Value": "c + d"}])
    shown = alice.iam.get_role(RoleName="app")["Role"]
    assert shown["AssumeRolePolicyDocument"] == TRUST
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("50 % + more", 7200)
    assert shown["Tags"] == [{"Key": "a/b", "Value": "c + d"}]
    assert shown["RoleLastUsed"] == {}
    (listed,) = alice.iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]
    assert listed["Arn"] == shown["Arn"]
    with pytest.raises(alice.iam.exceptions.EntityAlreadyExistsException):
        alice.iam.create_role(RoleName="APP", AssumeRolePolicyDocument=text)
    alice.iam.delete_role(RoleName="app")
    with pytest.raises(alice.iam.exceptions.NoSuchEntityException):
        alice.iam.get_role(RoleName="app")


def test_a_device_is_enabled_with_the_seed_from_the_answer(alice):
    made = alice.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    assert made["QRCodePNG"].startswith(b"\x89PNG")
    seed = base64.b32decode(made["Base32StringSeed"])
    now = alice.iam.create_user(UserName="eve")["User"]["CreateDate"]
    step = totp.step_at(now)
    alice.iam.enable_mfa_device(
        UserName="eve",
        SerialNumber=made["SerialNumber"],
        AuthenticationCode1=totp.code_at(seed, step - 1),
        AuthenticationCode2=totp.code_at(seed, step),
    )
    (device,) = alice.iam.list_mfa_devices(UserName="eve")["MFADevices"]
    assert (device["UserName"], device["SerialNumber"]) == ("eve", made["SerialNumber"])
    assert device["EnableDate"] >= now


def test_a_user_with_everything_is_torn_down_as_terraform_does_it(alice):
    iam, eve = alice.iam, {"UserName": "eve"}
    iam.create_user(**eve)
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", **eve)
    iam.create_login_profile(Password=PASSWORD, **eve)
    iam.create_access_key(**eve)
    for group in iam.list_groups_for_user(**eve)["Groups"]:
        iam.remove_user_from_group(GroupName=group["GroupName"], **eve)
    for key in iam.list_access_keys(**eve)["AccessKeyMetadata"]:
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"], **eve)
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"] == []
    assert iam.list_mfa_devices(**eve)["MFADevices"] == []
    iam.delete_login_profile(**eve)
    iam.delete_user(**eve)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(**eve)


def test_the_account_is_read_and_set(alice):
    iam = alice.iam
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True)
    shown = iam.get_account_password_policy()["PasswordPolicy"]
    assert (shown["MinimumPasswordLength"], shown["ExpirePasswords"]) == (12, False)
    assert iam.get_account_summary()["SummaryMap"]["UsersQuota"] == 5000
    iam.create_account_alias(AccountAlias="renamed-corp")
    assert iam.list_account_aliases()["AccountAliases"] == ["renamed-corp"]


def test_a_key_tells_when_it_was_used_and_dies_when_switched_off(world, alice):
    used = alice.iam.get_access_key_last_used(AccessKeyId=alice.key_id)
    assert used["UserName"] == "alice"
    alice.iam.get_user()
    used = alice.iam.get_access_key_last_used(AccessKeyId=alice.key_id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
    alice.iam.update_access_key(AccessKeyId=alice.key_id, Status="Inactive")
    with pytest.raises(alice.iam.exceptions.ClientError) as refusal:
        alice.iam.get_user()
    assert refusal.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert world.alice.iam("ListAccessKeys")["AccessKeyMetadata"][0]["Status"] == "Inactive"
