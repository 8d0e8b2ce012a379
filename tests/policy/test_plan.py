"""What plans remember, and how statements are passed over by how their resources begin."""

import pytest

from iam.policy import Plan, decide
from iam.policy import plan as plans
from tests.policy.build import ACCOUNT, allow, deny, outcome, plan, request

TEAM = {"StringEquals": {"aws:PrincipalTag/team": "a"}}


def test_all_plans_together_remember_so_much(monkeypatch):
    monkeypatch.setattr(plans, "REMEMBERED", len(plans._remembered) + 3)
    many = [plan(allow(Resource="*")) for _ in range(9)]
    for each in many:
        assert outcome(request(), each) == "allowed"
    assert len(plans._remembered) <= plans.REMEMBERED
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
