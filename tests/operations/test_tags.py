"""Tags of everything that can have them."""

import json

import pytest

from iam.operations.tags import KINDS
from tests.certificates import certificate, ec_key, pem_of, saml_metadata
from tests.operations import permission
from tests.world import ADMINISTRATOR, World, allow, refused

NOUNS = [kind.noun for kind in KINDS]
IGNORING_CASE = [kind.noun for kind in KINDS if not kind.case_sensitive]
HEEDING_CASE = [kind.noun for kind in KINDS if kind.case_sensitive]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "x.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)


@pytest.fixture
def named(world: World) -> dict[str, dict[str, str]]:
    """How each kind of thing is named in its operations."""
    alice = world.alice
    alice.iam("CreateUser", UserName="eve")
    alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=TRUST)
    policy = alice.iam("CreatePolicy", PolicyName="p", PolicyDocument=json.dumps(allow("s3:*")))
    device = alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    alice.iam("CreateInstanceProfile", InstanceProfileName="machines")
    issuer = alice.iam("CreateOpenIDConnectProvider", Url="https://idp.example.com")
    web = {"ServerCertificateName": "web"}
    parts = {"CertificateBody": certificate("web"), "PrivateKey": pem_of(ec_key("web"))}
    alice.iam("UploadServerCertificate", **web, **parts)
    saml = alice.iam("CreateSAMLProvider", Name="idp", SAMLMetadataDocument=saml_metadata())
    return {
        "User": {"UserName": "eve"},
        "Role": {"RoleName": "app"},
        "Policy": {"PolicyArn": policy["Policy"]["Arn"]},
        "MFADevice": {"SerialNumber": device["VirtualMFADevice"]["SerialNumber"]},
        "InstanceProfile": {"InstanceProfileName": "machines"},
        "OpenIDConnectProvider": issuer,
        "SAMLProvider": saml,
        "ServerCertificate": web,
    }


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("Tag{}", {"Tags": [{"Key": "a", "Value": "1"}]}),
        ("Untag{}", {"TagKeys": ["a"]}),
        ("List{}Tags", {}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, named, noun, action, params):
    permission.holds(world, action.format(noun), {**named[noun], **params})


@pytest.mark.parametrize("noun", NOUNS)
def test_tags_are_laid_over_listed_in_order_and_taken_off(world, named, noun):
    name = named[noun]
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(abc="1", b="2", a=""))
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(b="3", z="4"))
    listed = world.alice.iam(f"List{noun}Tags", **name)
    assert listed == {"Tags": tags(a="", b="3", z="4", abc="1"), "IsTruncated": False}
    world.alice.iam(f"Untag{noun}", **name, TagKeys=["b", "abc", "never-set"])
    assert world.alice.iam(f"List{noun}Tags", **name)["Tags"] == tags(a="", z="4")


@pytest.mark.parametrize("noun", NOUNS)
def test_tags_come_page_by_page(world, named, noun):
    name = named[noun]
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(a="1", b="2", c="3"))
    first = world.alice.iam(f"List{noun}Tags", **name, MaxItems=2)
    rest = world.alice.iam(f"List{noun}Tags", **name, MaxItems=2, Marker=first["Marker"])
    assert first["Tags"] + rest["Tags"] == tags(a="1", b="2", c="3")
    assert not rest["IsTruncated"]


@pytest.mark.parametrize("noun", IGNORING_CASE)
def test_users_and_roles_compare_keys_without_case(world, named, noun):
    name = named[noun]
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(Team="red"))
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(TEAM="blue"))
    assert world.alice.iam(f"List{noun}Tags", **name)["Tags"] == tags(TEAM="blue")
    with refused("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."):
        world.alice.iam(f"Tag{noun}", **name, Tags=tags(a="1", A="2"))
    world.alice.iam(f"Untag{noun}", **name, TagKeys=["team"])
    assert world.alice.iam(f"List{noun}Tags", **name)["Tags"] == []


@pytest.mark.parametrize("noun", HEEDING_CASE)
def test_all_others_tell_upper_from_lower_case(world, named, noun):
    name = named[noun]
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(a="1", A="2"))
    assert world.alice.iam(f"List{noun}Tags", **name)["Tags"] == tags(A="2", a="1")
    with refused("InvalidInput") as caught:
        world.alice.iam(f"Tag{noun}", **name, Tags=[*tags(a="1"), *tags(a="2")])
    assert caught.value.message == "Duplicate tag keys found."
    world.alice.iam(f"Untag{noun}", **name, TagKeys=["A"])
    assert world.alice.iam(f"List{noun}Tags", **name)["Tags"] == tags(a="1")


@pytest.mark.parametrize("noun", NOUNS)
def test_nothing_has_more_than_fifty_tags(world, named, noun):
    name = named[noun]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    with refused("ValidationError", "'tags' failed to satisfy constraint: Member must have length less than"):
        world.alice.iam(f"Tag{noun}", **name, Tags=many)
    world.alice.iam(f"Tag{noun}", **name, Tags=many[:50])
    with refused("LimitExceeded", "The number of tags has reached the maximum limit."):
        world.alice.iam(f"Tag{noun}", **name, Tags=many[50:])
    world.alice.iam(f"Tag{noun}", **name, Tags=tags(k1="again"))


