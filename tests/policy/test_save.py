import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy import (
    MalformedPolicy,
    PolicySyntaxError,
    check_for_save,
    compile_document,
    minified_size,
    parse,
)
from iam.policy.save_dates import is_date
from tests.policy.build import tried

SYNTAX = "Syntax errors in policy."
VERSION = "Policy document must be version 2012-10-17 or greater."
LEGACY = "The policy failed legacy parsing"
REPEATED = "Statement IDs (SID) in a single policy must be unique."
ODD_SID = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
PRINCIPAL = "Policy document should not specify a principal."
ACTIONS = "Policy statement must contain actions."
RESOURCES = "Policy statement must contain resources."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
COLON = "Actions/Condition can contain only one colon."
REGEX = "Resource vendor must be fully qualified and cannot contain regexes."
IAM_PATH = (
    'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
    "access-report/."
)
GONE = object()


def block(**changes: Any) -> dict[str, Any]:
    found = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::example_bucket",
        **changes,
    }
    return {key: value for key, value in found.items() if value is not GONE}


def text_of(*blocks: Any, **document: Any) -> str:
    found = {"Version": "2012-10-17", "Statement": list(blocks), **document}
    return json.dumps({key: value for key, value in found.items() if value is not GONE}, indent=1)


def refusal(text: str, kind: Any = "managed") -> str:
    """AWS's text for what it refuses, nothing for what it saves."""
    try:
        check_for_save(text, kind)
    except MalformedPolicy as error:
        return error.message
    return ""


def resource(value: Any) -> str:
    return text_of(block(Resource=value))


def condition(value: Any) -> str:
    return text_of(block(Condition=value))


