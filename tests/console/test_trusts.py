"""What the console says about a trust policy in words, and the durations it offers."""

import json

import pytest

from console import durations, trusts
from tests.operations import sts

OTHER = "210987654321"


def _trust(*principals, **condition):
    return json.dumps(sts.trusting(*principals, condition=condition.get("Condition")), indent=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_trust("*"), "without any condition"),
        (
            _trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-x"}}),
            "its condition alone decides",
        ),
        (_trust(OTHER), "without an external id"),
        (_trust("*").replace("Allow", "Deny"), ""),
        (_trust(OTHER, Condition={"StringEquals": {"sts:ExternalId": "x1"}}), ""),
        (_trust("111122223333"), ""),
        ("no json", ""),
    ],
)
def test_what_is_wide_about_a_trust_policy(text, said):
    found = trusts.warnings(text, "111122223333")
    assert [said in problem.message for problem in found] == ([True] if said else [])


def test_who_is_trusted_is_said_in_words():
    names = [
        "111122223333",
        OTHER,
        "arn:aws:iam::111122223333:user/a/bob",
        f"arn:aws:iam::{OTHER}:role/x",
        "AIDAEXAMPLE0000000000",
        "*",
    ]
    found = trusts.trustees(_trust(*names), "111122223333")
    assert [trustee.words for trustee in found] == [
        "This account",
        "Another account",
        "User",
        "Role of another account",
        "No longer there",
        "Everybody",
    ]


def test_durations_are_whole_hours_and_what_is_there():
    assert durations.choices(5400)[1] == ("5400", "1 hour 30 minutes")
    assert [words for _, words in durations.choices()] == [
        "1 hour",
        "2 hours",
        "4 hours",
        "8 hours",
        "12 hours",
    ]
