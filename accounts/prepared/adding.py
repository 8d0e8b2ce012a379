"""Statements that add rows."""

import functools
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from accounts.columns import Writers, writers, written
from accounts.prepared.sending import fetched, left

M = TypeVar("M", bound=Model)


def insert(row: M) -> M:
    """Add a new row to its table; afterwards it has its primary key, as after `save`."""
    connection = connections[DEFAULT_DB_ALIAS]
    sql, columns = _insertion(type(row), connection.vendor)
    ((key,),) = fetched(connection, sql, written(columns, row.__dict__, connection))
    return _added(row, key)


def insert_with(row: M, further: Model, by: str) -> M:
    """Add `further` and a row that refers to it by the relation `by`; on PostgreSQL in one statement."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        setattr(row, by, insert(further))
        return insert(row)
    sql, columns, others = _joint_insertion(type(row), type(further), by)
    values = written(others, further.__dict__, connection) + written(columns, row.__dict__, connection)
    ((key, referred),) = fetched(connection, sql, values)
    setattr(row, by, _added(further, referred))
    return _added(row, key)


def _added(row: M, key: Any) -> M:
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


class Addition:
    """Rows that are added and not looked at: made of plain values, one for each column but the key.

    `unless_there`: a row that a unique constraint keeps out is not added, and that is no error.
    """

    def __init__(self, model: type[Model], *, unless_there: bool = False) -> None:
        self._model = model
        self._unless_there = unless_there

    def leave(self, **values: Any) -> None:
        """Add a row in the transaction of the caller.  Documents are written as JSON here, times as the database has them."""
        connection = connections[DEFAULT_DB_ALIAS]
        sql, columns = _insertion(self._model, connection.vendor, self._unless_there)
        left(connection, sql, written(columns, values, connection))


@functools.cache
def _insertion(model: type[Model], vendor: str, unless_there: bool = False) -> tuple[str, Writers]:
    sql, fields = _composed(model, [model._meta.pk], OnConflict.IGNORE if unless_there else None)
    return sql, writers(fields, vendor)


def _composed(
    model: type[Model], answers: "list[Any]", on_conflict: OnConflict | None = None
) -> tuple[str, "tuple[Field[Any, Any], ...]"]:
    """The INSERT of a row, which gives those columns back, and the fields whose values it takes."""
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    query = InsertQuery(model, on_conflict=on_conflict)
    query.insert_values(fields, [model()], raw=True)
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = answers
    ((sql, parameters),) = compiler.as_sql()
    if len(parameters) != len(fields) or sql.count("%s") != len(fields):
        raise ValueError(f"{model.__name__} has columns that are not given as plain values.")
    return sql, tuple(fields)


@functools.cache
def _joint_insertion(model: type[Model], further: type[Model], by: str) -> tuple[str, Writers, Writers]:
    """Both INSERTs as Django puts them together, joined: the value of `by` is the key that the first gives back."""
    relation: Any = model._meta.get_field(by)
    first, others = _composed(further, [further._meta.pk])
    second, fields = _composed(model, [model._meta.pk, relation])
    place = fields.index(relation) + 1
    parts = second.split("%s")
    key = f'(SELECT "{further._meta.pk.column}" FROM "referred")'  # noqa: S608  # the name of a column, from the model
    joined = "%s".join(parts[:place]) + key + "%s".join(parts[place:])
    own = writers((field for field in fields if field != relation), "postgresql")
    return f'WITH "referred" AS ({first}) {joined}', own, writers(others, "postgresql")
