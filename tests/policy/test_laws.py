"""Laws that hold whatever the policies say, tried on random ones."""

import json
from dataclasses import replace
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


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
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
@given(
    REQUESTS,
    IDENTITY,
    IDENTITY,
    RESOURCE,
    LEVELS,
    statements(effect="Deny"),
    statements(effect="Deny", principal=True),
)
def test_adding_a_deny_never_allows(asked, identity, limit, resource, levels, own, foreign):
    sides = {"boundary": limit, "session": limit, "scps": levels}
    if not judge(asked, identity, resource=resource, **sides).allowed:
        assert not judge(asked, [*identity, own], resource=resource, **sides).allowed
        assert not judge(asked, identity, resource=[*(resource or []), foreign], **sides).allowed
        for side in ("boundary", "session"):
            assert not judge(asked, identity, resource=resource, **{**sides, side: [*limit, own]}).allowed
        more = [[*level, own] for level in levels]
        assert not judge(asked, identity, resource=resource, **{**sides, "scps": more}).allowed


@tried
@given(
    REQUESTS,
    IDENTITY,
    IDENTITY,
    RESOURCE,
    LEVELS,
    statements(effect="Allow"),
    statements(effect="Allow", principal=True),
)
def test_adding_an_allow_never_denies(asked, identity, limit, resource, levels, own, foreign):
    for sides in ({}, {"boundary": limit, "session": limit}, {"scps": levels}):
        if judge(asked, identity, resource=resource, **sides).allowed:
            assert judge(asked, [*identity, own], resource=resource, **sides).allowed
            assert judge(asked, identity, resource=[*(resource or []), foreign], **sides).allowed
            for side in ("boundary", "session") if "session" in sides else ():
                assert judge(asked, identity, resource=resource, **{**sides, side: [*limit, own]}).allowed
            if "scps" in sides:
                more = [[*level, own] for level in levels]
                assert judge(asked, identity, resource=resource, scps=more).allowed


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


def judged_by(asked: Request, *documents: Any) -> tuple[str, str | None]:
    """Outcome and layer where these documents, or texts of them, are the identity policies."""
    decision = decide(asked, Plan([attach(document, "inline") for document in documents]))
    return decision.outcome, decision.layer


def holding(blocks: list[dict[str, Any]] | dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": blocks}


@tried
@given(REQUESTS, IDENTITY, st.randoms(use_true_random=False))
def test_splitting_turning_and_repeating_policies_does_not_matter(asked, identity, chance):
    whole = judged_by(asked, holding(identity))
    parts = [holding([block]) for block in identity]
    assert judged_by(asked, *parts) == whole
    chance.shuffle(parts)
    assert judged_by(asked, *parts) == whole
    assert judged_by(asked, *parts, *parts) == judged_by(asked, holding(identity + identity)) == whole


@tried
@given(REQUESTS, LEVELS, st.randoms(use_true_random=False))
def test_order_of_control_policies_does_not_matter(asked, levels, chance):
    turned = [chance.sample(level, len(level)) for level in chance.sample(levels, len(levels))]
    before = judge(asked, [EVERYTHING], scps=levels)
    after = judge(asked, [EVERYTHING], scps=turned)
    assert (before.outcome, before.layer) == (after.outcome, after.layer)


@tried
@given(REQUESTS, IDENTITY)
def test_how_a_policy_is_written_down_does_not_matter(asked, identity):
    """White space, the order of elements, the case of actions and condition keys, one value or a list of one."""
    plain = judged_by(asked, holding(identity))
    written = [rewritten(block) for block in identity]
    assert judged_by(asked, json.dumps(holding(identity), separators=(",", ":"))) == plain
    assert judged_by(asked, json.dumps(holding(identity), indent="\t").replace("\n", "\r\n ")) == plain
    assert judged_by(asked, {"Statement": written, "Id": "x", "Version": "2012-10-17"}) == plain
    if len(identity) == 1:
        assert judged_by(asked, holding(written[0])) == plain


def rewritten(block: dict[str, Any]) -> dict[str, Any]:
    """The same statement in another spelling."""
    found: dict[str, Any] = {}
    for element in reversed(block):
        value = block[element]
        if element == "Condition":
            value = {
                name: {key.upper(): value for key, value in keys.items()} for name, keys in value.items()
            }
        else:
            value = (
                value[0]
                if isinstance(value, list) and len(value) == 1
                else [value]
                if isinstance(value, str)
                else value
            )
        if element in ("Action", "NotAction"):
            value = [text.swapcase() for text in ([value] if isinstance(value, str) else value)]
        found[element] = block[element] if element == "Effect" else value
    return found


@tried
@given(REQUESTS, IDENTITY)
def test_without_variables_both_versions_decide_alike(asked, identity):
    blocks = [block for block in identity if "$" not in json.dumps(block)]
    new = judged_by(asked, holding(blocks))
    assert judged_by(asked, holding(blocks, "2008-10-17")) == new == judged_by(asked, {"Statement": blocks})


@tried
@given(
    REQUESTS.map(
        lambda asked: replace(asked, caller=caller(ALICE), action="s3:GetObject", resource="arn:aws:s3:::a/b")
    ),
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from([text for text in ACTIONS if len(text) > 1]),
    st.sampled_from([text for text in RESOURCES if "$" not in text]),
    st.sampled_from(CONDITIONS),
    st.data(),
)
def test_a_wildcard_for_some_of_the_text_never_matches_less(asked, effect, action, resource, condition, data):
    def wider(text: str, part: int) -> str:
        """A star, or a question mark for one character, in place of some of the action's name or the ARN's last field."""
        *head, tail = text.split(":", part)
        at = data.draw(st.integers(0, len(tail)))
        end = data.draw(st.integers(at, len(tail)))
        mark = "?" if end == at + 1 and tail[at] != "*" and data.draw(st.booleans()) else "*"
        return ":".join([*head, f"{tail[:at]}{mark}{tail[end:]}"])

    block = {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition}
    wide = {**block, "Action": wider(action, 1), "Resource": wider(resource, 5)}
    narrow = judge(asked, [block]).outcome
    if narrow != "implicitDeny":
        assert judge(asked, [wide]).outcome == narrow


@tried
@given(REQUESTS, statements(effect="Allow"), statements(effect="Allow"))
def test_an_allow_and_a_deny_of_the_same_form_exclude_each_other(asked, block, other):
    """Doubt never allows: where a Deny of this form does not hit, an Allow may; never is neither so."""
    allowed = judge(asked, [block]).outcome
    denied = judge(asked, [{**block, "Effect": "Deny"}, other]).outcome
    if allowed == "allowed" and asked.caller.kind in ("user", "assumed-role"):
        assert denied == "explicitDeny"
