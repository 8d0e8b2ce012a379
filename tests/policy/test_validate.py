"""The validator: every finding where it belongs and nowhere else, with its place."""

import json
import sys
import time
from typing import Any

import pytest

from iam import managed
from iam.policy.actions import named_by, nearest
from iam.policy.findings.issues import ISSUES, SEVERITY
from iam.policy.save import check_for_save
from iam.policy.validate import validate
from iam.service_catalogue import catalogue
from tests.policy.finding_cases import CASES
from tests.policy.finding_texts import ACCOUNT, Case, block, one, resource, text, trust, web, when

KNOWN = catalogue()


def found(case: Case):
    return validate(
        case.text,
        case.kind,
        resource_type=case.resource_type,
        catalogue=KNOWN,
        account=ACCOUNT,
        old_scp_rules=case.old_scp_rules,
    )


def codes(case: Case):
    return {finding.code for finding in found(case)}


def test_every_finding_has_its_cases():
    assert set(CASES) == set(ISSUES)


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_given_where_it_belongs_and_nowhere_else(code):
    bad, good = CASES[code]
    assert code in codes(bad)
    assert code not in codes(good)


@pytest.mark.parametrize("code", CASES)
def test_a_finding_says_where_it_is(code):
    for finding in found(CASES[code][0]):
        assert finding.type == ISSUES[finding.code]
        assert finding.text.endswith((".", "?"))
        assert finding.locations
        for location in finding.locations:
            start, end = location["span"]["start"], location["span"]["end"]
            assert 0 <= start["offset"] <= end["offset"] <= len(CASES[code][0].text)
            assert start["line"] >= 1


def test_the_place_is_that_of_the_piece_at_fault():
    policy = json.dumps(json.loads(one(Action=["s3:GetObject", "s3:GetObjekt"]).text), indent=2)
    finding = next(each for each in validate(policy, catalogue=KNOWN) if each.code == "INVALID_ACTION")
    (location,) = finding.locations
    assert location["path"] == [
        {"value": "Statement"},
        {"index": 0},
        {"value": "Action"},
        {"index": 1},
        {"substring": {"start": 3, "length": 9}},
    ]
    start, end = (location["span"][side] for side in ("start", "end"))
    assert policy[start["offset"] : end["offset"]] == "GetObjekt"
    line = policy.splitlines()[start["line"] - 1]
    assert line[start["column"] : end["column"]] == "GetObjekt"


def test_a_key_has_a_place_of_its_own():
    case = when({"StringEquals": {"aws:UserNam": "a"}})
    (location,) = found(case)[0].locations
    assert location["path"][-1] == {"key": "aws:UserNam"}
    span = location["span"]
    assert case.text[span["start"]["offset"] : span["end"]["offset"]] == '"aws:UserNam"'


def test_what_is_gravest_comes_first():
    order = [SEVERITY.index(each.type) for each in found(one(Action=["*", "s3:Nope"], Resource="*", Sid=""))]
    assert order == sorted(order)
    assert len(set(order)) > 1


@pytest.mark.parametrize(
    ("action", "meant"),
    [("s3:GetObjekt", "s3:GetObject"), ("s3:getobjct", "s3:GetObject"), ("iam:CreatUser", "iam:CreateUser")],
)
def test_the_nearest_action_is_named(action, meant):
    hints = [each.text for each in found(one(Action=action)) if each.code == "INVALID_ACTION"]
    assert f"Did you mean {meant}?" in hints[0]


def test_nearest_is_silent_about_what_is_like_nothing():
    assert nearest("qqqqq", ["alpha", "beta"]) is None


def test_our_own_actions_are_known():
    assert "INVALID_ACTION" not in codes(one(Action="wardstead:ValidatePolicy", Resource="*"))
    assert "INVALID_ACTION" in codes(one(Action="wardstead:Nothing", Resource="*"))
    assert KNOWN.key("wardstead:nothing") is None


def test_the_catalogue_knows_actions_resources_and_keys():
    (action,) = named_by(KNOWN, "S3:getobject")
    assert action.name == "GetObject"
    assert "arn:*:s3:::*/*" in [arn for kind in action.resources for arn in kind.arns]
    assert action.takes("s3:existingobjecttag/team")
    assert not action.takes("s3:prefix")
    prefix = KNOWN.key("s3:prefix")
    assert prefix is not None
    assert prefix.type == "string"
    assert KNOWN.key("accounts.google.com:aud") is not None
    assert dict(KNOWN.actions("nosuch")) == {}
    assert len(list(named_by(KNOWN, "sqs:*"))) == len(KNOWN.actions("sqs"))


def test_without_a_catalogue_only_the_form_is_judged():
    assert {each.code for each in validate(one(Action="moon:Walk").text)} == set()


