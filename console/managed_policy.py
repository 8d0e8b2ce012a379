"""A managed policy as its pages show it: read by its address, with its tabs, the way to it, and what hangs on it.

Its address holds the name and whose policy it is, own or AWS's: names are unique whatever the path.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import register_converter

from console.calls import run
from console.kinds import GROUP, ROLE, USER, Kind, in_address
from console.page import Tab, tabs
from console.panels import Panel, panel
from console.removal import Part, Plan
from console.steps import Step

BASE: Final = "/iam/policies/"
SCOPES: Final[Mapping[str, str]] = {"own": "Local", "aws": "AWS"}
MOST: Final = 1000
# How ListEntitiesForPolicy calls the lists, and the kind each holds.
ENTITIES: Final[Sequence[tuple[str, Kind]]] = (
    ("PolicyUsers", USER),
    ("PolicyGroups", GROUP),
    ("PolicyRoles", ROLE),
)


class ScopeConverter:
    """`<scope:scope>` in an address: own or aws."""

    regex = "own|aws"

    def to_python(self, value: str) -> str:
        """The scope as it stands."""
        return value

    def to_url(self, scope: str) -> str:
        """The scope as it stands."""
        return scope


register_converter(ScopeConverter, "scope")


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy at its address.  `facts` are the members of GetPolicy, with its Type."""

    scope: str
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name as it is spelled."""
        return str(self.facts["PolicyName"])

    @property
    def arn(self) -> str:
        """Its ARN, which operations ask for."""
        return str(self.facts["Arn"])

    @property
    def own(self) -> bool:
        """Whether it is the account's own; AWS's are only read."""
        return self.scope == "own"

    @property
    def base(self) -> str:
        """The address of the page, before the tab."""
        return address(self.scope, self.name)

    @property
    def default(self) -> str:
        """The id of the version in force."""
        return str(self.facts["DefaultVersionId"])

    @property
    def uses(self) -> int:
        """How many entities it is attached to or bounds."""
        return int(self.facts["AttachmentCount"]) + int(self.facts["PermissionsBoundaryUsageCount"])

    def crumbs(self, tab: str = "") -> list[tuple[str, str]]:
        """The way to the policy, or to a page under one of its tabs."""
        way = [("Policies", BASE)]
        return [*way, (self.name, f"{self.base}{tab}/")] if tab else way

    def tabs(self, current: str) -> tuple[Tab, ...]:
        """Its tabs; AWS's policies have no tags."""
        entries: list[tuple[str, str] | tuple[str, str, int]] = [
            ("document", "Document"),
            ("versions", "Versions"),
            ("attached", "Attached to", self.uses),
        ]
        if self.own:
            entries.append(("tags", "Tags", len(self.facts.get("Tags", ()))))
        return tabs(self.base, current, entries)

    def page(self, tab: str) -> dict[str, Any]:
        """What every tab's template needs."""
        return {"policy": self, "tabs": self.tabs(tab), "crumbs": self.crumbs()}


def read(request: HttpRequest, scope: str, name: str) -> Shown:
    """The policy of an address.  Errors: NoSuchEntity, AccessDenied."""
    found = run(request, "console.PolicyOverview", policy_name=name, type=SCOPES[scope])
    return Shown(scope, found["Policy"])


def address(scope: str, name: str) -> str:
    """The address of a policy, before the tab."""
    return f"{BASE}{scope}/{in_address(name)}/"


def address_of(arn: str) -> str:
    """The address of the policy of an ARN, before the tab."""
    scope = "aws" if arn.split(":")[4:5] == ["aws"] else "own"
    return address(scope, arn.rpartition("/")[2])


def versions(request: HttpRequest, policy: Shown) -> Panel:
    """The versions of a policy, newest first."""
    return panel(request, "iam.ListPolicyVersions", policy_arn=policy.arn, max_items=MOST)


def oldest_spare(listed: Sequence[Mapping[str, Any]]) -> str:
    """The id of the oldest version that is not in force; "" where there is none."""
    spare = [version for version in listed if not version["IsDefaultVersion"]]
    return str(min(spare, key=lambda version: int(version["VersionId"][1:]))["VersionId"]) if spare else ""


def entities(answer: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """Who is in an answer of ListEntitiesForPolicy: kind and name."""
    for member, kind in ENTITIES:
        for row in answer.get(member, ()):
            yield kind, row[kind.member]


def removal(request: HttpRequest, policy: Shown) -> Plan:
    """What must go before the policy can: its attachments, and the versions that are not in force.

    Its use as a boundary is not among them: ending that could give somebody more than they have.
    """
    attached = panel(
        request,
        "iam.ListEntitiesForPolicy",
        policy_arn=policy.arn,
        policy_usage_filter="PermissionsPolicy",
        max_items=MOST,
    )
    listed = versions(request, policy)
    parts = [_attachment(kind, name, policy.arn) for kind, name in entities(attached.result)]
    parts += [
        _version(version["VersionId"], policy.arn)
        for version in listed.result.get("Versions", ())
        if not version["IsDefaultVersion"]
    ]
    last = Step("Delete the policy", "iam.DeletePolicy", {"policy_arn": policy.arn})
    unseen = tuple(each.refused for each in (attached, listed) if each.refused)
    return Plan(policy.name, tuple(parts), last, unseen, bool(attached.next))


def _attachment(kind: Kind, name: str, arn: str) -> Part:
    step = Step(
        f"Detach it from the {kind.noun} {name}",
        kind.operation("Detach{}Policy"),
        {**kind.named(name), "policy_arn": arn},
    )
    return Part(f"Its attachment to the {kind.noun} {name}", (step,))


def _version(version_id: str, arn: str) -> Part:
    params = {"policy_arn": arn, "version_id": version_id}
    return Part(
        f"Version {version_id}", (Step(f"Delete version {version_id}", "iam.DeletePolicyVersion", params),)
    )
