import pytest

from iam.policy.conditions import BASE_OPERATORS, can_doubt, clause_check, operator_named
from iam.policy.document import Clause
from iam.policy.variables import Context
from tests.policy.build import judged

NEGATED = [name for name in BASE_OPERATORS if "Not" in name]
READABLE = {
    "String": "x",
    "Numeric": "1",
    "Date": "2024-01-01",
    "Bool": "true",
    "Binary": "eA==",
    "Ip": "10.0.0.1",
    "NotIp": "10.0.0.1",
    "Arn": "arn:aws:sns:eu:1:t",
}
OTHER = {
    "String": "y",
    "Numeric": "2",
    "Date": "2024-01-02",
    "Bool": "false",
    "Binary": "eQ==",
    "Ip": "10.0.0.2",
    "NotIp": "10.0.0.2",
    "Arn": "arn:aws:sns:eu:1:u",
}
UNREADABLE = {
    "Numeric": "12abc",
    "Date": "yesterday",
    "Bool": "maybe",
    "Ip": "host",
    "NotIp": "host",
    "Arn": "arn",
}
KEYED = [name for name in BASE_OPERATORS if name != "Null"]


def family(table: dict[str, str], operator: str) -> str | None:
    return next((value for start, value in table.items() if operator.startswith(start)), None)


@pytest.mark.parametrize("operator", KEYED)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_missing_key_satisfies_negated_operators_and_if_exists_only(operator, effect):
    value = family(READABLE, operator)
    assert judged({operator: {"k": value}}, {}, effect=effect) is (operator in NEGATED)
    assert judged({f"{operator}IfExists": {"k": value}}, {}, effect=effect)
    assert judged({f"ForAllValues:{operator}": {"k": value}}, {}, effect=effect)
    assert not judged({f"ForAnyValue:{operator}": {"k": value}}, {}, effect=effect)


@pytest.mark.parametrize("operator", KEYED)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_key_of_several_values_needs_a_set_operator(operator, effect):
    value = family(OTHER, operator)
    assert not judged({operator: {"k": family(READABLE, operator)}}, {"k": (value or "",)}, effect=effect)


@pytest.mark.parametrize("operator", KEYED)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_no_values_match_a_missing_key_at_most(operator, effect):
    present = {"k": family(READABLE, operator) or ""}
    for name in (operator, f"{operator}IfExists", f"ForAllValues:{operator}", f"ForAnyValue:{operator}"):
        assert not judged({name: {"k": []}}, present, effect=effect)
    assert not judged({operator: {"k": []}}, {}, effect=effect)
    assert judged({f"{operator}IfExists": {"k": []}}, {}, effect=effect)
    assert judged({f"ForAllValues:{operator}": {"k": []}}, {}, effect=effect)
    assert not judged({f"ForAnyValue:{operator}": {"k": []}}, {}, effect=effect)


@pytest.mark.parametrize("operator", [name for name in KEYED if family(UNREADABLE, name)])
def test_unreadable_request_value_is_no_match_and_a_doubt_when_negated(operator):
    context = {"k": family(UNREADABLE, operator) or ""}
    condition = {operator: {"k": family(READABLE, operator)}}
    assert not judged(condition, context, effect="Allow")
    assert judged(condition, context, effect="Deny") is (operator in NEGATED)


@pytest.mark.parametrize("operator", [name for name in KEYED if family(UNREADABLE, name)])
def test_unreadable_policy_value_matches_nothing_and_disturbs_no_other(operator):
    value, bad = family(READABLE, operator), family(UNREADABLE, operator)
    context = {"k": value or ""}
    assert judged({operator: {"k": [bad, value]}}, context) is judged({operator: {"k": value}}, context)
    assert judged({operator: {"k": bad}}, context) is (operator in NEGATED and operator != "DateNotEquals")


SAVED_BUT_NOT_READ = [
    "01T",
    "2024-05-01t00:00Z",
    "2024-05-01T00:00z",
    "2024-05-01T00:00:00,5Z",
    "2024-05-01T02:00+02",
]


