"""The Query protocol's answers: output by its shape to XML.

Every element name comes from the service model; every text goes through `escape`, the last step before the bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias
from urllib.parse import quote
from xml.sax import saxutils

from iam.shapes.spec import Kind, OperationSpec, Shape

# Appends the pieces of one element: a page of a list has thousands, so they all go into one list.
Writer: TypeAlias = Callable[[object, list[str]], None]

_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL: Final = re.compile(f"[&<>\r]|{_UNFIT.pattern}")
# Left bare, a parser turns a carriage return into a line feed; in attributes line breaks become spaces.
_KEPT: Final = {"\r": "&#13;"}
_ENCODED_SHAPES: Final = frozenset({"policyDocumentType"})


def answer(spec: OperationSpec, output: Mapping[str, object] | None, request_id: str) -> bytes:
    """The body of a successful answer. Members that are None, or not in the shape, are left out.

    Times become whole seconds of UTC, blobs base64, policy documents percent-encoded text.
    Errors: TypeError for a value that is not of its member's type.
    """
    head, write, tail = _frame(spec)
    parts = [head]
    if write is not None:
        write(output or {}, parts)
    parts += ("<ResponseMetadata><RequestId>", escape(request_id), tail)
    return "".join(parts).encode()


@cache
def _frame(spec: OperationSpec) -> tuple[str, Writer | None, str]:
    """What stands before an operation's output, what writes the output, and what stands after the request's number."""
    name = f"{spec.action}Response"
    wrapper = spec.result_wrapper or f"{spec.action}Result"
    return (
        f"<{name} xmlns={saxutils.quoteattr(spec.namespace)}>",
        _writer(spec.output, wrapper) if spec.output is not None else None,
        f"</RequestId></ResponseMetadata></{name}>",
    )


def escape(text: str) -> str:
    """Text as XML character data; characters that XML has no way to write are replaced."""
    if _SPECIAL.search(text) is None:
        return text
    return saxutils.escape(_UNFIT.sub("\ufffd", text), _KEPT)


@cache
def _writer(shape: Shape, tag: str) -> Writer:
    """What appends the pieces of one element; put together once for each shape and name."""
    match shape.kind:
        case "structure":
            return _structure(shape, tag)
        case "list":
            return _list(shape, tag)
        case "map":
            return _map(shape, tag)
    return _plain_text(shape, tag) if _is_plain_text(shape) else _scalar(shape, tag)


def _is_plain_text(shape: Shape) -> bool:
    return shape.kind == "string" and shape.name not in _ENCODED_SHAPES


def _plain_text(shape: Shape, tag: str) -> Writer:
    start, end, search = f"<{tag}>", f"</{tag}>", _SPECIAL.search

    def write(value: object, parts: list[str]) -> None:
        if not isinstance(value, str):
            raise _misfit(shape, value)
        parts.append(f"{start}{value if search(value) is None else escape(value)}{end}")

    return write


def _scalar(shape: Shape, tag: str) -> Writer:
    """What writes a value of a kind that has nothing to escape."""
    start, end = f"<{tag}>", f"</{tag}>"
    text = _TEXTS[shape.kind]

    def write(value: object, parts: list[str]) -> None:
        written = text(value)
        if written is None:
            raise _misfit(shape, value)
        parts.append(f"{start}{written}{end}")

    return write


def _structure(shape: Shape, tag: str) -> Writer:
    start, end, empty = f"<{tag}>", f"</{tag}>", f"<{tag}/>"
    members: list[tuple[str, Writer]] = []

    def write(values: object, parts: list[str]) -> None:
        if not isinstance(values, (dict, Mapping)):
            raise _misfit(shape, values)
        if not members:  # made at the first use: most operations are never asked for
            members.extend((name, _writer(member, name)) for name, member in shape.members.items())
        before = len(parts)
        parts.append(start)
        for name, member in members:
            value = values.get(name)
            if value is not None:
                member(value, parts)
        if len(parts) == before + 1:
            parts[before] = empty
        else:
            parts.append(end)

    return write


def _list(shape: Shape, tag: str) -> Writer:
    start, end, empty = f"<{tag}>", f"</{tag}>", f"<{tag}/>"
    member = _writer(shape.element, "member") if shape.element is not None else None

    def write(values: object, parts: list[str]) -> None:
        if not isinstance(values, (list, tuple)):
            raise _misfit(shape, values)
        if not values or member is None:
            parts.append(empty)
            return
        parts.append(start)
        for value in values:
            member(value, parts)
        parts.append(end)

    return write


def _map(shape: Shape, tag: str) -> Writer:
    start, end, empty = f"<{tag}>", f"</{tag}>", f"<{tag}/>"
    key = _writer(shape.key, "key") if shape.key is not None else None
    value = _writer(shape.value, "value") if shape.value is not None else None

    def write(values: object, parts: list[str]) -> None:
        if not isinstance(values, (dict, Mapping)):
            raise _misfit(shape, values)
        if not values or key is None or value is None:
            parts.append(empty)
            return
        parts.append(start)
        for name, given in values.items():
            parts.append("<entry>")
            key(name, parts)
            value(given, parts)
            parts.append("</entry>")
        parts.append(end)

    return write


# What follows gives the text of a value, or None for one that is not of the kind.


def _encoded(value: object) -> str | None:
    return quote(value, safe="-_.~") if isinstance(value, str) else None


def _boolean(value: object) -> str | None:
    return ("true" if value else "false") if isinstance(value, bool) else None


def _number(value: object) -> str | None:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _timestamp(value: object) -> str | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return f"{(value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()[:19]}Z"


def _blob(value: object) -> str | None:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else None


_TEXTS: Final[Mapping[Kind, Callable[[object], str | None]]] = MappingProxyType(
    {
        "string": _encoded,
        "boolean": _boolean,
        "integer": _number,
        "long": _number,
        "float": _number,
        "double": _number,
        "timestamp": _timestamp,
        "blob": _blob,
    }
)


def _misfit(shape: Shape, value: object) -> TypeError:
    # The value itself stays out of the message: it may be a secret.
    return TypeError(f"{shape!r} cannot be made of {type(value).__name__}")