@pytest.mark.parametrize(
    "case",
    [
        one(),
        resource(),
        trust(),
        when({"StringLike": {"s3:prefix": "a/*"}}, Action="s3:ListBucket", Resource="arn:aws:s3:::data"),
        when(
            {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
            Action="iam:TagUser",
            Resource="arn:aws:iam::111122223333:user/a",
        ),
        web("id.example.com", asking={"StringEquals": {"id.example.com:aud": "app"}}),
    ],
)
def test_a_sound_policy_has_no_findings(case):
    assert codes(case) == set()


@pytest.mark.parametrize(
    ("lower", "upper", "apart"), [("10", "5", True), ("5", "5", True), ("5", "10", False), ("x", "5", False)]
)
def test_bounds_that_leave_no_room(lower, upper, apart):
    key = "aws:MultiFactorAuthAge"
    case = when({"NumericGreaterThan": {key: lower}, "NumericLessThanEquals": {key: upper}})
    assert ("CONTRADICTORY_CONDITIONS" in codes(case)) is apart


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ({"StringEquals": {"aws:username": "a"}}, {"StringNotEquals": {"aws:username": "a"}}, True),
        ({"StringEquals": {"aws:username": ["a", "b"]}}, {"StringNotEquals": {"aws:username": "a"}}, False),
        ({"StringEquals": {"aws:username": "a"}}, {"Null": {"aws:username": "true"}}, True),
        ({"StringEquals": {"aws:username": "a"}}, {"Null": {"aws:username": "false"}}, False),
        ({"StringEquals": {"aws:username": "${aws:a}"}}, {"StringLike": {"aws:username": "b"}}, False),
        ({"StringEquals": {"aws:username": "a"}}, {"StringLike": {"aws:username": "${aws:a}"}}, False),
        ({"StringEqualsIfExists": {"aws:username": "a"}}, {"Null": {"aws:username": "true"}}, False),
        ({"StringEquals": {"aws:username": "a"}}, {"StringEqualsIgnoreCase": {"aws:username": "b"}}, False),
    ],
)
def test_conditions_that_exclude_each_other(first, second, apart):
    assert ("CONTRADICTORY_CONDITIONS" in codes(when({**first, **second}))) is apart


def test_of_two_equal_statements_the_second_is_redundant():
    redundant = [each for each in found(Case(text(block(), block()))) if each.code == "REDUNDANT_STATEMENT"]
    assert [each.locations[0]["path"][-1] for each in redundant] == [{"index": 1}]


def test_statements_for_different_principals_are_not_compared():
    both = [block(Principal={"AWS": account}) for account in (ACCOUNT, "444455556666")]
    assert "REDUNDANT_STATEMENT" not in codes(Case(text(*both), "RESOURCE_POLICY"))


@pytest.mark.parametrize(
    "name", ["AdministratorAccess", "ReadOnlyAccess", "IAMFullAccess", "AmazonS3ReadOnlyAccess"]
)
def test_policies_of_aws_have_no_errors(name):
    policy = managed.find(f"arn:aws:iam::aws:policy/{name}")
    assert policy is not None
    assert [each for each in found(Case(policy.document)) if each.type == "ERROR"] == []


@pytest.mark.slow
def test_no_policy_that_is_shipped_has_an_error():
    errors = {
        arn: each.text
        for arn, policy in managed.catalogue().items()
        for each in found(Case(policy.document))
        if each.type == "ERROR"
    }
    assert errors == {}


@pytest.mark.parametrize(
    "broken", ["", "[]", "7", '"x"', "{", '{"Statement": 3}', '{"Statement": [3, [], null]}']
)
def test_whatever_is_no_policy_is_an_error(broken):
    assert "ERROR" in {each.type for each in validate(broken)}


def test_what_can_be_saved_is_not_called_unreadable():
    for code, cases in CASES.items():
        good = cases[1]
        if good.kind == "IDENTITY_POLICY" and code != "MISSING_RESOURCE":
            try:
                check_for_save(good.text, "inline")
            except ValueError:
                continue
            assert "DATA_TYPE_MISMATCH" not in codes(good)


def six_kilobytes():
    statements: list[dict[str, Any]] = []
    number = 0
    while len(text(*statements)) < 6000:
        number += 1
        condition = {
            "StringEquals": {"aws:PrincipalTag/team": f"t{number}"},
            "Bool": {"aws:SecureTransport": "true"},
        }
        statements.append(
            block(
                Sid=f"s{number}",
                Action=["s3:GetObject", "s3:PutObject", "ec2:Describe*", "iam:Get*"],
                Resource=[f"arn:aws:s3:::bucket{number}/*", "*"],
                Condition=condition if number % 2 else None,
            )
        )
    return text(*statements)


@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer slows everything down")
def test_six_kilobytes_are_validated_in_fifty_milliseconds():
    policy = six_kilobytes()
    validate(policy, catalogue=KNOWN)  # reads the services named
    times = []
    for _ in range(3):
        started = time.process_time()
        validate(policy, catalogue=KNOWN)
        times.append(time.process_time() - started)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    "hostile",
    [
        text(*[block(Action=f"s3:Get{n}x") for n in range(900)]),
        text(block(Action=[f"s{n}:Get*" for n in range(4000)])),
        text(block(Condition={f"Op{n}": {f"aws:k{n}": "x"} for n in range(2000)})),
        text(block(Resource=[f"arn:aws:s3:::b{n}/*" for n in range(3000)], Action=["s3:*"] * 3000)),
    ],
    ids=["actions", "services", "conditions", "resources"],
)
def test_a_hostile_text_takes_no_longer_than_its_size_allows(hostile):
    started = time.process_time()
    assert len(validate(hostile, catalogue=KNOWN)) <= 1000
    assert time.process_time() - started < 4
