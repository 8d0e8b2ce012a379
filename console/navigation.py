"""The console's left navigation: its sections, and which of its places exist and is the present one.

Addresses are fixed before their pages are written; a place whose address leads nowhere yet is not shown.
"""

from dataclasses import dataclass, replace
from functools import cache

from django.urls import Resolver404, resolve


@dataclass(frozen=True, slots=True)
class Place:
    """One entry.  `current` is true on the place itself and on every page under its address.

    `count` is how many things there wait to be read.
    """

    label: str
    icon: str
    href: str
    current: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of entries; the first has no title."""

    title: str
    places: tuple[Place, ...]


SECTIONS = (
    Section("", (Place("Dashboard", "layout-dashboard", "/"),)),
    Section(
        "Access management",
        (
            Place("Users", "user", "/iam/users/"),
            Place("User groups", "users-group", "/iam/groups/"),
            Place("Roles", "id-badge-2", "/iam/roles/"),
            Place("Policies", "license", "/iam/policies/"),
            Place("Identity providers", "building", "/iam/providers/"),
            Place("Account settings", "settings", "/account/settings/"),
        ),
    ),
    Section(
        "Access analysis",
        (
            Place("Why denied", "help-circle", "/analysis/denials/"),
            Place("Simulator", "test-pipe", "/analysis/simulator/"),
            Place("Access explorer", "binoculars", "/analysis/explorer/"),
            Place("Unused access", "hourglass", "/analysis/unused/"),
            Place("Credential report", "report", "/analysis/credentials/"),
            Place("Compliance", "clipboard-check", "/analysis/compliance/"),
        ),
    ),
    Section(
        "Activity",
        (
            Place("Audit trail", "history", "/activity/trail/"),
            Place("Sessions", "device-desktop", "/activity/sessions/"),
            Place("Jobs", "activity", "/activity/jobs/"),
        ),
    ),
)

NOTICES = "/me/notices/"
ME = (
    Place("Security credentials", "key", "/me/credentials/"),
    Place("My sessions", "device-desktop", "/me/sessions/"),
    Place("Notices", "bell", NOTICES),
    Place("Switch role", "arrows-exchange", "/me/switch-role/"),
)


def sections(path: str) -> tuple[Section, ...]:
    """The navigation as it is shown on a page at `path`."""
    shown = (Section(section.title, _marked(section.places, path)) for section in SECTIONS)
    return tuple(section for section in shown if section.places)


def me(path: str, unread: str, *, person: bool = True) -> tuple[Place, ...]:
    """The entries of the account menu as they are shown on a page at `path`, with the number of unread notices.

    Temporary credentials, which no `person` is signed in with, are told nothing.
    """
    return tuple(
        replace(place, count=unread) if place.href == NOTICES else place
        for place in _marked(ME, path)
        if person or place.href != NOTICES
    )


def _marked(places: tuple[Place, ...], path: str) -> tuple[Place, ...]:
    return tuple(
        Place(place.label, place.icon, place.href, current=_is_at(place.href, path))
        for place in places
        if exists(place.href)
    )


def _is_at(href: str, path: str) -> bool:
    return path == href if href == "/" else path.startswith(href)


@cache
def exists(href: str) -> bool:
    """Whether the address leads to a page of this version."""
    try:
        resolve(href)
    except Resolver404:
        return False
    return True
