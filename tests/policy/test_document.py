import json

import pytest

from iam.policy import PolicySyntaxError, parse
from iam.policy.document import Clause

GOOD = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def text_of(**changes):
    block = {**GOOD, **changes}
    return json.dumps({"Statement": {key: value for key, value in block.items() if value != "-"}}, indent=1)


REFUSED = {
    "a list": ("[]", "JSON object"),
    "unknown element": ('{"Foo": 1, "Statement": []}', '"Foo"'),
    "element in another case": ('{"version": "2012-10-17", "Statement": []}', '"version"'),
    "unknown version": ('{"Version": "2013-10-17", "Statement": []}', "Version"),
    "null version": ('{"Version": null, "Statement": []}', "Version"),
    "no statement": ("{}", "Statement"),
    "statement of text": ('{"Statement": ["x"]}', "JSON object"),
    "id of a number": ('{"Id": 1, "Statement": []}', "Id"),
    "unknown statement element": (text_of(Foo=1), '"Foo"'),
    "no effect": (text_of(Effect="-"), "Effect"),
    "effect in another case": (text_of(Effect="allow"), "Effect"),
    "no action": (text_of(Action="-"), "Action"),
    "action and not action": (text_of(NotAction="x:y"), "exclude"),
    "resource and not resource": (text_of(NotResource="x"), "exclude"),
    "principal and not principal": (text_of(Principal="*", NotPrincipal="*"), "exclude"),
    "action of a number": (text_of(Action=1), "string or a list"),
    "action of a number in a list": (text_of(Action=["s3:x", 1]), "Only strings"),
    "sid of a list": (text_of(Sid=[]), "Sid"),
    "principal of text": (text_of(Principal="me"), "principal"),
    "unknown principal": (text_of(Principal={"Foo": "x"}), '"Foo"'),
    "condition of text": (text_of(Condition="x"), "Condition"),
    "operator of text": (text_of(Condition={"StringEquals": "x"}), "object of keys"),
    "value of an object": (text_of(Condition={"StringEquals": {"a": {}}}), "condition value"),
    "value of null": (text_of(Condition={"StringEquals": {"a": None}}), "condition value"),
    "value of null in a list": (text_of(Condition={"StringEquals": {"a": ["x", None]}}), "condition value"),
    "key twice in different case": (
        text_of(Condition={"Bool": {"aws:x": "1", "AWS:X": "1"}}),
        "different case",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unreadable_policy_is_refused_with_its_reason(name):
    text, words = REFUSED[name]
    with pytest.raises(PolicySyntaxError, match="line") as caught:
        parse(text)
    assert words in caught.value.message
    assert caught.value.message.endswith(".")


def test_fault_is_placed_at_the_element():
    with pytest.raises(PolicySyntaxError) as caught:
        parse(json.dumps({"Statement": [GOOD, {**GOOD, "Action": ["s3:x", 1]}]}, indent=1))
    assert (caught.value.line, caught.value.column) == (12, 5)


def test_missing_version_is_the_old_one():
    assert parse('{"Statement": []}').version == "2008-10-17"


def test_single_statement_and_single_values_stand_for_lists():
    (statement,) = parse(text_of(Sid="A")).statements
    assert (statement.sid, statement.actions, statement.resources) == ("A", ("s3:*",), ("*",))
    assert statement.principals is None


def test_star_principal_is_everybody_of_type_aws():
    assert parse(text_of(Principal="*")).statements[0].principals == (("AWS", "*"),)


def test_principals_keep_type_and_order():
    (statement,) = parse(text_of(NotPrincipal={"AWS": ["a", "b"], "Service": "c"})).statements
    assert statement.principals == (("AWS", "a"), ("AWS", "b"), ("Service", "c"))
    assert statement.not_principal


def test_condition_values_become_text():
    (statement,) = parse(
        text_of(Condition={"Bool": {"AWS:X": [True, False, 1.0, "y"]}, "Foo": {}})
    ).statements
    assert statement.clauses == (
        Clause("Bool", "aws:x", ("true", "false", "1.0", "y")),
        Clause("Foo", None, ()),
    )
