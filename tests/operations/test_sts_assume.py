"""AssumeRole: trust and rights, the conditions of trust, and the wall between tenants."""

import json
from datetime import timedelta

import pytest

from iam import principals
from iam.errors import AccessDenied
from iam.models import Decision, Role
from tests.operations import sts
from tests.world import World, allow, deny, refused

HOUR = 3600
TEAM = [{"Key": "team", "Value": "red"}]


@pytest.fixture
def arn(world: World) -> str:
    return sts.role_for_bob(world)


def test_the_session_has_the_role_s_rights_and_none_of_its_caller(world, arn):
    session = sts.assumed(world.bob, arn)
    assert session.iam("ListUsers")["Users"]
    with refused("AccessDenied", "iam:CreateUser"):
        session.iam("CreateUser", UserName="dora")
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")


def test_the_answer_of_a_plain_call(world, arn):
    made = world.bob.sts("AssumeRole", RoleArn=arn, RoleSessionName="tuesday")
    assert made.keys() == {"Credentials", "AssumedRoleUser", "SessionTokenSize", "SessionTokenUtilization"}
    assert made["Credentials"]["Expiration"] == world.bob.now + timedelta(hours=1)
    role = Role.objects.get(name="deployer")
    assert made["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role.unique_id}:tuesday",
        "Arn": f"arn:aws:sts::{world.account.number}:assumed-role/deployer/tuesday",
    }


def test_a_role_named_by_its_users_arn_needs_nothing_more(world, arn):
    assert sts.assumed(world.bob, arn).principal.kind == "assumed-role"


def test_a_role_that_trusts_the_account_needs_the_identity_side_too(world):
    made = sts.role(world.root, sts.trusting(sts.root_arn(world.account.number)))
    with refused("AccessDenied"):
        sts.assumed(world.bob, made)
    eve = world.user("eve", policy=allow("sts:AssumeRole", resource=made))
    assert sts.assumed(eve, made).principal.name == "deployer"


def test_an_administrator_whom_nobody_trusts_is_refused(world, arn):
    with refused("AccessDenied"):
        sts.assumed(world.alice, arn)


def test_an_explicit_deny_of_the_caller_holds_against_the_trust(world):
    eve = world.user("eve", policy=deny("sts:AssumeRole"))
    with refused("AccessDenied"):
        sts.assumed(eve, sts.role(world.root, sts.trusting(eve.principal.arn)))


def test_root_assumes_no_role(world):
    made = sts.role(world.root, sts.trusting(sts.root_arn(world.account.number)))
    with refused("AccessDenied", "Roles may not be assumed by root accounts."):
        sts.assumed(world.root, made)


def test_across_accounts_both_sides_must_agree(world):
    made = sts.role(world.carol, sts.trusting(sts.root_arn(world.account.number)))
    with refused("AccessDenied"):
        sts.assumed(world.bob, made)
    session = sts.assumed(world.alice, made)
    assert session.account == world.other
    assert session.sts("GetCallerIdentity")["Account"] == world.other.number


