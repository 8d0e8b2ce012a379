"""ValidatePolicy, through the pipeline."""

import json

import pytest

from tests.world import allow, last_event, refused

ADMINISTRATOR = json.dumps(allow("*"))


def findings(actor, text, **params):
    return actor.run("tenant.ValidatePolicy", PolicyDocument=text, **params)["Findings"]


def test_findings_come_with_their_places(world):
    (found,) = findings(world.alice, json.dumps(allow("s3:GetObjekt", resource="arn:aws:s3:::a/*")))
    assert (found["FindingType"], found["IssueCode"]) == ("ERROR", "INVALID_ACTION")
    assert "s3:GetObject" in found["FindingDetails"]
    (location,) = found["Locations"]
    assert location["Path"][:2] == [{"Value": "Statement"}, {"Index": 0}]
    assert location["Path"][-1] == {"Substring": {"Start": 3, "Length": 9}}
    assert location["Span"]["Start"]["Line"] == 1


def test_the_kind_of_policy_counts(world):
    trust = {"Effect": "Allow", "Principal": {"AWS": world.account.number}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    codes = {found["IssueCode"] for found in findings(world.alice, text)}
    assert codes >= {"MISSING_RESOURCE", "UNSUPPORTED_PRINCIPAL"}
    kind = {
        "PolicyType": "RESOURCE_POLICY",
        "ValidatePolicyResourceType": "AWS::IAM::AssumeRolePolicyDocument",
    }
    assert findings(world.alice, text, **kind) == []


def test_a_text_that_is_no_json_is_a_finding_and_no_error(world):
    (found,) = findings(world.alice, "{")
    assert found["IssueCode"] == "JSON_SYNTAX_ERROR"


@pytest.mark.parametrize(
    "params", [{"PolicyType": "SOME_POLICY"}, {"ValidatePolicyResourceType": "AWS::Moon"}]
)
def test_unknown_kinds_are_refused(world, params):
    with refused("ValidationError"):
        findings(world.alice, ADMINISTRATOR, **params)


def test_permission_is_needed_and_the_act_recorded(world):
    with refused("AccessDenied", "wardstead:ValidatePolicy"):
        findings(world.bob, ADMINISTRATOR)
    allowed = world.user("validator", policy=allow("wardstead:ValidatePolicy"))
    assert [found["IssueCode"] for found in findings(allowed, ADMINISTRATOR)] == ["ADMINISTRATOR_ACCESS"]
    event = last_event(world.account)
    assert (event.name, event.outcome, event.read_only) == ("ValidatePolicy", "success", True)