@pytest.mark.parametrize("value", SAVED_BUT_NOT_READ)
@pytest.mark.parametrize("operator", [name for name in KEYED if name.startswith("Date")])
def test_date_of_a_policy_that_nobody_can_read_is_a_doubt(operator, value):
    assert not judged({operator: {"k": value}}, {"k": "2024-06-01"}, effect="Allow")
    assert judged({operator: {"k": value}}, {"k": "2024-06-01"}, effect="Deny")
    missing = judged({operator: {"k": "2024-06-01"}}, {})
    assert judged({operator: {"k": value}}, {}, effect="Deny") is missing


def test_date_nobody_can_read_is_no_doubt_where_another_settles_it():
    assert judged({"DateEquals": {"k": ["01T", "2024-06-01"]}}, {"k": "2024-06-01"}, effect="Allow")
    assert not judged({"DateNotEquals": {"k": ["01T", "2024-06-01"]}}, {"k": "2024-06-01"}, effect="Deny")
    assert judged({"DateEquals": {"k": ["01T", "2024-06-01"]}}, {"k": "2024-06-02"}, effect="Deny")


@pytest.mark.parametrize("operator", KEYED)
def test_set_operators_ask_all_or_any_value(operator):
    one, two = family(READABLE, operator) or "", family(OTHER, operator) or ""
    single = [judged({operator: {"k": one}}, {"k": value}) for value in (one, two)]
    context = {"k": (one, two)}
    assert judged({f"ForAllValues:{operator}": {"k": one}}, context) is all(single)
    assert judged({f"ForAnyValue:{operator}": {"k": one}}, context) is any(single)
    assert judged({f"ForAnyValue:{operator}": {"k": one}}, {"k": one}) is single[0]


@pytest.mark.parametrize("empty", [(), ("",), ("", ""), ""])
def test_set_of_empty_texts_is_an_empty_set(empty):
    assert judged({"ForAllValues:StringEquals": {"k": "x"}}, {"k": empty})
    assert not judged({"ForAnyValue:StringEquals": {"k": ""}}, {"k": empty})
    assert not judged({"ForAnyValue:StringNotEquals": {"k": "x"}}, {"k": empty})


def test_empty_text_is_an_ordinary_value_elsewhere():
    assert judged({"StringEquals": {"k": ""}}, {"k": ""})
    assert judged({"Null": {"k": "false"}}, {"k": ""})
    assert not judged({"StringEqualsIfExists": {"k": "x"}}, {"k": ""})
    assert not judged({"ForAllValues:StringEquals": {"k": "x"}}, {"k": ("x", "")})


def test_if_exists_for_any_value_of_a_missing_key_is_a_doubt():
    condition = {"ForAnyValue:StringEqualsIfExists": {"k": "x"}}
    assert not judged(condition, {}, effect="Allow")
    assert judged(condition, {}, effect="Deny")
    assert judged(condition, {"k": ("x",)}, effect="Deny")
    assert judged(condition, {"k": ("y", "x")}, effect="Deny")
    assert not judged(condition, {"k": ("y",)}, effect="Deny")
    assert not judged(condition, {"k": ()}, effect="Deny")


UNKNOWN = ["Foo", "stringEquals", "StringEqualsIfExistsIfExists", "NullIfExists", "forAnyValue:StringEquals",
           "ForAnyValue::StringEquals", ":StringEquals", "ForAnyValue", "ForAnyValue:", ""]  # fmt: skip


@pytest.mark.parametrize("operator", UNKNOWN)
@pytest.mark.parametrize("keys", [{}, {"k": "x"}])
def test_unknown_operator_is_a_doubt(operator, keys):
    assert operator_named(operator) is None
    assert not judged({operator: keys}, {"k": "x"}, effect="Allow")
    assert judged({operator: keys}, {"k": "x"}, effect="Deny")


