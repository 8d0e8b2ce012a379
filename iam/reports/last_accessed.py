"""When services and actions were last used with the policies of a user, group, role or managed policy.

Granted is what the policies say, used is what iam.last_use kept; both come together here, once for each report.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from django.db.models import Q, QuerySet

from accounts.models import Account
from iam import ids
from iam.errors import NoSuchEntity
from iam.models import Group, Role, User, entitlements, fold
from iam.policy import CompiledDocument, compile_document
from iam.policy.actions import Catalogue
from iam.reports import granted

TRACKED_FOR = timedelta(days=400)
# The services whose actions are recorded: those that are served here.
TRACKED = ("iam", "sts", "wardstead")
ACTION_LEVEL = "ACTION_LEVEL"
SERVICES = "services"
ENTITIES = "entities"

Part: TypeAlias = list[Any]
Entity = TypeVar("Entity", User, Group, Role)


@dataclass(frozen=True, slots=True)
class Resource:
    """What a report is about: its policies' texts, and the users and roles that have them."""

    documents: Sequence[CompiledDocument]
    users: QuerySet[User]
    roles: QuerySet[Role]


@dataclass(slots=True)
class LastUse:
    """The latest use of a service or an action, and for a service when each principal used it."""

    at: datetime
    principal: str
    region: str
    by: dict[str, datetime] = field(default_factory=dict)

    def later(self, at: datetime, principal: str, region: str) -> None:
        """Take another use into account."""
        if at > self.at:
            self.at, self.principal, self.region = at, principal, region


def parts(
    account: Account, arn: str, granularity: str, now: datetime, known: Catalogue, title: Callable[[str], str]
) -> dict[str, bytes]:
    """The report in pieces: the services with their last use, and for each used one who used it when.

    `title` gives a service's name.  Errors: NoSuchEntity where the resource has gone.
    """
    resource = find(account, arn)
    people = [*_people(resource.users, account, "user"), *_people(resource.roles, account, "role")]
    arns = {unique_id: entity_arn for _, unique_id, entity_arn in people}
    services, actions = _uses(account, resource, now)
    listed = [
        _service(prefix, title(prefix), services.get(prefix), arns)
        for prefix in granted.services(resource.documents, known)
    ]
    if granularity == ACTION_LEVEL:
        for entry in listed:
            _add_actions(
                entry, granted.actions(resource.documents, entry["ServiceNamespace"], known), actions, arns
            )
    made: dict[str, Part] = {
        SERVICES: listed,
        ENTITIES: [[unique_id, None] for _, unique_id, _ in sorted(people)],
    }
    for entry in listed:
        if (use := services.get(entry["ServiceNamespace"])) is not None:
            made[of_service(entry["ServiceNamespace"])] = _by_recency(people, use.by)
    return {name: json.dumps(part).encode() for name, part in made.items()}


def of_service(prefix: str) -> str:
    """The name of the piece that says who used the service when."""
    return f"{ENTITIES}/{prefix}"


def read(piece: bytes | None) -> Part:
    """The entries of a piece; none where there is no piece."""
    entries: Part = json.loads(piece) if piece is not None else []
    return entries


def moment(text: str) -> datetime:
    """A moment as pieces hold it."""
    return datetime.fromisoformat(text)


def find(account: Account, arn: str) -> Resource:
    """The resource of an ARN as it is now.  Errors: NoSuchEntity."""
    kind, rest = ids.resource_in(arn)
    if kind == "policy":
        return _policy(account, arn)
    name = rest.rpartition("/")[2]
    nobody, no_role = account.users.none(), account.roles.none()
    if kind == "user":
        user = _one(account.users.all(), name)
        texts = entitlements.of_user(user.pk, account.number)
        return Resource(_compiled(texts), account.users.filter(pk=user.pk), no_role)
    if kind == "role":
        role = _one(account.roles.all(), name)
        texts = entitlements.of_role(role.pk, account.number)
        return Resource(_compiled(texts), nobody, account.roles.filter(pk=role.pk))
    group = _one(account.groups.all(), name)
    texts = entitlements.of_group(group.pk, account.number)
    return Resource(_compiled(texts), account.users.filter(groups=group), no_role)