@pytest.mark.parametrize("noun", NOUNS)
def test_the_prefix_of_aws_is_reserved(world, named, noun):
    for key in ("aws:x", "AWS:x"):
        twice = [{"Key": key, "Value": "1"}] * 2
        with refused("InvalidInput", "Tag keys beginning with aws: are reserved for system use."):
            world.alice.iam(f"Tag{noun}", **named[noun], Tags=twice)


@pytest.mark.parametrize("noun", NOUNS)
def test_no_tags_at_all_are_a_fault_and_no_keys_for_providers(world, named, noun):
    with refused("InvalidInput", "Error occurred while validating input. "):
        world.alice.iam(f"Tag{noun}", **named[noun], Tags=[])
    if noun.endswith("Provider"):
        with refused("InvalidInput", "Error occurred while validating input. "):
            world.alice.iam(f"Untag{noun}", **named[noun], TagKeys=[])
    else:
        world.alice.iam(f"Untag{noun}", **named[noun], TagKeys=[])


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_missing_has_no_tags(world, noun):
    number = world.account.number
    missing = {
        "User": {"UserName": "ghost"},
        "Role": {"RoleName": "ghost"},
        "Policy": {"PolicyArn": f"arn:aws:iam::{number}:policy/ghost"},
        "MFADevice": {"SerialNumber": f"arn:aws:iam::{number}:mfa/ghost"},
        "InstanceProfile": {"InstanceProfileName": "ghost"},
        "OpenIDConnectProvider": {"OpenIDConnectProviderArn": f"arn:aws:iam::{number}:oidc-provider/ghost"},
        "SAMLProvider": {"SAMLProviderArn": f"arn:aws:iam::{number}:saml-provider/ghost"},
        "ServerCertificate": {"ServerCertificateName": "ghost"},
    }[noun]
    for action, params in ((f"Tag{noun}", {"Tags": tags(a="1")}), (f"Untag{noun}", {"TagKeys": ["a"]})):
        with refused("NoSuchEntity", "ghost"):
            world.alice.iam(action, **missing, **params)
    with refused("NoSuchEntity", "ghost"):
        world.alice.iam(f"List{noun}Tags", **missing)


@pytest.mark.parametrize("noun", NOUNS)
def test_another_account_cannot_tag(world, named, noun):
    with refused("NoSuchEntity"):
        world.carol.iam(f"Tag{noun}", **named[noun], Tags=tags(a="1"))


def test_policies_of_aws_have_no_tags_and_take_none(world):
    with refused("AccessDenied", "Cannot tag policies outside your own account."):
        world.alice.iam("TagPolicy", PolicyArn=ADMINISTRATOR, Tags=tags(a="1"))
    with refused("AccessDenied", "Cannot untag policies outside your own account."):
        world.alice.iam("UntagPolicy", PolicyArn=ADMINISTRATOR, TagKeys=["a"])
    assert world.alice.iam("ListPolicyTags", PolicyArn=ADMINISTRATOR)["Tags"] == []


@pytest.mark.parametrize(
    ("condition", "sent", "allowed"),
    [
        ({"StringEquals": {"aws:RequestTag/team": "red"}}, tags(team="red"), True),
        ({"StringEquals": {"aws:RequestTag/team": "red"}}, tags(team="blue"), False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, tags(team="x", cost="y"), False),
        ({"StringEquals": {"aws:ResourceTag/owner": "dora"}}, tags(team="x"), True),
        ({"StringEquals": {"iam:ResourceTag/owner": "eve"}}, tags(team="x"), False),
    ],
)
def test_tagging_is_held_by_conditions_on_tags(world, named, condition, sent, allowed):
    world.alice.iam("TagUser", UserName="eve", Tags=tags(owner="dora"))
    dora = world.user("dora", policy=allow("iam:TagUser", condition=condition))
    if allowed:
        dora.iam("TagUser", UserName="eve", Tags=sent)
    else:
        with refused("AccessDenied"):
            dora.iam("TagUser", UserName="eve", Tags=sent)


def test_tag_keys_are_what_untagging_is_held_by(world, named):
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]}}
    dora = world.user("dora", policy=allow("iam:UntagUser", condition=condition))
    dora.iam("UntagUser", UserName="eve", TagKeys=["cost"])
    with refused("AccessDenied"):
        dora.iam("UntagUser", UserName="eve", TagKeys=["team"])


def test_the_callers_own_tags_count_from_the_next_request_on(world):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    dora = world.user("dora", policy=allow("iam:ListUsers", condition=condition))
    with refused("AccessDenied"):
        dora.iam("ListUsers")
    world.alice.iam("TagUser", UserName="dora", Tags=tags(team="red"))
    assert dora.iam("ListUsers")["Users"]
