"""Policies and requests made to hurt are refused or decided in steps that grow with their size only.

Steps are lines run and functions called, so nothing else on the machine changes them; `make bench` measures time.
"""

import itertools
import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from bench.hostile import KINDS, Hostile, acts, attempt, document
from iam.policy import MalformedPolicy, PolicySyntaxError, check_for_save, parse

SIZE = 1200
ACTS = (
    "save",
    "save as trust",
    "keys",
    "explain",
    "simulate",
    "validate",
)  # reading, compiling, deciding are within
PAIRWISE = "validate"  # compares statements and patterns pair by pair, up to a number of them
PER_CHARACTER = 150


def steps(act: Callable[[], object]) -> int:
    """Count the lines run and the functions called, built-in ones included, while the engine acts."""
    counter = itertools.count()

    def line(_frame: FrameType, _event: str, _argument: Any) -> Any:
        next(counter)
        return line

    def call(_frame: FrameType, event: str, _argument: Any) -> None:
        if event == "c_call":
            next(counter)

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(line)
    sys.setprofile(call)
    try:
        attempt(act)
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return next(counter)


def of(hostile: Hostile) -> dict[str, int]:
    each = acts(hostile)
    return {name: steps(each[name]) for name in ACTS}


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_size_takes_at_most_twice_the_steps(kind):
    once, twice = of(KINDS[kind](SIZE)), of(KINDS[kind](2 * SIZE))
    for act, count in twice.items():
        if act == PAIRWISE:
            assert count < PER_CHARACTER * 2 * SIZE, act
        else:
            assert count < 2.2 * once[act] + 300, act


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (" " * 2**20, 1_000),
        (json.dumps({"Version": "2012-10-17"})[:-1] + "," + "\n" * 2**20 + '"Id":', 1_000),
        ("[" * 5000 + "]" * 5000, 5_000),
        ('{"a":' * 5000 + "1" + "}" * 5000, 10_000),
        (document(*[{}] * 10_000), 2_000_000),
        ('{"Statement":' + "9" * 100_000 + "}", 1_000),
    ],
    ids=["blanks", "lines", "lists", "objects", "statements", "number"],
)
def test_what_cannot_be_read_is_refused_in_few_steps(text, most):
    with pytest.raises(PolicySyntaxError):
        parse(text)
    with pytest.raises(MalformedPolicy):
        check_for_save(text, "managed")
    assert steps(acts(Hostile(text))["save"]) < most


def test_a_quadratic_act_would_be_seen():
    def pairs(size: int) -> int:
        return steps(lambda: [one for one in range(size) for _other in range(size)])

    assert pairs(100) > 2.2 * pairs(50) + 300
