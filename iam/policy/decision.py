"""Decisions: an outcome, the type of policy that decided, and references to the statements behind it.

Nothing is looked up or rendered until somebody asks.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from iam.policy.attached import AttachedPolicy, PolicySource, Request
from iam.policy.document import Effect
from iam.policy.reader import Position

Outcome = Literal["allowed", "explicitDeny", "implicitDeny"]
LayerName = Literal[
    "identity-based policy",
    "permissions boundary",
    "session policy",
    "resource-based policy",
    "role trust policy",
    "service control policy",
    "resource control policy",
]


Hit = tuple[AttachedPolicy, int]
"""A policy and the number of a statement in it."""


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement behind a decision, and where it stands in its text."""

    source: PolicySource
    sid: str
    index: int
    effect: Effect
    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided.  True when allowed.

    `layer` is the type of policy that decided: the one that denied, or that no statement of which allows, or
    that granted; None for what needs no policy.  `hits` are the statements behind it, by policy and number.
    """

    outcome: Outcome
    layer: LayerName | None
    hits: tuple[Hit, ...] = ()
    allowed: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Settle once what every caller asks."""
        object.__setattr__(self, "allowed", self.outcome == "allowed")

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def statements(self) -> tuple[MatchedStatement, ...]:
        """The statements behind the decision, with their positions."""
        return tuple(matched_statement(attached, number) for attached, number in self.hits)


def matched_statement(attached: AttachedPolicy, number: int) -> MatchedStatement:
    """Look up a statement by its number."""
    statement = attached.document.source.statements[number]
    start, end = attached.document.place(number)
    return MatchedStatement(attached.source, statement.sid, number, statement.effect, start, end)


_ARTICLES: Final[dict[str, str]] = {"identity-based policy": "an", "role trust policy": "the"}


def article_of(layer: str) -> str:
    """Return the article AWS puts before a type of policy."""
    return _ARTICLES.get(layer, "a")


def denial_message(decision: Decision, request: Request) -> str:
    """Return AWS's text for a refusal.  One type of policy is named, also if several deny.

    Source: IAM User Guide, access denied error messages.
    """
    target = f" on resource: {request.resource}" if request.resource else ""
    asked = f"User: {request.caller.arn} is not authorized to perform: {request.action}{target}"
    if decision.outcome == "explicitDeny":
        return f"{asked} with an explicit deny in {article_of(str(decision.layer))} {decision.layer}"
    return f"{asked} because no {decision.layer} allows the {request.action} action"
