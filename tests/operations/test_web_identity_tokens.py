"""Web identity tokens: who gets one, what it claims, and that others can verify it by the published keys."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from accounts.models import AccountState
from tests.operations import sts
from tests.world import NOW, Actor, World, allow, deny, last_event, refused

AUDIENCE = "https://api.example.com"
SPACE = "https://sts.amazonaws.com/"


@pytest.fixture
def issuing(world: World) -> World:
    world.alice.iam("EnableOutboundWebIdentityFederation")
    return world


def asked(actor: Actor, **params: Any) -> dict[str, Any]:
    return actor.sts("GetWebIdentityToken", **{"Audience": [AUDIENCE], "SigningAlgorithm": "ES384", **params})


def read(url: str) -> Any:
    """What anybody gets from an address of ours, without cookies or keys."""
    answer = Client().get(urlsplit(url).path)
    assert answer.status_code == 200
    return json.loads(answer.content)


def verified(token: str, issuer: str) -> jwt.Token:
    """The token, by what its issuer publishes and nothing else."""
    described = read(f"{issuer}/.well-known/openid-configuration")
    assert described["issuer"] == issuer
    keys = KeySet.import_key_set(read(described["jwks_uri"]))
    return jwt.decode(token, keys, algorithms=described["id_token_signing_alg_values_supported"])


def claims(world: World, actor: Actor, **params: Any) -> dict[str, Any]:
    issuer = world.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    found: dict[str, Any] = verified(asked(actor, **params)["WebIdentityToken"], issuer).claims
    return found


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_a_stranger_verifies_the_token_by_the_published_keys(issuing, algorithm):
    answer = asked(issuing.alice, SigningAlgorithm=algorithm)
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    token = verified(answer["WebIdentityToken"], issuer)
    assert token.header["alg"] == algorithm
    assert token.header["typ"] == "JWT"
    assert token.claims["iss"] == issuer


def test_a_users_token_says_who_where_and_for_whom(issuing):
    issuing.root.iam("TagUser", UserName="alice", Tags=[{"Key": "Team", "Value": "platform"}])
    found = claims(issuing, issuing.alice)
    start = int(NOW.timestamp())
    arn = f"arn:aws:iam::{issuing.account.number}:user/alice"
    assert len(found.pop("jti")) == 36
    assert found.pop("iss")
    assert found == {
        "aud": AUDIENCE,
        "sub": arn,
        "iat": start,
        "exp": start + 300,
        SPACE: {
            "aws_account": issuing.account.number,
            "source_region": "us-east-1",
            "principal_id": arn,
            "principal_tags": {"Team": "platform"},
        },
    }


def test_a_role_sessions_token_names_the_role_the_session_tags_and_its_end(issuing):
    role = sts.role(
        issuing.root,
        sts.trusting(issuing.alice.principal.arn),
        Tags=[{"Key": "Team", "Value": "role"}, {"Key": "kept", "Value": "yes"}],
    )
    sts.grant(issuing.root, "deployer", allow("sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"))
    tags = [{"Key": "team", "Value": "session"}]
    session = sts.assumed(issuing.alice, role, Tags=tags, SourceIdentity="dana", DurationSeconds=900)
    found = claims(issuing, session, Tags=[{"Key": "job", "Value": "7"}], DurationSeconds=900)
    assert found["sub"] == role
    assert found[SPACE] == {
        "aws_account": issuing.account.number,
        "source_region": "us-east-1",
        "principal_id": role,
        "principal_tags": {"kept": "yes", "team": "session"},
        "request_tags": {"job": "7"},
        "original_session_exp": "2026-03-01T12:15:00Z",
        "source_identity": "dana",
    }


def test_several_audiences_are_a_list_even_twice_the_same(issuing):
    assert claims(issuing, issuing.alice, Audience=["one", "one"])["aud"] == ["one", "one"]


def test_the_token_lasts_as_asked(issuing):
    answer = asked(issuing.alice, DurationSeconds=3600)
    assert (answer["Expiration"] - NOW).total_seconds() == 3600


@pytest.mark.parametrize("seconds", [59, 3601])
def test_it_lasts_from_a_minute_to_an_hour(issuing, seconds):
    with refused("ValidationError", "durationSeconds"):
        asked(issuing.alice, DurationSeconds=seconds)


def test_it_outlasts_no_session(issuing):
    role = sts.role(issuing.root, sts.trusting(issuing.alice.principal.arn))
    sts.grant(issuing.root, "deployer", allow("sts:GetWebIdentityToken"))
    session = sts.assumed(issuing.alice, role, DurationSeconds=900)
    with refused("SessionDurationEscalationException", "before the original session's expiry time"):
        asked(session, DurationSeconds=901)
    with refused("SessionDurationEscalationException"):
        asked(session.later(minutes=11), DurationSeconds=300)


def test_nobody_gets_one_while_the_feature_is_off(world):
    with refused(
        "OutboundWebIdentityFederationDisabledException", "OutboundWebIdentityFederation is disabled."
    ):
        asked(world.alice)
    world.alice.iam("EnableOutboundWebIdentityFederation")
    asked(world.alice)
    world.alice.iam("DisableOutboundWebIdentityFederation")
    with refused("OutboundWebIdentityFederationDisabledException"):
        asked(world.alice)


def test_tokens_of_before_verify_while_the_feature_is_off(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    token = asked(issuing.alice)["WebIdentityToken"]
    issuing.alice.iam("DisableOutboundWebIdentityFederation")
    assert verified(token, issuer).claims["sub"] == issuing.alice.principal.arn


def test_tokens_verify_across_a_rotation_and_not_after_a_compromise(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    issuing.alice.later(days=89).run("tenant.RotateTokenKeys")
    late = asked(issuing.alice.later(days=89.99))["WebIdentityToken"]
    early = asked(issuing.alice.later(days=90.01))["WebIdentityToken"]
    issuing.alice.later(days=90.03).run("tenant.RotateTokenKeys")
    assert verified(late, issuer).header["kid"] != verified(early, issuer).header["kid"]
    issuing.alice.run("tenant.RotateTokenKeys", Compromised=True)
    for token in (late, early):
        with pytest.raises((JoseError, ValueError)):
            verified(token, issuer)


def test_a_changed_token_does_not_verify(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    head, _, signature = asked(issuing.alice)["WebIdentityToken"].split(".")
    other = asked(issuing.alice)["WebIdentityToken"].split(".")[1]
    with pytest.raises(BadSignatureError):
        verified(f"{head}.{other}.{signature}", issuer)


def test_permission_is_asked_on_oneself(issuing):
    with refused(
        "AccessDenied", f"sts:GetWebIdentityToken on resource: arn:aws:sts::{issuing.account.number}:self"
    ):
        asked(issuing.bob)
    event = last_event(issuing.account)
    assert (event.name, event.outcome) == ("GetWebIdentityToken", "denied")
    scoped = allow("sts:GetWebIdentityToken", resource=f"arn:aws:sts::{issuing.account.number}:self")
    asked(issuing.user("dana", policy=scoped))


def test_tags_need_a_permission_of_their_own(issuing):
    dana = issuing.user("dana", policy=allow("sts:GetWebIdentityToken"))
    asked(dana)
    with refused("AccessDenied", "sts:TagGetWebIdentityToken"):
        asked(dana, Tags=[{"Key": "team", "Value": "red"}])


@pytest.mark.parametrize(
    ("condition", "fits", "does_not"),
    [
        (
            {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": [AUDIENCE, "b"]}},
            {"Audience": [AUDIENCE, "b"]},
            {"Audience": [AUDIENCE, "c"]},
        ),
        ({"NumericLessThanEquals": {"sts:DurationSeconds": "300"}}, {}, {"DurationSeconds": 301}),
        (
            {"StringEquals": {"sts:SigningAlgorithm": "ES384"}},
            {},
            {"SigningAlgorithm": "RS256"},
        ),
        ({"StringEquals": {"sts:SubjectMode": "AWSIdentity"}}, {}, None),
    ],
)
def test_policies_narrow_tokens_by_audience_duration_and_algorithm(issuing, condition, fits, does_not):
    dana = issuing.user("dana", policy=allow("sts:GetWebIdentityToken", condition=condition))
    asked(dana, **fits)
    if does_not is not None:
        with refused("AccessDenied"):
            asked(dana, **does_not)


def test_request_tags_are_condition_keys(issuing):
    policy = allow(
        "sts:GetWebIdentityToken",
        "sts:TagGetWebIdentityToken",
        condition={"StringEquals": {"aws:RequestTag/team": "red"}},
    )
    dana = issuing.user("dana", policy=policy)
    asked(dana, Tags=[{"Key": "team", "Value": "red"}])
    with refused("AccessDenied"):
        asked(dana, Tags=[{"Key": "team", "Value": "blue"}])


@pytest.mark.parametrize("algorithm", ["RS384", "rs256", "HS256"])
def test_there_are_two_algorithms(issuing, algorithm):
    with refused("ValidationError", "Requested SigningAlgorithm is not supported."):
        asked(issuing.alice, SigningAlgorithm=algorithm)


def test_a_tag_is_given_once_whatever_its_case_and_may_begin_with_aws(issuing):
    with refused("InvalidParameterValue", "Duplicate tag keys found."):
        asked(issuing.alice, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    found = claims(issuing, issuing.alice, Tags=[{"Key": "aws:team", "Value": "x"}])
    assert found[SPACE]["request_tags"] == {"aws:team": "x"}


def test_there_is_no_other_subject_than_the_caller_and_so_no_scope(issuing):
    with refused("ValidationError", "origin identity"):
        asked(issuing.alice, SubjectMode="OriginIdentity")
    with refused("ValidationError", "Scope"):
        asked(issuing.alice, Scope="read")


def test_a_payload_has_its_limit_and_not_a_byte_more(issuing):
    issuer_known = claims(issuing, issuing.alice, Audience=["a", "b", *["c" * 1000] * 8])
    used = len(json.dumps(issuer_known, separators=(",", ":")).encode())
    tags: list[dict[str, str]] = []
    room = 14_984 - used - len(',"request_tags":{}')
    while room > 0:
        name = f"{len(tags):03}"
        value = min(256, room - len(f'"{name}":"",') + (0 if tags else 1))
        tags.append({"Key": name, "Value": "v" * max(0, value)})
        room -= len(f'"{name}":"",') - (0 if len(tags) > 1 else 1) + max(0, value)
    audience = ["a", "b", *["c" * 1000] * 8]
    full = asked(issuing.alice, Audience=audience, Tags=tags)["WebIdentityToken"]
    assert full
    tags[0]["Value"] = tags[0]["Value"][:-1]
    with refused("JWTPayloadSizeExceededException", "JWT payload exceeds maximum allowed size"):
        asked(issuing.alice, Audience=["aa" + "a" * 1, *audience[1:]], Tags=tags)


def test_a_federated_user_gets_none_and_a_users_session_does(issuing):
    issuing.root.iam(
        "PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=json.dumps(allow("sts:*"))
    )
    federated = issuing.bob.assume(
        issuing.bob.sts("GetFederationToken", Name="fed", Policy=json.dumps(allow("sts:*")))
    )
    with refused("AccessDenied", "GetWebIdentityToken does not support federated user sessions"):
        asked(federated)
    session = issuing.bob.assume(issuing.bob.sts("GetSessionToken", DurationSeconds=900))
    assert claims(issuing, session)[SPACE]["original_session_exp"] == "2026-03-01T12:15:00Z"


def test_a_session_policy_can_take_it_away(issuing):
    role = sts.role(issuing.root, sts.trusting(issuing.alice.principal.arn))
    sts.grant(issuing.root, "deployer", allow("sts:GetWebIdentityToken"))
    narrowed = sts.assumed(issuing.alice, role, Policy=json.dumps(deny("sts:GetWebIdentityToken")))
    with refused("AccessDenied", "with an explicit deny in a session policy"):
        asked(narrowed)


def test_the_trail_does_not_hold_the_token(issuing):
    token = asked(issuing.alice)["WebIdentityToken"]
    event = last_event(issuing.account)
    assert (event.name, event.outcome, event.read_only) == ("GetWebIdentityToken", "success", False)
    assert (event.response or {})["WebIdentityToken"] == "***"
    assert token not in json.dumps([event.parameters, event.response], default=str)


def test_published_documents_are_for_everybody_and_may_be_kept_for_minutes(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    for name in ("openid-configuration", "jwks.json"):
        answer = Client().get(f"{urlsplit(issuer).path}/.well-known/{name}")
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert issuing.account.number not in answer.content.decode()
        assert "Set-Cookie" not in answer
        assert Client().post(f"{urlsplit(issuer).path}/.well-known/{name}").status_code in (403, 405)


def test_published_keys_are_public_halves_alone(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    members = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}}
    for key in read(f"{issuer}/.well-known/jwks.json")["keys"]:
        assert set(key) == {"kty", "kid", "alg", "use"} | members[key["kty"]]


def test_an_account_that_is_not_active_vouches_for_nobody(issuing):
    issuer = issuing.alice.iam("GetOutboundWebIdentityFederationInfo")["IssuerIdentifier"]
    issuing.account.state = AccountState.SUSPENDED
    issuing.account.save(update_fields=["state"])
    for name in ("openid-configuration", "jwks.json"):
        assert Client().get(f"{urlsplit(issuer).path}/.well-known/{name}").status_code == 404


def test_an_address_that_nobody_has_is_not_found(db):
    path = "/issuers/00000000-0000-4000-8000-000000000000/.well-known/jwks.json"
    assert Client().get(path).status_code == 404
