"""panel(): a part of a page that is filled by one operation, or says which permission it would take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from console import cli
from console.calls import run
from iam.errors import AccessDenied, NoSuchEntity
from iam.shapes import names, spec

READS_REASONS: Final = "sts:DecodeAuthorizationMessage"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a panel is not shown: the permission it would take, on what, and where the decision is explained."""

    action: str
    resource: str
    message: str
    decision_id: str = ""

    @property
    def why(self) -> str:
        """The page that explains the decision; "" where there is none."""
        if self.action == READS_REASONS:  # it would lead to the same refusal again
            return ""
        address = f"/analysis/denials/{self.decision_id}/"
        try:
            resolve(address)
        except Resolver404:
            return ""
        return address if self.decision_id else ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One operation's answer, or why there is none.

    `result` holds the output's members; `absent` is set where the thing asked for does not exist and that is fine.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    refused: Refusal | None = None
    absent: bool = False
    cli: str = ""

    @property
    def next(self) -> str | None:
        """The marker of the next page, where the answer is one page of several."""
        return self.result.get("Marker") if self.result.get("IsTruncated") else None


def panel(request: HttpRequest, operation: str, /, *, absent_ok: bool = False, **params: Any) -> Panel:
    """A panel filled by an operation.

    A refusal becomes part of the panel, so that the rest of the page is shown.  `absent_ok`: NoSuchEntity is an
    ordinary answer here (a user without a login profile).
    Errors: other ServiceErrors of the operation; NoSuchEntity unless `absent_ok`.
    """
    line = cli.line(operation, names.params(spec.operation(operation).input, params))
    try:
        return Panel(result=run(request, operation, **params), cli=line)
    except AccessDenied as denied:
        return Panel(refused=refusal(denied), cli=line)
    except NoSuchEntity:
        if not absent_ok:
            raise
        return Panel(absent=True, cli=line)


def refusal(denied: AccessDenied) -> Refusal:
    """What a denial says to the person who met it."""
    return Refusal(denied.action, denied.resource, denied.message, denied.decision_id)
