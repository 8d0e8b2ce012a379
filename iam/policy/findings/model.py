"""A policy as the validator sees it: every piece with its place, whatever is wrong with it.

Pieces of a wrong type are left out here; findings/structure.py reports them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from iam.policy.actions import Catalogue, nearest
from iam.policy.conditions import Operator, operator_named
from iam.policy.findings.issues import ISSUES, FindingType
from iam.policy.reader import Lines, Node

PolicyType = Literal[
    "IDENTITY_POLICY", "RESOURCE_POLICY", "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
]
TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"
STAR: Final = "*"
MOST_HINTS: Final = 10
"""Comparing a name with all others is slow: a text full of wrong names gets this many hints."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Part:
    """A value, or with `is_key` the name it stands under, and the path to it."""

    path: tuple[str | int, ...]
    node: Node
    key_at: int | None = None
    is_key: bool = False

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.path[-1]) if self.is_key else self.node.text

    def name(self) -> "Part":
        """Return the key of this value."""
        return Part(self.path, self.node, self.key_at, is_key=True)

    def __iter__(self) -> Iterator["Part"]:
        """Yield the items of a list, or the value itself."""
        if self.node.kind == "array":
            yield from (Part((*self.path, number), item) for number, item in enumerate(self.node.items))
        else:
            yield self

    def members(self) -> Iterator["Part"]:
        """Yield the members of an object."""
        for key, at, node in self.node.members:
            yield Part((*self.path, key), node, at)

    def member(self, name: str) -> "Part | None":
        """Return the member of that name."""
        found = self.node.child(name) if self.node.kind == "object" else None
        return None if found is None else Part((*self.path, name), found[1], found[0])


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.  Each location has a path and a span, as in `as_dict`."""

    type: FindingType
    code: str
    text: str
    locations: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the finding in the members of AWS's answer."""
        return {
            "findingType": self.type,
            "issueCode": self.code,
            "findingDetails": self.text,
            "locations": list(self.locations),
        }


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One key under one operator; `named` is None for an operator there is not."""

    operator: Part
    named: Operator | None
    key: Part
    values: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The key in lower case."""
        return self.key.text.lower()

    @property
    def listed(self) -> bool:
        """Whether the values stand in a list."""
        return self.key.node.kind == "array"


class StatementView:
    """One statement."""

    def __init__(self, part: Part, number: int) -> None:
        self.part = part
        self.number = number
        self.elements = {str(member.path[-1]): member for member in part.members()}

    def _texts(self, name: str) -> tuple[Part, ...]:
        found = [item for element in (name, f"Not{name}") for item in self.elements.get(element, ())]
        return tuple(item for item in found if item.node.kind == "string")

    @cached_property
    def effect(self) -> str:
        """The effect as written, or nothing."""
        found = self.elements.get("Effect")
        return found.node.text if found is not None and found.node.kind == "string" else ""

    @property
    def allows(self) -> bool:
        """Whether it is an Allow."""
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        """Whether it is a Deny."""
        return self.effect == "Deny"

    @cached_property
    def actions(self) -> tuple[Part, ...]:
        """The patterns of Action or NotAction."""
        return self._texts("Action")

    @cached_property
    def resources(self) -> tuple[Part, ...]:
        """The patterns of Resource or NotResource."""
        return self._texts("Resource")

    def has(self, *names: str) -> bool:
        """Whether one of the elements is there."""
        return any(name in self.elements for name in names)

    @cached_property
    def principals(self) -> tuple[tuple[str, Part], ...]:
        """The principals with their types; the type of a bare star is AWS."""
        found: list[tuple[str, Part]] = []
        for name in ("Principal", "NotPrincipal"):
            element = self.elements.get(name)
            if element is None:
                continue
            if element.node.kind == "string":
                found.append(("AWS", element))
            for member in element.members():
                found.extend((str(member.path[-1]), item) for item in member if item.node.kind == "string")
        return tuple(found)

    @cached_property
    def clauses(self) -> tuple[ClauseView, ...]:
        """The conditions, key by key."""
        condition = self.elements.get("Condition")
        return tuple(
            ClauseView(
                operator.name(),
                operator_named(str(operator.path[-1])),
                key.name(),
                tuple(item for item in key if item.node.kind not in ("object", "array")),
            )
            for operator in (condition.members() if condition is not None else ())
            for key in operator.members()
        )

    @cached_property
    def by_key(self) -> dict[str, list[ClauseView]]:
        """The conditions by lower-case key."""
        found: dict[str, list[ClauseView]] = {}
        for clause in self.clauses:
            found.setdefault(clause.name, []).append(clause)
        return found

    @cached_property
    def conditions(self) -> frozenset[tuple[str, str, frozenset[str]]]:
        """The conditions as operators, keys and sets of values, to compare statements by."""
        return frozenset(
            (clause.operator.text, clause.name, frozenset(part.text for part in clause.values))
            for clause in self.clauses
        )

    def tests(self, *keys: str) -> bool:
        """Whether some condition looks at one of these lower-case keys."""
        return any(key in self.by_key for key in keys)

    def place(self, *names: str) -> Part:
        """Return the key of the first of these elements that is there, else the statement."""
        found = next((self.elements[name] for name in names if name in self.elements), None)
        return self.part if found is None else found.name()


