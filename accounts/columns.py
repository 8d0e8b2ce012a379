"""How values travel between rows and columns, without what Django does for each value at each time.

A kind of column that is not known here is left to Django's own field.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
# By attribute; None: values go as they are.
Writers: TypeAlias = tuple[tuple[str, Writer | None], ...]

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


def writers(fields: "Iterable[Field[Any, Any]]", vendor: str) -> Writers:
    """How the values of these fields are written; an absent value is always NULL."""
    return tuple((field.attname, _writer(field, vendor)) for field in fields)


def written(columns: Writers, values: Mapping[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
    """The values by attribute, in the order of the columns, as the database takes them."""
    row = []
    for name, write in columns:
        value = values[name]
        row.append(value if write is None or value is None else write(value, connection))
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
