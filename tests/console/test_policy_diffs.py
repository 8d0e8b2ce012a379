"""Two texts side by side and in one column."""

from console import diffs


def kinds(before, after):
    return [row.kind for row in diffs.side_by_side(before, after)]


def test_lines_that_stayed_came_and_went():
    assert kinds("a\nb\nc", "a\nx\nc\nd") == ["same", "changed", "same", "added"]
    assert kinds("a\nb", "a") == ["same", "gone"]
    assert kinds("", "") == []


def test_numbers_count_in_each_text():
    rows = diffs.side_by_side("a\nb", "x\na\nb")
    assert [(row.before_number, row.after_number) for row in rows] == [(None, 1), (1, 2), (2, 3)]


def test_in_one_column_what_went_stands_before_what_came():
    lines = diffs.unified(diffs.side_by_side("a\nb\nc\nz", "a\nx\ny\nz"))
    assert [(line.kind, line.text) for line in lines] == [
        ("same", "a"),
        ("gone", "b"),
        ("gone", "c"),
        ("added", "x"),
        ("added", "y"),
        ("same", "z"),
    ]


def test_lines_are_counted():
    assert diffs.counts(diffs.side_by_side("a\nb", "a\nx\ny")) == (2, 1)


def test_json_is_laid_out_alike_and_other_text_left_alone():
    assert diffs.tidy('{"b":1,"a":[]}') == '{\n  "b": 1,\n  "a": []\n}'
    assert diffs.tidy("no json") == "no json"
