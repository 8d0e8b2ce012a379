import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy import PolicySyntaxError
from iam.policy.reader import Lines, Node, load, locate, position, read
from tests.policy.build import tried

FAULTS = {
    "empty": ("", "empty", 1, 1),
    "blanks": (" \n ", "empty", 2, 2),
    "byte order mark": ("\ufeff{}", "byte order mark", 1, 1),
    "line comment": ('{\n  // x\n  "a": 1}', "Comments", 2, 3),
    "block comment": ('{"a": /* x */ 1}', "Comments", 1, 7),
    "comma at the end of an object": ('{"a": 1,\n}', "another element", 1, 8),
    "comma at the end of a list": ("[1, 2,]", "another element", 1, 6),
    "no comma": ('{"a": 1 "b": 2}', "comma", 1, 9),
    "no comma in a list": ("[1 2]", "comma", 1, 4),
    "no colon": ('{"a" 1}', "colon", 1, 6),
    "name without quotes": ("{a: 1}", "double quotes", 1, 2),
    "NaN": ('{"a": NaN}', "NaN is no JSON value", 1, 7),
    "infinity": ("[-Infinity]", "number", 1, 2),
    "infinity without sign": ("[Infinity]", "Infinity is no JSON value", 1, 2),
    "None": ("[None]", "None is no JSON value", 1, 2),
    "single quotes": ("['a']", "' is no JSON value", 1, 2),
    "leading zero": ("[01]", "comma", 1, 3),
    "long number": ("[" + "9" * 65 + "]", "number", 1, 2),
    "open string": ('{"a": "b', "string is not closed", 1, 7),
    "open object": ('{"a": 1', "object is not closed", 1, 1),
    "open object after its brace": ("{", "object is not closed", 1, 1),
    "open list": ("[1, ", "list is not closed", 1, 1),
    "missing value": ('{"a":', "ends before", 1, 6),
    "more text": ("{} x", "more text", 1, 4),
    "control character": ('["a\tb"]', "U+0009", 1, 4),
    "NUL": ('["a\x00b"]', "U+0000", 1, 4),
    "bad escape": (r'["\x"]', "backslash", 1, 3),
    "short hexadecimal": (r'["\u12"]', "four hexadecimal", 1, 3),
    "high surrogate alone": (r'["\ud800"]', "surrogate", 1, 3),
    "high surrogate twice": (r'["\ud800\ud800"]', "surrogate", 1, 3),
    "low surrogate alone": (r'["\uDC00"]', "surrogate", 1, 3),
    "raw surrogate": ('["\ud800"]', "surrogate", 1, 3),
    "same key twice": ('{"a": 1,\n "a": 2}', '"a" stands here twice', 2, 2),
    "too deep": ("[" * 65 + "]" * 65, "deeper than 64", 1, 65),
    "far too deep": ("[" * 5000 + "]" * 5000, "deeper than 64", 1, 65),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_and_placed(name):
    text, words, line, column = FAULTS[name]
    with pytest.raises(PolicySyntaxError) as caught:
        load(text) if name != "too deep" else read(text)
    assert words in caught.value.message
    assert caught.value.message.endswith(".")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).endswith(f"(line {line}, column {column})")


def test_surrogate_pair_is_one_character():
    assert read(r'"\ud83d\ude00"').text == "😀"
    assert load(r'["\ud83d\ude00"]') == ["😀"]


def test_text_beyond_ascii_is_read():
    assert load('["é"]') == ["é"]


def test_numbers_stay_text():
    assert load("[10, 10.0, -1e3]") == ["10", "10.0", "-1e3"]


def test_position_counts_lines_and_columns_from_one():
    text = "ab\n\ncd"
    expected = [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3)]
    assert [position(text, offset) for offset in range(len(text) + 1)] == expected
    assert [Lines(text).position(offset) for offset in range(len(text) + 1)] == expected


def test_locate_gives_the_key_the_item_or_what_is_nearest():
    text = '{\n "a": [\n  1,\n  {"b": 2}\n ]\n}'
    assert locate(text, ("a",)) == (2, 2)
    assert locate(text, ("a", 1)) == (4, 3)
    assert locate(text, ("a", 1, "b")) == (4, 4)
    assert locate(text, ("a", 7)) == (2, 2)
    assert locate(text, ("missing",)) == (1, 1)
    assert locate(text, ()) == (1, 1)


def plain(node: Node) -> object:
    if node.kind == "object":
        return {key: plain(member) for key, _, member in node.members}
    if node.kind == "array":
        return [plain(item) for item in node.items]
    if node.kind == "word":
        return {"true": True, "false": False, "null": None}[node.text]
    return node.text


VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(10**20), 10**20).map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@tried
@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_both_ways_of_reading_agree_on_json(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(read(text)) == load(text) == value


@tried
@given(st.text(alphabet='{}[]":,\\u0123dD89abfnrt e+-./\n\ttrue', max_size=30))
def test_both_ways_of_reading_agree_on_nonsense(text):
    try:
        value = load(text)
    except PolicySyntaxError:
        with pytest.raises(PolicySyntaxError):
            read(text)
    else:
        assert plain(read(text)) == value


@tried
@given(st.text(max_size=40))
def test_reading_any_text_gives_a_value_or_a_syntax_error(text):
    with suppress(PolicySyntaxError):
        load(text)
