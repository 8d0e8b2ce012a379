from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import totp

SEED = b"12345678901234567890"


# Source: RFC 6238, appendix B (SHA-1), cut to six digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds, code):
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_at(SEED, step) == code
    assert totp.matching_step(SEED, code, step) == step


# Source: RFC 6238, appendix B (SHA-1), whole; and the same moments at half the pace.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (2000000000, "69279037"), (20000000000, "65353130")],
)
@pytest.mark.parametrize("pace", [30, 60])
def test_codes_of_eight_digits_are_those_of_the_standard(seconds, code, pace):
    rhythm = totp.Rhythm(pace, 8)
    step = totp.step_at(datetime.fromtimestamp(seconds * pace // 30, UTC), rhythm)
    assert totp.code_at(SEED, step, rhythm) == code
    assert totp.matching_step(SEED, code, step, rhythm=rhythm) == step
    assert totp.matching_step(SEED, code[2:], step, rhythm=rhythm) is None
    assert totp.matching_step(SEED, code, step) is None


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_one_step_to_each_side_is_near_enough(away):
    assert totp.matching_step(SEED, totp.code_at(SEED, 1000 + away), 1000) == 1000 + away


@pytest.mark.parametrize("away", [-2, 2])
def test_two_steps_are_too_far(away):
    assert totp.matching_step(SEED, totp.code_at(SEED, 1000 + away), 1000) is None


def test_blanks_inside_a_code_do_not_matter():
    code = totp.code_at(SEED, 1000)
    assert totp.matching_step(SEED, f" {code[:3]} {code[3:]}\n", 1000) == 1000


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "-12345", "1" * 100_000],
)
def test_what_is_no_code_matches_nothing(code):
    assert totp.matching_step(SEED, code, 1000) is None


def test_a_pair_must_be_consecutive_and_in_order():
    one, two, three = (totp.code_at(SEED, step) for step in (1000, 1001, 1002))
    near = range(998, 1003)
    assert totp.matching_pair(SEED, one, two, near) == 1001
    assert totp.matching_pair(SEED, two, one, near) is None
    assert totp.matching_pair(SEED, one, one, near) is None
    assert totp.matching_pair(SEED, one, three, near) is None


@given(st.text(max_size=20))
def test_any_text_is_judged_without_an_error(text):
    totp.matching_step(SEED, text, 0)


def test_seeds_have_160_bits_and_differ():
    seeds = {totp.new_seed() for _ in range(100)}
    assert len(seeds) == 100
    assert {len(seed) for seed in seeds} == {20}


def test_the_address_says_name_account_secret_and_issuer():
    uri = totp.provisioning_uri("my phone", "example-corp", SEED)
    assert (
        uri
        == "otpauth://totp/my%20phone@example-corp?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Wardstead"
    )
