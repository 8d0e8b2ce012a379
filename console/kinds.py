"""Users, groups and roles as what policies and tags hang on: how operations and addresses name each of the three."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.urls import register_converter

_PATH_SAFE = "+=,.@"
# Names may be all dots, and browsers take these out of an address; no name holds a tilde.
_WRITTEN: Final = {".": "~.", "..": "~.."}
_READ: Final = {written: name for name, written in _WRITTEN.items()}


def in_address(name: str) -> str:
    """A name as one part of an address."""
    return quote(_WRITTEN.get(name, name), safe=_PATH_SAFE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three.  `title` is how operations are called ("User" in AttachUserPolicy), `base` where its pages are.

    `bounded`: may have a permissions boundary and tags; groups have neither.
    """

    noun: str
    title: str
    plural: str
    label: str
    bounded: bool = True

    @property
    def base(self) -> str:
        """The address of the table of them."""
        return f"/iam/{self.plural}/"

    @property
    def member(self) -> str:
        """The input member that names one, as the model writes it."""
        return f"{self.title}Name"

    def operation(self, pattern: str) -> str:
        """The operation on this kind: "Attach{}Policy" gives "iam.AttachUserPolicy"."""
        return f"iam.{pattern.format(self.title)}"

    def named(self, name: str) -> dict[str, Any]:
        """The keyword that names one in a call."""
        return {f"{self.noun}_name": name}

    def home(self, name: str) -> str:
        """The address under which one's tabs and acts are."""
        return f"{self.base}{in_address(name)}/"

    def address(self, name: str, tab: str = "permissions") -> str:
        """The address of one's tab, or of an act under it."""
        return f"{self.home(name)}{tab}/"

    def crumbs(self, name: str, tab: str = "permissions") -> list[tuple[str, str]]:
        """The way to a page under one's tab."""
        return [(self.label, self.base), (name, self.address(name, tab))]


USER: Final = Kind("user", "User", "users", "Users")
GROUP: Final = Kind("group", "Group", "groups", "User groups", bounded=False)
ROLE: Final = Kind("role", "Role", "roles", "Roles")
KINDS: Final[Mapping[str, Kind]] = {kind.plural: kind for kind in (USER, GROUP, ROLE)}


class NameConverter:
    """`<name:name>` in an address: the name of a user, group, role or policy."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name of a part of an address."""
        return _READ.get(value, value)

    def to_url(self, name: str) -> str:
        """The part of an address for a name; Django quotes it."""
        return _WRITTEN.get(name, name)


class KindConverter:
    """`<kind:kind>` in an address: users, groups or roles."""

    regex = "users|groups|roles"

    def to_python(self, value: str) -> Kind:
        """The kind of a part of an address."""
        return KINDS[value]

    def to_url(self, kind: Kind) -> str:
        """The part of an address for a kind."""
        return kind.plural


class BoundedKindConverter(KindConverter):
    """`<bounded:kind>`: those that can have a boundary and tags."""

    regex = "users|roles"


register_converter(NameConverter, "name")
register_converter(KindConverter, "kind")
register_converter(BoundedKindConverter, "bounded")
