"""Policies made to hurt are refused or decided in time that grows with their size only."""

import json
import time

import pytest

from iam.policy import MalformedPolicy, PolicySyntaxError, check_for_save, decide
from tests.policy.build import allow, document, plan, request
from tests.policy.casebook import attach

LONG = "arn:aws:s3:::" + "a" * 1000


def one(**elements):
    return document(allow(Resource="*", **elements) if "Resource" not in elements else allow(**elements))


HOSTILE = {
    "one mark wildcards in actions": one(Action=["s3:" + "?*" * 20 + str(number) for number in range(2000)]),
    "one mark wildcards in a resource": one(Resource="arn:aws:s3:::" + "?*" * 500 + "b"),
    "stars and letters in a resource": one(Resource="arn:aws:s3:::" + "*a" * 500 + "b"),
    "many such resources": one(
        Resource=["arn:aws:s3:::" + "?*" * 40 + str(number) for number in range(1000)]
    ),
    "wildcards inside fields": one(Resource=["arn:aws:s?*?:" + "*a" * 50 + "b" for _ in range(200)]),
    "stars in conditions": one(
        Condition={"StringLike": {"k": ["*a" * 900 + f"b{number}" for number in range(50)]}}
    ),
    "arn stars in conditions": one(Condition={"ArnLike": {"k": ["*:" * 5 + "?*a" * 300 for _ in range(50)]}}),
    "open variables": one(Resource="arn:aws:s3:::" + "${a" * 30_000),
    "open defaults": one(Resource="arn:aws:s3:::" + "${a, '" * 20_000),
    "many variables": one(Resource="arn:aws:s3:::" + "${a}*" * 20_000),
    "many statements": document(*(allow(Resource=f"arn:aws:s3:::b{number}/*") for number in range(1500))),
    "two thousand stars": one(Action=["*"] * 2000),
    "blanks": " " * 2**20,
    "blanks inside": one().replace(",", "," + " " * 2**18),
    "deep lists": "[" * 5000 + "]" * 5000,
    "deep objects": '{"a":' * 5000 + "1" + "}" * 5000,
    "long number": json.dumps({"Statement": "@"}).replace('"@"', "9" * 30_000),
    "escapes": '"' + '\\"' * 20_000,
    "repeated keys": "{" + ",".join(f'"k{number}":1' for number in range(4000)) + ',"k1":2}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_decided_or_refused_soon(name):
    text = HOSTILE[name]
    started = time.process_time()
    try:
        has = plan()
        has = type(has)([attach(text, "inline")])
        decide(request(resource=LONG, k="arn:aws:s3:::" + "a" * 2000), has)
    except PolicySyntaxError as error:
        assert error.line >= 1  # noqa: PT017  # whether it is refused is not the question here
    try:
        check_for_save(text, "managed")
    except MalformedPolicy as error:
        assert error.detail  # noqa: PT017  # as above
    assert time.process_time() - started < 1


def test_time_grows_no_faster_than_the_text():
    def seconds(size):
        text = one(Resource="arn:aws:s3:::" + "*a?" * size)
        started = time.process_time()
        decide(request(resource=LONG), type(plan())([attach(text, "inline")]))
        return time.process_time() - started

    # Ten times the text; the best of five, since other work on the machine only makes it slower.
    assert min(seconds(5000 + round_) / seconds(500 + round_) for round_ in range(5)) < 40
