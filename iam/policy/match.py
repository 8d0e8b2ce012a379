"""Wildcard matching without regular expressions and without backtracking.

Texts are compared as a whole, anchored at both ends; nothing but `*` and `?` has a meaning.  Most patterns
need one or two built-in string tests; the rest is decided in one pass over the text, by a set of states kept
in the bits of an integer, so that no pattern can be slow.
"""

from collections.abc import Callable

from iam.policy.variables import Context, Token, Variable, Wild, has_variables, literal, resolver, tokens

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
    if all(isinstance(token, str) or token is Wild.RUN for token in pattern):
        return _by_pieces(pieces(pattern))
    parts = spans(pattern)
    return _by_states(pattern) if parts is None else lambda value: match_spans(value, parts)


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
        if token is Wild.RUN:
            found.append((0, "", 0))
        elif token is Wild.ONE:
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


def _by_states(pattern: tuple[Token, ...]) -> Matcher:
    """Return the general test.  State k: the first k characters the pattern asks for have been seen."""
    literals: dict[str, int] = {}
    wild = in_field = loops = field_loops = 0
    place = 1
    for token in pattern:
        if token is Wild.RUN:
            loops |= place
        elif token is Wild.RUN_IN_FIELD:
            field_loops |= place
        elif token is Wild.ONE:
            wild |= place
            place <<= 1
        elif token is Wild.ONE_IN_FIELD:
            in_field |= place
            place <<= 1
        else:
            for char in str(token):
                literals[char] = literals.get(char, 0) | place
                place <<= 1
    shortest = place.bit_length() - 1
    head = pattern[0] if isinstance(pattern[0], str) else ""
    return _run_states(head, literals, (wild, in_field, loops, field_loops), shortest)


def _run_states(
    head: str, literals: dict[str, int], masks: tuple[int, int, int, int], shortest: int
) -> Matcher:
    wild, in_field, loops, field_loops = masks
    anything, anywhere = wild | in_field, loops | field_loops
    final = 1 << shortest

    def run(text: str) -> bool:
        if len(text) < shortest or not text.startswith(head):
            return False
        states = 1
        for char in text:
            known = literals.get(char, 0)
            if char == ":":
                states = (states & (known | wild)) << 1 | states & loops
            else:
                states = (states & (known | anything)) << 1 | states & anywhere
            if not states:
                return False
        return states & final != 0

    return run


def context_matcher(pattern: tuple[Token, ...]) -> ContextMatcher:
    """Return the test for a pattern with variables; one without a value matches no text."""
    simple = _one_variable(pattern)
    if simple is not None:
        return simple
    resolve = resolver(pattern)

    def match(text: str, context: Context) -> bool:
        filled = resolve(context)
        return filled is not None and matcher(filled)(text)

    return match


def _one_variable(pattern: tuple[Token, ...]) -> ContextMatcher | None:
    """Return a faster test for text, one variable, text and perhaps a last star: most home directories."""
    open_end = pattern[-1] is Wild.RUN
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
