"""The engine against the oracle; FUZZ_CASES sets how many invented cases are compared, in chunks of 500."""

import os
from random import Random  # noqa: TID251  # a seeded, repeatable choice of test cases; nothing here is secret

import pytest

from tests.policy.casebook import Case, case_id, load_cases
from tests.policy.compare import differ, oracle_says, shrink, told
from tests.policy.invent import invent

CHUNK = 500
CHUNKS = int(os.environ.get("FUZZ_CASES", "3000")) // CHUNK


@pytest.mark.parametrize("case", load_cases(), ids=case_id)
def test_oracle_decides_case_as_expected(case: Case):
    assert oracle_says(case) == case["expected"], case["why"]


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_engine_and_oracle_agree_on_invented_cases(seed: int):
    rng = Random(seed)  # noqa: S311  # as above
    for _ in range(CHUNK):
        case = invent(rng)
        assert not differ(case), told(shrink(case))


def test_invented_cases_come_to_every_outcome():
    rng = Random(0)  # noqa: S311  # as above
    assert {oracle_says(invent(rng)) for _ in range(200)} == {"allowed", "explicitDeny", "implicitDeny"}


def test_a_difference_is_made_small():
    case = invent(Random(4))  # noqa: S311  # as above
    small = shrink(case, lambda smaller: smaller["caller_arn"] == case["caller_arn"])
    assert set(small) == {"action", "caller_arn", "resource_owner_account"}
