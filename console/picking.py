"""Pickers: a searchable list of policies, groups or users inside a form, with what is chosen kept while searching.

The boxes carry the picker's name.  `look` is the address that renders the form again, unsent, for another search.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from console.panels import Panel, Refusal, panel

SHOWN = 25


@dataclass(frozen=True, slots=True)
class Item:
    """One line.  `taken`: it is so already, and cannot be chosen."""

    value: str
    label: str
    note: str = ""
    chosen: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Picker:
    """What components/picker.html shows.  `single`: at most one; `more`: a search would find further ones."""

    name: str
    label: str
    look: str
    search_label: str
    items: tuple[Item, ...] = ()
    query: str = ""
    single: bool = False
    more: bool = False
    refused: Refusal | None = None
    error: str = ""
    none_label: str = ""

    @property
    def chosen(self) -> list[str]:
        """The values chosen."""
        return [item.value for item in self.items if item.chosen]

    @property
    def typed(self) -> str:
        """The values chosen, as the box for those who may not list them holds it."""
        return "\n".join(self.chosen)


def chosen(request: HttpRequest, name: str) -> list[str]:
    """The values sent under a picker's name, each once; one box may hold several lines."""
    sent = (request.POST if request.method == "POST" else request.GET).getlist(name)
    lines = [line.strip() for value in sent for line in value.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def policies(
    request: HttpRequest,
    *,
    look: str,
    name: str = "policy",
    label: str = "Policies",
    taken: Collection[str] = (),
    single: bool = False,
    error: str = "",
    none_label: str = "",
) -> Picker:
    """Managed policies, the account's own and AWS's; values are ARNs."""
    query = _query(request, name)
    table = panel(request, "console.PolicyTable", search=query, max_items=SHOWN)
    found = [
        Item(row["Arn"], row["PolicyName"], _scope(row["Arn"]), taken=row["Arn"] in taken)
        for row in table.result.get("Policies", ())
    ]
    held = [Item(arn, arn.rpartition("/")[2], _scope(arn), chosen=True) for arn in chosen(request, name)]
    return Picker(
        name,
        label,
        look,
        "Find policies by name",
        _together(held[:1] if single else held, found),
        query,
        single,
        bool(table.next),
        table.refused,
        error,
        none_label,
    )


def groups(request: HttpRequest, *, look: str, name: str = "group", taken: Collection[str] = ()) -> Picker:
    """The account's groups; values are names."""
    table = panel(request, "console.GroupTable", search=_query(request, name), max_items=SHOWN)
    found = [
        Item(row["GroupName"], row["GroupName"], _path(row), taken=row["GroupName"] in taken)
        for row in table.result.get("Groups", ())
    ]
    return _of_names(request, name, "User groups", look, "Find groups by name", table, found)


def users(request: HttpRequest, *, look: str, name: str = "user", taken: Collection[str] = ()) -> Picker:
    """The account's users; values are names."""
    table = panel(request, "console.UserTable", search=_query(request, name), max_items=SHOWN)
    found = [
        Item(row["UserName"], row["UserName"], _path(row), taken=row["UserName"] in taken)
        for row in table.result.get("Users", ())
    ]
    return _of_names(request, name, "Users", look, "Find users by name", table, found)


def roles(request: HttpRequest, *, look: str, name: str = "role", taken: Collection[str] = ()) -> Picker:
    """The account's roles; values are names."""
    table = panel(request, "console.RoleTable", search=_query(request, name), max_items=SHOWN)
    found = [
        Item(row["RoleName"], row["RoleName"], _path(row), taken=row["RoleName"] in taken)
        for row in table.result.get("Roles", ())
    ]
    return _of_names(request, name, "Roles", look, "Find roles by name", table, found)


def _of_names(
    request: HttpRequest,
    name: str,
    label: str,
    look: str,
    search_label: str,
    table: Panel,
    found: Iterable[Item],
) -> Picker:
    held = [Item(value, value, chosen=True) for value in chosen(request, name)]
    items = _together(held, found)
    return Picker(
        name,
        label,
        look,
        search_label,
        items,
        _query(request, name),
        more=bool(table.next),
        refused=table.refused,
    )


def _query(request: HttpRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(f"{name}-q", "").strip()[:128]


def _together(held: Iterable[Item], found: Iterable[Item]) -> tuple[Item, ...]:
    first = {item.value: item for item in held}
    return (*first.values(), *(item for item in found if item.value not in first))


def _scope(arn: str) -> str:
    return "AWS managed" if arn.startswith("arn:aws:iam::aws:") else "Ours"


def _path(row: Mapping[str, Any]) -> str:
    return "" if row["Path"] == "/" else str(row["Path"])
