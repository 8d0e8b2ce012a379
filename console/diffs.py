"""Two texts side by side: which lines stayed, which came and which went.  Pure."""

import difflib
import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

Kind = Literal["same", "changed", "added", "gone"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both texts.  Numbers count from 1; None where that text has no such line."""

    kind: Kind
    before_number: int | None = None
    before: str = ""
    after_number: int | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a unified view."""

    kind: Kind
    before_number: int | None
    after_number: int | None
    text: str


def tidy(text: str) -> str:
    """JSON laid out one way, its members in their order, so that layout is no difference; other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def side_by_side(before: str, after: str) -> list[Row]:
    """Every line of both texts, those that differ beside each other."""
    old, new = before.splitlines(), after.splitlines()
    rows: list[Row] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        lefts = [(number + 1, old[number]) for number in range(old_start, old_end)]
        rights = [(number + 1, new[number]) for number in range(new_start, new_end)]
        for left, right in zip_longest(lefts, rights):
            rows.append(_row(tag == "equal", left, right))
    return rows


def unified(rows: list[Row]) -> list[Line]:
    """The same lines in one column; in each run of differences what went stands before what came."""
    lines: list[Line] = []
    came: list[Line] = []
    for row in rows:
        if row.kind == "same":
            lines += came
            came = []
            lines.append(Line("same", row.before_number, row.after_number, row.before))
            continue
        if row.before_number is not None:
            lines.append(Line("gone", row.before_number, None, row.before))
        if row.after_number is not None:
            came.append(Line("added", None, row.after_number, row.after))
    return lines + came


def counts(rows: list[Row]) -> tuple[int, int]:
    """How many lines came and how many went."""
    came = sum(row.kind in ("added", "changed") for row in rows)
    return came, sum(row.kind in ("gone", "changed") for row in rows)


def _row(same: bool, left: tuple[int, str] | None, right: tuple[int, str] | None) -> Row:
    if left is None and right is not None:
        return Row("added", after_number=right[0], after=right[1])
    if right is None and left is not None:
        return Row("gone", before_number=left[0], before=left[1])
    if left is None or right is None:
        raise ValueError("a row without lines")
    return Row("same" if same else "changed", left[0], left[1], right[0], right[1])
