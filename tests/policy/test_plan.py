"""What plans remember, and how statements are passed over by how their resources begin."""

import pytest

from iam.policy import Plan, decide
from iam.policy import plan as plans
from iam.policy.compile import ACTIONS_KEPT
from tests.policy.build import ACCOUNT, allow, deny, outcome, plan, request

TEAM = {"StringEquals": {"aws:PrincipalTag/team": "a"}}


def test_all_plans_together_remember_so_much(monkeypatch):
    monkeypatch.setattr(plans, "REMEMBERED", len(plans._remembered) + 3)
    many = [plan(allow(Resource="*")) for _ in range(9)]
    for each in many:
        assert outcome(request(), each) == "allowed"
    assert len(plans._remembered) == plans.REMEMBERED
    assert many[-1].identity.by_action
    for each in many:  # whatever was forgotten is worked out again
        assert outcome(request(), each) == "allowed"


def test_the_oldest_is_forgotten_first(monkeypatch):
    oldest = plan(allow(Resource="*"))
    outcome(request(), oldest)
    monkeypatch.setattr(plans, "REMEMBERED", 1)
    monkeypatch.setattr(
        plans, "_remembered", type(plans._remembered)([(oldest.identity.by_action, "s3:GetObject")])
    )
    outcome(request(), plan(allow(Resource="*")))
    assert oldest.identity.by_action == {}


@pytest.mark.parametrize(
    ("resource", "asked", "expected"),
    [
        ("arn:aws:s3:::data/*", "arn:aws:s3:::data/x", "allowed"),
        ("arn:aws:s3:::data/*", "arn:aws:s3:::else/x", "implicitDeny"),
        ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::alice/x", "allowed"),
        ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::bob/x", "implicitDeny"),
        ("arn:aws:s3:::*/x", "arn:aws:s3:::any/x", "allowed"),
        ("*", "arn:aws:s3:::any/x", "allowed"),
        ("arn:aws:s3:::data", "arn:aws:s3:::data", "allowed"),
    ],
)
def test_a_statement_is_asked_whatever_its_resources_begin_with(resource, asked, expected):
    """With a condition a statement is never among those that are grouped."""
    given = {"aws__principaltag___team": "a", "aws__username": "alice"}
    assert (
        outcome(request(resource=asked, **given), plan(allow(Resource=resource, Condition=TEAM))) == expected
    )


@pytest.mark.parametrize(
    ("asked", "expected"), [("arn:aws:s3:::data/x", "implicitDeny"), ("arn:aws:s3:::e/x", "allowed")]
)
def test_not_resource_is_asked_whatever_the_resource_begins_with(asked, expected):
    given = {"aws__principaltag___team": "a"}
    has = plan(allow(NotResource="arn:aws:s3:::data/*", Condition=TEAM))
    assert outcome(request(resource=asked, **given), has) == expected


def test_a_deny_with_a_condition_is_found_among_many():
    denies = [deny(Resource=f"arn:aws:s3:::b{number}/*", Condition=TEAM) for number in range(30)]
    has = plan(allow(Resource="*"), *denies)
    given = {"aws__principaltag___team": "a"}
    decision = decide(request(resource="arn:aws:s3:::b17/x", **given), has)
    assert [found.index for found in decision.statements] == [18]
    assert outcome(request(resource="arn:aws:s3:::b99/x", owner=ACCOUNT, **given), has) == "allowed"


def test_a_decision_within_limits_is_made_once():
    limited = Plan(
        plan(allow(Resource="*")).identity.attached, plan(allow(Resource="*")).identity.attached[0]
    )
    first = decide(request(), limited)
    assert first.allowed
    assert decide(request(), limited) is first


def test_three_plain_statements_or_more_are_asked_as_one():
    plain = [allow(Resource=f"arn:aws:s3:::b{number}{end}") for number, end in enumerate(("", "/*", "/x"))]
    other = allow(Resource="arn:aws:s3:::b9/*", Condition=TEAM)
    _, many, _ = plan(*plain, other).identity.candidates("s3:GetObject")
    assert (len(many.simple), len(many.rest), many.always) == (3, 1, None)
    assert many.exacts == frozenset({"arn:aws:s3:::b0", "arn:aws:s3:::b2/x"})
    assert many.prefixes == ("arn:aws:s3:::b1/",)
    _, three, _ = plan(*plain).identity.candidates("s3:GetObject")
    assert (len(three.simple), three.rest) == (3, ())
    for few in (plain[:2], [*plain[:2], other]):
        _, found, _ = plan(*few).identity.candidates("s3:GetObject")
        assert (len(found.simple), len(found.rest)) == (0, len(few))
        assert (found.exacts, found.prefixes) == (frozenset(), ())


