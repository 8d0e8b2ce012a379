"""JSON as policies use it: strict, with the line and column of everything.

`load` is the fast way in and keeps no positions; only when it fails, or when somebody asks where something
stands, does `read` go through the text again and keep them.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, NoReturn

from iam.policy.errors import PolicySyntaxError, RepeatedElement

MAX_DEPTH = 64
MAX_NUMBER_DIGITS = 64

Step = str | int
Path = Sequence[Step]
Position = tuple[int, int]


class NumberText(str):
    """A JSON number as it was written: policies compare the text, and 10.0 is not yet 10."""

    __slots__ = ()


Json = dict[str, "Json"] | list["Json"] | str | bool | None


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate")
    return members


def _number(text: str) -> NumberText:
    if len(text) > MAX_NUMBER_DIGITS:
        raise ValueError("number too long")
    return NumberText(text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_no_constant
)


def load(text: str) -> Json:
    """Read the text into plain values; numbers stay text.

    Errors: PolicySyntaxError with the place of the first fault, also for a repeated key.
    """
    try:
        value: Json = _DECODER.decode(text)
    except (ValueError, RecursionError):
        read(text)
        # Nothing gets past read that the decoder refuses; if it ever did, it would stop here.
        raise PolicySyntaxError("The text cannot be read as JSON.") from None  # pragma: no cover
    if "\\u" in text or not (text.isascii() or _encodable(text)):
        read(text)  # the decoder lets halves of surrogate pairs through
    return value


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Node(NamedTuple):
    """A JSON value and where it stands: offsets `start` (first character) and `end` (behind the last)."""

    kind: Literal["object", "array", "string", "number", "word"]
    start: int
    end: int
    text: str = ""
    members: tuple[tuple[str, int, "Node"], ...] = ()
    items: tuple["Node", ...] = ()

    def child(self, step: Step) -> tuple[int, "Node"] | None:
        """Return the offset of the member's key (of the item itself in a list) and the member."""
        if isinstance(step, int):
            return (self.items[step].start, self.items[step]) if step < len(self.items) else None
        return next(((at, node) for key, at, node in self.members if key == step), None)


def read(text: str) -> Node:
    """Read the text keeping every position.

    Errors: PolicySyntaxError, one for each kind of fault, naming it.
    """
    return _Reader(text).document()


def position(text: str, offset: int) -> Position:
    """Line and column, from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class Lines:
    """The lines of a text, to place many offsets in it."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        """Line and column, from 1, of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def locate(text: str, path: Path) -> Position:
    """Line and column of what `path` leads to, or of the nearest thing around it that is there.

    For a member of an object this is the place of its key.  The text must be readable.
    """
    node, at = read(text), None
    for step in path:
        found = node.child(step)
        if found is None:
            break
        at, node = found
    return position(text, node.start if at is None else at)