REFUSED = [
    # not JSON, and the shape
    ("malformed", SYNTAX),
    ("", SYNTAX),
    ('{"Version": "2012-10-17",}', SYNTAX),
    ("\ufeff" + text_of(block()), SYNTAX),
    ("[]", SYNTAX),
    ('"x"', SYNTAX),
    (text_of(block(), Version="2013-10-17"), SYNTAX),
    (text_of(block(), Version=["2012-10-17"]), SYNTAX),
    (text_of(block(), Foo=1), SYNTAX),
    (text_of(block(), Statement=GONE), SYNTAX),
    (text_of(), SYNTAX),
    (text_of("a"), SYNTAX),
    (text_of(block(), 1), SYNTAX),
    (text_of(Statement="a"), SYNTAX),
    (text_of(block(), Id=[]), SYNTAX),
    (text_of(block(), Id=1), SYNTAX),
    (text_of(block(Sid=1)), SYNTAX),
    (text_of(block(Sid=["a"])), SYNTAX),
    (text_of(block(Foo="x")), SYNTAX),
    (text_of(block(Effect=GONE)), SYNTAX),
    (text_of(block(Effect="invalid")), SYNTAX),
    (text_of(block(Effect=["Allow"])), SYNTAX),
    (text_of(block(Action={})), SYNTAX),
    (text_of(block(Action=[[]])), SYNTAX),
    (text_of(block(Action=[1])), SYNTAX),
    (text_of(block(Action=True)), SYNTAX),
    (text_of(block(Resource={})), SYNTAX),
    (text_of(block(Resource=[{}])), SYNTAX),
    (text_of(block(NotAction="s3:x")), SYNTAX),
    (text_of(block(Action=[], NotAction=[])), SYNTAX),
    (text_of(block(Resource=[], NotResource=[])), SYNTAX),
    (condition("a"), SYNTAX),
    (condition([]), SYNTAX),
    (condition({"StringEquals": "a"}), SYNTAX),
    (condition({"StringEquals": []}), SYNTAX),
    (condition({"StringEquals": {"a": {}}}), SYNTAX),
    (condition({"StringEquals": {"a": ["x", {}]}}), SYNTAX),
    (condition({"StringEquals": {"a": None}}), SYNTAX),
    (condition({"x": {"a": "1"}}), SYNTAX),
    (condition({"ForAnyValue::StringEquals": {"a": "1"}}), SYNTAX),
    (condition({"NullIfExists": {"a": "1"}}), SYNTAX),
    (condition({"StringEquals": {"aws:x": "1", "AWS:X": "1"}}), SYNTAX),
    (text_of(block(Principal=1)), SYNTAX),
    (text_of(block(Principal={"Foo": "x"})), SYNTAX),
    (text_of(block(Principal={"AWS": 1})), SYNTAX),
    (text_of(block(Principal="*", NotPrincipal="*")), SYNTAX),
    # the version
    (text_of(block(), Version=GONE), VERSION),
    (text_of(block(), Version="2008-10-17"), VERSION),
    (text_of(block(Action="x", Resource="y"), Version=GONE), VERSION),
    (text_of(block(Effect="allow"), Version=GONE), VERSION),
    # legacy parsing
    (text_of(block(Effect="denY")), LEGACY),
    (text_of(block(Effect="allow", Action=GONE)), LEGACY),
    (text_of(block(Effect="allow", Resource="arn:aws:s3:eu::b")), LEGACY),
    (text_of(block(Sid="a"), block(Sid="a", Effect="allow")), LEGACY),
    (resource("arn:aws:s3::x"), LEGACY),
    (resource("arn:aws:s3:x"), LEGACY),
    (resource("arn:aws::::x"), LEGACY),
    (resource("arn:aws::fdsasf"), LEGACY),
    (resource(["arn:aws:s3::x", "arn:b:s3:::x"]), LEGACY),
    (condition({"DateGreaterThan": {"a": "sdfdsf"}}), LEGACY),
    (condition({"ForAnyValue:DateEqualsIfExists": {"a": ["01T", "234-13"]}}), LEGACY),
    (condition({"DateGreaterThan": {"a": 2**63}}), LEGACY),
    *(
        (condition({operator: {"a": value}}), LEGACY)
        for operator, value in (
            ("NumericEquals", "no-number"),
            ("NumericLessThanIfExists", "NaN"),
            ("ForAnyValue:NumericNotEquals", ["1", ""]),
            ("IpAddress", "not-an-ip"),
            ("IpAddress", "10.0.0.0/33"),
            ("NotIpAddress", ["10.0.0.0/8", "10.0.0"]),
            ("IpAddress", "2001:db8::5/64"),
            ("IpAddress", "::ffff:10.0.0.1"),
            ("ArnLike", "not-an-arn"),
            ("ArnNotEqualsIfExists", "arn:aws:iam::1"),
            ("BinaryEquals", "no-binary"),
        )
    ),
    (text_of(block(Condition={"DateEquals": {"a": "x"}}, Resource="arn:b:s3:::x")), LEGACY),
    # principals and Sids
    (text_of(block(Principal="*")), PRINCIPAL),
    (text_of(block(NotPrincipal={"AWS": "x"})), PRINCIPAL),
    (text_of(block(Sid="a"), block(Sid="a")), REPEATED),
    (text_of(block(Sid="a"), block(Sid="a", Action=GONE, Resource=GONE)), REPEATED),
    (text_of(block(Sid="a b")), ODD_SID),
    (text_of(block(Sid="a-b")), ODD_SID),
    # actions and resources present
    (text_of(block(Action=GONE)), ACTIONS),
    (text_of(block(Action=[])), ACTIONS),
    (text_of(block(Action=GONE, NotAction=[])), ACTIONS),
    (text_of(block(Action=GONE, Resource=GONE)), ACTIONS),
    (text_of(block(Resource=GONE)), RESOURCES),
    (text_of(block(Resource=[])), RESOURCES),
    (text_of(block(Action="invalid", Resource=GONE)), RESOURCES),
    # resources
    (resource("sdfsadf"), 'Resource sdfsadf must be in ARN format or "*".'),
    (resource(""), 'Resource  must be in ARN format or "*".'),
    (resource(["*", "adfdf", "other"]), 'Resource adfdf must be in ARN format or "*".'),
    (text_of(block(Resource=GONE, NotResource="adfdf")), 'Resource adfdf must be in ARN format or "*".'),
    (text_of(block(Action="a:b:c", Resource="sdfsadf")), 'Resource sdfsadf must be in ARN format or "*".'),
    (resource("foo:aws:s3:::x"), 'Resource foo:aws:s3:::x must be in ARN format or "*".'),
    (resource("arn:b:s3:::x"), 'Partition "b" is not valid for resource "arn:b:s3:::x".'),
    (
        resource("a:bsdfdsafsad"),
        'Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".',
    ),
    (
        resource("aws:s3:::example_bucket"),
        'Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".',
    ),
    (resource("arn:error:s3:::a:b:c"), 'Partition "error" is not valid for resource "arn:error:s3:::a:b:c".'),
    (resource("arn::s3:::x"), 'Partition "" is not valid for resource "arn::s3:::x".'),
    (resource(["arn:b:s3:::x", "arn:aws:s3::x"]), 'Partition "b" is not valid for resource "arn:b:s3:::x".'),
    (resource("arn:aws"), REGEX),
    (resource("arn:aws:s*:::x"), REGEX),
    (resource("arn:aws:s3?:::x"), REGEX),
    (resource("arn:aws:*:::x"), REGEX),
    (
        resource("arn:aws:iam:eu:1:user/x"),
        "IAM resource arn:aws:iam:eu:1:user/x cannot contain region information.",
    ),
    (resource("arn:aws:s3:eu::b"), "Resource arn:aws:s3:eu::b can not contain region information."),
    (resource("arn:aws:iam::1:usersd"), IAM_PATH),
    (resource("arn:aws:iam::1:"), IAM_PATH),
    # actions
    (text_of(block(Action="invalid")), VENDOR),
    (text_of(block(Action="")), VENDOR),
    (text_of(block(Action=["s3:x", "**"])), VENDOR),
    (text_of(block(Action="a:b:c")), COLON),
    (text_of(block(Action="a a:b")), "Vendor a a is not valid"),
    (text_of(block(Action=":b")), "Vendor  is not valid"),
    (text_of(block(Action=GONE, NotAction="a*:b")), "Vendor a* is not valid"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refused_in_aws_words(text, message):
    assert refusal(text) == message
    assert refusal(text, "identity") == message


SAVED = [
    text_of(block()),
    text_of(block(), Statement=block()),
    text_of(block(), Id="x"),
    text_of(block(Sid="a"), block()),
    text_of(block(Sid=""), block(Sid="")),
    text_of(block(Action="*", Resource="*")),
    text_of(block(Action="*:*")),
    text_of(block(Action="iam: asdf safdsf af ")),
    text_of(block(Action=["s3-s:X", "s3.s:X", "unknown:Thing"])),
    text_of(block(Action=GONE, NotAction="s3:x", Resource=GONE, NotResource="*")),
    condition({}),
    condition({"DateGreaterThan": {}}),
    condition({"x": {}, "y": {}}),
    condition({"StringEquals": {"a": []}}),
    condition({"ForAnyValue:StringEqualsIfExists": {"a": ["x", 1, True]}}),
    condition({"DateGreaterThan": {"a": "01T"}}),
    condition({"Bool": {"aws:MultiFactorAuthPresent": True}}),
    condition({"Bool": {"a": "yes"}, "Null": {"a": "yes"}}),
    condition({"NumericEquals": {"a": ["01", "+1", "1e0", ".5", -3, 1.5, "9" * 100, "${a:b}"]}}),
    condition({"IpAddress": {"a": ["192.000.002.0/024", "192.0.2.5/+24", "2001:DB8::4/127", "::/0", "::1"]}}),
    condition(
        {"ArnLike": {"a": ["arn:aws:iam::*:user/${aws:username}", "*", "arn:*", "${aws:PrincipalArn}"]}}
    ),
    condition({"BinaryEquals": {"a": ["QmluYXJ5", ""]}}),
    resource("arn:aws:fdsasf"),
    resource("arn:aws:sqs"),
    resource("arn:*:s3:::x"),
    resource(["arn:aws-cn:s3:::x", "arn:aws-us-gov:s3:::x"]),
    resource("arn:aws:ec2:eu-west-1::x"),
    resource("arn:aws:cloudwatch:eu-west-1::x"),
    resource("arn:aws:unknown:eu-west-1::x"),
    resource("arn:aws:s3:eu-west-1:111122223333:accesspoint/x"),
    resource("arn:aws:iam::111122223333:user/${aws:username}"),
    resource("arn:aws:iam:::user/x"),
    resource("arn:aws:iam::*:*"),
    resource("arn:aws:iam::111122223333:root"),
    resource("arn:aws:iam::111122223333:oidc-provider/idp.example:8443/x"),
    resource("arn:aws:iam"),
]


@pytest.mark.parametrize("text", SAVED, ids=range(len(SAVED)))
def test_saved_and_readable(text):
    assert refusal(text) == ""
    assert compile_document(text).source == parse(text)


@pytest.mark.parametrize("kind", ["inline", "session"])
def test_old_version_is_kept_where_aws_keeps_it(kind):
    for version in (GONE, "2008-10-17"):
        assert refusal(text_of(block(), Version=version), kind) == ""
    assert refusal(text_of(block(Effect="allow"), Version=GONE), kind) == LEGACY


def test_a_session_policy_may_hold_values_nobody_can_read_but_bytes():
    odd = {
        "NumericEquals": {"a": "x"},
        "DateEquals": {"a": "x"},
        "IpAddress": {"a": "x"},
        "ArnLike": {"a": "x"},
    }
    assert refusal(condition(odd), "session") == ""
    assert refusal(condition({"BinaryEquals": {"a": "no-binary"}}), "session") == LEGACY
    assert refusal(condition(odd), "inline") == LEGACY


@pytest.mark.parametrize(("text", "message"), REFUSED[20:], ids=range(20, len(REFUSED)))
def test_refusal_does_not_depend_on_the_order_of_elements(text, message):
    def turned(value):
        if isinstance(value, dict):
            return {key: turned(item) for key, item in reversed(value.items())}
        return value if not isinstance(value, list) else [turned(item) for item in value]

    assert refusal(json.dumps(turned(json.loads(text)))) == message


def test_refusal_says_where():
    text = text_of(block(), block(Resource=["*", "oops"]))
    with pytest.raises(MalformedPolicy) as caught:
        check_for_save(text, "managed")
    assert text.splitlines()[caught.value.line - 1].strip() == '"oops"'
    assert caught.value.column == 5
    assert caught.value.detail == "A resource is an ARN or a star."


def test_refusal_of_a_missing_element_points_at_its_statement():
    with pytest.raises(MalformedPolicy) as caught:
        check_for_save(text_of(block(), block(Action=GONE)), "managed")
    assert (caught.value.line, caught.value.column) == (9, 3)


def test_nesting_too_deep_is_a_refusal_too():
    deep = text_of(block(Condition={"StringEquals": {"a": "@"}})).replace('"@"', "[" * 80 + "]" * 80)
    with pytest.raises(MalformedPolicy) as caught:
        check_for_save(deep, "managed")
    assert caught.value.message == SYNTAX
    assert "64 levels" in caught.value.detail


DATES = {
    "01T": True, "2019-07-01T13:20:15Z": True, "2019-07-01t13:20:15z": True, "2019-07-01": True, "2019-07": True,
    "2019-07-01T13:20:15.123456789+10:59": True, "2019-07-01T13:20:15.1+23": True, "2019-07-01T13:20": True,
    "-292275054": True, "-292275055": False, "292278993-01-01": True, "292278994-01-01": False, "0": True,
    "9223372036854775807": True, "9223372036854775808": False, "1" * 20: False, "sdfdsf": False, "234-13": False,
    "234-12-32": False, "234-00": False, "2019-07-01T13:20:15+1": False, "2019-07-01T24:00:00Z": False,
    "2019-07-01T13:60:00Z": False, "2019-07-01T13:20:15.1234567890+10:59": False, "2019-07-01T13:20:15+24:00": False,
    "": False, "true": False, "2019-07-01T13:20:15+10:60": False, "\u0661": False,
}  # fmt: skip


@pytest.mark.parametrize("value", DATES)
def test_date_as_the_legacy_parser_takes_it(value):
    assert is_date(value) is DATES[value]


def test_size_leaves_blanks_out():
    assert minified_size(' {\t"a b":\r\n 1 } ') == len('{"ab":1}')
    assert minified_size("x" * 6144 + " " * 2**20) == 6144


ELEMENTS = st.sampled_from(
    [
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Condition",
        "Principal",
        "Sid",
        "Foo",
    ]
)
SCALARS = st.sampled_from(
    [
        "2012-10-17",
        "Allow",
        "Deny",
        "deny",
        "*",
        "s3:x",
        "arn:aws:s3:::b/*",
        "arn:aws:s3::x",
        "x",
        "",
        1,
        True,
        None,
    ]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            ELEMENTS | st.sampled_from(["StringEquals", "Null", "aws:x", "AWS:x", "AWS"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
POLICIES = st.fixed_dictionaries(
    {"Statement": st.lists(st.dictionaries(ELEMENTS, ANYTHING, max_size=6), max_size=2) | ANYTHING},
    optional={"Version": SCALARS, "Id": SCALARS, "Foo": SCALARS},
)


@tried
@given(POLICIES, st.sampled_from(["managed", "inline", "session", "trust"]))
def test_what_is_saved_can_be_read(value, kind):
    text = json.dumps(value)
    if refusal(text, kind) == "":
        parse(text)


@tried
@given(st.text(max_size=60), st.sampled_from(["managed", "trust"]))
def test_any_text_is_saved_or_refused(text, kind):
    try:
        parse(text)
    except PolicySyntaxError:
        assert refusal(text, kind) != ""
