"""A denial as AWS decodes it: the members that programs read, whatever layer denied."""

import json
from typing import Any

from iam.policy import AttachedPolicy, Caller, Plan, PolicySource, Request, compile_document, decide
from iam.policy.decoded import decoded
from iam.policy.explain import explain

USER = "arn:aws:iam::111122223333:user/team/bob"
SESSION = "arn:aws:sts::111122223333:assumed-role/ops/bob"
ROLE = "arn:aws:iam::111122223333:role/ops"
BOB = Caller(arn=USER, account="111122223333", kind="user", unique_id="AIDAEXAMPLE")
OPS = Caller(
    arn=SESSION,
    account="111122223333",
    kind="assumed-role",
    unique_id="AROAEXAMPLE:bob",
    principal_arn=ROLE,
    principal_id="AROAEXAMPLE",
)


def told(caller: Caller, **statement: Any) -> dict[str, Any]:
    """What is decoded where this is the caller's only policy, of a wish to delete a user."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    attached = AttachedPolicy(PolicySource("arn:p", "managed", "p"), compile_document(text))
    plan = Plan([attached])
    context: dict[str, str | tuple[str, ...]] = {"aws:username": "bob", "aws:tagkeys": ("one", "two")}
    request = Request(caller, "iam:DeleteUser", "arn:aws:iam::111122223333:user/x", "111122223333", context)
    return decoded(explain(decide(request, plan), request, plan))


def test_what_was_asked_by_whom_and_under_which_conditions():
    found = told(BOB, Effect="Allow", Action="s3:*", Resource="*")
    assert (found["allowed"], found["explicitDeny"]) == (False, False)
    assert found["matchedStatements"] == found["failures"] == {"items": []}
    assert found["context"] == {
        "principal": {"id": "AIDAEXAMPLE", "name": "bob", "arn": USER},
        "action": "iam:DeleteUser",
        "resource": "arn:aws:iam::111122223333:user/x",
        "conditions": {
            "items": [
                {"key": "aws:tagkeys", "values": {"items": [{"value": "one"}, {"value": "two"}]}},
                {"key": "aws:username", "values": {"items": [{"value": "bob"}]}},
            ]
        },
    }


def test_a_statement_that_denied_is_told_as_it_is_written():
    when = {"StringEquals": {"aws:username": ["bob", "carl"]}}
    found = told(
        BOB, Sid="Never", Effect="Deny", Action=["iam:Delete*", "iam:Put*"], Resource="*", Condition=when
    )
    assert found["explicitDeny"] is True
    assert found["matchedStatements"]["items"] == [
        {
            "statementId": "Never",
            "effect": "DENY",
            "principals": {"items": [{"value": "AIDAEXAMPLE"}]},
            "principalGroups": {"items": []},
            "actions": {"items": [{"value": "iam:Delete*"}, {"value": "iam:Put*"}]},
            "resources": {"items": [{"value": "*"}]},
            "conditions": {
                "items": [{"key": "aws:username", "values": {"items": [{"value": "bob"}, {"value": "carl"}]}}]
            },
        }
    ]


def test_a_session_has_its_role_s_id_and_no_name():
    found = told(OPS, Effect="Deny", NotAction="s3:*", NotResource="arn:aws:s3:::x")
    assert found["context"]["principal"] == {"id": "AROAEXAMPLE:bob", "arn": SESSION}
    [denied] = found["matchedStatements"]["items"]
    assert denied["statementId"] == ""
    assert denied["actions"] == denied["resources"] == {"items": []}
