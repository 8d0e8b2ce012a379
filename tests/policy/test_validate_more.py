"""Second forms of findings, and what they must not be given for."""

import json

import pytest

from iam.policy.context_entries import TYPES, BadEntry, context_of
from iam.policy.findings.resource_names import overlap
from iam.policy.validate import validate
from iam.service_catalogue import catalogue
from tests.policy.finding_texts import (
    ACCOUNT,
    GITHUB,
    OBJECTS,
    TRUST,
    block,
    one,
    resource,
    text,
    trust,
    when,
)

KNOWN = catalogue()
TAGGED = {"StringEquals": {"aws:RequestTag/a": "b"}}


def codes(case):
    found = validate(case.text, case.kind, resource_type=case.resource_type, catalogue=KNOWN, account=ACCOUNT)
    return {finding.code for finding in found}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (one(Action="s3:Nothing*"), "INVALID_ACTION"),
        (resource(Principal={"CanonicalUser": "x"}), "INVALID_PRINCIPAL_FORMAT"),
        (when({"StringEquals": {}}), "CONDITION_ALWAYS_TRUE"),
        (when({"StringLikeIfExists": {"aws:username": "*"}}), "CONDITION_ALWAYS_TRUE"),
        (when({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}), "BAD_PATTERN_FOR_MFA"),
        (when({"StringEquals": {"nosuch:key": "a"}}), "IRRELEVANT_CONDITION_KEY_IN_POLICY"),
        (one(Sid=3), "DATA_TYPE_MISMATCH"),
        (one(Principal=3), "DATA_TYPE_MISMATCH"),
        (one(Condition=[]), "DATA_TYPE_MISMATCH"),
        (when({"StringEquals": "a"}), "DATA_TYPE_MISMATCH"),
        (when({"StringEquals": {"aws:username": {"a": "b"}}}), "DATA_TYPE_MISMATCH"),
        (when({"StringEquals": {"aws:username": [None]}}), "DATA_TYPE_MISMATCH"),
        (
            when({"DateLessThan": {"aws:CurrentTime": ["2026-01-01", "2027-01-01"]}}),
            "REDUNDANT_CONDITION_VALUE_NUM",
        ),
        (
            when({"NegatedOp": {"aws:username": "a"}, "StringNotEquals": {"aws:username": "a"}}),
            "NEGATED_CONDITION_ON_ABSENT_KEY",
        ),
    ],
)
def test_second_forms(case, code):
    assert code in codes(case)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (
            when(TAGGED, Effect="Deny", Action="iam:GetUser", Resource="*"),
            "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ),
        (
            when(TAGGED, Action=["*", "s3*:Get*"], Resource="*"),
            "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ),
        (
            when({"StringEquals": {"s3:prefix": "a"}}, Action="*", Resource="*"),
            "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        ),
        (
            when({"StringEquals": {"s3:prefix": "a"}}, NotAction="iam:*"),
            "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        ),
        (
            trust(Condition={"StringEquals": {"id.example.com:aud": "a"}}),
            "IRRELEVANT_CONDITION_KEY_IN_POLICY",
        ),
        (trust(Action=None, NotAction="sts:TagSession"), "MISSING_ACTION_FOR_CONDITION_KEY"),
        (trust(Effect="Deny"), "FOREIGN_ACCOUNT_WITHOUT_EXTERNAL_ID"),
        (when({"NumericLessThan": {"aws:MultiFactorAuthAge": ["x", "20"]}}), "REDUNDANT_CONDITION_VALUE_NUM"),
        (when({"Bool": {"aws:MultiFactorAuthPresent": "true"}}), "BAD_PATTERN_FOR_MFA"),
    ],
)
def test_no_finding(case, code):
    assert code not in codes(case)


def test_elements_of_the_document():
    for wrong in ({"Ids": "x"}, {"Id": 3}):
        found = {each.code for each in validate(text(block(), **wrong))}
        assert found & {"INVALID_POLICY_ELEMENT", "DATA_TYPE_MISMATCH"}


def test_trust_statements_without_resources_are_compared():
    twice = [block(Resource=None, Action="sts:AssumeRole", Principal={"AWS": ACCOUNT})] * 2
    found = validate(text(*twice), "RESOURCE_POLICY", resource_type=TRUST)
    assert "REDUNDANT_STATEMENT" in {each.code for each in found}


def test_a_repository_of_github_may_be_named_by_environment():
    sub = {"StringEquals": {f"{GITHUB}:sub": "repo:o/r:environment:prod"}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    case = trust(Principal=principal, Action="sts:AssumeRoleWithWebIdentity", Condition=sub)
    assert codes(case) == set()


def test_a_workflow_of_github_may_be_named_instead():
    workflow = {"StringLike": {f"{GITHUB}:job_workflow_ref": "o/r/.github/workflows/*@refs/heads/main"}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"}
    case = trust(Principal=principal, Action="sts:AssumeRoleWithWebIdentity", Condition=workflow)
    assert codes(case) == set()


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        ("s3:get*", "s3:getobject", True),
        ("s3:get*", "s3:put*", False),
        ("s3:getobject", "s3:*", True),
        ("s3:*object", "s3:get*", True),
        ("s3:*object", "s3:*acl", False),
        ("arn:*:s3:::*", OBJECTS + "${aws:username}", True),
        ("a?c*", "abc*", True),
    ],
)
def test_overlap(first, second, common):
    assert overlap(first, second) is common


def test_context_entries_of_every_type():
    good = {
        "string": "x",
        "numeric": "1.5",
        "boolean": "TRUE",
        "ip": "10.0.0.0/8",
        "binary": "QQ==",
        "date": "2026-01-01",
    }
    for kind in TYPES:
        value = good[kind.removesuffix("List")]
        entry = {"ContextKeyName": "aws:Some", "ContextKeyType": kind, "ContextKeyValues": [value]}
        assert context_of([entry]) == {"aws:some": (value,) if kind.endswith("List") else value}


@pytest.mark.parametrize(
    "wrong",
    [
        [{"ContextKeyType": "string"}],
        [{"ContextKeyName": "a:b", "ContextKeyType": "word", "ContextKeyValues": ["x"]}],
        [{"ContextKeyName": "a:b", "ContextKeyType": "numeric", "ContextKeyValues": ["x"]}],
        [{"ContextKeyName": "a:b", "ContextKeyType": "string", "ContextKeyValues": []}],
        [{"ContextKeyName": "a:b", "ContextKeyValues": ["x"]}] * 2,
        [{"ContextKeyName": "a:b", "ContextKeyValues": ["x" * 8193]}],
    ],
)
def test_context_entries_that_do_not_hold_together(wrong):
    with pytest.raises(BadEntry):
        context_of(wrong)


def test_a_list_may_be_empty():
    assert context_of([{"ContextKeyName": "a:b", "ContextKeyType": "stringList"}]) == {"a:b": ()}
    assert json.dumps(context_of([{"ContextKeyName": "a:b"}])) == '{"a:b": []}'


def test_without_a_catalogue_keys_of_services_are_not_judged():
    assert validate(when({"StringEquals": {"moon:phase": "full"}}).text) == ()


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (one(Action="codestar:CreateProject", Resource="*"), "INVALID_SERVICE_IN_ACTION"),
        (one(Action="codestar:Anything", Resource="*"), "INVALID_ACTION"),
        (one(Action="cloud9:ValidateEnvironmentName", Resource="*"), "INVALID_ACTION"),
        (when({"StringEquals": {"deepracer:MultiUser": "true"}}), "INVALID_SERVICE_CONDITION_KEY"),
        (
            when({"ArnEquals": {"ec2:SourceInstanceARN": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"}}),
            "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        ),
        (one(Resource="arn:aws:organizations::*:"), "INVALID_ARN_RESOURCE"),
    ],
)
def test_what_aws_itself_writes_is_no_error(case, code):
    assert code not in codes(case)


def test_an_arn_that_names_no_resource_is_told_all_the_same():
    assert "STATEMENT_NEVER_MATCHES" in codes(one(Resource="arn:aws:organizations::*:"))
    assert "INVALID_ARN_RESOURCE" in codes(one(Resource="arn:aws:s3:::"))


def test_services_that_aws_dropped_keep_their_titles():
    assert KNOWN.title("codestar") == "AWS CodeStar"
    assert dict(KNOWN.actions("codestar")) == {}
