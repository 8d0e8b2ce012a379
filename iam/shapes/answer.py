"""An operation's answer held against its output shape: members, requirements and types, not constraints.

Of a long list its beginning is looked at.
"""

from collections.abc import Mapping
from datetime import datetime

from iam.shapes import holding
from iam.shapes.holding import LOOKED_AT
from iam.shapes.spec import Shape

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "timestamp": datetime,
    "blob": bytes,
    "list": (list, tuple),
    "map": (dict, Mapping),  # the abstract class is slow to ask
    "structure": (dict, Mapping),
}


def problems(shape: Shape | None, output: Mapping[str, object] | None) -> list[str]:
    """What does not fit, one line each: unknown member, missing required member, wrong type.  A None counts as absent."""
    if shape is None:
        return [f"{name}: the operation answers nothing" for name in output or ()]
    values = output or {}
    return [] if holding.of_answer(shape)(values) else _structure(shape, values)


# Each level puts its own name before what its parts found, so that an answer that fits builds no text.


def _structure(shape: Shape, values: Mapping[str, object]) -> list[str]:
    found = [f"{name}: missing" for name in shape.required if values.get(name) is None]
    for name, value in values.items():
        member = shape.members.get(name)
        if member is None:
            found.append(f"{name}: unknown")
        elif value is not None and (inner := _value(member, value)):
            found += [f"{name}{problem}" for problem in inner]
    return found


def _value(shape: Shape, value: object) -> list[str]:
    if not isinstance(value, _TYPES[shape.kind]):
        return [f": {type(value).__name__} is no {shape.kind}"]
    if shape.kind == "structure" and isinstance(value, Mapping):
        return [f".{problem}" for problem in _structure(shape, value)]
    if shape.kind == "map" and isinstance(value, Mapping):
        return _map(shape, value)
    if isinstance(value, (list, tuple)) and shape.element is not None:
        return [
            f"[{number}]{problem}"
            for number, item in enumerate(value[:LOOKED_AT])
            for problem in _value(shape.element, item)
        ]
    return []


def _map(shape: Shape, values: Mapping[object, object]) -> list[str]:
    if shape.value is None:
        return []
    return [f".{name}{problem}" for name, value in values.items() for problem in _value(shape.value, value)]
