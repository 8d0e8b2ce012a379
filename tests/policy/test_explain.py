import json

import pytest

from iam.policy import Sides, context_keys, decide, explain, explanation_text, missing_keys, parse, trace
from tests.policy.build import (
    ACCOUNT,
    ALICE,
    ANYTHING,
    FEDERATED,
    OBJECT,
    OTHER,
    allow,
    deny,
    document,
    plan,
    policy,
    request,
)
from tests.policy.casebook import case_id, decide_case, load_cases, plan_of, request_of

NOTHING = allow(Action="none:None", Resource="*")


def explained(asked, has, **sides):
    found = explain(decide(asked, has, **sides), asked, has, **sides)
    assert json.loads(json.dumps(found)) == found
    return found


def needs(found):
    return [(need["layer"], need["change"]) for need in found["needs"]]


def test_explanation_names_request_and_message():
    found = explained(request(s3__prefix="a", tags=("x", "y")), plan())
    assert found["outcome"] == "implicitDeny"
    assert found["allowed"] is False
    assert found["layer"] == "identity-based policy"
    assert found["message"].endswith("because no identity-based policy allows the s3:GetObject action")
    assert found["request"]["principal"] == ALICE
    assert found["request"]["context"] == {"s3:prefix": "a", "tags": ["x", "y"]}


def test_allowed_needs_nothing():
    found = explained(request(), plan(ANYTHING))
    assert (found["message"], found["needs"]) == ("", [])
    assert found["determining"][0]["start"] == {"line": 4, "column": 5}


def test_conditions_show_what_they_expected_and_saw():
    block = allow(
        Resource="*",
        Condition={
            "StringEquals": {"s3:Prefix": ["a", "b"]},
            "Bool": {"aws:SecureTransport": "true"},
            "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            "Null": {"s3:Prefix": "false"},
            "Odd": {},
        },
    )
    found = explained(request(s3__prefix="c", aws__sourceip="host"), plan(block))
    (shown,) = found["layers"][0]["statements"]
    assert shown["applies"] is False
    assert [(item["key"], item["expected"], item["seen"], item["holds"]) for item in shown["conditions"]] == [
        ("s3:Prefix", ["a", "b"], "c", "no"),
        ("aws:SecureTransport", ["true"], None, "no"),
        ("aws:SourceIp", ["10.0.0.0/8"], "host", "doubtful"),
        ("s3:Prefix", ["false"], "c", "yes"),
        ("", [], None, "doubtful"),
    ]


def test_statement_that_misses_the_resource_says_so():
    (shown,) = explained(request(), plan(allow(Resource="arn:aws:s3:::x")))["layers"][0]["statements"]
    assert (shown["coversResource"], shown["applies"], shown["doubtful"]) == ("no", False, False)


def test_doubtful_deny_is_marked():
    found = explained(request(), plan(ANYTHING, deny(Resource="*", Condition={"Odd": {}})))
    shown = next(item for item in found["layers"][0]["statements"] if item["effect"] == "Deny")
    assert (shown["applies"], shown["doubtful"]) == (True, True)
    assert "nobody can tell" in explanation_text(found)


def test_statement_without_resource_is_doubtful():
    (shown,) = explained(request(), plan(deny()))["layers"][0]["statements"]
    assert (shown["coversResource"], shown["doubtful"]) == ("doubtful", True)


def test_needs_name_every_layer_that_stands_in_the_way():
    found = explained(
        request(),
        plan(NOTHING, boundary=NOTHING, session=[NOTHING]),
        scps=[[policy(ANYTHING, kind="scp")], [policy(NOTHING, kind="scp")]],
    )
    assert needs(found) == [
        ("service control policy", "allow"),
        ("identity-based policy", "allow"),
        ("permissions boundary", "allow"),
        ("session policy", "allow"),
    ]
    assert "Even then, a permissions boundary must allow s3:GetObject" in explanation_text(found)


def test_needs_name_every_deny_and_the_missing_allow():
    found = explained(
        request(),
        plan(NOTHING, deny(Resource="*", Sid="No")),
        rcps=[[policy(deny(Resource="*"), kind="rcp")]],
    )
    assert needs(found) == [
        ("resource control policy", "deny"),
        ("identity-based policy", "deny"),
        ("resource control policy", "allow"),
        ("identity-based policy", "allow"),
    ]
    text = explanation_text(found)
    assert "To change this, a resource control policy must no longer deny it" in text
    assert (
        "Even then, an identity-based policy must no longer deny it: Deny, statement No of p, line 9." in text
    )


def test_needs_ask_for_a_resource_policy_only_where_one_is_needed():
    other = policy(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}), kind="resource")
    assert needs(explained(request(), plan(), resource_policy=other)) == [("identity-based policy", "allow")]
    across = request(owner=OTHER)
    assert needs(explained(across, plan())) == [
        ("resource-based policy", "allow"),
        ("identity-based policy", "allow"),
    ]
    assert needs(explained(across, plan(), resource_policy=other))[0] == ("resource-based policy", "allow")
    assert needs(explained(across, plan(), identity_only=True)) == [("identity-based policy", "allow")]
    assert needs(explained(request("anonymous"), plan())) == [("resource-based policy", "allow")]


