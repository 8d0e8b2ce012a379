"""An operation's answer held against its output shape: members, requirements and types, not constraints."""

from collections.abc import Iterator, Mapping
from datetime import datetime

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
    "map": Mapping,
    "structure": Mapping,
}


def problems(shape: Shape | None, output: Mapping[str, object] | None) -> list[str]:
    """What does not fit, one line each: unknown member, missing required member, wrong type.  A None counts as absent."""
    if shape is None:
        return [f"{name}: the operation answers nothing" for name in output or ()]
    return list(_structure(shape, output or {}, ""))


def _structure(shape: Shape, values: Mapping[str, object], path: str) -> Iterator[str]:
    for name in shape.required:
        if values.get(name) is None:
            yield f"{path}{name}: missing"
    for name, value in values.items():
        member = shape.members.get(name)
        if member is None:
            yield f"{path}{name}: unknown"
        elif value is not None:
            yield from _value(member, value, f"{path}{name}")


def _value(shape: Shape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, _TYPES[shape.kind]):
        yield f"{path}: {type(value).__name__} is no {shape.kind}"
    elif isinstance(value, Mapping):
        yield from (
            _structure(shape, value, f"{path}.") if shape.kind == "structure" else _map(shape, value, path)
        )
    elif isinstance(value, (list, tuple)) and shape.element is not None:
        for number, item in enumerate(value):
            yield from _value(shape.element, item, f"{path}[{number}]")


def _map(shape: Shape, values: Mapping[object, object], path: str) -> Iterator[str]:
    if shape.value is not None:
        for name, value in values.items():
            yield from _value(shape.value, value, f"{path}.{name}")
