"""Trust in providers that many organizations share."""

import pytest

from iam.policy import MalformedPolicy, check_for_save
from iam.policy.save_federation import SENTINEL, SHARED
from tests.policy.build import ACCOUNT
from tests.policy.test_save import refusal, text_of

GITHUB = "token.actions.githubusercontent.com"
ENTERPRISE = f"{GITHUB}/acme"
PREFIX = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"
MAIN = "repo:acme/web:ref:refs/heads/main"


def trusting(issuer, *, action="sts:AssumeRoleWithWebIdentity", effect="Allow", **conditions):
    return text_of(
        {
            "Effect": effect,
            "Principal": {"Federated": principal_of(issuer)},
            "Action": action,
            **({"Condition": conditions} if conditions else {}),
        }
    )


def principal_of(issuer):
    return issuer if issuer == "cognito-identity.amazonaws.com" else PREFIX + issuer


def refused_for(issuer, claims):
    return (
        f"Trust policy with trusted principal {principal_of(issuer)} must evaluate, using StringEquals, StringLike or "
        f"StringEqualsIgnoreCase, {claims} which is not scoped to all."
    )


GITHUBS = refused_for(GITHUB, f"{GITHUB}:sub or {GITHUB}:job_workflow_ref")


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}},
        {"StringEquals": {f"{GITHUB}:repository": "acme/web"}},
        {"StringLike": {f"{GITHUB}:sub": "*"}},
        {"StringLike": {f"{GITHUB}:sub": "**"}},
        {"StringLike": {f"{GITHUB}:sub": ["*", MAIN]}},
        {"StringLike": {f"{GITHUB}:sub": [MAIN, "*"]}},
        {"StringEquals": {f"{GITHUB}:sub": ""}},
        {"StringEqualsIfExists": {f"{GITHUB}:sub": MAIN}},
        {"StringNotEquals": {f"{GITHUB}:sub": MAIN}},
        {"StringLike": {"gitlab.com:sub": MAIN}},
        {"Null": {f"{GITHUB}:sub": "false"}},
    ],
    ids=str,
)
def test_githubs_provider_is_trusted_with_a_scope_alone(conditions):
    assert refusal(trusting(GITHUB, **conditions), "trust") == GITHUBS


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {f"{GITHUB}:sub": MAIN}},
        {"StringLike": {f"{GITHUB}:sub": ["repo:acme/*", "repo:other/web:*"]}},
        {"StringLike": {f"{GITHUB}:sub": "repo:*"}},
        {"StringEqualsIgnoreCase": {f"{GITHUB}:SUB": MAIN}},
        {"ForAnyValue:StringLike": {f"{GITHUB}:sub": MAIN}},
        {"StringLike": {f"{GITHUB}:job_workflow_ref": "acme/web/.github/workflows/*@refs/heads/main"}},
        {"StringLike": {f"{GITHUB}:sub": "*", f"{GITHUB}:job_workflow_ref": "acme/web/*"}},
    ],
    ids=str,
)
def test_any_of_its_claims_and_operators_will_do(conditions):
    check_for_save(trusting(GITHUB, **conditions), "trust")


def test_an_enterprises_own_address_is_githubs_too():
    message = refused_for(ENTERPRISE, f"{ENTERPRISE}:sub or {ENTERPRISE}:job_workflow_ref")
    assert refusal(trusting(ENTERPRISE), "trust") == message
    check_for_save(trusting(ENTERPRISE, StringLike={f"{ENTERPRISE}:sub": "repo:acme/*"}), "trust")
    check_for_save(trusting(f"{GITHUB}.example.com"), "trust")


@pytest.mark.parametrize("issuer", SHARED)
def test_every_shared_provider_wants_its_claim(issuer):
    (claim,) = SHARED[issuer]
    assert refusal(trusting(issuer), "trust") == refused_for(issuer, claim)
    check_for_save(trusting(issuer, StringEquals={claim: "ours"}), "trust")


def test_the_claims_are_those_of_the_guide():
    claims = {issuer: key.removeprefix(f"{issuer}:") for issuer, (key,) in SHARED.items()}
    assert len(claims) == 21
    assert claims["gitlab.com"] == claims["app.terraform.io"] == "sub"
    assert claims["oidc.vercel.com"] == claims["cognito-identity.amazonaws.com"] == "aud"
    assert claims[SENTINEL] == "sts:RoleSessionName"


@pytest.mark.parametrize(
    "action", ["sts:AssumeRoleWith*", "STS:*", ["sts:TagSession", "sts:AssumeRoleWithWebIdentity"]]
)
def test_an_action_may_be_meant_by_a_pattern(action):
    assert refusal(trusting(GITHUB, action=action), "trust") == GITHUBS


def test_who_does_not_take_the_role_by_a_token_needs_no_claim():
    check_for_save(trusting(GITHUB, effect="Deny"), "trust")
    check_for_save(trusting(GITHUB, action="sts:TagSession"), "trust")
    check_for_save(trusting("idp.example.com/realms/main"), "trust")


def test_the_place_is_the_provider_that_is_shared():
    text = trusting(GITHUB)
    with pytest.raises(MalformedPolicy) as found:
        check_for_save(text, "trust")
    line = text.splitlines()[found.value.line - 1]
    assert line[found.value.column - 1 :].startswith('"Federated"')
