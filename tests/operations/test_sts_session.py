"""GetSessionToken and GetFederationToken."""

import hashlib
import json
from datetime import timedelta

import pytest

from iam import principals
from iam.models import Session
from tests.operations import sts
from tests.world import ADMINISTRATOR, World, allow, deny, last_event, refused

POLICY = json.dumps(allow("iam:ListUsers"))
TAGS = [{"Key": "team", "Value": "red"}]


def _federated(world: World, **params):
    return world.alice.sts("GetFederationToken", Name="visitor", **params)


def test_a_session_token_lasts_twelve_hours_unless_asked_otherwise(world):
    usual = world.bob.sts("GetSessionToken")["Credentials"]
    assert usual["Expiration"] == world.bob.now + timedelta(hours=12)
    assert usual["AccessKeyId"].startswith("ASIA")
    short = world.bob.sts("GetSessionToken", DurationSeconds=900)["Credentials"]
    assert short["Expiration"] == world.bob.now + timedelta(minutes=15)


@pytest.mark.parametrize("seconds", [899, 129_601])
def test_a_duration_out_of_bounds_is_refused(world, seconds):
    with refused("ValidationError", "durationSeconds"):
        world.bob.sts("GetSessionToken", DurationSeconds=seconds)


def test_roots_session_lasts_an_hour_however_long_it_asks_for(world):
    made = world.root.sts("GetSessionToken", DurationSeconds=43_200)["Credentials"]
    assert made["Expiration"] == world.root.now + timedelta(hours=1)


def test_the_row_has_neither_secret_nor_token_in_clear(world):
    made = world.bob.sts("GetSessionToken")["Credentials"]
    row = Session.objects.get(key_id=made["AccessKeyId"])
    assert made["SecretAccessKey"].encode() not in bytes(row.sealed_secret)
    assert made["SessionToken"].encode() not in bytes(row.token_hash)
    credential = principals.find_credential(made["AccessKeyId"])
    assert credential is not None
    assert credential.secret == made["SecretAccessKey"]
    assert credential.token_matches(made["SessionToken"])
    assert not credential.token_matches(made["SessionToken"] + "x")
    assert not credential.token_matches(None)


def test_the_event_has_neither_secret_nor_token(world):
    made = world.bob.sts("GetSessionToken")["Credentials"]
    told = (last_event(world.account).response or {})["Credentials"]
    assert told["AccessKeyId"] == made["AccessKeyId"]
    assert (told["SecretAccessKey"], told["SessionToken"]) == ("***", "***")


def test_a_session_token_needs_no_permission_and_none_can_be_taken_away(world):
    eve = world.user("eve", policy=deny("sts:*"))
    assert eve.sts("GetSessionToken")["Credentials"]


def test_without_mfa_a_session_token_does_not_reach_iam(world):
    session = world.alice.assume(world.alice.sts("GetSessionToken"))
    with refused("InvalidClientTokenId"):
        session.iam("ListUsers")
    assert session.sts("GetCallerIdentity")["Arn"] == world.alice.principal.arn


def test_with_mfa_it_has_the_rights_of_its_user(world):
    device = sts.Device(world, world.alice)
    code = device.code(world.alice)
    made = world.alice.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=code)
    session = world.alice.assume(made)
    assert session.iam("ListUsers")["Users"]
    assert last_event(world.account).mfa


def test_a_code_works_once(world):
    device = sts.Device(world, world.bob)
    code = device.code(world.bob)
    world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=code)
    with refused("AccessDenied", "failed with invalid MFA one time pass code. "):
        world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=code)


def test_wrong_codes_count_although_their_calls_are_rolled_back(world):
    device = sts.Device(world, world.bob)
    for _ in range(5):
        with refused("AccessDenied", "invalid MFA"):
            world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=device.wrong(world.bob))
    with refused("AccessDenied", "invalid MFA"):
        world.bob.sts("GetSessionToken", SerialNumber=device.serial, TokenCode=device.code(world.bob))


def test_a_device_of_somebody_else_looks_like_one_that_does_not_exist(world):
    device = sts.Device(world, world.alice)
    for serial in (device.serial, device.serial + "x"):
        with refused("AccessDenied", "unable to validate MFA code.  Please verify"):
            world.bob.sts("GetSessionToken", SerialNumber=serial, TokenCode=device.code(world.alice))


def test_half_of_an_mfa_proof_is_refused(world):
    device = sts.Device(world, world.bob)
    for half in ({"SerialNumber": device.serial}, {"TokenCode": "123456"}):
        with refused("AccessDenied", "must provide both MFA serial number and one time pass code."):
            world.bob.sts("GetSessionToken", **half)


def test_temporary_credentials_make_no_further_ones(world):
    arn = sts.role(world.root, sts.trusting(world.alice.principal.arn))
    sts.grant(world.root, "deployer", allow("*"))
    token = world.alice.assume(world.alice.sts("GetSessionToken"))
    for session in (token, sts.assumed(world.alice, arn)):
        with refused("AccessDenied", "Cannot call GetSessionToken with session credentials"):
            session.sts("GetSessionToken")
        with refused("AccessDenied", "Cannot call GetFederationToken with session credentials"):
            session.sts("GetFederationToken", Name="visitor")