_BLANKS = frozenset(" \t\n\r")
_SPACE = re.compile(r"[ \t\n\r]*")
_STOP = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_]+")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Reader:
    """One pass over one text.  Recursion is bounded by MAX_DEPTH."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fault(self, message: str) -> PolicySyntaxError:
        return PolicySyntaxError(message, *position(self.text, self.at))

    def fail(self, message: str, offset: int | None = None) -> NoReturn:
        self.at = self.at if offset is None else offset
        raise self.fault(message)

    def skip(self) -> str:
        """Go past blanks; return the next character, or nothing at the end."""
        char = self.text[self.at : self.at + 1]
        if char in _BLANKS:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            char = self.text[self.at : self.at + 1]
        if char == "/":
            self.fail("Comments are not part of JSON.")
        return char

    def document(self) -> Node:
        if self.text.startswith("\ufeff"):
            self.fail("The text begins with a byte order mark.")
        if not self.skip():
            self.fail("The document is empty.")
        node = self.value(1)
        if self.skip():
            self.fail("There is more text after the end of the document.")
        return node

    def value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self.fail(f"Nested deeper than {MAX_DEPTH} levels.")
        char = self.skip()
        if char == "{":
            return self.object(depth)
        if char == "[":
            return self.array(depth)
        if char == '"':
            start = self.at
            return Node("string", start, text=self.string(), end=self.at)
        return self.scalar(char)

    def scalar(self, char: str) -> Node:
        start = self.at
        if char and char in "-0123456789":
            match = _NUMBER.match(self.text, start)
            if match is None or match.end() - start > MAX_NUMBER_DIGITS:
                self.fail("This number is not one JSON allows here.")
            self.at = match.end()
            return Node("number", start, self.at, match.group())
        match = _WORD.match(self.text, start)
        word = match.group() if match else ""
        if word in ("true", "false", "null"):
            self.at += len(word)
            return Node("word", start, self.at, word)
        raise self.fault(
            "The text ends before the document does." if not char else f"{word or char} is no JSON value."
        )

    def string(self) -> str:
        """Read a string whose opening quote is the next character; leave behind the closing one."""
        parts, opening = [], self.at
        self.at += 1
        while True:
            stop = _STOP.search(self.text, self.at)
            end = stop.start() if stop else len(self.text)
            parts.append(self.text[self.at : end])
            self.at = end
            char = self.text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                return "".join(parts)
            if char != "\\":
                self.bad_character(char, opening)
            parts.append(self.escape())

    def bad_character(self, char: str, opening: int) -> NoReturn:
        if not char:
            self.fail("This string is not closed.", opening)
        if char < " ":
            self.fail(f"Control character U+{ord(char):04X} inside a string.")
        self.fail("Half of a surrogate pair inside a string.")

    def escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        if char in _ESCAPES:
            self.at += 2
            return _ESCAPES[char]
        if char != "u":
            self.fail('A backslash must be followed by one of " \\ / b f n r t or u.')
        code = self.unit(self.at)
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at + 6):
            low = self.unit(self.at + 6)
            if 0xDC00 <= low < 0xE000:
                self.at += 12
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
        if 0xD800 <= code < 0xE000:
            self.fail("Half of a surrogate pair inside a string.")
        self.at += 6
        return chr(code)

    def unit(self, at: int) -> int:
        match = _HEX.match(self.text, at + 2)
        if match is None:
            self.fail("\\u must be followed by four hexadecimal digits.", at)
        return int(match.group(), 16)

    def object(self, depth: int) -> Node:
        start, seen = self.at, set[str]()
        members: list[tuple[str, int, Node]] = []
        for _ in self.elements("}", "object"):
            key_at = self.at
            if self.skip() != '"':
                self.fail("The name of an element must be a string in double quotes.")
            key = self.string()
            if key in seen:
                place = position(self.text, key_at)
                raise RepeatedElement(f'The element "{key}" stands here twice.', *place)
            seen.add(key)
            if self.skip() != ":":
                self.fail("A colon must follow the name of an element.")
            self.at += 1
            members.append((key, key_at, self.value(depth + 1)))
        return Node("object", start, self.at, members=tuple(members))

    def array(self, depth: int) -> Node:
        start = self.at
        items = [self.value(depth + 1) for _ in self.elements("]", "list")]
        return Node("array", start, self.at, items=tuple(items))

    def elements(self, closing: str, what: str) -> Iterator[None]:
        """Yield before each element; the caller reads it.  Ends behind the closing bracket."""
        opening = self.at
        self.at += 1
        char = self.skip()
        while char != closing:
            if not char:
                self.fail(f"This {what} is not closed.", opening)
            yield
            char = self.skip()
            if char == ",":
                comma = self.at
                self.at += 1
                char = self.skip()
                if char == closing:
                    self.fail("A comma must be followed by another element.", comma)
            elif char != closing:
                self.fail(
                    f"A comma or the end of the {what} must follow here."
                    if char
                    else f"This {what} is not closed.",
                    self.at if char else opening,
                )
        self.at += 1
