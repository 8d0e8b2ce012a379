"""Which statements speak of an action, and what a compiled document keeps."""

import pytest

from iam.policy import compile as compiling
from iam.policy import compile_document
from iam.policy.compile import CompiledDocument
from tests.policy.build import allow, deny, document


def spoken_of(action, *blocks):
    return [rule.number for rule in CompiledDocument(document(*blocks)).rules_for(action, "identity")]


MANY = [
    allow(NotAction=["s3:Put*", "sqs:*"], Resource="*"),
    allow(Action="s3:GetObject", Resource="*"),
    allow(Action=["s3:Get*", "s3:GetObject"], Resource="*"),
    allow(Action="*:GetObject", Resource="*"),
    deny(Action=["S3:GETOBJECT", "s3:getobject"], Resource="*"),
    allow(Action="sqs:*", Resource="*"),
    allow(Action="s3:GetObjec?", Resource="*"),
]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:getobject", [0, 1, 2, 3, 4, 6]),
        ("s3:getbucket", [0, 2]),
        ("s3:putobject", []),
        ("sqs:getobject", [3, 5]),
        ("iam:getuser", [0]),
    ],
)
def test_statements_that_speak_of_an_action_in_the_order_of_the_text(action, expected):
    assert spoken_of(action, *MANY) == expected


def test_two_statements_of_one_action_and_no_more():
    twice = [
        allow(Action="s3:GetObject", Resource="*"),
        allow(Action="s3:GetObject", Resource="arn:aws:s3:::a"),
    ]
    assert spoken_of("s3:getobject", *twice) == [0, 1]
    assert spoken_of("s3:putobject", *twice) == []


def test_the_same_text_is_compiled_once_and_each_statement_once():
    text = document(*MANY)
    assert compile_document(text) is compile_document(text)
    made = compile_document(text)
    assert made.matching("s3:GetObject", "identity") is made.matching("s3:GetObject", "identity")
    assert made.rule(1, "identity") is made.rule(1, "identity") is not made.rule(1, "resource")


def test_a_document_keeps_so_many_actions():
    made = CompiledDocument(document(*MANY))
    for number in range(compiling.ACTIONS_KEPT):
        made.matching(f"s3:Get{number}", "identity")
    assert len(made._matching) == compiling.ACTIONS_KEPT
    made.matching("s3:GetObject", "identity")
    assert list(made._matching) == [("identity", "s3:GetObject")]


def test_a_statement_knows_how_what_it_matches_begins():
    def heads(**elements):
        return CompiledDocument(document(allow(**elements))).rule(0, "identity").heads

    assert heads(Resource="arn:aws:s3:::a*b") == "arn:aws:s3:::a"
    assert heads(Resource=["arn:aws:s3:::a", "arn:aws:s3:::b?", "arn:aws:s3:::b*"]) == (
        "arn:aws:s3:::a",
        "arn:aws:s3:::b",
    )
    assert heads(Resource=["arn:aws:s3:::a", "?b"]) == ("arn:aws:s3:::a", "")
    for anything in (
        {"Resource": "*"},
        {"NotResource": "arn:aws:s3:::a"},
        {"Resource": ["arn:aws:s3:::a", "*"]},
    ):
        assert heads(**anything) == ""