@pytest.mark.parametrize("quantifier", ["", "ForAllValues:", "ForAnyValue:"])
@pytest.mark.parametrize("end", ["", "IfExists"])
@pytest.mark.parametrize("base", [*BASE_OPERATORS, "Foo"])
def test_what_can_be_in_doubt_is_known(quantifier, base, end):
    name = f"{quantifier}{base}{end}"
    texts = [family(READABLE, base) or "true", family(UNREADABLE, base) or "x"]
    seen: list[Context] = [
        {},
        {"k": ""},
        *({"k": text} for text in texts),
        *({"k": (text,)} for text in texts),
    ]
    doubted = False
    for value in texts:
        clause = Clause(name, "k", (value,))
        answers = [clause_check(clause, variables=True, doubt=doubt) for doubt in (False, True)]
        for context in seen:
            one, other = (check is None or check(context) for check in answers)
            doubted |= one is not other
    assert can_doubt(Clause(name, "k", (texts[0],))) is doubted


def test_doubt_yields_to_a_condition_that_fails():
    condition = {"Foo": {"k": "x"}, "StringEquals": {"k": "other"}}
    assert not judged(condition, {"k": "x"}, effect="Deny")


def test_known_operator_without_keys_asks_nothing():
    assert judged({}, {})
    assert judged({"DateGreaterThan": {}}, {})
    assert judged({"ForAnyValue:StringEquals": {}}, {})
    for given, expected in (("x", True), ("y", False)):
        assert judged({"DateGreaterThan": {}, "StringEquals": {"k": "x"}}, {"k": given}) is expected


NULLS = [
    ("true", {}, True),
    ("true", {"k": "x"}, False),
    ("true", {"k": ()}, True),
    ("false", {"k": ()}, False),
    ("false", {"k": ("",)}, True),
    ("TRUE", {}, True),
    ("maybe", {}, False),
    ("maybe", {"k": "x"}, False),
    (["true", "false"], {"k": "x"}, True),
    ([], {}, False),
    ([], {"k": "x"}, False),
    (True, {}, True),
    (False, {}, False),
]


@pytest.mark.parametrize(("value", "context", "expected"), NULLS)
def test_null(value, context, expected):
    assert judged({"Null": {"k": value}}, context) is expected
    assert judged({"ForAllValues:Null": {"k": value}}, context)
    assert not judged({"ForAnyValue:Null": {"k": value}}, context)


