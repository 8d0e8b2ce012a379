"""Parameters checked against their shape, every failure told in one message in AWS's wording.

Members are looked at in the order in which AWS tells them, ten failures at most. IAM leaves the offending value out, STS
quotes it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from iam.shapes import holding
from iam.shapes.patterns import fits
from iam.shapes.spec import Kind, Shape

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "names": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
        "paths": "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        "path prefixes": "It must begin with the / character and contain only alphanumeric characters"
        " and/or / characters.",
        "alphanumeric": "It must contain only alphanumeric characters.",
        "printable": "It must contain only printable ASCII characters.",
    }
)
_TYPES: Final[Mapping[Kind, tuple[type | tuple[type, ...], str]]] = MappingProxyType(
    {
        "string": (str, "a string"),
        "integer": (int, "a number"),
        "long": (int, "a number"),
        "float": ((int, float), "a number"),
        "double": ((int, float), "a number"),
        "boolean": (bool, "true or false"),
        "timestamp": (datetime, "an ISO 8601 timestamp"),
        "blob": (bytes, "base64 text"),
        "list": ((list, tuple), "a list"),
        "map": (Mapping, "a map"),
        "structure": (Mapping, "a structure"),
    }
)
_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_LONGEST_QUOTE: Final = 4096  # characters of a value repeated in a message
_MOST_TOLD: Final = 10  # failures that are spelled out and counted, as recorded of AWS


@dataclass(frozen=True, slots=True)
class Failure:
    """One constraint that does not hold: the input's top-level member, the path to the value, and what to say.

    `refusal` says that the text is a sentence of the service itself, which stands alone in the answer.
    """

    member: str
    path: str
    text: str
    refusal: bool = False


class ShapeViolation(Exception):  # says what is wrong, as ServiceErrors do
    """Parameters that do not fit their shape. `str()` is the whole message; `failures` tells them one by one."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        self.failures = failures
        self.messages = tuple(failure.text for failure in failures)
        super().__init__(_message(failures))


def validate(shape: Shape | None, params: Mapping[str, object]) -> None:
    """Return when the parameters hold every constraint of the shape. A member that is None counts as absent.

    Errors: ShapeViolation.
    Source: recordings of AWS: constraint failures of both services; sentences of IAM for names, paths and documents.
    """
    if shape is not None and holding.of_params(shape)(params):
        return
    failures = tuple(_structure(shape, params, "", "")) if shape else tuple(_unknown({}, params, "", ""))
    if failures:
        raise ShapeViolation(failures)


def _message(failures: tuple[Failure, ...]) -> str:
    # AWS checks constraints before its own code sees the value, so a refusal is told only when none is broken.
    broken = [failure.text for failure in failures if not failure.refusal][:_MOST_TOLD]
    if not broken:
        return failures[0].text
    noun = "error" if len(broken) == 1 else "errors"
    return f"{len(broken)} validation {noun} detected: {'; '.join(broken)}"


def _structure(shape: Shape, values: Mapping[str, object], prefix: str, member: str) -> Iterator[Failure]:
    for name in _in_order(tuple(shape.members)):
        part = shape.members[name]
        path = f"{prefix}{_lower_first(name)}"
        value = values.get(name)
        if value is not None:
            yield from _value(part, value, path, member or name)
        elif name in shape.required:
            yield _failure(part, None, path, member or name, "Member must not be null")
    yield from _unknown(shape.members, values, prefix, member)


