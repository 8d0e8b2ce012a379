import time

import pytest

from accounts import password_strength
from accounts.password_strength import LOOKED_AT, READINGS, _bounded


def test_a_common_one_is_weak_and_a_long_phrase_strong():
    weak, strong = password_strength.of("Password-1"), password_strength.of("correct-Horse-7-battery")
    assert weak is not None
    assert (weak.poor, weak.word) == (True, "weak")
    assert weak.advice
    assert strong is not None
    assert (strong.poor, strong.word, strong.advice) == (False, "strong", ())


def test_what_a_guesser_knows_of_the_owner_weakens():
    alone = password_strength.of("zyxomma-quorl")
    known = password_strength.of("zyxomma-quorl", ["Zyxomma", "quorl"])
    assert alone is not None
    assert known is not None
    assert known.score < alone.score


def test_the_words_of_one_are_not_left_for_the_next():
    before = password_strength.of("zyxomma-quorl")
    password_strength.of("x", ["zyxomma", "quorl"])
    assert password_strength.of("zyxomma-quorl") == before


def test_nothing_has_no_strength_and_no_answer_repeats_what_was_typed():
    assert password_strength.of("") is None
    assert "canary" not in repr(password_strength.of("canary-1"))


def test_while_as_many_are_rated_as_may_be_the_next_is_not():
    with password_strength._turns:
        assert password_strength.of("anything") is None
    assert password_strength.of("anything") is not None


@pytest.mark.parametrize(
    "typed",
    ["!$%(+0123456789<@[{|" * 7, "+17|" * 32, "1234567890" * 13, "\ufdfa" * 128, "a" * 100_000, "\ud800" * 9],
)
def test_the_worst_that_can_be_typed_costs_little(typed):
    password_strength.of("warms up")
    started = time.process_time()
    assert password_strength.of(typed) is not None
    assert time.process_time() - started < 0.5


def test_few_characters_may_stand_for_letters_and_few_are_looked_at():
    assert _bounded("4@8(3") == "4@8(^"
    assert len({*_bounded("!$%(+0123456789<@[{|")} - {"^"}) == READINGS
    assert LOOKED_AT <= 72
