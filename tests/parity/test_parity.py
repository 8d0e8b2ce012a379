"""The same script at moto's server and here: what differs is listed with its reason, and nothing listed is gone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.parity import script, sides
from tests.parity.differences import DIFFERENCES, Difference

LEAST_STEPS = 400
Found = tuple[str, str, str, str]

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not sides.MOTO.exists(), reason="moto is not installed: `make parity` does it"),
]


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> dict[str, sides.Side]:
    folder = tmp_path_factory.mktemp("parity")
    with sides.moto(folder) as theirs, sides.ours(folder) as here, ThreadPoolExecutor() as walkers:
        for walk in [walkers.submit(script.walk, side) for side in (theirs, here)]:
            walk.result()
        return {"moto": theirs, "here": here}


@pytest.fixture(scope="module")
def found(walked) -> set[Found]:
    """Every difference: operation, path, what is here, what is there; "-" for nothing."""
    pairs = zip(walked["here"].log, walked["moto"].log, strict=True)
    return {one for (operation, ours), (_, theirs) in pairs for one in differing(operation, ours, theirs)}


def differing(operation: str, ours: dict[str, str], theirs: dict[str, str]) -> Iterator[Found]:
    # Where the outcome differs there is nothing more to compare.
    paths = [""] if ours[""] != theirs[""] else sorted(ours.keys() | theirs.keys())
    for path in paths:
        here, there = ours.get(path, "-"), theirs.get(path, "-")
        if here != there:
            yield operation, re.sub(r"\[\d+\]", "[n]", path), here, there


def test_the_script_is_long_and_the_same_for_both(walked):
    steps = {name: [operation for operation, _ in side.log] for name, side in walked.items()}
    assert steps["here"] == steps["moto"]
    assert len(steps["here"]) >= LEAST_STEPS


def test_nothing_differs_that_is_not_listed(found):
    unlisted = [one for one in sorted(found) if not any(each.covers(*one) for each in DIFFERENCES)]
    assert unlisted == []


@pytest.mark.parametrize(
    "listed", DIFFERENCES, ids=lambda each: f"{each.operations.split()[0]} {each.path}"[:60]
)
def test_what_is_listed_is_still_so(found, listed: Difference):
    assert any(listed.covers(*one) for one in found)


def test_whoever_is_right_is_named_with_a_source():
    assert all(each.why and each.source for each in DIFFERENCES)


def test_moto_is_right_only_where_we_differ_on_purpose():
    assert {each.source for each in DIFFERENCES if each.right == "moto"} == {"docs/deviations.md"}
