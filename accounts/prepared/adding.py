"""Statements that add rows."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from accounts.columns import Writers, writers, written
from accounts.prepared.changing import Change
from accounts.prepared.sending import fetched, here, left
from accounts.prepared.texts import Value

M = TypeVar("M", bound=Model)
Fields: TypeAlias = "tuple[Field[Any, Any], ...]"


def insert(row: M) -> M:
    """Add a new row to its table; afterwards it has its primary key, as after `save`."""
    connection = here()
    sql, columns = _insertion(type(row), connection.vendor)
    ((key,),) = fetched(connection, sql, written(columns, row.__dict__, connection))
    return _added(row, key)


def insert_with(row: M, further: Model, by: str) -> M:
    """Add `further` and a row that refers to it by the relation `by`; on PostgreSQL in one statement."""
    connection = here()
    if connection.vendor == "postgresql":
        _insert_together(connection, "", [], row, further, by)
        return row
    _refer(row, by, insert(further))
    return insert(row)


def insert_if(
    change: Change[Any], values: Mapping[str, Value], row: Model, further: Model | None = None, by: str = ""
) -> bool:
    """Make the change with these values and, where it changes a row, add the new one as `insert` or `insert_with` does.

    Returns whether it did; else nothing is different.  On PostgreSQL all is one statement.
    """
    connection = here()
    if connection.vendor == "postgresql":
        text = change.text(connection, values)
        return _insert_together(connection, text.sql, text.given(values), row, further, by)
    changed = change.run(**values) > 0
    if changed:
        insert(row) if further is None else insert_with(row, further, by)
    return changed


def leave_if(
    change: Change[Any],
    values: Mapping[str, Value],
    shared: str,
    row: Model,
    further: Model | None = None,
    by: str = "",
) -> None:
    """As `insert_if`, without an answer: where the change changes no row, what is left fails as by a broken constraint.

    `shared` is a relation, never null, that the changed row has as well as the first one that is added, which takes it
    from there.  The rows have no keys afterwards.  Only for PostgreSQL: elsewhere nothing travels.
    """
    connection = here()
    text = change.text(connection, values)
    given = text.given(values)
    sql, columns, others = _demanding(
        text.sql, shared, type(row), None if further is None else type(further), by
    )
    if further is not None:
        given += written(others, further.__dict__, connection)
        _refer(row, by, further)
    left(connection, sql, given + written(columns, row.__dict__, connection))


def _insert_together(
    connection: BaseDatabaseWrapper, change: str, given: list[Any], row: Model, further: Model | None, by: str
) -> bool:
    sql, columns, others = _together(change, type(row), None if further is None else type(further), by)
    if further is not None:
        given += written(others, further.__dict__, connection)
    keys = fetched(connection, sql, given + written(columns, row.__dict__, connection))
    for key, *referred in keys:
        _added(row, key)
        if further is not None:
            _refer(row, by, _added(further, *referred))
    return bool(keys)


def _added(row: M, key: Any) -> M:
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _refer(row: Model, by: str, further: Model) -> None:
    """Have the row refer to another: what Django's descriptors do, which take ten times as long."""
    relation: Any = row._meta.get_field(by)
    row.__dict__[relation.attname] = further.pk
    relation.set_cached_value(row, further)
    if not relation.remote_field.multiple:
        relation.remote_field.set_cached_value(further, row)


class Addition:
    """Rows that are added and not looked at: made of plain values, one for each column but the key.

    `unless_there`: a row that a unique constraint keeps out is not added, and that is no error.
    `adding_up`, with the fields of a unique constraint in `same`: where there is such a row already, the value of this
    field is added to its own instead.  `as_json`: the documents that are given as JSON already.
    """

    def __init__(
        self,
        model: type[Model],
        *,
        unless_there: bool = False,
        adding_up: str = "",
        same: Sequence[str] = (),
        as_json: tuple[str, ...] = (),
    ) -> None:
        self._model = model
        self._unless_there = unless_there
        self._adding_up = adding_up
        self._same = same
        self._as_json = as_json
        self._insertions: dict[str, tuple[str, Writers]] = {}

    def leave(self, **values: Any) -> None:
        """Add a row in the transaction of the caller.  Documents are written as JSON here, times as the database has them."""
        connection = here()
        sql, columns = self._insertions.get(connection.vendor) or self._insertion(connection.vendor)
        left(connection, sql, written(columns, values, connection))

    def _insertion(self, vendor: str) -> tuple[str, Writers]:
        if self._adding_up:
            sql, fields = _adding_up(self._model, self._adding_up, self._same)
        else:
            kept_out = InsertQuery(self._model, on_conflict=OnConflict.IGNORE if self._unless_there else None)
            sql, fields = _composed(kept_out, [])
        insertion = self._insertions[vendor] = sql, writers(fields, vendor, self._as_json)
        return insertion