@functools.cache
def _in_order(members: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members as recordings of AWS have them: as a table of sixteen places holds their names when hashed."""
    return tuple(sorted(members, key=lambda name: _place(_lower_first(name))))


def _place(name: str) -> int:
    hashed = 0
    for character in name:
        hashed = (31 * hashed + ord(character)) & 0xFFFFFFFF
    return (hashed ^ hashed >> 16) & 15


def _unknown(
    members: Mapping[str, Shape], values: Mapping[str, object], prefix: str, member: str
) -> Iterator[Failure]:
    for name in values:
        if name not in members:
            path = f"{prefix}{_lower_first(name)}"
            text = f"Value at '{path}' failed to satisfy constraint: Member is not known to this operation"
            yield Failure(member or name, path, text)


def _value(shape: Shape, value: object, path: str, member: str) -> Iterator[Failure]:
    expected, called = _TYPES[shape.kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and shape.kind in _NUMBERS):
        yield _failure(shape, value, path, member, f"Member must be {called}")
        return
    if isinstance(value, Mapping) and shape.kind == "structure":
        yield from _structure(shape, value, f"{path}.", member)
        return
    if isinstance(value, str) and shape.refusal and not _fits(shape, value):
        yield Failure(
            member, path, f"The specified value for {path} is invalid. {REFUSALS[shape.refusal]}", True
        )
        if not value:
            return
    broken = [text for text, holds in _constraints(shape, value) if not holds]
    yield from (_failure(shape, value, path, member, text) for text in broken)
    if isinstance(value, (list, tuple)):
        yield from _list(shape, value, path, member)
    elif isinstance(value, Mapping):
        yield from _map(shape, value, path, member)


def _constraints(shape: Shape, value: object) -> Iterator[tuple[str, bool]]:
    """Each constraint of the shape itself, worded, with whether the value holds it."""
    if shape.pattern is not None and not shape.refusal:
        yield f"Member must satisfy regular expression pattern: {shape.pattern}", _fits(shape, value)
    if shape.enum:
        yield _enum_text(shape), value in shape.enum
    size, noun = _size(shape, value)
    if shape.max is not None:
        yield f"Member must have {noun} less than or equal to {shape.max}", size <= shape.max
    if shape.min is not None:
        yield f"Member must have {noun} greater than or equal to {shape.min}", size >= shape.min


def _size(shape: Shape, value: object) -> tuple[float, str]:
    if isinstance(value, (int, float)):
        return value, "value"
    if isinstance(value, (str, bytes, list, tuple, Mapping)):
        return len(value), "length"
    return shape.min or 0, "value"  # timestamps have no bounds


def _list(
    shape: Shape, values: list[object] | tuple[object, ...], path: str, member: str
) -> Iterator[Failure]:
    element = shape.element
    if element is None:
        return
    if element.kind == "structure":
        for number, value in enumerate(values, 1):
            yield from _value(element, value, f"{path}.{number}.member", member)
    elif any(_breaks(element, value) for value in values):
        # Plain members are reported once, on the list, with all that holds for a member.
        yield _failure(shape, values, path, member, f"Member must satisfy constraint: {_bracket(element)}")


def _map(shape: Shape, values: Mapping[str, object], path: str, member: str) -> Iterator[Failure]:
    if shape.key and any(_breaks(shape.key, name) for name in values):
        yield _failure(shape, None, path, member, f"Map keys must satisfy constraint: {_bracket(shape.key)}")
    if shape.value is None:
        return
    if shape.value.kind == "structure":
        for name, value in values.items():
            yield from _value(shape.value, value, f"{path}.{name}.member", member)
    elif any(_breaks(shape.value, value) for value in values.values()):
        yield _failure(
            shape, None, path, member, f"Map value must satisfy constraint: {_bracket(shape.value)}"
        )


def _breaks(shape: Shape, value: object) -> bool:
    return value is None or any(True for _ in _value(shape, value, "", ""))


def _bracket(shape: Shape) -> str:
    texts = []
    if shape.max is not None:
        texts.append(f"Member must have length less than or equal to {shape.max}")
    if shape.min is not None:
        texts.append(f"Member must have length greater than or equal to {shape.min}")
    if shape.pattern is not None:
        texts.append(f"Member must satisfy regular expression pattern: {shape.pattern}")
    if shape.enum:
        texts.append(_enum_text(shape))
    # Recordings of AWS have this of members with a pattern, and not of those without.
    if shape.pattern is not None or not texts:
        texts.append("Member must not be null")
    return f"[{', '.join(texts)}]"


def _enum_text(shape: Shape) -> str:
    text = "Member must satisfy enum value set"
    return text if shape.service == "iam" else f"{text}: [{', '.join(shape.enum)}]"


def _fits(shape: Shape, value: object) -> bool:
    return shape.pattern is None or (isinstance(value, str) and fits(shape.pattern, value))


def _failure(shape: Shape, value: object, path: str, member: str, constraint: str) -> Failure:
    text = f"{_quoted(shape, value)} at '{path}' failed to satisfy constraint: {constraint}"
    return Failure(member, path, text)


def _quoted(shape: Shape, value: object) -> str:
    if shape.service != "sts" or shape.sensitive:
        return "Value"
    if value is None:
        return "Value null"
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, (list, tuple)) else str(value)
    return f"Value '{text[:_LONGEST_QUOTE]}'"


def _lower_first(name: str) -> str:
    # AWS writes acronyms whole: 'SAMLMetadataDocument' is 'sAMLMetadataDocument' there, lower in its first letter only.
    return name[:1].lower() + name[1:]
