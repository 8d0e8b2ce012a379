"""What a validator must know of services: their actions, resources and condition keys.

The engine knows none of it and never asks; whoever calls the validator brings a Catalogue, or does without.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, Protocol

from iam.policy.match import Matcher, glob

KeyType = Literal["string", "arn", "bool", "numeric", "date", "ip", "binary"]


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key: its name as documented, the type of its values, and whether a request may bring several."""

    name: str
    type: KeyType
    multivalued: bool = False


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource: `arns` are patterns with a star for everything that varies."""

    name: str
    arns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """An action.  `keys` are lower-case patterns of the service and request keys that come with it."""

    name: str
    resources: tuple[ResourceType, ...]
    keys: frozenset[str]

    def takes(self, key: str) -> bool:
        """Whether a lower-case key comes with the action."""
        return key in self.keys or any(
            _glob(pattern)(key) for pattern in self.keys if "*" in pattern and pattern[0] == key[0]
        )


class Catalogue(Protocol):
    """The services there are.  Names of services, and keys of mappings, are lower-case."""

    def services(self) -> Collection[str]:
        """Return the prefixes of all services."""

    def actions(self, service: str) -> Mapping[str, Action]:
        """Return the actions of a service; none for a service that does not exist."""

    def whole(self, service: str) -> bool:
        """Return whether a service's actions and keys are known one by one."""

    def key(self, name: str) -> Key | None:
        """Return the service's condition key of a lower-case name, or None."""

    def bounded_by_organisations(self) -> Collection[str]:
        """Return the services that resource control policies reach."""


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> Matcher:
    return glob(pattern)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like this one, or None where none is alike."""
    found = get_close_matches(name, known, n=1, cutoff=0.7)
    return found[0] if found else None


@lru_cache(maxsize=2048)
def _matching(actions: tuple[str, ...], pattern: str) -> tuple[str, ...]:
    test = glob(pattern)
    return tuple(name for name in actions if test(name))


def named_by(catalogue: Catalogue, pattern: str) -> Iterator[Action]:
    """Yield the actions that an action pattern names; a star for all services yields none."""
    service, _, name = pattern.lower().partition(":")
    known = catalogue.actions(service)
    if "*" not in name and "?" not in name:
        found = known.get(name)
        if found is not None:
            yield found
        return
    for each in _matching(tuple(known), name):
        yield known[each]
