"""Whether values hold their shape, as yes or no: one check for each shape, put together once.

What they break is told by iam.shapes.validate (parameters) and iam.shapes.answer (answers), which ask here first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from math import inf
from typing import Any, Final, TypeAlias

from iam.shapes.patterns import fits
from iam.shapes.spec import Kind, Shape

Check: TypeAlias = Callable[[Any], bool]

# Of a list in an answer the first items: all of them come out of one mould, and a page may have a thousand.
LOOKED_AT: Final = 10

_NUMBERS: Final[Mapping[Kind, type | tuple[type, ...]]] = {
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
_PLAIN: Final[Mapping[Kind, type]] = {
    "string": str,
    "boolean": bool,
    "timestamp": datetime,
    "blob": bytes,
}


@cache
def of_params(shape: Shape) -> Check:
    """Whether a value given by a caller holds every constraint of the shape; a None within counts as absent."""
    match shape.kind:
        case "structure":
            return _structure(shape, of_params)
        case "list":
            return _sized(shape, _list(shape, of_params, None))
        case "map":
            return _sized(shape, _map(shape, of_params))
        case "string":
            return _text(shape)
        case "blob":
            return _sized(shape, lambda value: isinstance(value, bytes))
        case "boolean" | "timestamp" as kind:
            expected = _PLAIN[kind]
            return lambda value: isinstance(value, expected)
        case kind:
            return _number(shape, _NUMBERS[kind])


@cache
def of_answer(shape: Shape) -> Check:
    """Whether an answer has the members and types of the shape; its constraints are not looked at."""
    match shape.kind:
        case "structure":
            return _structure(shape, of_answer)
        case "list":
            return _list(shape, of_answer, LOOKED_AT)
        case "map":
            return _map(shape, of_answer)
        case kind:
            expected = _PLAIN.get(kind) or _NUMBERS[kind]
            return lambda value: isinstance(value, expected)


def _structure(shape: Shape, of: Callable[[Shape], Check]) -> Check:
    members, required = shape.members, shape.required
    checks: dict[str, Check] = {}  # made as members come: most are never given, and shapes may be deep

    def check(values: Any) -> bool:
        if not isinstance(values, (dict, Mapping)):
            return False
        for name, value in values.items():
            holds = checks.get(name)
            if holds is None:
                if name not in members:
                    return False
                holds = checks[name] = of(members[name])
            if value is not None and not holds(value):
                return False
        return all(values.get(name) is not None for name in required)

    return check


def _list(shape: Shape, of: Callable[[Shape], Check], looked_at: int | None) -> Check:
    element = of(shape.element) if shape.element is not None else None

    def check(values: Any) -> bool:
        if not isinstance(values, (list, tuple)):
            return False
        return element is None or all(map(element, islice(values, looked_at)))

    return check


def _map(shape: Shape, of: Callable[[Shape], Check]) -> Check:
    key = of(shape.key) if shape.key is not None else None
    value = of(shape.value) if shape.value is not None else None

    def check(values: Any) -> bool:
        if not isinstance(values, (dict, Mapping)):
            return False
        keys_hold = key is None or all(map(key, values))
        return keys_hold and (value is None or all(map(value, values.values())))

    return check


def _text(shape: Shape) -> Check:
    least, most, enum, pattern = shape.min or 0, _most(shape), frozenset(shape.enum), shape.pattern

    def check(value: Any) -> bool:
        return (
            isinstance(value, str)
            and least <= len(value) <= most
            and (not enum or value in enum)
            and (pattern is None or fits(pattern, value))
        )

    return check


def _sized(shape: Shape, inner: Check) -> Check:
    if shape.enum or shape.pattern is not None:
        return lambda _value: False  # not for here: the worded checks decide
    least, most = shape.min or 0, _most(shape)
    return lambda value: inner(value) and least <= len(value) <= most


def _number(shape: Shape, expected: type | tuple[type, ...]) -> Check:
    least, most = -inf if shape.min is None else shape.min, _most(shape)

    def check(value: Any) -> bool:
        if not isinstance(value, expected) or isinstance(value, bool):
            return False
        return bool(least <= value <= most)  # type: ignore[operator]  # a number, as the line above has seen to

    return check


def _most(shape: Shape) -> float:
    return inf if shape.max is None else shape.max
