"""Save-time checks, first stage: the shape of the document, whatever its elements say.

Every fault of this stage is one text to AWS; the detail says which it is.
"""

from collections.abc import Iterator
from typing import Final

from iam.policy.conditions import operator_named
from iam.policy.document import DOCUMENT_ELEMENTS, PRINCIPAL_TYPES, STATEMENT_ELEMENTS, VERSIONS
from iam.policy.reader import Json, NumberText, Path

SYNTAX: Final = "Syntax errors in policy."

Block = dict[str, Json]
Blocks = list[tuple[tuple[str | int, ...], Block]]
"""The statements of a document, each with the path that leads to it."""


class Refusal(Exception):
    """A document may not be saved.  `path` leads to what is wrong."""

    def __init__(self, message: str, detail: str, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.path = path


def syntax(detail: str, *path: str | int) -> Refusal:
    """Return the refusal of this stage."""
    return Refusal(SYNTAX, detail, path)


def statements(value: Json) -> Blocks:
    """Check the document around its statements and return these.

    Errors: Refusal, whatever the version says about statements.
    """
    document = _check_document(value)
    if "Statement" not in document:
        raise syntax("A policy needs a Statement.")
    body = document["Statement"]
    if body == []:
        raise syntax("A policy needs at least one statement.", "Statement")
    if isinstance(body, list):
        return [
            (("Statement", number), _object(item, "Statement", number)) for number, item in enumerate(body)
        ]
    return [(("Statement",), _object(body, "Statement"))]


def _check_document(value: Json) -> Block:
    if not isinstance(value, dict):
        raise syntax("A policy is a JSON object.")
    for name in value:
        if name not in DOCUMENT_ELEMENTS:
            raise syntax(f'"{name}" is no element of a policy.', name)
    if "Version" in value and value["Version"] not in VERSIONS:
        raise syntax(f"Version must be {VERSIONS[1]} (or, for what is old, {VERSIONS[0]}).", "Version")
    if "Id" in value and not is_text(value["Id"]):
        raise syntax("Id must be a string.", "Id")
    return value


def _object(value: Json, *path: str | int) -> Block:
    if not isinstance(value, dict):
        raise syntax("A statement is a JSON object.", *path)
    return value


def check_statement(block: Block, path: tuple[str | int, ...]) -> None:
    """Check the elements of a statement.

    Errors: Refusal.
    """
    for name in block:
        if name not in STATEMENT_ELEMENTS:
            raise syntax(f'"{name}" is no element of a statement.', *path, name)
    if "Sid" in block and not is_text(block["Sid"]):
        raise syntax("Sid must be a string.", *path, "Sid")
    if "Effect" not in block:
        raise syntax("A statement needs an Effect.", *path)
    if str(block["Effect"]).lower() not in ("allow", "deny"):
        raise syntax('Effect must be "Allow" or "Deny".', *path, "Effect")
    for name in ("Action", "Resource"):
        _check_pair(block, name, path)
    _check_principals(block, path)
    if "Condition" in block:
        _check_condition(block["Condition"], (*path, "Condition"))


def _check_pair(block: Block, name: str, path: tuple[str | int, ...]) -> None:
    opposite = f"Not{name}"
    if name in block and opposite in block:
        raise syntax(f"{name} and {opposite} exclude each other.", *path, opposite)
    for element in (name, opposite):
        if element in block:
            _check_texts(block[element], (*path, element))


def _check_texts(value: Json, path: tuple[str | int, ...]) -> None:
    if is_text(value):
        return
    if not isinstance(value, list):
        raise syntax(f"{path[-1]} must be a string or a list of strings.", *path)
    for number, item in enumerate(value):
        if not is_text(item):
            raise syntax("Only strings may stand in this list.", *path, number)


def _check_principals(block: Block, path: tuple[str | int, ...]) -> None:
    if "Principal" in block and "NotPrincipal" in block:
        raise syntax("Principal and NotPrincipal exclude each other.", *path, "NotPrincipal")
    for element in ("Principal", "NotPrincipal"):
        value = block.get(element, "*")
        if value == "*":
            continue
        if not isinstance(value, dict):
            raise syntax('A principal is "*" or an object.', *path, element)
        for kind, names in value.items():
            if kind not in PRINCIPAL_TYPES:
                raise syntax(f'"{kind}" is no type of principal.', *path, element, kind)
            _check_texts(names, (*path, element, kind))


def _check_condition(value: Json, path: tuple[str | int, ...]) -> None:
    if not isinstance(value, dict):
        raise syntax("Condition must be an object.", *path)
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            raise syntax("A condition operator holds an object of keys.", *path, operator)
        if keys and operator_named(operator) is None:  # AWS lets unknown ones pass while they are empty
            raise syntax(f'"{operator}" is no condition operator.', *path, operator)
        seen = set[str]()
        for key, given in keys.items():
            if key.lower() in seen:
                raise syntax(f'The key "{key}" stands here twice in different case.', *path, operator, key)
            seen.add(key.lower())
            _check_values(given, (*path, operator, key))


def _check_values(given: Json, path: tuple[str | int, ...]) -> None:
    for number, item in enumerate(given if isinstance(given, list) else [given]):
        if item is None or isinstance(item, dict | list):
            where = (*path, number) if isinstance(given, list) else path
            raise syntax("A condition value must be a string, a number or a boolean.", *where)


def is_text(value: Json) -> bool:
    """Whether the value is a JSON string."""
    return isinstance(value, str) and not isinstance(value, NumberText)


def texts(
    block: Block, name: str, path: tuple[str | int, ...]
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the texts of an element or of its Not form, each with its path; the shape has been checked."""
    for element in (name, f"Not{name}"):
        value = block.get(element, [])
        if isinstance(value, str):
            yield value, (*path, element)
        else:
            items = value if isinstance(value, list) else []
            yield from ((str(item), (*path, element, number)) for number, item in enumerate(items))
