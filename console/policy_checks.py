"""Findings on a policy text for people who write it: which kinds of text there are, and what was found, by severity.

The findings are those of ValidatePolicy; whether IAM would store the text is told beside them, and is another matter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from console.fields import Problem
from iam import policy
from iam.policy import MalformedPolicy
from iam.policy.save import SaveKind
from iam.policy.validate import PolicyType

MOST_SHOWN: Final = 100
_TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"


@dataclass(frozen=True, slots=True)
class TextKind:
    """What a text is meant for.  `save`: as what IAM would store it; None where nothing here stores such a text."""

    key: str
    label: str
    type: PolicyType
    resource_type: str = ""
    save: SaveKind | None = None

    @property
    def params(self) -> dict[str, Any]:
        """What ValidatePolicy is told about it."""
        return {"policy_type": self.type} | (
            {"validate_policy_resource_type": self.resource_type} if self.resource_type else {}
        )


MANAGED: Final = TextKind("managed", "Managed policy", "IDENTITY_POLICY", save="managed")
INLINE: Final = TextKind("inline", "Inline policy", "IDENTITY_POLICY", save="inline")
TRUST: Final = TextKind("trust", "Trust policy of a role", "RESOURCE_POLICY", _TRUST, save="trust")
KINDS: Final[Mapping[str, TextKind]] = {
    kind.key: kind
    for kind in (
        MANAGED,
        INLINE,
        TRUST,
        TextKind("session", "Session policy", "IDENTITY_POLICY", save="session"),
        TextKind("resource", "Policy of another resource", "RESOURCE_POLICY"),
        TextKind("bucket", "Bucket policy", "RESOURCE_POLICY", "AWS::S3::Bucket"),
        TextKind("scp", "Service control policy", "SERVICE_CONTROL_POLICY"),
        TextKind("rcp", "Resource control policy", "RESOURCE_CONTROL_POLICY"),
    )
}


@dataclass(frozen=True, slots=True)
class Severity:
    """How grave findings of a type are, in words, with an icon and a tone."""

    one: str
    several: str
    icon: str
    tone: str


SEVERITIES: Final[Mapping[str, Severity]] = {
    "ERROR": Severity("error", "errors", "circle-x", "danger"),
    "SECURITY_WARNING": Severity("security warning", "security warnings", "shield-x", "attention"),
    "WARNING": Severity("warning", "warnings", "alert-triangle", "attention"),
    "SUGGESTION": Severity("suggestion", "suggestions", "info-circle", "info"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of one severity there are."""

    number: int
    severity: Severity

    @property
    def words(self) -> str:
        """The number with what it counts."""
        return f"{self.number} {self.severity.one if self.number == 1 else self.severity.several}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said about a text, gravest first: before all, why IAM would not store it, where it would not.

    `savable` is None where nothing here stores such a text.
    """

    counts: tuple[Count, ...]
    problems: tuple[Problem, ...]
    not_shown: int
    savable: bool | None

    @property
    def summary(self) -> str:
        """The counts in one line, to be said aloud."""
        return ", ".join(count.words for count in self.counts) or "No findings"

    @property
    def lines(self) -> frozenset[int]:
        """The lines that something was found in."""
        return frozenset(problem.line for problem in self.problems)


def checked(text: str, kind: TextKind, findings: Sequence[Mapping[str, Any]]) -> Checked:
    """Sort what ValidatePolicy found in a text for showing it, gravest first."""
    found = Counter(finding["FindingType"] for finding in findings)
    refusal = _refusal(text, kind)
    problems = [_problem(finding) for finding in findings[:MOST_SHOWN]]
    return Checked(
        counts=tuple(Count(found[type_], severity) for type_, severity in SEVERITIES.items() if found[type_]),
        problems=tuple(problems if refusal is None else _with_refusal(problems, refusal)),
        not_shown=max(0, len(findings) - MOST_SHOWN),
        savable=None if kind.save is None else refusal is None,
    )


def _problem(finding: Mapping[str, Any]) -> Problem:
    severity = SEVERITIES[finding["FindingType"]]
    location: Mapping[str, Any] = next(iter(finding["Locations"]), {})
    start, end = (_place(location, side) for side in ("Start", "End"))
    return Problem(
        finding["FindingDetails"],
        *start,
        tone=severity.tone,
        kind=severity.one.capitalize(),
        icon=severity.icon,
        path=_path(location.get("Path", ())),
        code=finding["IssueCode"],
        end_line=end[0],
        end_column=end[1],
    )


def _with_refusal(problems: Sequence[Problem], refusal: Problem) -> Iterator[Problem]:
    """The refusal comes first; an error at the same place says the same better, and is told as the refusal."""
    place = (refusal.line, refusal.column)
    same = next(
        (each for each in problems if each.tone == "danger" and (each.line, each.column) == place), None
    )
    yield refusal if same is None else replace(same, kind=f"{same.kind}, and IAM would refuse to save this")
    yield from (each for each in problems if each is not same)


def _place(location: Mapping[str, Any], side: str) -> tuple[int, int]:
    """Line and column as people count them; the operation counts columns from 0."""
    place = location.get("Span", {}).get(side)
    return (int(place["Line"]), int(place["Column"]) + 1) if place else (0, 0)


def _path(elements: Sequence[Mapping[str, Any]]) -> str:
    """The way to the place through the document: "Statement[0].Action[1]"."""
    return "".join(_steps(elements)).removeprefix(".")


def _steps(elements: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for element in elements:
        if "Index" in element:
            yield f"[{element['Index']}]"
        elif "Substring" not in element:
            yield f".{element.get('Value') or element.get('Key')}"


def _refusal(text: str, kind: TextKind) -> Problem | None:
    if kind.save is None:
        return None
    try:
        policy.check_for_save(text, kind.save)
    except MalformedPolicy as refusal:
        said = f"{refusal.message} {refusal.detail}"
        return Problem(said, refusal.line, refusal.column, kind="IAM would refuse to save this", icon="ban")
    return None
