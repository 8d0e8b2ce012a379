import re
from datetime import UTC, datetime

import pytest

from iam.shapes.spec import Shape, operation
from iam.shapes.validate import ShapeViolation, validate

TAG = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
ROLE = "arn:aws:iam::123456789012:role/r"


def refusal(name, **params):
    with pytest.raises(ShapeViolation) as caught:
        validate(operation(name).input, params)
    return caught.value


def message(name, **params):
    return str(refusal(name, **params))


def test_what_fits_passes():
    validate(
        operation("iam.CreateUser").input,
        {"UserName": "Anna", "Path": "/a/", "Tags": [{"Key": "k", "Value": ""}]},
    )
    validate(operation("iam.GetAccountSummary").input, {})


def test_a_missing_member_must_not_be_null():
    told = "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null"
    assert message("iam.CreateUser") == told
    assert message("iam.CreateUser", UserName=None) == told


def test_sts_says_what_it_got_where_iam_does_not():
    told = message("sts.AssumeRole", RoleArn=ROLE)
    assert told == (
        "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint:"
        " Member must not be null"
    )
    told = message("sts.AssumeRole", RoleArn=ROLE, RoleSessionName="Session1:2")
    assert told == (
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint:"
        r" Member must satisfy regular expression pattern: [\w+=,.@-]*"
    )


def test_sts_never_repeats_a_secret():
    assert "12345" not in message("sts.GetSessionToken", SerialNumber="GAHT12345678", TokenCode="12345x")


def test_lengths():
    assert message("iam.CreateUser", UserName="a" * 65) == (
        "1 validation error detected: Value at 'userName' failed to satisfy constraint:"
        " Member must have length less than or equal to 64"
    )
    assert message("iam.GetAccessKeyLastUsed", AccessKeyId="AKIA").endswith(
        "Value at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16"
    )


def test_number_bounds():
    told = message("iam.UpdateAccountPasswordPolicy", MinimumPasswordLength=5, MaxPasswordAge=1096)
    assert told.startswith("2 validation errors detected: ")
    assert (
        "'minimumPasswordLength' failed to satisfy constraint: Member must have value greater than or equal to 6"
        in told
    )
    assert (
        "'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095"
        in told
    )


def paths(told):
    return re.findall(r" at '([^']+)'", told)


def test_failures_stand_in_the_order_of_aws():
    policy = {"PasswordReusePrevention": 25, "MaxPasswordAge": 1096, "MinimumPasswordLength": 129}
    told = paths(message("iam.UpdateAccountPasswordPolicy", **policy))
    assert told == ["minimumPasswordLength", "passwordReusePrevention", "maxPasswordAge"]
    provider = {"Url": "x" * 256, "ClientIDList": ["x" * 256], "ThumbprintList": ["x"]}
    told = paths(message("iam.CreateOpenIDConnectProvider", **provider))
    assert told == ["clientIDList", "thumbprintList", "url"]
    assert (
        "[Member must have length less than or equal to 40, Member must have length greater than or equal to 40];"
        in message("iam.CreateOpenIDConnectProvider", **provider)
    )
    assert paths(message("iam.TagUser", UserName="anna", Tags=[{}])) == [
        "tags.1.member.value",
        "tags.1.member.key",
    ]


def test_several_failures_are_joined():
    told = message("iam.CreateUser", UserName="a" * 65, Tags=[{"Key": "a" * 129, "Value": "v*"}])
    assert told.startswith("3 validation errors detected: ")
    assert told.count("; ") == 2


def test_structures_in_lists_are_counted_from_one():
    told = message(
        "iam.TagUser", UserName="anna", Tags=[{"Key": "ok", "Value": ""}, {"Key": "b*d", "Value": ""}]
    )
    assert told == (
        "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint:"
        f" Member must satisfy regular expression pattern: {TAG}+"
    )


def test_plain_members_are_reported_on_their_list():
    told = message("iam.UntagUser", UserName="anna", TagKeys=["*"])
    assert told == (
        "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint:"
        " [Member must have length less than or equal to 128, Member must have length greater than or equal to 1,"
        f" Member must satisfy regular expression pattern: {TAG}+, Member must not be null]"
    )


def test_a_list_that_is_too_long():
    told = message("iam.UntagUser", UserName="anna", TagKeys=[f"k{n}" for n in range(51)])
    assert told.endswith(
        "'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 50"
    )


