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
    if not wildcards and not variables:
        return (pattern,) if pattern else ()
    found: list[Token] = []
    last_close = pattern.rfind("}") if variables else -1
    last_quoted = pattern.rfind("'}") if variables else -1
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
_WILD: Final = {"*": Wild.RUN, "?": Wild.ONE}
_FREE: Final = frozenset({Wild.RUN, Wild.ONE})
_RUNS: Final = (Wild.RUN, Wild.RUN_IN_FIELD)


def normal(raw: Iterable[Token]) -> tuple[Token, ...]:
    """Join neighbouring texts; of neighbouring wildcards write all `?` first and then at most one `*`."""
    found: list[Token] = []
    for kind, group in groupby(raw, key=_family):
        if kind == _TEXT:
            text = "".join(map(str, group))
            found.extend([text] if text else [])
        else:
            others = list(group)
            found.extend(token for token in others if token not in _RUNS)
            found.extend([token for token in others if token in _RUNS][:1])
    return tuple(found)


_TEXT, _VARIABLE, _ANYWHERE, _IN_FIELD = range(4)


def _family(token: Token) -> int:
    if isinstance(token, str):
        return _TEXT
    if isinstance(token, Variable):
        return _VARIABLE
    return _ANYWHERE if token in _FREE else _IN_FIELD


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


def resolver(pattern: tuple[Token, ...]) -> Callable[[Context], tuple[Token, ...] | None]:
    """Return what fills in the variables; it gives None when one of them has no value."""

    def resolve(context: Context) -> tuple[Token, ...] | None:
        found: list[Token] = []
        for token in pattern:
            if isinstance(token, Variable):
                text = token.resolve(context)
                if text is None:
                    return None
                found.append(text)
            else:
                found.append(token)
        return normal(found)

    return resolve