VALUES = [
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a${*}", "a*", True),
    ("StringEquals", ["a", "${v}"], "value", True),
    ("StringEquals", "é", "É", False),
    ("StringEqualsIgnoreCase", "É", "é", True),
    ("StringEqualsIgnoreCase", "a*", "A*", True),
    ("StringEqualsIgnoreCase", "a*", "ab", False),
    ("StringEqualsIgnoreCase", "x${V}", "XVALUE", True),
    ("StringEqualsIgnoreCase", "x${gone}", "x", False),
    ("StringNotEqualsIgnoreCase", ["x${V}", "b"], "XVALUE", False),
    ("StringNotEquals", ["${gone}", "b"], "b", False),
    ("StringNotEquals", ["${gone}", "b"], "c", True),
    ("StringLike", "a?c*", "abcd", True),
    ("StringNotLike", ["${gone}*", "b*"], "bc", False),
    ("NumericEquals", "10", "010", True),
    ("NumericEquals", "10", "1e1", True),
    ("NumericEquals", ".5", "0.50", True),
    ("NumericEquals", "5.", "+5", True),
    ("NumericEquals", "10", " 10", False),
    ("NumericEquals", "10", "0x0a", False),
    ("NumericEquals", "10", "\u0661\u0660", False),
    ("NumericEquals", "1" * 64, "1" * 64, True),
    ("NumericEquals", "1" * 65, "1" * 65, False),
    ("NumericEquals", "0.30", "0.3", True),
    ("NumericLessThan", "-1", "-2", True),
    ("NumericLessThan", ["5", "10"], "7", True),
    ("NumericLessThan", ["10", "5"], "10", False),
    ("NumericLessThanEquals", ["5", "10"], "10", True),
    ("NumericGreaterThan", ["10", "5"], "7", True),
    ("NumericGreaterThan", ["5", "10"], "5", False),
    ("NumericGreaterThanEquals", ["10", "5"], "5", True),
    ("DateEquals", "2024-05-01T02:30:00+02:30", "2024-05-01T00:00:00Z", True),
    ("DateEquals", "2024-05-01T02:00:00+02:00", "2024-05-01T00:00:00Z", True),
    ("DateEquals", "2024-05-01T02:00:00+02", "2024-05-01T00:00:00Z", False),
    ("DateEquals", "2024-04-30T22:00-02:00", "1714521600", True),
    ("DateEquals", "2024-05-01T00:00:00.000Z", "1714521600", True),
    ("DateEquals", "2024-05-01t00:00:00Z", "1714521600", False),
    ("DateEquals", "2024-05-01T00:00:00z", "1714521600", False),
    ("DateEquals", "2024-05-01", "1714521600", True),
    ("DateEquals", "2024", "1970-01-01T00:33:44Z", True),  # digits alone are seconds
    ("DateGreaterThan", "2024-05-01T00:00:00Z", "2024-05-01T00:00:00.001Z", True),
    ("DateEquals", "2024-05-01T00:00:00", "2024-05-01T00:00:00", False),  # no zone
    ("DateEquals", "2024-02-30", "2024-02-30", False),
    ("DateEquals", "2024-05-01T00:00:00+24:00", "2024-04-30T00:00:00Z", False),
    ("DateEquals", "2024-05-01T00:00:00+0100", "2024-04-30T23:00:00Z", False),
    ("DateEquals", "2024-05-01T00:00:00,5Z", "1714521600", False),
    ("DateEquals", "2024-05-01T00:00:00,5Z", "2024-05-01T00:00:00.50Z", False),
    ("DateEquals", "2024-05-01T00:00:00.5Z", "2024-05-01T00:00:00.50Z", True),
    ("DateEquals", "2024-05-01T23:59:59Z", "1714607999", True),
    ("DateEquals", "2024-05-01T23:59:59+23:59", "1714521659", True),
    ("DateEquals", "2024-05", "1714521600", True),
    ("DateEquals", "2024-05-01T00:00:60Z", "2024-05-01T00:01:00Z", False),
    ("DateEquals", "2024-05-01T00:00:00+01:60", "2024-04-30T22:00:00Z", False),
    ("DateEquals", "1" * 64, "1" * 64, True),
    ("DateEquals", "2024-05-01T24:00:00Z", "2024-05-02T00:00:00Z", False),
    ("DateEquals", "2024-05-01T00:60:00Z", "2024-05-01T01:00:00Z", False),
    ("DateEquals", "01T", "01T", False),  # saved, but compares with nothing
    ("DateEquals", "1" * 65, "1" * 65, False),
    ("DateNotEquals", "2024-05-01", "2024-05-02", True),
    ("Bool", "TRUE", "true", True),
    ("Bool", ["maybe", "true"], "true", True),
    ("Bool", "${v}", "true", False),
    ("Bool", "false", "yes", True),
    ("Bool", "false", "", True),
    ("Bool", "false", " true ", True),
    ("Bool", "false", "TRUE", False),
    ("Bool", "true", "yes", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "YmluYXJ5", False),
    ("BinaryEquals", "no base64", "no base64", False),
    ("BinaryEquals", "é", "é", False),
    ("IpAddress", "2001:db8::/32", "2001:0DB8:0:0::1", True),
    ("IpAddress", "::ffff:10.0.0.1", "10.0.0.1", False),
    ("IpAddress", "::ffff:10.0.0.1", "::ffff:10.0.0.1", False),
    ("IpAddress", "10.0.0.0/24", "::ffff:10.0.0.1", True),
    ("IpAddress", "10.0.0.0/24", "::FFFF:a00:1", True),
    ("IpAddress", "::/0", "::ffff:10.0.0.1", False),
    ("NotIpAddress", "10.0.0.0/24", "::ffff:10.0.0.1", False),
    ("NotIpAddress", "::/0", "::ffff:10.0.0.1", True),
    ("IpAddress", "010.000.00.0/24", "10.0.0.1", True),
    ("IpAddress", "10.0.0.0/+24", "10.0.0.1", True),
    ("IpAddress", "10.0.0.0/024", "10.0.0.1", True),
    ("IpAddress", "10.0.0.0/24", "10.000.0.1", True),
    ("NotIpAddress", "010.000.00.0/24", "10.0.0.1", False),
    ("IpAddress", "10.0.0000.0/24", "10.0.0.1", False),
    ("IpAddress", "2001:db8::1/128", "2001:db8::1", True),
    ("IpAddress", "2001:db8::1/128", "2001:db8::2", False),
    ("IpAddress", "10.0.0.1/32", "10.0.0.1", True),
    ("IpAddress", "10.0.0.1/32", "10.0.0.0", False),
    ("IpAddress", "10.0.0.0/\u0668", "10.0.0.1", False),
    ("IpAddress", "10.0.0.0/33", "10.0.0.1", False),
    ("IpAddress", "10.0.0.0/-1", "10.0.0.1", False),
    ("IpAddress", "10.0.0.0/", "10.0.0.0", False),
    ("IpAddress", "10.0.0.0/255.0.0.0", "10.0.0.1", False),
    ("IpAddress", "10.0.0", "10.0.0.0", False),
    ("IpAddress", "10.0.0.1\x00", "10.0.0.1", False),
    ("IpAddress", "0.0.0.0/0", "255.255.255.255", True),
    ("IpAddress", ["192.0.2.0/24", "10.0.0.0/8"], "10.0.0.1", True),
    ("IpAddress", ["192.0.2.0/24", "10.0.0.0/8"], "11.0.0.1", False),
    ("NotIpAddress", ["10.0.0.0/33", "10.0.0.0/8"], "10.0.0.1", False),
    ("ArnLike", "arn:aws:iam::*:role/${v}", "arn:aws:iam::1:role/value", True),
    ("ArnNotLike", ["*", "arn:aws:iam::1:role/x"], "arn:aws:iam::1:role/y", True),
    ("ArnNotEquals", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/y", False),
]


@pytest.mark.parametrize(("operator", "value", "given", "expected"), VALUES)
def test_value(operator, value, given, expected):
    assert judged({operator: {"k": value}}, {"k": given, "v": "value"}) is expected


def test_empty_text_put_in_equals_an_empty_text():
    for operator in ("StringEquals", "StringEqualsIgnoreCase", "StringLike"):
        assert judged({operator: {"k": "${e}"}}, {"k": "", "e": ""})
        assert not judged({operator: {"k": "${e}"}}, {"k": "x", "e": ""})


@pytest.mark.parametrize("given", ["arn", "arn:aws:iam::1", "x:aws:iam::1:role/x", "a:b:c:d:e:f"])
def test_what_is_no_arn_is_a_doubt_where_an_arn_must_differ(given):
    condition = {"ArnNotEquals": {"k": "arn:aws:iam::1:role/y"}}
    assert not judged(condition, {"k": given}, effect="Allow")
    assert judged(condition, {"k": given}, effect="Deny")
    assert not judged({"ArnEquals": {"k": given}}, {"k": given}, effect="Allow")


def test_old_version_compares_variables_as_text():
    assert judged({"StringEquals": {"k": "${v}"}}, {"k": "${v}", "v": "x"}, version="2008-10-17")
    assert judged({"StringLike": {"k": "${*}"}}, {"k": "${anything}"}, version=None)


def test_several_keys_and_operators_must_all_hold():
    condition = {"StringEquals": {"a": "1", "b": "2"}, "StringLike": {"c": "3*"}}
    assert judged(condition, {"a": "1", "b": "2", "c": "33"})
    for missing in "abc":
        assert not judged(
            condition,
            {key: value for key, value in {"a": "1", "b": "2", "c": "33"}.items() if key != missing},
        )
