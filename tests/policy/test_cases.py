import pytest

from tests.policy.casebook import Case, case_id, decide_case, load_cases


@pytest.mark.parametrize("case", load_cases(), ids=case_id)
def test_case_is_decided_as_expected(case: Case):
    assert decide_case(case).outcome == case["expected"], case["why"]
