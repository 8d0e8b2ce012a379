"""Patterns with variables: `${key}`, `${key, 'default'}` and the escapes `${*}` `${?}` `${$}`.

A pattern is taken apart once, into tokens.  Substituted text is literal: whoever controls a value cannot
bring in a wildcard or a second variable.
Source: IAM User Guide, policy variables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
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
        """Return the text to put in.  A key of several values has none as a variable, even with one element."""
        value = context.get(self.key)
        return value if value.__class__ is str else self.default


Token = str | Wild | Variable

_ESCAPED: Final = frozenset("*?$")
_UNRESOLVED: Final = Variable("")  # no context has the key ""


def tokens(pattern: str, *, variables: bool, wildcards: bool = True) -> tuple[Token, ...]:
    """Take a pattern apart.  Texts next to each other are joined, runs of stars are one star."""
    found: list[Token] = []
    at = 0
    while at < len(pattern):
        if variables and pattern.startswith("${", at):
            token, at = _variable(pattern, at)
        elif wildcards and pattern[at] in "*?":
            token, at = (Wild.RUN if pattern[at] == "*" else Wild.ONE), at + 1
        else:
            end = _plain_end(pattern, at + 1, variables, wildcards)
            token, at = pattern[at:end], end
        _append(found, token)
    return tuple(found)


def _plain_end(pattern: str, start: int, variables: bool, wildcards: bool) -> int:
    """Find where ordinary text that reaches to `start` ends."""
    stops = [pattern.find(mark, start) for mark in ("*", "?") if wildcards]
    if variables:
        stops.append(pattern.find("${", start))
    return min((stop for stop in stops if stop >= 0), default=len(pattern))


def _append(found: list[Token], token: Token) -> None:
    last = found[-1] if found else None
    if isinstance(token, str) and isinstance(last, str):
        found[-1] = last + token
    elif token != "" and not (token is Wild.RUN and last is Wild.RUN):
        found.append(token)


def _variable(pattern: str, at: int) -> tuple[Token, int]:
    """Read what begins with `${` at `at`; return the token and where it ends.

    Without a closing brace it is plain text; a name that is empty or ill-formed has no value.
    """
    close = pattern.find("}", at)
    if close < 0:
        return pattern[at : at + 2], at + 2
    comma = pattern.find(",", at, close)
    if comma >= 0:
        return _with_default(pattern, at, comma, close)
    name = pattern[at + 2 : close]
    if name in _ESCAPED:
        return name, close + 1
    return _named(name), close + 1


def _with_default(pattern: str, at: int, comma: int, close: int) -> tuple[Token, int]:
    end = pattern.find("'}", comma + 3)
    if end < 0 or pattern[comma + 1 : comma + 3] != " '":
        return _UNRESOLVED, close + 1
    return _named(pattern[at + 2 : comma], pattern[comma + 3 : end]), end + 2


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
                _append(found, text)
            else:
                _append(found, token)
        return tuple(found)

    return resolve