def test_needs_of_a_federated_session_include_its_session_policy():
    assert needs(explained(request(FEDERATED), plan(ANYTHING))) == [("session policy", "allow")]


def test_resource_policy_statement_says_whether_it_names_the_caller():
    blocks = [
        allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}),
        deny(Principal={"AWS": ALICE}, Condition={"Bool": {"x": "true"}}),
        deny(NotPrincipal={"AWS": [ALICE, ACCOUNT]}),
        allow(),
        deny(Condition={"Bool": {"x": "true"}}),
    ]
    found = explained(request(), plan(), resource_policy=policy(*blocks, kind="resource"))
    shown = {item["index"]: item["namesCaller"] for item in found["layers"][0]["statements"]}
    assert shown == {0: False, 1: True, 2: False, 3: False, 4: True}
    assert "it does not name the caller" in explanation_text(found)


def test_long_lists_are_cut():
    found = explained(request(), plan(*(allow(Resource=f"arn:aws:s3:::b{number}") for number in range(60))))
    assert (len(found["layers"][0]["statements"]), found["layers"][0]["notShown"]) == (50, 10)


def test_text_for_people():
    block = {
        **allow(Resource="arn:aws:s3:::x", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        "Sid": "Read",
    }
    assert explanation_text(explained(request(), plan(block))).splitlines() == [
        f"{ALICE} asked for s3:GetObject on {OBJECT}: not allowed by any statement (identity-based policy).",
        "Identity-based policy: not allowed by any statement",
        "  Allow, statement Read of p, line 4: does not apply",
        "    it does not cover the resource",
        "    Bool aws:SecureTransport: expected ['true'], saw nothing: no",
        f"To change this, an identity-based policy must allow s3:GetObject on {OBJECT}.",
    ]


def test_text_says_when_no_statement_speaks_of_the_action():
    assert "none of 1 policies speaks of s3:GetObject" in explanation_text(
        explained(request(), plan(NOTHING))
    )
    lines = explanation_text(explained(request(), plan(ANYTHING))).splitlines()
    assert lines[1] == "  by Allow, statement 1 of p, line 4"


def test_explaining_a_request_that_needs_no_policy():
    found = explained(request(action="sts:GetCallerIdentity", resource="*"), plan())
    assert (found["outcome"], found["layer"], found["determining"]) == ("allowed", None, [])


@pytest.mark.parametrize("case", load_cases()[::7], ids=case_id)
def test_every_case_can_be_explained(case):
    decision, asked = decide_case(case), request_of(case)
    found = explain(decision, asked, plan_of(case))
    assert json.loads(json.dumps(found))["outcome"] == case["expected"]
    assert explanation_text(found)


def test_layer_trace_lists_what_matched():
    layers = trace(Sides(request(), plan(ANYTHING, allow(Resource="*"), boundary=ANYTHING), None, {}, (), ()))
    assert [(layer.name, layer.outcome, len(layer.matched)) for layer in layers] == [
        ("identity-based policy", "allowed", 2),
        ("permissions boundary", "allowed", 1),
    ]


POLICY = document(
    allow(
        Resource=["arn:aws:s3:::h/${AWS:UserName}/*", "*"],
        Condition={
            "StringLike": {"S3:Prefix": ["${aws:PrincipalTag/Team, 'x'}", "${}"]},
            "Bool": {"aws:SecureTransport": "${no:Variable}"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::${aws:PrincipalTag/Bucket}"},
            "Odd": {"odd:Key": "${no:Variable}"},
            "DateEquals": {},
        },
    ),
    deny(Resource="*", Condition={"Bool": {"AWS:SecureTransport": "false"}}),
)


def test_context_keys_as_first_written():
    assert context_keys(POLICY) == (
        "AWS:UserName",
        "S3:Prefix",
        "aws:PrincipalTag/Team",
        "aws:SecureTransport",
        "aws:SourceArn",
        "aws:PrincipalTag/Bucket",
        "odd:Key",
    )
    assert context_keys('{"Statement": {"Effect": "Allow", "Action": "*"}}') == ()


def test_old_version_has_no_variables_to_ask_for():
    assert context_keys(
        document(allow(Resource="${a}", Condition={"StringLike": {"b": "${c}"}}), version=None)
    ) == ("b",)


def test_missing_keys():
    assert missing_keys(parse(POLICY), {"s3:prefix": "x", "odd:key": ()}) == (
        "aws:principaltag/bucket",
        "aws:principaltag/team",
        "aws:securetransport",
        "aws:sourcearn",
        "aws:username",
    )