class PolicyView:
    """The whole policy, and what is known around it."""

    def __init__(
        self,
        text: str,
        root: Node,
        kind: PolicyType,
        resource_type: str,
        catalogue: Catalogue | None,
        account: str,
    ) -> None:
        self.text = text
        self.root = Part((), root)
        self.kind = kind
        self.resource_type = resource_type
        self.catalogue = catalogue
        self.account = account
        self._lines = Lines(text)
        self._hints = MOST_HINTS

    @property
    def is_trust(self) -> bool:
        """Whether it is the trust policy of a role."""
        return self.resource_type == TRUST

    @property
    def names_principals(self) -> bool:
        """Whether it hangs on a resource."""
        return self.kind in ("RESOURCE_POLICY", "RESOURCE_CONTROL_POLICY")

    @cached_property
    def version(self) -> str:
        """The version as written, or nothing."""
        found = self.root.member("Version")
        return found.node.text if found is not None and found.node.kind == "string" else ""

    @cached_property
    def statements(self) -> tuple[StatementView, ...]:
        """The statements that are objects."""
        body = self.root.member("Statement")
        parts = tuple(body) if body is not None else ()
        return tuple(
            StatementView(part, number) for number, part in enumerate(parts) if part.node.kind == "object"
        )

    def hint(self, name: str, known: Iterable[str], shown: Callable[[str], str] = str) -> str:
        """Return a question whether the most similar name is meant, or nothing; the first MOST_HINTS times only."""
        self._hints -= 1
        found = nearest(name, known) if self._hints >= 0 else None
        return f" Did you mean {shown(found)}?" if found else ""

    def finding(self, code: str, text: str, *parts: Part, inside: tuple[int, int] | None = None) -> Finding:
        """Make a finding about these parts; `inside` is a piece of the first: where it starts, how long it is."""
        found = tuple(
            self._location(part, inside if number == 0 else None) for number, part in enumerate(parts)
        )
        return Finding(ISSUES[code], code, text, found)

    def _location(self, part: Part, inside: tuple[int, int] | None) -> dict[str, Any]:
        path: list[dict[str, Any]] = [
            {"index": step} if isinstance(step, int) else {"value": step} for step in part.path
        ]
        start, end = part.node.start, part.node.end
        if part.is_key and part.key_at is not None:
            path[-1] = {"key": part.path[-1]}
            match = _STRING.match(self.text, part.key_at)
            start, end = part.key_at, match.end() if match else part.key_at
        if inside is not None:
            path.append({"substring": {"start": inside[0], "length": inside[1]}})
            # Exact while no escape stands before it in the string.
            start, end = start + 1 + inside[0], min(end, start + 1 + sum(inside))
        return {"path": path, "span": {"start": self.place(start), "end": self.place(end)}}

    def place(self, offset: int) -> dict[str, int]:
        """Return line (from 1), column and offset (from 0) of a place in the text."""
        line, column = self._lines.position(offset)
        return {"line": line, "column": column - 1, "offset": offset}


Findings = Iterator[Finding]
