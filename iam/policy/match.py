"""Wildcard matching without regular expressions and without backtracking.

Texts are compared as a whole, anchored at both ends; nothing but `*` and `?` has a meaning.  Most patterns
need one or two built-in string tests; the rest is decided in one pass over the pattern, by a set of places kept
in the bits of an integer, so that no pattern can be slow.
"""

from collections.abc import Callable
from functools import lru_cache

from iam.policy.variables import (
    ONE,
    ONE_IN_FIELD,
    RUN,
    Context,
    Token,
    Variable,
    has_variables,
    literal,
    resolver,
    tokens,
)

Matcher = Callable[[str], bool]
ContextMatcher = Callable[[str, Context], bool]


def glob(pattern: str) -> Matcher:
    """Return the test for a pattern in which `*` and `?` stand for any characters."""
    return matcher(tokens(pattern, variables=False))


def matcher(pattern: tuple[Token, ...]) -> Matcher:
    """Return the test for a pattern without variables."""
    text = literal(pattern)
    if text is not None:
        return text.__eq__
    if all(isinstance(token, str) or token is RUN for token in pattern):
        return _by_pieces(pieces(pattern))
    parts = spans(pattern)
    return _by_places(pattern) if parts is None else lambda value: match_spans(value, parts)


def pieces(pattern: tuple[Token, ...]) -> tuple[str, ...]:
    """Return the texts between the stars of a pattern of texts and stars: one more than there are stars."""
    found = [""]
    for token in pattern:
        if isinstance(token, str):
            found[-1] = token
        else:
            found.append("")
    return tuple(found)


def _by_pieces(parts: tuple[str, ...]) -> Matcher:
    head, *middle, tail = parts
    if middle:
        return lambda text: match_pieces(text, parts)
    shortest = len(head) + len(tail)
    if not tail:
        return (lambda text: text.startswith(head)) if head else (lambda _text: True)
    if not head:
        return lambda text: text.endswith(tail)
    return lambda text: text.startswith(head) and text.endswith(tail) and len(text) >= shortest


def match_pieces(text: str, parts: tuple[str, ...]) -> bool:
    """Whether `text` is `parts` with any text between them.

    Taking the first place where the next part is found is enough: any later place leaves less room.
    """
    head, tail = parts[0], parts[-1]
    if not text.startswith(head):
        return False
    at, end = len(head), len(text) - len(tail)
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end and text.endswith(tail)


Span = tuple[int, str, int]
"""How many single characters, a text, how many single characters."""


def spans(pattern: tuple[Token, ...]) -> tuple[Span, ...] | None:
    """Return what stands between the stars of a pattern, None if more than one text stands between two."""
    found: list[Span] = [(0, "", 0)]
    for token in pattern:
        before, text, after = found[-1]
        if token is RUN:
            found.append((0, "", 0))
        elif token is ONE:
            found[-1] = (before, text, after + 1) if text else (before + 1, text, after)
        elif isinstance(token, str) and not text:
            found[-1] = (before, token, after)
        else:
            return None
    return tuple(found)


def match_spans(value: str, parts: tuple[Span, ...]) -> bool:
    """Whether `value` is `parts` with any text between them; the first fitting place is enough.

    Since `?` is written before `*`, only the first part can begin with single characters.
    """
    before, text, after = parts[0]
    at = before + len(text) + after
    if at > len(value) or not value.startswith(text, before):
        return False
    if len(parts) == 1:
        return at == len(value)
    _, text, after = parts[-1]
    end = len(value) - len(text) - after
    if end < at or not value.startswith(text, end):
        return False
    for _, text, after in parts[1:-1]:
        found = value.find(text, at, end)
        if found < 0:
            return False
        at = found + len(text) + after
    return at <= end


def _by_places(pattern: tuple[Token, ...]) -> Matcher:
    """Return the general test.  It keeps the set of places that the pattern so far can end at, bit by bit.

    Each character of the pattern moves all places at once, so a text of a thousand characters costs no more steps than
    one of ten.
    """
    texts = [token for token in pattern if isinstance(token, str)]
    singles = [token for token in pattern if token is ONE or token is ONE_IN_FIELD]
    shortest = len("".join(texts)) + len(singles)
    head = pattern[0] if isinstance(pattern[0], str) else ""

    def run(text: str) -> bool:
        if len(text) < shortest or not text.startswith(head):
            return False
        where = places_in(text)
        everywhere = (2 << len(text)) - 1
        places = 1
        for token in pattern:
            if isinstance(token, str):
                places = _behind_text(token, places, where)
            elif token is RUN:
                places = everywhere & -(places & -places)
            elif token is ONE:
                places = places << 1 & everywhere
            else:
                places = _in_field(token, places, everywhere >> 1 & ~where[":"])
            if not places:
                return False
        return places >> len(text) == 1

    return run


def _behind_text(text: str, places: int, where: dict[str, int]) -> int:
    for char in text:
        places = (places & where[char]) << 1
    return places


def _in_field(token: Token, places: int, inside: int) -> int:
    """Return where a wildcard leads that stays among the places `inside` a field."""
    at = places & inside
    # A carry runs through a row of ones: from each place to the end of its field.
    return at << 1 if token is ONE_IN_FIELD else (at + inside ^ inside) | places


class _Places(dict[str, int]):
    """Where a character stands in a text: the bit of each place that holds it is set.  Found when first asked."""

    __slots__ = ("_backwards",)

    def __init__(self, text: str) -> None:
        self._backwards = text[::-1]

    def __missing__(self, char: str) -> int:
        between = ["0" * len(part) for part in self._backwards.split(char)]
        found = self[char] = int("1".join(between) or "0", 2)
        return found


# Few: one decision asks many patterns about one text, and a long text's places are large.
places_in = lru_cache(maxsize=4)(_Places)


def context_matcher(pattern: tuple[Token, ...]) -> ContextMatcher:
    """Return the test for a pattern with variables; one without a value matches no text."""
    simple = _one_variable(pattern)
    if simple is not None:
        return simple
    resolve = resolver(pattern)

    def match(text: str, context: Context) -> bool:
        filled = resolve(context, len(text))
        return filled is not None and matcher(filled)(text)

    return match


def _one_variable(pattern: tuple[Token, ...]) -> ContextMatcher | None:
    """Return a faster test for text, one variable, text and perhaps a last star: most home directories."""
    open_end = pattern[-1] is RUN
    core = pattern[:-1] if open_end else pattern
    places = [number for number, token in enumerate(core) if isinstance(token, Variable)]
    if len(places) != 1 or not all(isinstance(token, str | Variable) for token in core):
        return None
    variable = core[places[0]]
    before, after = "".join(map(str, core[: places[0]])), "".join(map(str, core[places[0] + 1 :]))
    assert isinstance(variable, Variable)  # noqa: S101  # found as such above; tells the type checker
    resolve = variable.resolve

    def starts(text: str, context: Context) -> bool:
        value = resolve(context)
        return value is not None and text.startswith(before + value + after)

    def equals(text: str, context: Context) -> bool:
        value = resolve(context)
        return value is not None and text == before + value + after

    return starts if open_end else equals


def text_matcher(pattern: tuple[Token, ...]) -> ContextMatcher:
    """Return the test for a pattern with or without variables."""
    if has_variables(pattern):
        return context_matcher(pattern)
    test = matcher(pattern)
    return lambda text, _context: test(text)