def _one(rows: QuerySet[Entity], name: str) -> Entity:
    found = rows.filter(name_key=fold(name)).first()
    if found is None:
        raise NoSuchEntity(rows.model.missing_text.format(name))
    return found


def _policy(account: Account, arn: str) -> Resource:
    text = entitlements.by_arns([arn], account.number).get(arn)
    if text is None:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    users = account.users.filter(
        Q(attachments__policy_arn=arn) | Q(groups__attachments__policy_arn=arn)
    ).distinct()
    return Resource(_compiled([text]), users, account.roles.filter(attachments__policy_arn=arn))


def _compiled(texts: Iterable[entitlements.PolicyText]) -> list[CompiledDocument]:
    return [compile_document(text.text) for text in texts]


def _people(rows: QuerySet[Any], account: Account, kind: str) -> list[tuple[str, str, str]]:
    """Sort key, unique id and ARN of each."""
    found = rows.order_by().values_list("name_key", "unique_id", "path", "name")
    return [
        (f"{name_key} {kind}", unique_id, f"arn:aws:iam::{account.number}:{kind}{path}{name}")
        for name_key, unique_id, path, name in found.iterator()
    ]


def _uses(
    account: Account, resource: Resource, now: datetime
) -> tuple[dict[str, LastUse], dict[tuple[str, str], LastUse]]:
    services: dict[str, LastUse] = {}
    actions: dict[tuple[str, str], LastUse] = {}
    ids = [rows.order_by().values("unique_id") for rows in (resource.users, resource.roles)]
    rows = account.action_uses.filter(
        Q(principal_id__in=ids[0]) | Q(principal_id__in=ids[1]), at__gte=now - TRACKED_FOR
    )
    for service, action, principal, at, region in rows.values_list(
        "service", "action", "principal_id", "at", "region"
    ).iterator():
        used = services.setdefault(service, LastUse(at, principal, region))
        used.later(at, principal, region)
        used.by[principal] = max(at, used.by.get(principal, at))
        actions.setdefault((service, action), LastUse(at, principal, region)).later(at, principal, region)
    return services, actions


def _service(prefix: str, title: str, use: LastUse | None, arns: Mapping[str, str]) -> dict[str, Any]:
    entry = {"ServiceName": title, "ServiceNamespace": prefix, "TotalAuthenticatedEntities": 0}
    if use is None:
        return entry
    return {
        **entry,
        "LastAuthenticated": _text(use.at),
        "LastAuthenticatedEntity": arns.get(use.principal),
        "LastAuthenticatedRegion": use.region or None,
        "TotalAuthenticatedEntities": len(use.by),
    }


def _add_actions(
    entry: dict[str, Any],
    names: Sequence[str],
    uses: Mapping[tuple[str, str], LastUse],
    arns: Mapping[str, str],
) -> None:
    """List the granted actions of a tracked service that was used at all."""
    prefix = entry["ServiceNamespace"]
    if prefix in TRACKED and "LastAuthenticated" in entry:
        entry["TrackedActionsLastAccessed"] = [
            _action(name, uses.get((prefix, name)), arns) for name in names
        ]


def _action(name: str, use: LastUse | None, arns: Mapping[str, str]) -> dict[str, Any]:
    if use is None:
        return {"ActionName": name}
    return {
        "ActionName": name,
        "LastAccessedEntity": arns.get(use.principal),
        "LastAccessedTime": _text(use.at),
        "LastAccessedRegion": use.region or None,
    }


def _by_recency(people: Sequence[tuple[str, str, str]], used: Mapping[str, datetime]) -> Part:
    """Unique id and last use of each: the latest first, then by name those that did not use it."""
    order = sorted(people, key=lambda one: (one[1] not in used, -_stamp(used.get(one[1])), one[0]))
    return [[unique_id, _text(used[unique_id]) if unique_id in used else None] for _, unique_id, _ in order]


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
