"""What simulations say beyond the decision."""

import json

from iam.policy import Caller, Plan
from iam.policy.simulate import (
    TEXTS_PER_STATEMENT,
    Scene,
    as_result,
    policy_id,
    simulate,
    size_of,
    weight_of,
)
from tests.policy.build import ACCOUNT, ALICE, OBJECT, OTHER, allow, deny, document, policy
from tests.policy.casebook import attach

READ = allow(Resource="arn:aws:s3:::data/*")
OF_OTHER = f"arn:aws:sqs:us-east-1:{OTHER}:queue"


def scene(*statements, boundary=None, resource=None, scps=(), context=None):
    bound = None if boundary is None else policy(boundary, kind="boundary")
    return Scene(
        Caller(ALICE, ACCOUNT, "user"),
        Plan([policy(*statements)] if statements else [], bound),
        context or {},
        ACCOUNT,
        None if resource is None else policy(resource, kind="resource"),
        scps,
    )


def result(*statements, action="s3:GetObject", on=OBJECT, **sides):
    return as_result(simulate(scene(*statements, **sides), action, on))


def test_positions_are_counted_as_aws_counts_them():
    text = (
        '{"Version":"2012-10-17","Statement": [ {"Effect":"Allow","Action":"s3:GetObject","Resource":"*"} ]}'
    )
    found = Scene(Caller(ALICE, ACCOUNT, "user"), Plan([attach(text, "managed")]), {}, ACCOUNT)
    (matched,) = as_result(simulate(found, "s3:GetObject", OBJECT))["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 1, "Column": text.index('{"Effect') + 2}
    assert matched["EndPosition"] == {"Line": 1, "Column": text.index("} ]") + 2}


def test_positions_in_several_lines():
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow(Resource="*")]}, indent=2)
    found = Scene(Caller(ALICE, ACCOUNT, "user"), Plan([attach(text, "managed")]), {}, ACCOUNT)
    (matched,) = as_result(simulate(found, "s3:GetObject", OBJECT))["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 4, "Column": 6}
    assert matched["EndPosition"] == {"Line": 8, "Column": 6}


def test_a_result_inside_one_account():
    assert result(READ) == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": OBJECT,
        "EvalDecision": "allowed",
        "MatchedStatements": result(READ)["ResourceSpecificResults"][0]["MatchedStatements"],
        "MissingContextValues": [],
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [
            {
                "EvalResourceName": OBJECT,
                "EvalResourceDecision": "allowed",
                "MatchedStatements": [
                    {
                        "SourcePolicyId": "p",
                        "SourcePolicyType": "IAM Policy",
                        "StartPosition": {"Line": 4, "Column": 6},
                        "EndPosition": {"Line": 8, "Column": 6},
                    }
                ],
                "MissingContextValues": [],
            }
        ],
    }


def test_a_result_for_everything_has_no_details():
    found = result(allow(Resource="*"), on="*")
    assert found["EvalDecision"] == "allowed"
    assert found["ResourceSpecificResults"] == []
    assert "EvalDecisionDetails" not in found


def test_every_allow_is_shown_and_only_denies_where_one_denies():
    twice = result(READ, allow(Resource="*"))
    assert len(twice["MatchedStatements"]) == 2
    denied = result(READ, allow(Resource="*"), deny(Resource="*"))
    assert denied["EvalDecision"] == "explicitDeny"
    assert len(denied["MatchedStatements"]) == 1


def test_nothing_matches_an_implicit_deny():
    assert result(READ, on="arn:aws:s3:::other/x")["MatchedStatements"] == []


def test_the_boundary_is_reported_and_its_statements_are_not():
    outside = result(READ, boundary=allow(Action="ec2:*", Resource="*"))
    assert outside["EvalDecision"] == "implicitDeny"
    assert outside["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    inside = result(READ, boundary=allow(Action="s3:*", Resource="*"))
    assert inside["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert len(inside["MatchedStatements"]) == 1
    forbidden = result(READ, boundary=deny(Action="s3:*", Resource="*"))
    assert (forbidden["EvalDecision"], forbidden["MatchedStatements"]) == ("explicitDeny", [])


def test_organisations_are_reported_level_by_level():
    everything = policy(allow(Action="*", Resource="*"), kind="scp")
    nothing_of_s3 = policy(deny(Action="s3:*", Resource="*"), kind="scp")
    assert result(READ, scps=[[everything]])["OrganizationsDecisionDetail"] == {
        "AllowedByOrganizations": True
    }
    refused = result(READ, scps=[[everything], [everything, nothing_of_s3]])
    assert refused["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    assert (refused["EvalDecision"], refused["MatchedStatements"]) == ("explicitDeny", [])
    assert "EvalDecisionDetails" not in refused
    assert result(READ, scps=[[everything], []])["EvalDecision"] == "implicitDeny"


def test_across_accounts_each_type_of_policy_is_reported():
    both = result(
        allow(Action="sqs:*", Resource="*"),
        action="sqs:SendMessage",
        on=OF_OTHER,
        resource=allow(Action="sqs:*", Resource="*", Principal={"AWS": ALICE}),
    )
    assert both["EvalDecision"] == "allowed"
    assert both["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert both["ResourceSpecificResults"][0]["EvalDecisionDetails"] == both["EvalDecisionDetails"]
    assert {one["SourcePolicyType"] for one in both["MatchedStatements"]} == {"IAM Policy", "Resource Policy"}
    one_side = result(allow(Action="sqs:*", Resource="*"), action="sqs:SendMessage", on=OF_OTHER)
    assert one_side["EvalDecisionDetails"] == {"IAM Policy": "allowed"}
    assert one_side["EvalDecision"] == "implicitDeny"


def test_missing_keys_are_those_of_statements_about_the_action():
    statements = (
        allow(
            Resource="arn:aws:s3:::data/${aws:UserName}/*",
            Condition={"Bool": {"aws:SecureTransport": "true"}},
        ),
        allow(Action="ec2:*", Resource="*", Condition={"StringEquals": {"ec2:Region": "x"}}),
    )
    found = result(*statements)
    assert found["MissingContextValues"] == ["aws:UserName", "aws:SecureTransport"]
    given = result(*statements, context={"aws:username": "alice", "aws:securetransport": "true"})
    assert given["MissingContextValues"] == []


def test_missing_keys_of_boundary_and_resource_policy_count():
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o"}}
    found = result(
        boundary=allow(Resource="*", Condition={"StringEquals": {"aws:Via": "x"}}),
        resource=allow(Resource="*", Principal="*", Condition=condition),
    )
    assert found["MissingContextValues"] == ["aws:Via", "aws:PrincipalOrgID"]


def test_an_inline_policy_is_named_by_its_owner():
    source = policy(READ).source
    owned = type(source)("given", "inline", "given", f"arn:aws:iam::{ACCOUNT}:role/team/app")
    assert policy_id(owned) == "role_app_given"
    assert policy_id(source) == "p"


def test_long_statements_weigh_more():
    short = attach(document(READ), "inline").document
    long = attach(document(allow(Action=[f"s3:A{n}" for n in range(100)], Resource="*")), "inline").document
    assert (size_of(short), size_of(long)) == (1, 11)


def test_a_request_weighs_as_much_as_its_longest_list():
    assert weight_of({"aws:sourceip": "192.0.2.7"}) == 1
    assert weight_of({"aws:tagkeys": ("a",) * (3 * TEXTS_PER_STATEMENT), "k": ("b",)}) == 4
