"""Patterns with variables: `${key}`, `${key, 'default'}` and the escapes `${*}` `${?}` `${$}`.

A pattern is taken apart once, into tokens.  Substituted text is literal: whoever controls a value cannot
bring in a wildcard or a second variable.
Source: IAM User Guide, policy variables.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from typing import Final

Context = Mapping[str, str | tuple[str, ...]]


class Wild(Enum):
    """What stands for other characters in a pattern.  The last two stop at a colon."""

    RUN = "*"
    ONE = "?"
    RUN_IN_FIELD = "*-"
    ONE_IN_FIELD = "?-"

    __hash__ = object.__hash__  # Enum's own is slow


# Names for themselves: to ask the class for a member is slow, and long patterns ask often.
RUN, ONE, RUN_IN_FIELD, ONE_IN_FIELD = Wild


@dataclass(frozen=True, slots=True)
class Variable:
    """A context key (lower-case) to put in, what to put in when it has no value, and the key as written."""

    key: str
    default: str | None = None
    name: str = field(default="", compare=False)

    def resolve(self, context: Context) -> str | None:
        """Return the text to put in.  A key of a list type has no value here, even with one element."""
        value = context.get(self.key)
        return value if value.__class__ is str else self.default


Token = str | Wild | Variable

_ESCAPED: Final = ("*", "?", "$")
_UNRESOLVED: Final = Variable("")  # no context has the key ""


def tokens(pattern: str, *, variables: bool, wildcards: bool = True) -> tuple[Token, ...]:
    """Take a pattern apart, in time linear in its length.  The result is in normal form, see normal."""
    if not variables or "${" not in pattern:
        return _plain(pattern) if wildcards else (pattern,) if pattern else ()
    found: list[Token] = []
    last_close = pattern.rfind("}")
    last_quoted = pattern.rfind("'}")
    at = 0
    while match := _PIECE.match(pattern, at):
        piece, at = match.group(), match.end()
        token: Token = piece
        if wildcards and piece in _WILD:
            token = _WILD[piece]
        elif piece == "${" and at <= last_close:
            token, at = _variable(pattern, at, last_quoted)
        found.append(token)
    return normal(found)


_PIECE = re.compile(r"[^*?$]+|\$\{|[*?$]")
_STRETCH = re.compile(r"[*?]+|[^*?]+")
_WILD: Final = {"*": RUN, "?": ONE}


def _plain(pattern: str) -> tuple[Token, ...]:
    """Take a pattern apart that has no variables; what a hostile text has most of, so it is done with few steps."""
    found: list[Token] = []
    for piece in _STRETCH.findall(pattern):
        if piece[0] not in _WILD:
            found.append(piece)
        elif piece == "*":
            found.append(RUN)
        else:
            found.extend([ONE] * piece.count("?"))
            found.extend([RUN] if "*" in piece else [])
    return tuple(found)


def normal(raw: Iterable[Token]) -> tuple[Token, ...]:
    """Join neighbouring texts; of neighbouring wildcards write all `?` first and then at most one `*`."""
    found: list[Token] = []
    for kind, group in groupby(raw, key=_family):
        if kind == _TEXT:
            text = "".join(group)  # type: ignore[arg-type]  # this family is of texts
            found.extend([text] if text else [])
        elif kind == _VARIABLE:
            found.extend(group)
        else:
            others = list(group)
            found.extend([token for token in others if token is ONE or token is ONE_IN_FIELD])
            found.extend([token for token in others if token is RUN or token is RUN_IN_FIELD][:1])
    return tuple(found)


_TEXT, _VARIABLE, _ANYWHERE, _IN_FIELD = range(4)


def _family(token: Token) -> int:
    if token.__class__ is str:
        return _TEXT
    if token.__class__ is Variable:
        return _VARIABLE
    return _ANYWHERE if token is RUN or token is ONE else _IN_FIELD


def _variable(pattern: str, at: int, last_quoted: int) -> tuple[Token, int]:
    """Read the variable whose name begins at `at`; return the token and where it ends.

    There is a closing brace; a name that is empty or ill-formed has no value.
    """
    close = pattern.find("}", at)
    comma = pattern.find(",", at, close)
    if comma >= 0:
        return _with_default(pattern, at, comma, close, last_quoted)
    name = pattern[at:close]
    if name in _ESCAPED:
        return name, close + 1
    return _named(name), close + 1


def _with_default(pattern: str, at: int, comma: int, close: int, last_quoted: int) -> tuple[Token, int]:
    start = comma + 3
    if pattern[comma + 1 : start] != " '" or last_quoted < start:
        return _UNRESOLVED, close + 1
    end = pattern.find("'}", start)
    return _named(pattern[at:comma], pattern[start:end]), end + 2


def _named(name: str, default: str | None = None) -> Variable:
    if not name or any(char in name for char in " \t\r\n${"):
        return _UNRESOLVED
    return Variable(name.lower(), default, name)


def literal(pattern: tuple[Token, ...]) -> str | None:
    """Return the text of a pattern without wildcards and variables, None for any other."""
    if not pattern:
        return ""
    return pattern[0] if len(pattern) == 1 and isinstance(pattern[0], str) else None


def has_variables(pattern: tuple[Token, ...]) -> bool:
    """Whether the pattern depends on the context."""
    return any(isinstance(token, Variable) for token in pattern)


def resolver(
    pattern: tuple[Token, ...],
) -> Callable[[Context, int], tuple[Token, ...] | None]:
    """Return what fills in the variables; it gives None when one of them has no value.

    Also when the texts together are longer than the second argument, that of what they are compared with: a long value
    named a thousand times must not be written out.
    """

    def resolve(context: Context, most: int) -> tuple[Token, ...] | None:
        found: list[Token] = []
        for token in pattern:
            made = token.resolve(context) if isinstance(token, Variable) else token
            if made is None:
                return None
            if isinstance(made, str):
                most -= len(made)
                if most < 0:
                    return None
            found.append(made)
        return normal(found)

    return resolve


def has_values(pattern: tuple[Token, ...], context: Context) -> bool:
    """Whether every variable of the pattern has a value."""
    return all(token.resolve(context) is not None for token in pattern if isinstance(token, Variable))