def _adding_up(model: type[Model], name: str, same: Sequence[str]) -> tuple[str, Fields]:
    field: Any = model._meta.get_field(name)
    unique: list[Any] = [model._meta.get_field(each) for each in same]
    query = InsertQuery(model, on_conflict=OnConflict.UPDATE, update_fields=[field], unique_fields=unique)
    sql, fields = _composed(query, [])
    quoted = here().ops.quote_name
    own, given = f"{quoted(model._meta.db_table)}.{quoted(field.column)}", f"EXCLUDED.{quoted(field.column)}"
    head, found, tail = sql.rpartition(given)
    if not found:
        raise ValueError(f"This does not replace {name}: {sql}")
    return f"{head}{own} + {given}{tail}", fields


def leave(row: Model) -> None:
    """Add a new row whose key nobody needs, in the transaction of the caller; it has none afterwards."""
    connection = here()
    sql, columns = _insertion(type(row), connection.vendor, answers=False)
    left(connection, sql, written(columns, row.__dict__, connection))


@functools.cache
def _insertion(model: type[Model], vendor: str, answers: bool = True) -> tuple[str, Writers]:
    sql, fields = _composed(InsertQuery(model), [model._meta.pk] if answers else [])
    return sql, writers(fields, vendor)


def _composed(query: InsertQuery, answers: "list[Any]") -> tuple[str, Fields]:
    """The INSERT of a row, which gives those columns back, and the fields whose values it takes."""
    model: Any = query.model
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    query.insert_values(fields, [model()], raw=True)
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = answers
    ((sql, parameters),) = compiler.as_sql()
    if len(parameters) != len(fields) or sql.count("%s") != len(fields):
        raise ValueError(f"{model.__name__} has columns that are not given as plain values.")
    return sql, tuple(fields)


@functools.cache
def _together(
    change: str, model: type[Model], further: type[Model] | None, by: str
) -> tuple[str, Writers, Writers]:
    """What Django puts together, joined: an UPDATE, the INSERT of `further` and that of the row; the first two may be left out.

    An INSERT adds a row for each that the statement before it has changed or added: one, or none.
    """
    before: dict[str, str] = {}
    others: Fields = ()
    if change:
        before["changed"] = f"{change} RETURNING 1"
    if further is not None:
        sql, others = _composed(InsertQuery(further), [further._meta.pk])
        before["referred"] = _of_each(before, sql, ["%s"] * len(others))
    relation = model._meta.get_field(by) if by else None
    sql, fields = _composed(InsertQuery(model), [model._meta.pk, *([relation] if by else [])])
    key = f'"referred"."{further._meta.pk.column}"' if further is not None else ""
    sql = _of_each(before, sql, [key if field is relation else "%s" for field in fields])
    steps = ", ".join(f'"{name}" AS ({step})' for name, step in before.items())
    own = writers((field for field in fields if field is not relation), "postgresql")
    return f"WITH {steps} {sql}", own, writers(others, "postgresql")


@functools.cache
def _demanding(
    change: str, shared: str, model: type[Model], further: type[Model] | None, by: str
) -> tuple[str, Writers, Writers]:
    """The same three, each of which takes from the one before it, as a value, what is null where that has done nothing."""
    taken: Any = (further or model)._meta.get_field(shared)
    before = {"changed": f'{change} RETURNING "{taken.column}"'}
    source = f'(SELECT "{taken.column}" FROM "changed")'  # noqa: S608  # the name of a column, from the model
    others: Writers = writers((), "postgresql")
    if further is not None:
        before["referred"], others = _taking(further, taken, source, [further._meta.pk])
        taken = model._meta.get_field(by)
        source = f'(SELECT "{further._meta.pk.column}" FROM "referred")'  # noqa: S608  # as above
    sql, own = _taking(model, taken, source, [])
    steps = ", ".join(f'"{name}" AS ({step})' for name, step in before.items())
    return f"WITH {steps} {sql}", own, others


def _taking(model: type[Model], taken: Any, source: str, answers: "list[Any]") -> tuple[str, Writers]:
    """The INSERT of a row that has its value of one field from elsewhere."""
    sql, fields = _composed(InsertQuery(model), answers)
    place = fields.index(taken) + 1
    parts = sql.split("%s")
    own = writers((field for field in fields if field is not taken), "postgresql")
    return "%s".join(parts[:place]) + source + "%s".join(parts[place:]), own


def _of_each(before: Mapping[str, str], one: str, values: Sequence[str]) -> str:
    """The INSERT of one row as one that adds a row for each of the last of the statements before it."""
    if not before:
        return one
    head, given, answers = one.partition(f"VALUES ({', '.join(['%s'] * len(values))})")
    if not given:
        raise ValueError(f"This is no INSERT of one row: {one}")
    return f'{head}SELECT {", ".join(values)} FROM "{list(before)[-1]}"{answers}'  # noqa: S608  # as Django wrote it
