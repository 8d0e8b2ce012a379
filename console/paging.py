"""Addresses of tables: the next and previous page of a keyset, filters and the sort order, kept in the query string."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest, QueryDict

BACK_STEPS = 20


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses of the pages around this one; "" where there is none."""

    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Sort:
    """A sortable column: `now` is the value of aria-sort, `href` sorts by it or turns the order round."""

    label: str
    href: str
    now: Literal["none", "ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of components/tools.html: (value, label) options, the first of which is "all", and the present value."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


def pages(request: HttpRequest, next_marker: str | None) -> Pages:
    """The pages around the one at `?after=`; the markers passed so far travel along as `back`.

    `next_marker` is the answer's Marker, None on the last page.  Read the page's own marker with `marker(request)`.
    """
    here = request.GET.get("after", "")
    passed = request.GET.getlist("back")[-BACK_STEPS:]
    onward = address(request, after=next_marker, back=[*passed, here]) if next_marker else ""
    if not passed:
        # Without a trail (a link someone sent) the way back is the beginning.
        return Pages(address(request, after=None, back=None) if here else "", onward)
    return Pages(address(request, after=passed[-1] or None, back=passed[:-1]), onward)


def marker(request: HttpRequest) -> str | None:
    """The marker this page begins after, or None on the first page."""
    return request.GET.get("after") or None


def sort(request: HttpRequest, key: str, label: str, *, default: str) -> Sort:
    """The head of a sortable column.  `?sort=name` sorts upward, `?sort=-name` downward."""
    asked = request.GET.get("sort") or default
    now: Literal["none", "ascending", "descending"] = "none"
    if asked.lstrip("-") == key:
        now = "descending" if asked.startswith("-") else "ascending"
    href = address(request, sort=f"-{key}" if now == "ascending" else key, after=None, back=None)
    return Sort(label, href, now)


def address(request: HttpRequest, /, **changes: str | Iterable[str] | None) -> str:
    """This page's address with parts of its query changed: None removes a part, several values repeat it."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, str):
            query[name] = value
        elif value is not None:
            query.setlist(name, list(value))
    return f"{request.path}?{query.urlencode()}" if query else request.path


def with_open(request: HttpRequest, name: str) -> str:
    """This table's address from its first page on, ending in `name=`, for links that add the value."""
    start = address(request, **{name: None, "after": None, "back": None})
    return f"{start}{'&' if '?' in start else '?'}{name}="


def hidden(request: HttpRequest, *but: str) -> list[tuple[str, str]]:
    """The query's other parts, for a form that changes the parts named in `but`; it starts at the first page."""
    dropped = {"after", "back", *but}
    return [(name, str(value)) for name, value in _pairs(request.GET) if name not in dropped]


def _pairs(query: QueryDict) -> Iterable[tuple[str, Any]]:
    for name, values in query.lists():
        for value in values:
            yield name, value
