import time

import pytest

from iam.shapes.patterns import fits
from iam.shapes.spec import Shape, operation, operations

TAG_KEY = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+"


def patterns():
    found: dict[str, None] = {}

    def walk(shape: Shape | None) -> None:
        if shape is None:
            return
        if shape.pattern:
            found[shape.pattern] = None
        for part in (*shape.members.values(), shape.element, shape.key, shape.value):
            walk(part)

    for service in ("iam", "sts", "tenant", "console"):
        for name in operations(service):
            walk(operation(name).input)
    return list(found)


@pytest.mark.parametrize("text", ["team", "Größe", "日本", "Ⅷ", "a b", "a\u00a0b", "x_.:/=+-@", "\U00010400"])
def test_tag_keys_take_letters_numbers_and_separators_of_all_scripts(text):
    assert fits(TAG_KEY, text)


@pytest.mark.parametrize("text", ["", "a*b", "a\tb", "a\nb", "😀", "a\ue000b", "\ue00f", "a\x00", "é\u0301"])
def test_tag_keys_refuse_the_rest(text):
    assert not fits(TAG_KEY, text)


def test_word_characters_are_ascii():
    assert fits(r"[\w+=,.@-]+", "Anna_1")
    assert not fits(r"[\w+=,.@-]+", "\u0410nna")
    assert not fits(r"[\d]+", "١٢٣٤٥٦")


def test_the_whole_text_has_to_fit():
    assert not fits(r"^[a-z]+$", "abc\n")
    assert not fits(r"[a-z]+", "abc\n")


@pytest.mark.parametrize("pattern", patterns())
def test_no_pattern_backtracks(pattern):
    """Long runs of each character a pattern may repeat, spoilt at the end, are refused in linear time."""
    for seed in (
        "a",
        "/a",
        "/",
        "/a/",
        "-a",
        "a b",
        " ",
        ".",
        "0",
        "http://a",
        "o-aaaaaaaaaa/r-aaaa",
        "v1.a",
        "é",
    ):
        for size in (20_000, 40_000):
            text = (seed * size)[:size] + "\x00"
            started = time.perf_counter()
            assert not fits(pattern, text)
            assert time.perf_counter() - started < 0.25
