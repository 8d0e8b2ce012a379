"""The permissions tab of a user, group or role: what is attached, what is inline, what limits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from console.kinds import GROUP, Kind
from console.panels import Panel, Refusal, panel

MOST = 1000


@dataclass(frozen=True, slots=True)
class Permissions:
    """What console/permissions/tab.html shows.  `grants` are what comes from a user's groups; None for other kinds.

    `boundary_refused`: why the boundary is not known, where the entity itself may not be read.
    """

    kind: Kind
    name: str
    attached: Panel
    inline: Panel
    boundary_arn: str = ""
    grants: Panel | None = None
    boundary_refused: Refusal | None = None

    @property
    def base(self) -> str:
        """The address under which permissions are changed."""
        return self.kind.address(self.name)

    @property
    def groups(self) -> str:
        """The address under which groups are."""
        return GROUP.base

    @property
    def count(self) -> int:
        """How many policies hang on it itself, as far as they may be seen."""
        attached = self.attached.result.get("AttachedPolicies", ())
        return len(attached) + len(self.inline.result.get("PolicyNames", ()))


def read(
    request: HttpRequest,
    kind: Kind,
    name: str,
    boundary: Mapping[str, Any] | None = None,
    *,
    refused: Refusal | None = None,
) -> Permissions:
    """The permissions of one.  `boundary` is the PermissionsBoundary member of what GetUser or GetRole answered.

    `refused` is why they did not answer.  Errors: NoSuchEntity.
    """
    named = kind.named(name)
    grants = panel(request, "console.GroupGrants", **named) if kind.noun == "user" else None
    return Permissions(
        kind,
        name,
        attached=panel(request, kind.operation("ListAttached{}Policies"), **named, max_items=MOST),
        inline=panel(request, kind.operation("List{}Policies"), **named, max_items=MOST),
        boundary_arn=(boundary or {}).get("PermissionsBoundaryArn", ""),
        grants=grants,
        boundary_refused=refused,
    )
