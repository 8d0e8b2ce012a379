"""Account alias, password policy, summary."""

import base64
import json

import pytest

from accounts import totp
from accounts.models import PasswordPolicy
from tests.operations import permission
from tests.operations.sts import assumed, role, trusting
from tests.world import ADMINISTRATOR, World, allow, deny, refused

EVERY_CALL = [
    ("CreateAccountAlias", {"AccountAlias": "new-name"}),
    ("ListAccountAliases", {}),
    ("DeleteAccountAlias", {"AccountAlias": "example-corp"}),
    ("UpdateAccountPasswordPolicy", {}),
    ("GetAccountPasswordPolicy", {}),
    ("DeleteAccountPasswordPolicy", {}),
    ("GetAccountSummary", {}),
]


@pytest.mark.parametrize(("action", "params"), EVERY_CALL)
def test_each_call_needs_its_permission_and_is_recorded(world, action, params):
    world.alice.iam("UpdateAccountPasswordPolicy")
    permission.holds(world, action, params)


def test_a_new_alias_takes_the_place_of_the_old_one(world):
    assert world.alice.iam("ListAccountAliases") == {
        "AccountAliases": ["example-corp"],
        "IsTruncated": False,
    }
    world.alice.iam("CreateAccountAlias", AccountAlias="new-name")
    assert world.alice.iam("ListAccountAliases")["AccountAliases"] == ["new-name"]
    world.carol.iam("CreateAccountAlias", AccountAlias="example-corp")


def test_an_alias_is_one_accounts_in_the_whole_installation(world):
    with refused("EntityAlreadyExists", "The account alias example-corp already exists."):
        world.carol.iam("CreateAccountAlias", AccountAlias="example-corp")
    assert world.carol.iam("ListAccountAliases")["AccountAliases"] == []


@pytest.mark.parametrize("alias", ["ab", "Upper", "-x-", "a--b", "x" * 64, "123456789012"])
def test_an_alias_has_its_form_and_is_no_account_number(world, alias):
    with refused("ValidationError"):
        world.alice.iam("CreateAccountAlias", AccountAlias=alias)


def test_only_the_accounts_own_alias_is_deleted(world):
    with refused("NoSuchEntity", "The Account Alias with name other cannot be found."):
        world.alice.iam("DeleteAccountAlias", AccountAlias="other")
    with refused("NoSuchEntity"):
        world.carol.iam("DeleteAccountAlias", AccountAlias="example-corp")
    world.alice.iam("DeleteAccountAlias", AccountAlias="example-corp")
    assert world.alice.iam("ListAccountAliases")["AccountAliases"] == []


def test_without_a_policy_there_is_none_to_read_or_delete(world):
    number = world.account.number
    with refused("NoSuchEntity", f"The Password Policy with domain name {number} cannot be found."):
        world.alice.iam("GetAccountPasswordPolicy")
    with refused("NoSuchEntity", "The account policy with name PasswordPolicy cannot be found."):
        world.alice.iam("DeleteAccountPasswordPolicy")


def test_a_policy_replaces_the_one_before_as_a_whole(world):
    full = {
        "MinimumPasswordLength": 14,
        "RequireSymbols": True,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
        "AllowUsersToChangePassword": True,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 5,
        "HardExpiry": False,
    }
    world.alice.iam("UpdateAccountPasswordPolicy", **full)
    shown = world.alice.iam("GetAccountPasswordPolicy")["PasswordPolicy"]
    assert shown == {**full, "ExpirePasswords": True}
    world.alice.iam("UpdateAccountPasswordPolicy", RequireNumbers=True)
    assert world.alice.iam("GetAccountPasswordPolicy")["PasswordPolicy"] == {
        "MinimumPasswordLength": 6,
        "RequireSymbols": False,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": False,
        "ExpirePasswords": False,
    }
    assert PasswordPolicy.objects.count() == 1
    world.alice.iam("DeleteAccountPasswordPolicy")
    with refused("NoSuchEntity"):
        world.alice.iam("GetAccountPasswordPolicy")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("MinimumPasswordLength", 5),
        ("MinimumPasswordLength", 129),
        ("MaxPasswordAge", 0),
        ("MaxPasswordAge", 1096),
        ("PasswordReusePrevention", 25),
    ],
)
def test_a_policy_keeps_its_limits(world, member, value):
    path = member[0].lower() + member[1:]
    with refused(
        "ValidationError", f"Value at '{path}' failed to satisfy constraint: Member must have value"
    ):
        world.alice.iam("UpdateAccountPasswordPolicy", **{member: value})


def test_who_may_change_passwords_by_the_policy_may_read_it(world):
    world.alice.iam("UpdateAccountPasswordPolicy", MinimumPasswordLength=12)
    with refused("AccessDenied", "because no identity-based policy allows the iam:GetAccountPasswordPolicy"):
        world.bob.iam("GetAccountPasswordPolicy")
    world.alice.iam("UpdateAccountPasswordPolicy", MinimumPasswordLength=12, AllowUsersToChangePassword=True)
    assert world.bob.iam("GetAccountPasswordPolicy")["PasswordPolicy"]["MinimumPasswordLength"] == 12
    with refused("AccessDenied"):
        assumed(world.alice, role(world.alice, trusting(world.account.number))).iam(
            "GetAccountPasswordPolicy"
        )
    with refused("AccessDenied", "with an explicit deny"):
        world.user("eve", policy=deny("iam:*")).iam("GetAccountPasswordPolicy")


