"""Step one, parse: the text of a policy as frozen statements.

Lenient: it reads whatever can be evaluated.  What may be saved is a stricter question, see save.py.
"""

from dataclasses import dataclass
from sys import intern
from typing import Final, Literal, NamedTuple, cast

from iam.policy.errors import PolicySyntaxError
from iam.policy.reader import Json, NumberText, Path, Step, load, locate

Effect = Literal["Allow", "Deny"]
Version = Literal["2008-10-17", "2012-10-17"]

VERSIONS: Final = ("2008-10-17", "2012-10-17")
DOCUMENT_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
STATEMENT_ELEMENTS: Final = frozenset(
    [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ]
)
PRINCIPAL_TYPES: Final = ("AWS", "Federated", "Service", "CanonicalUser")


# Tuples with names: there are thousands, and a frozen dataclass takes four times as long to make.
class Clause(NamedTuple):
    """One key under one condition operator.  `key` is lower-case; an operator without keys has None."""

    operator: str
    key: str | None
    values: tuple[str, ...]


class Statement(NamedTuple):
    """One statement.  `principals` and `resources` are None where the element is absent."""

    sid: str
    effect: Effect
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...] | None
    not_resource: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principal: bool
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A policy.  A text without Version is of 2008-10-17."""

    version: Version
    id: str
    statements: tuple[Statement, ...]


class _Fault(Exception):
    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def parse(text: str) -> Document:
    """Read a policy.

    Errors: PolicySyntaxError: no JSON, an unknown element or version, a value of the wrong type, an element
    missing or given together with its opposite, a key given twice (condition keys also in different case).
    Source: IAM User Guide, grammar of the IAM JSON policy language.
    """
    value = load(text)
    try:
        return _document(value)
    except _Fault as fault:
        raise PolicySyntaxError(fault.message, *locate(text, fault.path)) from None


def _document(value: Json) -> Document:
    if not isinstance(value, dict):
        raise _Fault("A policy is a JSON object.", ())
    for name in value:
        if name not in DOCUMENT_ELEMENTS:
            raise _Fault(f'"{name}" is no element of a policy.', (name,))
    version = value.get("Version", VERSIONS[0])
    if version not in VERSIONS:
        raise _Fault(f"Version must be one of {' and '.join(VERSIONS)}.", ("Version",))
    body = value.get("Statement")
    if body is None:
        raise _Fault("A policy needs a Statement.", ("Statement",))
    listed = isinstance(body, list)
    blocks = body if isinstance(body, list) else [body]
    return Document(
        cast(Version, version),  # checked against VERSIONS above
        _text(value, "Id", ()),
        tuple(
            _statement(block, ("Statement", number) if listed else ("Statement",))
            for number, block in enumerate(blocks)
        ),
    )


def _statement(block: Json, path: tuple[Step, ...]) -> Statement:
    if not isinstance(block, dict):
        raise _Fault("A statement is a JSON object.", path)
    if not block.keys() <= STATEMENT_ELEMENTS:
        name = next(name for name in block if name not in STATEMENT_ELEMENTS)
        raise _Fault(f'"{name}" is no element of a statement.', (*path, name))
    effect = block.get("Effect")
    if effect != "Allow" and effect != "Deny":
        raise _Fault('Effect must be "Allow" or "Deny".', (*path, "Effect"))
    action = _either(block, "Action", path)
    if action is None:
        raise _Fault("A statement needs Action or NotAction.", path)
    resource = _either(block, "Resource", path)
    principal = _either(block, "Principal", path)
    return Statement(
        sid=_text(block, "Sid", path),
        effect="Allow" if effect == "Allow" else "Deny",
        actions=_strings(block[action], path, action),
        not_action=action == "NotAction",
        resources=None if resource is None else _strings(block[resource], path, resource),
        not_resource=resource == "NotResource",
        principals=None if principal is None else _principals(block[principal], (*path, principal)),
        not_principal=principal == "NotPrincipal",
        clauses=_clauses(block["Condition"], (*path, "Condition")) if "Condition" in block else (),
    )


def _either(block: dict[str, Json], name: str, path: tuple[Step, ...]) -> str | None:
    """Name which of an element and its Not form is there."""
    opposite = f"Not{name}"
    if opposite not in block:
        return name if name in block else None
    if name in block:
        raise _Fault(f"{name} and {opposite} exclude each other.", (*path, opposite))
    return opposite


def _text(block: dict[str, Json], name: str, path: tuple[Step, ...]) -> str:
    value = block.get(name, "")
    if not isinstance(value, str) or isinstance(value, NumberText):
        raise _Fault(f"{name} must be a string.", (*path, name))
    return value


def _strings(value: Json, path: tuple[Step, ...], name: str) -> tuple[str, ...]:
    """Read a string or a list of strings.  The classes tell texts from numbers, which are kept as text too."""
    if type(value) is str:
        return (intern(value),)
    if not isinstance(value, list):
        raise _Fault(f"{name} must be a string or a list of strings.", (*path, name))
    classes = list(map(type, value))
    if classes.count(str) < len(classes):
        odd = next(number for number, kind in enumerate(classes) if kind is not str)
        raise _Fault("Only strings may stand in this list.", (*path, name, odd))
    return tuple(map(intern, cast(list[str], value)))  # just checked


def _principals(value: Json, path: tuple[Step, ...]) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    if not isinstance(value, dict):
        raise _Fault('A principal is "*" or an object.', path)
    entries: list[tuple[str, str]] = []
    for kind, names in value.items():
        if kind not in PRINCIPAL_TYPES:
            raise _Fault(f'"{kind}" is no type of principal.', (*path, kind))
        entries.extend((kind, name) for name in _strings(names, path, kind))
    return tuple(entries)


def _clauses(value: Json, path: tuple[Step, ...]) -> tuple[Clause, ...]:
    if not isinstance(value, dict):
        raise _Fault("Condition must be an object.", path)
    clauses: list[Clause] = []
    for operator, keys in value.items():
        where = (*path, operator)
        if not isinstance(keys, dict):
            raise _Fault("A condition operator holds an object of keys.", where)
        if not keys:
            clauses.append(Clause(operator, None, ()))
        seen = set[str]()
        for key, given in keys.items():
            folded = intern(key.lower())
            if folded in seen:
                raise _Fault(f'The condition key "{key}" stands here twice in different case.', (*where, key))
            seen.add(folded)
            clauses.append(Clause(intern(operator), folded, _values(given, (*where, key))))
    return tuple(clauses)


def _values(given: Json, path: tuple[Step, ...]) -> tuple[str, ...]:
    if type(given) is str:
        return (intern(given),)
    if isinstance(given, list):
        return tuple(_value(item, (*path, number)) for number, item in enumerate(given))
    return (_value(given, path),)


def _value(given: Json, path: Path) -> str:
    """Condition values are compared as text: true is "true", 10 is "10"."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if not isinstance(given, str):
        raise _Fault("A condition value must be a string, a number or a boolean.", path)
    return intern(str(given))  # str: a number read by the decoder is of a class of its own
