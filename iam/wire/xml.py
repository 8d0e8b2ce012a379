"""The Query protocol's answers: output by its shape to XML.

Every element name comes from the service model; every text goes through `escape`, the last step before the bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from xml.sax import saxutils

from iam.shapes.spec import OperationSpec, Shape

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
    name = f"{spec.action}Response"
    parts = [f"<{name} xmlns={saxutils.quoteattr(spec.namespace)}>"]
    if spec.output is not None:
        _structure(spec.output, output or {}, spec.result_wrapper or f"{spec.action}Result", parts)
    parts.append(f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata></{name}>")
    return "".join(parts).encode()


def escape(text: str) -> str:
    """Text as XML character data; characters that XML has no way to write are replaced."""
    if _SPECIAL.search(text) is None:
        return text
    return saxutils.escape(_UNFIT.sub("\ufffd", text), _KEPT)


def _value(shape: Shape, value: object, tag: str, parts: list[str]) -> None:
    """Append the pieces of one element; a page of a list has a thousand, so they go into one list."""
    kind = shape.kind
    if kind == "string" and isinstance(value, str) and shape.name not in _ENCODED_SHAPES:
        parts.append(f"<{tag}>{escape(value)}</{tag}>")
    elif kind == "structure" and isinstance(value, Mapping):
        _structure(shape, value, tag, parts)
    elif kind == "list" and isinstance(value, (list, tuple)):
        _list(shape, value, tag, parts)
    elif kind == "map" and isinstance(value, Mapping):
        _map(shape, value, tag, parts)
    else:
        parts.append(f"<{tag}>{escape(_text(shape, value))}</{tag}>")


def _structure(shape: Shape, values: Mapping[str, object], tag: str, parts: list[str]) -> None:
    start = len(parts)
    parts.append(f"<{tag}>")
    for name, member in shape.members.items():
        value = values.get(name)
        if value is not None:
            _value(member, value, name, parts)
    if len(parts) == start + 1:
        parts[start] = f"<{tag}/>"
    else:
        parts.append(f"</{tag}>")


def _list(shape: Shape, values: list[object] | tuple[object, ...], tag: str, parts: list[str]) -> None:
    if not values or shape.element is None:
        parts.append(f"<{tag}/>")
        return
    parts.append(f"<{tag}>")
    for value in values:
        _value(shape.element, value, "member", parts)
    parts.append(f"</{tag}>")


def _map(shape: Shape, values: Mapping[str, object], tag: str, parts: list[str]) -> None:
    if not values or shape.key is None or shape.value is None:
        parts.append(f"<{tag}/>")
        return
    parts.append(f"<{tag}>")
    for key, value in values.items():
        parts.append("<entry>")
        _value(shape.key, key, "key", parts)
        _value(shape.value, value, "value", parts)
        parts.append("</entry>")
    parts.append(f"</{tag}>")


def _text(shape: Shape, value: object) -> str:
    match shape.kind, value:
        case "string", str():
            return quote(value, safe="-_.~") if shape.name in _ENCODED_SHAPES else value
        case "boolean", bool():
            return "true" if value else "false"
        case (("integer" | "long" | "float" | "double"), int() | float()) if not isinstance(value, bool):
            return str(value)
        case "timestamp", datetime() if value.tzinfo is not None:
            return f"{value.astimezone(UTC).isoformat()[:19]}Z"
        case "blob", bytes():
            return base64.b64encode(value).decode("ascii")
        case _:
            # The value itself stays out of the message: it may be a secret.
            raise TypeError(f"{shape!r} cannot be made of {type(value).__name__}")
