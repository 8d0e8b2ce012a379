import pytest

from accounts.password_rules import BUILT_IN, LONGEST, SYMBOLS, Rules, describe, fits, normalised, violations

STRICT = Rules(minimum_length=6, symbols=True, numbers=True, uppercase=True, lowercase=True)


def codes(password: str, rules: Rules = BUILT_IN, words=()) -> list[str]:
    return [violation.code for violation in violations(password, rules, words)]


@pytest.mark.parametrize("password", ["Abcdefg1", "abcdef1!", "ABCDEF1!", "Abcdefg!", "aB1|aB1|"])
def test_three_kinds_of_four_please_the_built_in_policy(password):
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Abcdef1", ["too_short"]),
        ("abcdefgh", ["needs_classes"]),
        ("abcdefg1", ["needs_classes"]),
        ("", ["too_short", "needs_classes"]),
    ],
)
def test_the_built_in_policy_names_each_broken_rule(password, expected):
    assert codes(password) == expected


def test_every_missing_kind_is_named():
    assert codes("......", STRICT) == ["needs_uppercase", "needs_lowercase", "needs_number", "needs_symbol"]


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
    ]


def test_no_text_repeats_the_password():
    for violation in violations("canary", STRICT, ("canary",)):
        assert "canary" not in violation.text
