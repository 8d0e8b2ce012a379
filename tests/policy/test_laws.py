"""Laws that hold whatever the policies say, tried on random ones."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iam.policy import Decision, Plan, Request, decide
from tests.policy.build import ACCOUNT, ALICE, FEDERATED, OTHER, ROLE, ROOT, SESSION, tried
from tests.policy.casebook import attach, caller

ACTIONS = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "s3:Put*",
    "iam:*",
    "*:GetObject",
    "sts:AssumeRole",
    "kms:*",
    "S3:GETOBJECT",
]
RESOURCES = ["*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/b", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::?/b", "arn:aws:s3",
             "arn:aws:*:*:*:a/b", "arn:aws:iam::*:role/*"]  # fmt: skip
CONDITIONS = [
    {},
    {"StringEquals": {"k": "x"}},
    {"StringNotEquals": {"k": ["x", "${aws:username}"]}},
    {"ForAllValues:StringLike": {"k": ["x*"]}},
    {"ForAnyValue:StringEqualsIfExists": {"k": "x"}},
    {"NotIpAddress": {"k": "10.0.0.0/8"}},
    {"Null": {"k": "true"}},
    {"NumericLessThan": {"k": "5"}},
    {"Unknown": {"k": "x"}},
]
PRINCIPALS = [
    "*",
    {"AWS": ALICE},
    {"AWS": ACCOUNT},
    {"AWS": [SESSION, ROOT]},
    {"AWS": ROLE},
    {"Service": "sns.amazonaws.com"},
]
CALLERS = [ALICE, SESSION, FEDERATED, ROOT, "sns.amazonaws.com", "anonymous"]


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), max_size=2)


@st.composite
def statements(draw: st.DrawFn, *, principal: bool = False, effect: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(some(ACTIONS))
    found[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(some(RESOURCES))
    found["Condition"] = draw(st.sampled_from(CONDITIONS))
    if principal:
        found[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(
            st.sampled_from(PRINCIPALS)
        )
    return found


IDENTITY = st.lists(statements(), max_size=5)
RESOURCE = st.none() | st.lists(statements(principal=True), max_size=3)
LEVELS = st.lists(st.lists(statements(), max_size=2), max_size=2)
REQUESTS = st.builds(
    lambda who, action, resource, owner, context: Request(caller(who), action, resource, owner, context),
    st.sampled_from(CALLERS),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:GetRole", "sts:AssumeRole", "kms:Decrypt"]),
    st.sampled_from(
        [
            "*",
            "arn:aws:s3:::a/b",
            "arn:aws:s3:::alice/x",
            f"arn:aws:iam::{ACCOUNT}:role/x",
            "arn:aws:kms:eu:1:key/1",
        ]
    ),
    st.sampled_from([ACCOUNT, ACCOUNT, OTHER]),
    st.fixed_dictionaries(
        {},
        optional={
            "k": st.sampled_from(["x", "y", "10.0.0.1", "3", "", (), ("x",), ("x", "y")]),
            "aws:username": st.just("alice"),
        },
    ),
)


def judge(
    asked: Request,
    identity: list[dict[str, Any]],
    *,
    boundary: list[dict[str, Any]] | None = None,
    session: list[dict[str, Any]] | None = None,
    resource: list[dict[str, Any]] | None = None,
    scps: list[list[dict[str, Any]]] | None = None,
) -> Decision:
    def text(blocks: list[dict[str, Any]]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": blocks})

    has = Plan(
        [attach(text(identity), "inline")],
        None if boundary is None else attach(text(boundary), "boundary"),
        None if session is None else [attach(text(session), "session")],
    )
    return decide(
        asked,
        has,
        resource_policy=None if resource is None else attach(text(resource), "resource"),
        scps=[[attach(text(blocks), "scp")] for blocks in scps or []],
    )


@tried
@given(REQUESTS, IDENTITY, st.none() | IDENTITY, st.none() | IDENTITY, RESOURCE, LEVELS)
def test_every_request_is_decided(asked, identity, boundary, session, resource, scps):
    decision = judge(asked, identity, boundary=boundary, session=session, resource=resource, scps=scps)
    assert decision.outcome in ("allowed", "explicitDeny", "implicitDeny")
    assert decision.allowed is bool(decision) is (decision.outcome == "allowed")
    effects = {found.effect for found in decision.statements}
    assert effects <= ({"Allow"} if decision else {"Deny"})


@tried
@given(REQUESTS, IDENTITY, RESOURCE, st.randoms(use_true_random=False))
def test_order_of_statements_does_not_matter(asked, identity, resource, chance):
    turned, mixed = list(identity), list(resource or [])
    chance.shuffle(turned)
    chance.shuffle(mixed)
    before = judge(asked, identity, resource=resource)
    after = judge(asked, turned, resource=None if resource is None else mixed)
    assert (before.outcome, before.layer) == (after.outcome, after.layer)


@tried
@given(REQUESTS, IDENTITY, RESOURCE, statements(effect="Deny"), statements(effect="Deny", principal=True))
def test_adding_a_deny_never_allows(asked, identity, resource, own, foreign):
    if not judge(asked, identity, resource=resource).allowed:
        assert not judge(asked, [*identity, own], resource=resource).allowed
        if resource is not None:
            assert not judge(asked, identity, resource=[*resource, foreign]).allowed


@tried
@given(REQUESTS, IDENTITY, RESOURCE, statements(effect="Allow"), statements(effect="Allow", principal=True))
def test_adding_an_allow_never_denies(asked, identity, resource, own, foreign):
    if judge(asked, identity, resource=resource).allowed:
        assert judge(asked, [*identity, own], resource=resource).allowed
        assert judge(asked, identity, resource=[*(resource or []), foreign]).allowed


@tried
@given(REQUESTS, IDENTITY, IDENTITY, RESOURCE)
def test_boundary_and_session_policy_never_widen(asked, identity, limit, resource):
    if not judge(asked, identity, resource=resource).allowed and asked.caller.kind != "federated-user":
        assert not judge(asked, identity, boundary=limit, resource=resource).allowed
        assert not judge(asked, identity, session=limit, resource=resource).allowed


@tried
@given(REQUESTS, IDENTITY, RESOURCE, st.lists(statements(), max_size=3))
def test_control_policies_never_widen(asked, identity, resource, level):
    if not judge(asked, identity, resource=resource).allowed:
        assert not judge(asked, identity, resource=resource, scps=[level]).allowed


@tried
@given(REQUESTS, IDENTITY)
def test_splitting_a_policy_does_not_matter(asked, identity):
    def attached(blocks):
        return attach({"Version": "2012-10-17", "Statement": blocks}, "inline")

    whole = decide(asked, Plan([attached(identity)]))
    split = decide(asked, Plan([attached([block]) for block in identity]))
    assert (whole.outcome, whole.layer) == (split.outcome, split.layer)


@tried
@given(REQUESTS, statements(effect="Allow"), statements(effect="Allow"))
def test_an_allow_and_a_deny_of_the_same_form_exclude_each_other(asked, block, other):
    """Doubt never allows: where a Deny of this form does not hit, an Allow may; never is neither so."""
    allowed = judge(asked, [block]).outcome
    denied = judge(asked, [{**block, "Effect": "Deny"}, other]).outcome
    if allowed == "allowed" and asked.caller.kind in ("user", "assumed-role"):
        assert denied == "explicitDeny"