def test_missing_and_not_trusting_and_foreign_roles_are_refused_in_the_same_words(world, arn):
    foreign = sts.role(world.carol, sts.trusting(world.carol.principal.arn), name="theirs")
    for role_arn in (arn, foreign, arn + "x", foreign + "x", "arn:aws:iam::999999999999:role/none"):
        with refused("AccessDenied") as caught:
            world.alice.sts("AssumeRole", RoleArn=role_arn, RoleSessionName="xx")
        assert caught.value.message == (
            f"User: {world.alice.principal.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        )


def test_the_stored_decision_tells_nothing_of_another_account_s_role(world):
    trust = sts.trusting(world.carol.principal.arn, condition={"StringEquals": {"sts:ExternalId": "s3cret"}})
    tags = [{"Key": "project", "Value": "moonshot"}]
    foreign = sts.role(world.carol, trust, name="theirs", Tags=tags)
    bodies = []
    for role_arn in (foreign, foreign[:-1] + "z"):
        with refused("AccessDenied") as caught:
            world.alice.sts("AssumeRole", RoleArn=role_arn, RoleSessionName="xx")
        assert isinstance(caught.value, AccessDenied)
        body = json.dumps(Decision.objects.get(decision_id=caught.value.decision_id).body)
        bodies.append(body.replace(role_arn, "<role>"))
    assert bodies[0] == bodies[1]
    assert "s3cret" not in bodies[0]
    assert "moonshot" not in bodies[0]


def test_a_suspended_account_s_roles_look_missing(world):
    made = sts.role(world.carol, sts.trusting(world.alice.principal.arn))
    world.other.state = "suspended"
    world.other.save()
    with refused("AccessDenied", "is not authorized to perform: sts:AssumeRole"):
        sts.assumed(world.alice, made)


@pytest.mark.parametrize(
    "text", ["not-an-arn-but-long-enough", "arn::iam::123456789012:role/x", "arn:aws:iam::123456789012:"]
)
def test_what_is_no_arn_is_called_invalid(world, text):
    with refused("ValidationError") as caught:
        world.bob.sts("AssumeRole", RoleArn=text, RoleSessionName="xx")
    assert caught.value.message == f"{text} is invalid"


def test_a_bad_session_name_is_quoted(world, arn):
    with refused("ValidationError", "Value 'Session1:2' at 'roleSessionName'"):
        world.bob.sts("AssumeRole", RoleArn=arn, RoleSessionName="Session1:2")


def test_a_user_made_anew_under_a_trusted_name_is_a_stranger(world):
    eve = world.user("eve")
    made = sts.role(world.root, sts.trusting(eve.principal.arn))
    sts.assumed(eve, made)
    world.root.iam("DeleteUser", UserName="eve")
    with refused("AccessDenied"):
        sts.assumed(world.user("eve", policy=allow("sts:*")), made)


def test_sessions_of_a_deleted_role_stay_dead_when_it_is_made_anew(world, arn):
    key = world.bob.sts("AssumeRole", RoleArn=arn, RoleSessionName="xx")["Credentials"]["AccessKeyId"]
    world.root.iam("DeleteRolePolicy", RoleName="deployer", PolicyName="given")
    world.root.iam("DeleteRole", RoleName="deployer")
    sts.role(world.root, sts.trusting(world.bob.principal.arn))
    assert principals.find_credential(key) is None


def test_a_session_outlives_the_user_who_asked_for_it_but_not_a_change_of_the_role(world):
    eve = world.user("eve")
    made = sts.role(world.root, sts.trusting(eve.principal.arn))
    sts.grant(world.root, "deployer", allow("iam:ListUsers"))
    session = sts.assumed(eve, made)
    world.root.iam("DeleteUser", UserName="eve")
    assert session.iam("ListUsers")["Users"]
    world.root.iam("DeleteRolePolicy", RoleName="deployer", PolicyName="given")
    with refused("AccessDenied"):
        session.iam("ListUsers")


def test_a_deny_of_older_sessions_revokes_them(world, arn):
    early, late = sts.assumed(world.bob, arn), sts.assumed(world.bob.later(minutes=10), arn)
    cut = (world.bob.now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    policy = deny("*", condition={"DateLessThan": {"aws:TokenIssueTime": cut}})
    text = json.dumps(policy)
    world.root.iam("PutRolePolicy", RoleName="deployer", PolicyName="revoke", PolicyDocument=text)
    with refused("AccessDenied", "explicit deny"):
        early.iam("ListUsers")
    assert late.iam("ListUsers")["Users"]


# Conditions of the trust policy


def _conditioned(world: World, operator: str, key: str, value: str) -> str:
    return sts.role(
        world.root, sts.trusting(world.bob.principal.arn, condition={operator: {key: value}}), name="guarded"
    )


@pytest.mark.parametrize(
    ("operator", "key", "value", "good", "bad"),
    [
        ("StringEquals", "sts:ExternalId", "Ab-1", {"ExternalId": "Ab-1"}, {"ExternalId": "ab-1"}),
        ("StringEquals", "sts:ExternalId", "Ab-1", {"ExternalId": "Ab-1"}, {}),
        ("StringLike", "sts:RoleSessionName", "se*", {}, {"RoleSessionName": "other"}),
        ("StringEquals", "sts:SourceIdentity", "eve", {"SourceIdentity": "eve"}, {}),
        ("StringEquals", "aws:RequestTag/team", "red", {"Tags": TEAM}, {}),
        (
            "ForAllValues:StringEquals",
            "aws:TagKeys",
            "team",
            {"Tags": TEAM},
            {"Tags": [{"Key": "cost", "Value": "1"}]},
        ),
        (
            "ForAnyValue:StringEquals",
            "sts:TransitiveTagKeys",
            "team",
            {"Tags": TEAM, "TransitiveTagKeys": ["team"]},
            {"Tags": TEAM},
        ),
    ],
)
def test_the_trust_policy_s_conditions_are_judged(world, operator, key, value, good, bad):
    made = _conditioned(world, operator, key, value)
    sts.assumed(world.bob, made, **{"name": "session", **good})
    name = bad.pop("RoleSessionName", "session")
    with refused("AccessDenied"):
        sts.assumed(world.bob, made, name, **bad)


@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "iam:ResourceTag/team"])
def test_the_role_s_tags_are_judged(world, key):
    policy = allow("sts:AssumeRole", condition={"StringEquals": {key: "red"}})
    eve = world.user("eve", policy=policy)
    trust = sts.trusting(sts.root_arn(world.account.number))
    sts.assumed(eve, sts.role(world.root, trust, name="red", Tags=TEAM))
    with refused("AccessDenied"):
        sts.assumed(eve, sts.role(world.root, trust, name="blue"))


def test_a_role_that_asks_for_mfa_is_assumed_with_a_code(world):
    made = _conditioned(world, "Bool", "aws:MultiFactorAuthPresent", "true")
    device = sts.Device(world, world.bob)
    with refused("AccessDenied"):
        sts.assumed(world.bob, made)
    code = device.code(world.bob)
    session = sts.assumed(world.bob, made, SerialNumber=device.serial, TokenCode=code)
    assert sts.facts(session).mfa_at == world.bob.now
    with refused("AccessDenied", "invalid MFA one time pass code. "):
        sts.assumed(world.bob, made, SerialNumber=device.serial, TokenCode=code)


def test_a_code_is_used_up_by_a_refused_call_too(world):
    device = sts.Device(world, world.bob)
    code = device.code(world.bob)
    closed = sts.role(world.root, sts.trusting(world.alice.principal.arn), name="closed")
    with refused("AccessDenied", "is not authorized to perform: sts:AssumeRole"):
        sts.assumed(world.bob, closed, SerialNumber=device.serial, TokenCode=code)
    with refused("AccessDenied", "invalid MFA one time pass code. "):
        world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=code)


def test_a_session_token_made_with_mfa_will_do_too(world):
    made = _conditioned(world, "Bool", "aws:MultiFactorAuthPresent", "true")
    device = sts.Device(world, world.bob)
    bare = world.bob.assume(world.bob.sts("GetSessionToken"))
    with refused("AccessDenied"):
        sts.assumed(bare, made)
    code = device.code(world.bob)
    proved = world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=code)
    sts.assumed(world.bob.assume(proved).later(minutes=1), made)