def test_an_enum_in_iam_lists_no_values():
    told = message("iam.UpdateAccessKey", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Off")
    assert told.endswith("Value at 'status' failed to satisfy constraint: Member must satisfy enum value set")


@pytest.mark.parametrize("name", ["a b", "\u0410nna", "a/b", "", "é", "a\n", " anna"])
def test_a_name_of_other_characters_is_answered_with_the_allowed_set(name):
    assert message("iam.CreateUser", UserName=name) == (
        "The specified value for userName is invalid."
        " It must contain only alphanumeric characters and/or the following: +=,.@_-"
    )


@pytest.mark.parametrize("path", ["x", "/x", "x/", "", "/a b/"])
def test_a_path_has_its_own_sentence(path):
    assert message("iam.CreateUser", UserName="anna", Path=path) == (
        "The specified value for path is invalid."
        " It must begin and end with / and contain only alphanumeric characters and/or / characters."
    )


def test_broken_constraints_are_told_before_refusals():
    told = message("iam.CreateUser", UserName="a/b", Path="/" + "p" * 511 + "/")
    assert told.startswith("1 validation error detected: Value at 'path'")


def test_a_document_outside_latin_1_is_refused():
    told = message("iam.PutUserPolicy", UserName="a", PolicyName="p", PolicyDocument="{“}")
    assert told == (
        "The specified value for policyDocument is invalid. It must contain only printable ASCII characters."
    )


@pytest.mark.parametrize(
    ("name", "params", "path"),
    [
        ("iam.ListUsers", {"MaxItems": "many"}, "maxItems"),
        ("iam.ListUsers", {"MaxItems": True}, "maxItems"),
        ("iam.CreateUser", {"UserName": ["a"]}, "userName"),
        ("iam.CreateUser", {"UserName": "a", "Tags": {"Key": "k"}}, "tags"),
        ("iam.CreateUser", {"UserName": "a", "Tags": ["k"]}, "tags.1.member"),
        (
            "iam.UpdateLoginProfile",
            {"UserName": "a", "PasswordResetRequired": "maybe"},
            "passwordResetRequired",
        ),
    ],
)
def test_a_value_of_another_type_is_refused(name, params, path):
    assert f"Value at '{path}' failed to satisfy constraint: Member must be " in message(name, **params)


def test_an_unknown_member_is_refused():
    assert refusal("iam.GetUser", Surname="x").failures[0].member == "Surname"
    assert refusal("iam.GetAccountSummary", Surname="x").failures[0].member == "Surname"


def test_failures_name_the_top_level_member():
    failures = refusal("iam.CreateUser", UserName="a" * 65, Tags=[{"Key": ""}]).failures
    assert {failure.member for failure in failures} == {"UserName", "Tags"}


def test_thousands_of_failures_make_no_endless_message():
    told = message(
        "iam.SimulateCustomPolicy",
        PolicyInputList=["{}"],
        ActionNames=["a:b"],
        ContextEntries=[{"ContextKeyName": ""}] * 1000,
    )
    assert told.startswith("10 validation errors detected: ")
    assert told.count(" at 'contextEntries.") == 10


def test_maps_report_keys_and_values():
    word = Shape("w", "tenant", "string", pattern="[a-z]+")
    outer = Shape(
        "o", "tenant", "structure", {"Map": Shape("m", "tenant", "map", key=word, value=word, max=2)}
    )
    validate(outer, {"Map": {"a": "b"}})
    with pytest.raises(
        ShapeViolation, match="'map' failed to satisfy constraint: Map keys must satisfy constraint: "
    ):
        validate(outer, {"Map": {"A": "b"}})
    with pytest.raises(ShapeViolation, match="Map value must satisfy constraint: "):
        validate(outer, {"Map": {"a": "B"}})
    with pytest.raises(ShapeViolation, match="length less than or equal to 2"):
        validate(outer, {"Map": {"a": "a", "b": "b", "c": "c"}})


def test_times_and_blobs_have_no_bounds_but_a_type():
    outer = Shape(
        "o",
        "tenant",
        "structure",
        {"At": Shape("t", "tenant", "timestamp"), "Raw": Shape("b", "tenant", "blob", max=1)},
    )
    validate(outer, {"At": datetime(2026, 1, 1, tzinfo=UTC), "Raw": b"x"})
    with pytest.raises(ShapeViolation, match="an ISO 8601 timestamp"):
        validate(outer, {"At": "today"})
    with pytest.raises(ShapeViolation, match="less than or equal to 1"):
        validate(outer, {"Raw": b"xx"})