def summary(world: World) -> dict[str, int]:
    values: dict[str, int] = world.alice.iam("GetAccountSummary")["SummaryMap"]
    return values


def test_the_summary_shows_awss_quotas(world):
    expected = {
        "UsersQuota": 5000,
        "GroupsQuota": 300,
        "RolesQuota": 1000,
        "PoliciesQuota": 1500,
        "InstanceProfilesQuota": 1000,
        "ServerCertificatesQuota": 20,
        "GroupsPerUserQuota": 10,
        "AccessKeysPerUserQuota": 2,
        "SigningCertificatesPerUserQuota": 2,
        "VersionsPerPolicyQuota": 5,
        "UserPolicySizeQuota": 2048,
        "GroupPolicySizeQuota": 5120,
        "RolePolicySizeQuota": 10240,
        "PolicySizeQuota": 6144,
        "AssumeRolePolicySizeQuota": 2048,
        "PolicyVersionsInUseQuota": 10000,
        "AttachedPoliciesPerUserQuota": 10,
        "AttachedPoliciesPerGroupQuota": 10,
        "AttachedPoliciesPerRoleQuota": 10,
        "GlobalEndpointTokenVersion": 1,
    }
    shown = summary(world)
    assert {name: shown.get(name) for name in expected} == expected
    world.account.quotas = {"Users": 7}
    world.account.save()
    assert summary(world)["UsersQuota"] == 7


def test_the_summary_counts_what_is_made_and_deleted(world):
    before = summary(world)
    trust = {"Effect": "Allow", "Principal": {"AWS": world.account.number}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    world.alice.iam("CreateUser", UserName="eve")
    world.alice.iam("CreateGroup", GroupName="team")
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=document)
    world.alice.iam("CreatePolicy", PolicyName="p", PolicyDocument=json.dumps(allow("s3:*")))
    device = world.alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="x")["VirtualMFADevice"]
    after = summary(world)
    for kind in ("Users", "Groups", "Roles", "Policies", "MFADevices"):
        assert after[kind] - before[kind] == 1, kind
    world.alice.iam("DeleteUser", UserName="eve")
    world.alice.iam("DeleteGroup", GroupName="team")
    world.alice.iam("DeleteRole", RoleName="app")
    world.alice.iam("DeletePolicy", PolicyArn=f"arn:aws:iam::{world.account.number}:policy/p")
    world.alice.iam("DeleteVirtualMFADevice", SerialNumber=device["SerialNumber"])
    assert summary(world) == before


def test_a_version_is_in_use_once_its_policy_is_attached_or_a_boundary(world):
    before = summary(world)["PolicyVersionsInUse"]

    def more():
        return summary(world)["PolicyVersionsInUse"] - before

    document = json.dumps(allow("s3:*"))
    arn = world.alice.iam("CreatePolicy", PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
    world.alice.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=document)
    assert more() == 0
    for name in ("bob", "alice"):
        world.alice.iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
        assert more() == 1
    aws = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    world.alice.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=aws)
    assert more() == 2
    world.alice.iam("DeleteUserPermissionsBoundary", UserName="bob")
    for name in ("bob", "alice"):
        world.alice.iam("DetachUserPolicy", UserName=name, PolicyArn=arn)
    assert more() == 0


def test_the_summary_tells_how_root_is_protected(world):
    before = summary(world)
    assert (before["AccountMFAEnabled"], before["AccountAccessKeysPresent"]) == (0, 0)
    assert before["AccountPasswordPresent"] == 1
    device = world.root.iam("CreateVirtualMFADevice", VirtualMFADeviceName="root")["VirtualMFADevice"]
    seed, step = base64.b32decode(device["Base32StringSeed"]), totp.step_at(world.root.now)
    world.root.iam(
        "EnableMFADevice",
        UserName="root",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=totp.code_at(seed, step - 1),
        AuthenticationCode2=totp.code_at(seed, step),
    )
    world.root.iam("CreateAccessKey")
    after = summary(world)
    assert (after["AccountMFAEnabled"], after["AccountAccessKeysPresent"], after["MFADevicesInUse"]) == (
        1,
        1,
        1,
    )
    world.root.iam("DeactivateMFADevice", SerialNumber=device["SerialNumber"])
    assert summary(world)["MFADevicesInUse"] == 0


def test_the_summary_costs_the_same_queries_in_a_large_account(world, django_assert_max_num_queries):
    for number in range(5):
        world.alice.iam("CreateUser", UserName=f"u{number}")
        world.alice.iam("AttachUserPolicy", UserName=f"u{number}", PolicyArn=ADMINISTRATOR)
    with django_assert_max_num_queries(16):
        assert summary(world)["Users"] == 7
