"""The Query protocol's input: form text to parameters, by the shape of the operation.

Text is decoded once, and refused rather than repaired: a name given twice, an escape or UTF-8 sequence that is none,
a character XML cannot carry. What a value must be is left to iam.shapes.validate, so that a number which is no number
is told, and recorded, like any other broken constraint.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeAlias
from urllib.parse import unquote_to_bytes

from iam.errors import MalformedInput, MalformedQueryString, ValidationError
from iam.shapes.spec import Kind, Shape

Pair: TypeAlias = tuple[str, str]
Node: TypeAlias = "str | dict[str, Node]"

MAX_PARAMETERS: Final = 2000
MAX_INDEX: Final = 1000
MAX_DEPTH: Final = 24  # parts of a name; the deepest member of both services has 9

_BROKEN_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_UNFIT_FOR_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDEX: Final = re.compile(r"[1-9][0-9]{0,3}")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_EPOCH: Final = re.compile(r"[0-9]{1,11}")
_ISO_8601: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")


def decode(raw: bytes) -> tuple[Pair, ...]:
    """The names and values of form text, in their order, each decoded once; a plus sign is a space.

    Errors: MalformedQueryString.
    """
    if not raw:
        return ()
    if raw.count(b"&") >= MAX_PARAMETERS:
        raise MalformedQueryString(f"A request takes at most {MAX_PARAMETERS} parameters.")
    if _BROKEN_ESCAPE.search(raw):
        raise MalformedQueryString("A percent sign is not followed by two hexadecimal digits.")
    pairs = []
    for part in raw.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_text(name), _text(value)))
    return tuple(pairs)


def unique(pairs: Iterable[Pair]) -> dict[str, str]:
    """The pairs as a mapping. Errors: MalformedQueryString when a name is given twice."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise MalformedQueryString(f"The parameter {name[:128]} is given more than once.")
        values[name] = value
    return values


def read(shape: Shape | None, values: Mapping[str, str]) -> dict[str, object]:
    """The operation's parameters out of the request's; what the operation does not know is left out, as AWS does.

    A value that is not of its member's type stays as it came, for validation to refuse.
    Errors: MalformedInput for names that contradict one another; ValidationError for characters no answer could carry.
    """
    if shape is None:
        return {}
    tree: dict[str, Node] = {}
    for name, value in values.items():
        if name.partition(".")[0] in shape.members:
            _refuse_unfit(name, value)
            _plant(tree, name, value)
    return {name: _read(member, tree[name]) for name, member in shape.members.items() if name in tree}


def _text(raw: bytes) -> str:
    try:
        if b"%" in raw or b"+" in raw:
            raw = unquote_to_bytes(raw.replace(b"+", b" "))
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedQueryString("The parameters are not valid UTF-8.") from None


def _refuse_unfit(name: str, value: str) -> None:
    if unfit := _UNFIT_FOR_XML.search(value) or _UNFIT_FOR_XML.search(name):
        member = name.partition(".")[0]
        raise ValidationError(
            f"Value at '{member[:1].lower()}{member[1:]}' contains a character that is not allowed:"
            f" U+{ord(unfit.group()):04X}",
            member=member,
        )


def _plant(tree: dict[str, Node], name: str, value: str) -> None:
    """Put a value into the tree that the dots in the names spell."""
    *way, last = name.split(".", MAX_DEPTH)
    if "." in last:
        raise MalformedInput("A parameter is nested too deeply.")
    here = tree
    for part in way:
        below = here.setdefault(part, {})
        if isinstance(below, str):
            raise MalformedInput(f"The parameter {name[:128]} is given both as a value and as a structure.")
        here = below
    if last in here:
        raise MalformedInput(f"The parameter {name[:128]} is given both as a value and as a structure.")
    here[last] = value


def _read(shape: Shape, node: Node) -> object:
    if isinstance(node, str):
        return _scalar(shape, node)
    if shape.kind == "structure":
        return {name: _read(member, node[name]) for name, member in shape.members.items() if name in node}
    if shape.kind == "list" and shape.element is not None:
        return [_read(shape.element, item) for item in _numbered(node, "member")]
    if shape.kind == "map":
        return _read_map(shape, node)
    return node


def _read_map(shape: Shape, node: dict[str, Node]) -> object:
    entries: dict[str, object] = {}
    for entry in _numbered(node, "entry"):
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(key, str) or shape.value is None:
            raise MalformedInput("An entry of a map needs a key and a value.")
        if key in entries:
            raise MalformedInput(f"The key {key[:128]} is given more than once.")
        entries[key] = _read(shape.value, entry["value"]) if "value" in entry else None
    return entries


def _numbered(node: dict[str, Node], word: str) -> list[Node]:
    """The members of a list in the order of their numbers, whichever numbers these are."""
    items = node.get(word)
    if len(node) != 1 or not isinstance(items, dict):
        raise MalformedInput(f"The members of a list are named {word}.1, {word}.2 and so on.")
    for index in items:
        if not _INDEX.fullmatch(index) or int(index) > MAX_INDEX:
            raise MalformedInput(f"The members of a list are numbered from 1 to {MAX_INDEX}.")
    return [items[index] for index in sorted(items, key=int)]


def _scalar(shape: Shape, text: str) -> object:
    if text == "" and shape.kind in ("list", "map"):
        return [] if shape.kind == "list" else {}  # how clients spell an empty list
    reader = _READERS.get(shape.kind)
    return reader(text) if reader else text


def _integer(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> float | str:
    return float(text) if _NUMBER.fullmatch(text) else text


def _boolean(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text.lower(), text)


def _timestamp(text: str) -> datetime | str:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    if not _ISO_8601.fullmatch(text):
        return text
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _blob(text: str) -> bytes | str:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text


_READERS: Final[Mapping[Kind, Callable[[str], object]]] = MappingProxyType(
    {
        "integer": _integer,
        "long": _integer,
        "float": _number,
        "double": _number,
        "boolean": _boolean,
        "timestamp": _timestamp,
        "blob": _blob,
    }
)