def test_a_statement_that_always_applies_is_the_only_one_asked():
    plain = [allow(Resource=f"arn:aws:s3:::b{number}") for number in range(3)]
    _, found, _ = plan(*plain, allow(Resource="*")).identity.candidates("s3:GetObject")
    assert found.always is not None
    assert (found.simple, found.rest) == ((), ())
    assert found.first("anything", {}) is found.always


def test_an_action_nobody_speaks_of_shares_one_empty_answer():
    denies, allows, own_rules = plan(allow(Resource="*")).identity.candidates("sqs:SendMessage")
    assert denies is allows is plans.NOBODY
    assert not own_rules


@pytest.mark.parametrize(
    "action", ["sts:GetCallerIdentity", "sts:AssumeRole", "sts:TagSession", "kms:Decrypt"]
)
def test_an_action_with_rules_of_its_own_is_known_as_such(action):
    assert plan().identity.candidates(action)[2]


@pytest.mark.parametrize(
    ("elements", "asked", "expected"),
    [
        ({"Resource": "arn:aws:s3:::x?z"}, "arn:aws:s3:::xyz", "allowed"),
        ({"Resource": "arn:aws:s3:::x?"}, "arn:aws:s3:::xyz", "implicitDeny"),
        ({"Resource": "arn:aws:s3:::${aws:username}"}, "arn:aws:s3:::alice", "allowed"),
        ({"NotResource": "arn:aws:s3:::x"}, "arn:aws:s3:::y", "allowed"),
        ({"NotResource": "*"}, "arn:aws:s3:::y", "implicitDeny"),
        ({"Resource": "*", "Condition": TEAM}, "arn:aws:s3:::y", "allowed"),
        ({"Resource": ["arn:aws:s3:::x", "arn:aws:s3:::y/*"]}, "arn:aws:s3:::y/z", "allowed"),
    ],
)
def test_a_statement_is_heard_among_many_plain_ones(elements, asked, expected):
    plain = [allow(Resource=f"arn:aws:s3:::b{number}/*") for number in range(3)]
    has = plan(*plain, allow(**elements))
    given = {"aws__principaltag___team": "a", "aws__username": "alice"}
    assert outcome(request(resource=asked, **given), has) == expected
    assert outcome(request(resource="arn:aws:s3:::b1/x"), has) == "allowed"


def test_a_layer_keeps_so_many_actions():
    layer = plan(allow(Resource="*")).identity
    for number in range(ACTIONS_KEPT):
        layer.candidates(f"s3:Get{number}")
    assert len(layer.by_action) == ACTIONS_KEPT
    layer.candidates("s3:GetObject")
    assert list(layer.by_action) == ["s3:GetObject"]


@pytest.mark.parametrize(
    "resources",
    [
        ["b1/*", "b2/*"],
        ["b2/*"],
        ["b1/x", "b2/x"],
        ["b1/x", "b2/*"],
        ["b1/*", "b2/x"],
        ["b1/*", "b?/x"],
        ["b?/x", "b?/y"],
        ["b?/y", "b2/x"],
        ["${aws:username}", "b2/x"],
        [*(f"b{number}/x" for number in range(9, 1, -1))],
    ],
)
def test_any_of_several_resources_is_enough_and_nothing_else(resources):
    has = plan(allow(Resource=[f"arn:aws:s3:::{each}" for each in resources]))
    assert outcome(request(resource="arn:aws:s3:::b2/x", aws__username="alice"), has) == "allowed"
    for other in ("b3/z", "b2", "b2/", "xb2/x"):
        named = f"arn:aws:s3:::{other}"
        expected = "allowed" if other == "b2/" and "b2/*" in resources else "implicitDeny"
        assert outcome(request(resource=named, aws__username="alice"), has) == expected
