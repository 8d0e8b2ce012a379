"""Context keys as a caller gives them for a simulation: name, type and values, checked and read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from iam.policy import readings
from iam.policy.variables import Context

_READINGS: Final[Mapping[str, Callable[[str], object]]] = {
    "string": lambda text: text,
    "numeric": readings.number,
    "boolean": readings.boolean,
    "ip": readings.block,
    "binary": readings.octets,
    "date": readings.instant,
}
LONGEST_VALUE: Final = 8192
"""Characters of one value: more than any request brings, and short enough for any number of patterns."""
TYPES: Final = tuple(name + suffix for name in _READINGS for suffix in ("", "List"))


class BadEntry(ValueError):
    """A context entry that does not hold together; the message says which and why."""


def context_of(entries: Iterable[Mapping[str, Any]]) -> Context:
    """Read entries of ContextKeyName, ContextKeyType and ContextKeyValues; without a type they are strings.

    Errors: BadEntry: no name, a key twice, an unknown type, several values for a single-valued type, a value that is
    not of its type, or longer than LONGEST_VALUE.
    """
    found: dict[str, str | tuple[str, ...]] = {}
    for entry in entries:
        name = str(entry.get("ContextKeyName") or "")
        if not name:
            raise BadEntry("A context entry has no ContextKeyName.")
        if name.lower() in found:
            raise BadEntry(f"The context key {name} is given twice.")
        values = tuple(map(str, entry.get("ContextKeyValues") or ()))
        found[name.lower()] = _read(name, entry.get("ContextKeyType"), values)
    return found


def _read(name: str, kind: str | None, values: Sequence[str]) -> str | tuple[str, ...]:
    kind = kind or ("string" if len(values) == 1 else "stringList")
    base = kind.removesuffix("List")
    if base not in _READINGS:
        raise BadEntry(f"The context key {name} has an unknown type: {kind}.")
    for value in values:
        if len(value) > LONGEST_VALUE:
            raise BadEntry(f"A value of the context key {name} has more than {LONGEST_VALUE} characters.")
        if _READINGS[base](value) is None:
            raise BadEntry(f"The value {value!r} of the context key {name} is no {base}.")
    if base != kind:
        return tuple(values)
    if len(values) != 1:
        raise BadEntry(f"The context key {name} is of type {kind} and needs exactly one value.")
    return values[0]
