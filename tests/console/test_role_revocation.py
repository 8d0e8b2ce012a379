"""Revoking a role's sessions by AWS's policy, by page: what they may before and after, and what the page says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from console import revocation
from tests.operations.sts import assumed, grant, role, trusting
from tests.world import allow, refused

ADDRESS = "/iam/roles/ops/sessions/revoke-older/"
TAB = "/iam/roles/ops/sessions/"
NOW = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def ops(world):
    arn = role(world.root, trusting(world.bob.principal.arn), "ops")
    grant(world.root, "ops", allow("iam:ListUsers"))
    world.root.iam(
        "PutUserPolicy",
        UserName="bob",
        PolicyName="may",
        PolicyDocument=json.dumps(allow("sts:AssumeRole")),
    )
    return arn


def test_the_policy_is_aws_own():
    assert json.loads(revocation.document(NOW)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["*"],
                "Resource": ["*"],
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-03-01T12:00:00.123Z"}},
            }
        ],
    }
    assert revocation.moment_of(revocation.document(NOW)) == NOW


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"Statement": []}', '{"Statement": [{"Condition": 1}]}']
)
def test_another_policy_names_no_moment(text):
    assert revocation.moment_of(text) is None


def test_sessions_begun_before_may_nothing_more_and_later_ones_may(world, browser, ops):
    before = assumed(world.bob.later(hours=0), ops)
    before.iam("ListUsers")
    asked = browser(world.alice).get(ADDRESS)
    assert "AWSRevokeOlderSessions" in asked.words
    assert asked.is_accessible()
    assert browser(world.alice).post(ADDRESS).location == TAB
    with refused("AccessDenied", "iam:ListUsers"):
        before.iam("ListUsers")
    world.bob.now = datetime.now(UTC) + timedelta(seconds=1)
    assumed(world.bob, ops).iam("ListUsers")


def test_the_tab_shows_since_when_and_the_date_moves_on(world, browser, ops):
    alice = browser(world.alice)
    assert "AWSRevokeOlderSessions" not in alice.get(TAB).words
    for _ in range(2):
        alice.post(ADDRESS)
    page = alice.get(TAB)
    assert "are denied everything, by the inline policy" in page.words
    assert "AWSRevokeOlderSessions" in page.words
    assert page.is_accessible()
    assert alice.get(TAB, htmx=True).is_accessible()
    names = world.root.iam("ListRolePolicies", RoleName="ops")["PolicyNames"]
    assert names == ["AWSRevokeOlderSessions", "given"]


def test_who_may_not_is_told_so(world, browser, ops):
    page = browser(world.bob).post(ADDRESS)
    assert page.status == 422
    assert "You need iam:PutRolePolicy" in page.words
