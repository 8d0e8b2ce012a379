"""Acts that take several operations: each is run as the signed-in person, and what was done and what was not is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest

from console import plain_words
from console.calls import run
from console.panels import Refusal, refusal
from iam.errors import AccessDenied, ServiceError


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of several.  `words` say what it does: "Attach ReadOnlyAccess"; `about` groups steps in a report."""

    words: str
    operation: str
    params: Mapping[str, Any]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step.  `why` and `need` say why it failed; a skipped one was not tried after a failure."""

    step: Step
    state: Literal["done", "failed", "skipped"]
    why: str = ""
    need: Refusal | None = None
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def done(self) -> bool:
        """Whether it holds now."""
        return self.state == "done"

    @property
    def words(self) -> str:
        """What the step was to do."""
        return self.step.words


def attempt(request: HttpRequest, step: Step) -> Outcome:
    """Run one step; a refusal is its outcome.  Errors: ServiceErrors of status 500 and above, NotSignedIn."""
    try:
        return Outcome(step, "done", answer=run(request, step.operation, **step.params))
    except AccessDenied as denied:
        need = refusal(denied)
        return Outcome(
            step, "failed", f"You need {need.action}." if need.action else denied.message, need=need
        )
    except ServiceError as problem:
        if problem.status >= 500:
            raise
        return Outcome(step, "failed", plain_words.said(problem))


def carry_out(request: HttpRequest, steps: Iterable[Step], *, halt: bool = False) -> tuple[Outcome, ...]:
    """Run steps in order.  `halt`: nothing more is tried once one has failed, and the rest is told as skipped."""
    outcomes: list[Outcome] = []
    failed = False
    for step in steps:
        outcomes.append(Outcome(step, "skipped") if halt and failed else attempt(request, step))
        failed = failed or outcomes[-1].state == "failed"
    return tuple(outcomes)


def all_done(outcomes: Sequence[Outcome]) -> bool:
    """Whether every step holds."""
    return all(outcome.done for outcome in outcomes)


def status(outcomes: Sequence[Outcome]) -> int:
    """The HTTP status of a page that tells these outcomes: 403 where a permission alone was missing, else 422 or 200."""
    if all_done(outcomes):
        return 200
    wanting = [outcome for outcome in outcomes if outcome.state == "failed"]
    return 403 if all(outcome.need for outcome in wanting) else 422


def told(outcomes: Sequence[Outcome]) -> str:
    """Why it stopped, and what was done before that, in one paragraph; "" where everything was done."""
    failed = next((outcome for outcome in outcomes if outcome.state == "failed"), None)
    if failed is None:
        return ""
    done = "; ".join(outcome.words for outcome in outcomes if outcome.done)
    before = f" Done before that: {done}." if done else " Nothing was changed."
    return f"{failed.words}: {failed.why}{before}"
