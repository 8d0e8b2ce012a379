"""How values travel between rows and columns, without what Django does for each value at each time.

A kind of column that is not known here is left to Django's own field.
"""

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    BinaryField,
    BooleanField,
    CharField,
    DateTimeField,
    EmailField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    OneToOneField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SmallIntegerField,
    TextField,
)

Writer: TypeAlias = Callable[[Any, BaseDatabaseWrapper], Any]
Reader: TypeAlias = Callable[[Any, Any, BaseDatabaseWrapper], Any]

_AS_THEY_ARE = frozenset(
    {
        BigIntegerField,
        BinaryField,
        BooleanField,
        CharField,
        EmailField,
        ForeignKey,
        IntegerField,
        OneToOneField,
        PositiveIntegerField,
        PositiveSmallIntegerField,
        SmallIntegerField,
        TextField,
    }
)


@dataclass(frozen=True, slots=True)
class Writers:
    """How the values of some columns are written: `pick` takes them out of a mapping, `steps` change some by place."""

    pick: Callable[[Mapping[str, Any]], Iterable[Any]]
    steps: tuple[tuple[int, Writer], ...]


def writers(fields: "Iterable[Field[Any, Any]]", vendor: str, as_given: Container[str] = ()) -> Writers:
    """How the values of these fields are written; an absent value is always NULL.

    `as_given`: the names of those whose values come as the database takes them.
    """
    known = [
        (field.attname, None if field.attname in as_given else _writer(field, vendor)) for field in fields
    ]
    names = [name for name, _ in known]
    # With one name an itemgetter gives no tuple.
    pick = itemgetter(*names) if len(names) > 1 else lambda values: [values[name] for name in names]
    return Writers(pick, tuple((place, step) for place, (_, step) in enumerate(known) if step is not None))


def written(columns: Writers, values: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
    """The values by attribute, in the order of the columns, as the database takes them."""
    row = list(columns.pick(values))
    for place, step in columns.steps:
        if row[place] is not None:
            row[place] = step(row[place], connection)
    return row


def _writer(field: "Field[Any, Any]", vendor: str) -> Writer | None:
    kind = type(field)
    if kind in _AS_THEY_ARE:
        return None
    if kind is JSONField:
        return _document
    if kind is DateTimeField:
        return None if vendor == "postgresql" else _moment
    return lambda value, connection: field.get_db_prep_save(value, connection)


def _document(value: Any, _connection: BaseDatabaseWrapper) -> str:
    if value == []:
        return "[]"
    return "{}" if value == {} else json.dumps(value)


def _moment(value: Any, connection: BaseDatabaseWrapper) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def readers(field: Any, steps: Sequence[Reader]) -> tuple[Reader, ...]:
    """Django's steps from a column to an attribute; a document's are put together into one."""
    if type(field) is JSONField and steps and steps[-1] == field.from_db_value and field.decoder is None:
        return (*steps[:-1], _read_document)
    return tuple(steps)


def _read_document(value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
    if value == "[]":
        return []
    if value == "{}":
        return {}
    return None if value is None else json.loads(value)