def test_a_token_can_be_asked_to_be_long(world):
    answer = world.bob.sts("GetSessionToken", MinimumSessionTokenSize=600)
    assert (answer["SessionTokenSize"], answer["SessionTokenUtilization"]) == (600, 14)
    made = answer["Credentials"]
    assert len(made["SessionToken"]) == 600
    credential = principals.find_credential(made["AccessKeyId"])
    assert credential is not None
    assert credential.token_matches(made["SessionToken"])


@pytest.mark.parametrize(
    ("wanted", "utilization"), [(0, 3), (4095, 99), (4096, 100)], ids=["usual", "nearly", "largest"]
)
def test_answers_tell_how_large_their_token_is(world, wanted, utilization):
    for answer in (
        world.bob.sts("GetSessionToken", MinimumSessionTokenSize=wanted),
        world.alice.sts("GetFederationToken", Name="anna", MinimumSessionTokenSize=wanted),
    ):
        assert answer["SessionTokenSize"] == len(answer["Credentials"]["SessionToken"]) >= wanted
        assert answer["SessionTokenUtilization"] == utilization


def test_a_session_goes_with_its_user(world):
    eve = world.user("eve")
    key = eve.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
    world.root.iam("DeleteUser", UserName="eve")
    assert principals.find_credential(key) is None


def test_a_federated_user_has_an_id_and_an_arn_of_its_own(world):
    number = world.account.number
    made = _federated(world, Policy=POLICY)
    assert made["FederatedUser"] == {
        "FederatedUserId": f"{number}:visitor",
        "Arn": f"arn:aws:sts::{number}:federated-user/visitor",
    }
    told = world.alice.assume(made).sts("GetCallerIdentity")
    assert told == {
        "UserId": f"{number}:visitor",
        "Account": number,
        "Arn": f"arn:aws:sts::{number}:federated-user/visitor",
    }


def test_federation_needs_its_permission(world):
    with refused("AccessDenied", f"sts:GetFederationToken on resource: arn:aws:sts::{world.account.number}"):
        world.bob.sts("GetFederationToken", Name="visitor")


def test_federation_with_tags_needs_the_permission_to_tag_sessions(world):
    eve = world.user("eve", policy=allow("sts:GetFederationToken"))
    eve.sts("GetFederationToken", Name="visitor")
    with refused("AccessDenied", "sts:TagSession"):
        eve.sts("GetFederationToken", Name="visitor", Tags=TAGS)


def test_a_federated_user_reaches_no_iam_and_no_sts_but_itself(world):
    session = world.alice.assume(_federated(world, PolicyArns=[{"arn": ADMINISTRATOR}]))
    with refused("InvalidClientTokenId"):
        session.iam("ListUsers")
    with refused("AccessDenied", "Cannot call AssumeRole with session credentials"):
        session.sts("AssumeRole", RoleArn=f"arn:aws:iam::{world.account.number}:role/x", RoleSessionName="xx")


def test_the_packed_size_is_nought_without_policies_and_tags_and_grows_with_them(world):
    assert _federated(world)["PackedPolicySize"] == 0
    with_policy = _federated(world, Policy=POLICY)["PackedPolicySize"]
    assert 0 < with_policy < 20
    more = [*TAGS, {"Key": "project", "Value": "moonshot"}]
    assert _federated(world, Policy=POLICY, Tags=more)["PackedPolicySize"] > with_policy


def test_a_session_policy_over_2048_characters_is_quoted_back(world):
    long = json.dumps(allow("iam:ListUsers", resource="arn:aws:iam::123456789012:user/" + "x" * 2048))
    with refused("ValidationError", "at 'policy' failed to satisfy constraint") as caught:
        _federated(world, Policy=long)
    assert long in caught.value.message


def test_a_malformed_session_policy_is_refused(world):
    with refused("MalformedPolicyDocument"):
        _federated(world, Policy="{")


def test_tags_that_do_not_pack_are_refused(world):
    tags = [{"Key": f"key{n}", "Value": hashlib.sha256(f"{n}".encode()).hexdigest()} for n in range(50)]
    with refused("PackedPolicyTooLarge", "Packed size of session tags consumes"):
        _federated(world, Tags=tags)


@pytest.mark.parametrize(
    "policy_arns",
    [
        ["arn:aws:iam::aws:policy/NoSuchPolicy"],
        ["arn:aws:iam::123456789012:user/bob"],
        [f"arn:aws:iam::aws:policy/Policy{n}" for n in range(11)],
    ],
)
def test_session_policies_must_exist_and_be_ten_at_most(world, policy_arns):
    with refused("ValidationError"):
        _federated(world, PolicyArns=[{"arn": arn} for arn in policy_arns])


def test_a_tag_given_twice_is_refused(world):
    twice = [{"Key": "Team", "Value": "red"}, {"Key": "team", "Value": "blue"}]
    with refused("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case ins"):
        _federated(world, Tags=twice)
