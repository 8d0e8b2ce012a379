"""What was made of a row, used again while the row is the very same.

The database is asked each time: what is spared is the making, never the asking, so that a change holds at once.
Source: docs/adr/0053.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Model

from accounts.prepared import Prepared, Value

M = TypeVar("M", bound=Model)
T = TypeVar("T")

KEPT = 4096


class Remembered(Generic[M, T]):
    """The rows of a prepared query as `make` makes them into something that nobody changes.

    `make` looks at nothing but the row and what is joined to it.
    """

    def __init__(self, rows: Prepared[M], make: Callable[[M], T], kept: int = KEPT) -> None:
        self._rows = rows
        self._make = make
        self._kept = kept
        self._known: dict[tuple[Value, ...], tuple[tuple[Any, ...], T]] = {}

    def one(self, **values: Value) -> T | None:
        """What the row that the values identify is made into; None where there is no row."""
        found = self._rows.found(**values)
        if found is None:
            return None
        key = tuple(values.values())
        known = self._known.get(key)
        if known is not None and known[0] == found:
            return known[1]
        made = self._make(self._rows.made(found))
        if len(self._known) >= self._kept:
            self._known.clear()  # seldom enough to cost nothing, and needs no order and no lock
        self._known[key] = (found, made)
        return made
