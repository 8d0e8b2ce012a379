from dataclasses import replace

import pytest

from accounts import common_passwords
from accounts.password_rules import BUILT_IN, LONGEST, SYMBOLS, Rules, describe, fits, normalised, violations

STRICT = Rules(minimum_length=6, symbols=True, numbers=True, uppercase=True, lowercase=True)


def codes(password: str, rules: Rules = BUILT_IN, words=()) -> list[str]:
    return [violation.code for violation in violations(password, rules, words)]


@pytest.mark.parametrize("password", ["Abkdefm1", "abcdef1!", "ABCDEF1!", "Abcdefg!", "aB1|aB1|"])
def test_three_kinds_of_four_please_the_built_in_policy(password):
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Abkdef1", ["too_short"]),
        ("abkdefmh", ["needs_classes"]),
        ("abkdefm1", ["needs_classes"]),
        ("Password1", ["is_common"]),
        ("password", ["needs_classes", "is_common"]),
        ("", ["too_short", "needs_classes"]),
    ],
)
def test_the_built_in_policy_names_each_broken_rule(password, expected):
    assert codes(password) == expected


def test_every_missing_kind_is_named():
    assert codes(".,.,.,", STRICT) == ["needs_uppercase", "needs_lowercase", "needs_number", "needs_symbol"]


@pytest.mark.parametrize("symbol", sorted(SYMBOLS))
def test_each_symbol_counts_as_one(symbol):
    assert codes(f"Abcdef1{symbol}", STRICT) == []


@pytest.mark.parametrize(
    "sample", ["é", " ", "\u2019", "~", "`", ";", ":", '"', "<", ",", ".", "/", "?", "\\"]
)
def test_other_characters_are_no_symbols(sample):
    assert codes(f"Abcdef1{sample}", STRICT) == ["needs_symbol"]


def test_accented_letters_are_neither_upper_nor_lower_case():
    assert codes("ÉÉÉÉÉÉééééé1!", STRICT) == ["needs_uppercase", "needs_lowercase"]


def test_length_is_counted_by_code_point():
    assert codes("Ab1" + "\U0001f511" * 5) == []
    assert codes("Ab1" + "\U0001f511" * 4) == ["too_short"]


def test_the_longest_fits_and_one_more_does_not():
    longest = "Aa1!" * 32
    assert len(longest) == LONGEST
    assert codes(longest) == []
    assert codes(longest + "x") == ["too_long"]
    assert fits(longest)
    assert not fits(longest + "x")


def test_a_password_typed_decomposed_counts_as_it_will_be_stored():
    composed = "Ab1" + "é" * (LONGEST - 3)
    decomposed = "Ab1" + "e\u0301" * (LONGEST - 3)
    assert normalised(decomposed) == composed
    assert codes(decomposed) == []
    assert fits(decomposed)


def test_a_lone_surrogate_is_refused_not_raised():
    assert codes("Abcdefg1\ud800") == ["bad_characters"]
    assert not fits("Abcdefg1\ud800")


@pytest.mark.parametrize("word", ["Example-Corp1", "EXAMPLE-CORP1"])
def test_a_name_is_refused_whatever_its_case(word):
    assert codes("example-corp1".capitalize(), words=("", word)) == ["is_a_name"]


def test_a_name_inside_is_fine():
    assert codes("Example-Corp1-and-more", words=("Example-Corp1",)) == []


def test_what_holds_can_be_shown_before_anything_is_typed():
    assert [violation.code for violation in describe(STRICT)] == [
        "too_short",
        "needs_uppercase",
        "needs_lowercase",
        "needs_number",
        "needs_symbol",
        "is_a_name",
        "is_common",
    ]


def test_no_text_repeats_the_password():
    for violation in violations("canary", STRICT, ("canary",)):
        assert "canary" not in violation.text


@pytest.mark.parametrize("typed", ["Password1", "pASSWORD1", "\uff30assword1", "P@ssw0rd"])
def test_a_common_password_is_common_in_every_spelling(typed):
    assert codes(typed) == ["is_common"]


def test_more_than_the_top_three_thousand_are_known():
    assert common_passwords.count() > 30_000


def test_a_common_password_inside_a_longer_one_is_fine():
    assert codes("Password1 of my aunt") == []


@pytest.mark.parametrize(
    "typed",
    [
        "Al1ce2026!",
        "aliceALICE1",
        "4lice-4lice!",
        "W@rdst3ad1",
        "Example.Corp99",
        "corpAlice7!",
        "alice@Example1",
    ],
)
def test_names_in_disguise_are_refused_where_that_is_asked(typed):
    words = ("Example Corp", "example-corp", "123456789012", "alice", "root@example.com")
    assert codes(typed, replace(BUILT_IN, undisguised=True), words) == ["is_a_disguised_name"]
    assert codes(typed, BUILT_IN, words) == []


@pytest.mark.parametrize("typed", ["alice-in-Wonderland-7", "Malice4ever", "correct-Horse-7"])
def test_phrases_with_a_name_in_them_are_fine(typed):
    assert codes(typed, replace(BUILT_IN, undisguised=True), ("alice",)) == []


@pytest.mark.parametrize("typed", ["Abkdefm1\u2019", "Abkdefm1\u0160", "Abkdefm1\x07"])
def test_what_the_api_cannot_carry_is_refused_for_those_who_use_it(typed):
    assert codes(typed, replace(BUILT_IN, carried=True)) == ["bad_characters"]
    assert codes(typed, BUILT_IN) == []


@pytest.mark.parametrize("typed", ["Abkdefm1\u00e9", "Abkdefm1e\u0301", "Abkdefm1\u00b4", "Abkdefm1\xff"])
def test_what_the_api_carries_is_fine_composed_or_not(typed):
    assert codes(typed, replace(BUILT_IN, carried=True)) == []
