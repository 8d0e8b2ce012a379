"""Statements that every request runs: put together by Django once, then run with other values.

Putting the SQL of a query together costs Django several times what the database needs to answer it.  What is kept is
the statement, per kind of database, and never an answer: `Prepared` reads, `Change` updates, `Removal` deletes, `rewrite`
saves, `insert`, `insert_with` and `Addition` add rows.  Django writes the SQL; here one INSERT is at most put around
another, and the columns of an UPDATE are listed.  Values are bound to it, never written into it.

What is left (`leave`, `rewrite`) has no answer: on PostgreSQL it travels with the next statement of its transaction, or
with the commit, and what is wrong with it is told there.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.constants import OnConflict
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql import DeleteQuery, InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from accounts.columns import Reader, Writers, readers, writers, written
from accounts.postgres.base import DatabaseWrapper

M = TypeVar("M", bound=Model)
Value: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class _Text:
    """SQL and its parameters.  `places` says by which name each parameter is given; None: it is a constant."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[str | None, ...]

    def given(self, values: Mapping[str, Value]) -> list[Any]:
        """The parameters, with the values in their places."""
        return [
            constant if place is None else values[place]
            for place, constant in zip(self.places, self.parameters, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Reading(Generic[M]):
    """A SELECT, and how its rows become instances."""

    text: _Text
    locks: bool
    model: type[M]
    columns: tuple[str, ...]
    readers: tuple[tuple[int, Any, tuple[Reader, ...]], ...]
    joined: tuple[RelatedPopulator, ...]
    decoy: tuple[Any, ...] | None


class Prepared(Generic[M]):
    """A query whose values come later; its rows become instances by Django's own rules, joined rows included.

    `build` gets the values by name, text or whole numbers, and uses each as it is in a comparison: it is called once
    per kind of database, with stand-ins.  `decoys` are instances of each model that is read, for `always`.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], decoys: Sequence[Model] = ()) -> None:
        self._build = build
        self._decoys = decoys
        self._readings: dict[str, _Reading[M]] = {}

    def one(self, **values: Value) -> M | None:
        """The row that the values identify, or None where there is none."""
        return next(iter(self.rows(**values)), None)

    def rows(self, **values: Value) -> list[M]:
        """The rows, as the query that `build` returns would have them."""
        connection = connections[DEFAULT_DB_ALIAS]
        reading = self._as_read(connection, values)
        return [_made(reading, row, connection) for row in _found(reading, values, connection)]

    def found(self, **values: Value) -> tuple[Any, ...] | None:
        """The columns of the row that the values identify, as they came, or None."""
        connection = connections[DEFAULT_DB_ALIAS]
        return next(iter(_found(self._as_read(connection, values), values, connection)), None)

    def made(self, row: tuple[Any, ...]) -> M:
        """The instance that a row which was `found` becomes."""
        connection = connections[DEFAULT_DB_ALIAS]
        return _made(self._readings[connection.vendor], row, connection)

    def always(self, **values: Value) -> tuple[M, bool]:
        """The row and True, or one that is made of the decoys' columns by the same steps, and False: both cost the same."""
        connection = connections[DEFAULT_DB_ALIAS]
        reading = self._as_read(connection, values)
        if reading.decoy is None:
            raise ValueError("There are no decoys for this query.")
        rows = _found(reading, values, connection)
        found = rows[0] if rows else reading.decoy
        return _made(reading, found, connection), bool(rows)

    def _as_read(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> _Reading[M]:
        reading = self._readings.get(connection.vendor)
        if reading is None:
            reading = _reading(self._build, values, self._decoys, connection)
            self._readings[connection.vendor] = reading
        return reading


class Change(Generic[M]):
    """An UPDATE whose values come later: of the rows that `build` finds, as in Prepared; `sets` is what changes."""

    def __init__(self, build: Callable[..., QuerySet[M]], **sets: Any) -> None:
        self._build = build
        self._sets = sets
        self._texts: dict[str, _Text] = {}

    def run(self, **values: Value) -> int:
        """Change the rows; returns how many there were."""
        connection = connections[DEFAULT_DB_ALIAS]
        text = self._text(connection, values)
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
            return _counted(connection, text.sql, text.given(values))

    def leave(self, **values: Value) -> None:
        """Change the rows, however many there are."""
        connection = connections[DEFAULT_DB_ALIAS]
        text = self._text(connection, values)
        _leave(connection, text.sql, text.given(values))

    def giving(self, column: str, **values: Value) -> list[Any]:
        """Change the rows; returns what the column, whose values need no reading, holds in each afterwards."""
        connection = connections[DEFAULT_DB_ALIAS]
        text = self._text(connection, values)
        sql = f"{text.sql} RETURNING {connection.ops.quote_name(column)}"
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
            return [given for (given,) in _fetched(connection, sql, text.given(values))]

    def _text(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> _Text:
        text = self._texts.get(connection.vendor)
        if text is None:
            stand_ins = _stand_ins(values)
            query: UpdateQuery = self._build(**stand_ins).query.chain(UpdateQuery)  # type: ignore[assignment]  # it becomes one
            query.add_update_values(self._sets)
            text = _text(query.get_compiler(DEFAULT_DB_ALIAS), stand_ins)
            self._texts[connection.vendor] = text
        return text


class Removal(Generic[M]):
    """A DELETE whose values come later: of the rows that `build` finds, as in Prepared.  Nothing may hang on them."""

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._texts: dict[str, _Text] = {}

    def leave(self, **values: Value) -> None:
        """Delete the rows, however many there are."""
        connection = connections[DEFAULT_DB_ALIAS]
        text = self._texts.get(connection.vendor)
        if text is None:
            stand_ins = _stand_ins(values)
            query = self._build(**stand_ins).query.chain(DeleteQuery)
            text = self._texts[connection.vendor] = _text(query.get_compiler(DEFAULT_DB_ALIAS), stand_ins)
        _leave(connection, text.sql, text.given(values))


def insert(row: M) -> M:
    """Add a new row to its table; afterwards it has its primary key, as after `save`."""
    connection = connections[DEFAULT_DB_ALIAS]
    sql, columns = _insertion(type(row), connection.vendor)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
        ((key,),) = _fetched(connection, sql, written(columns, row.__dict__, connection))
    return _added(row, key)


def insert_with(row: M, further: Model, by: str) -> M:
    """Add `further` and a row that refers to it by the relation `by`; on PostgreSQL in one statement."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        setattr(row, by, insert(further))
        return insert(row)
    sql, columns, others = _joint_insertion(type(row), type(further), by)
    values = written(others, further.__dict__, connection) + written(columns, row.__dict__, connection)
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
        ((key, referred),) = _fetched(connection, sql, values)
    setattr(row, by, _added(further, referred))
    return _added(row, key)


def _added(row: M, key: Any) -> M:
    row.pk = key
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def rewrite(row: Model) -> None:
    """Write every column of a row that is there, in the transaction of the caller."""
    connection = connections[DEFAULT_DB_ALIAS]
    sql, columns = _rewriting(type(row), connection.vendor)
    _leave(connection, sql, [*written(columns, row.__dict__, connection), row.pk])


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
        _leave(connection, sql, written(columns, values, connection))


@functools.cache
def _insertion(model: type[Model], vendor: str, unless_there: bool = False) -> tuple[str, Writers]:
    sql, fields = _composed(model, [model._meta.pk], OnConflict.IGNORE if unless_there else None)
    return sql, writers(fields, vendor)


@functools.cache
def _rewriting(model: type[Model], vendor: str) -> tuple[str, Writers]:
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    key, table = quoted(str(model._meta.pk.column)), quoted(model._meta.db_table)
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    sets = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    sql = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608  # names of columns, from the model
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


def _reading(
    build: Callable[..., QuerySet[M]],
    values: Mapping[str, Value],
    decoys: Sequence[Model],
    connection: BaseDatabaseWrapper,
) -> _Reading[M]:
    stand_ins = _stand_ins(values)
    query = build(**stand_ins).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    text = _text(compiler, stand_ins)
    kind = compiler.klass_info
    first, last = kind["select_fields"][0], kind["select_fields"][-1]
    joined = get_related_populators(kind, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of Django 6
    return _Reading(
        text=text,
        locks=query.select_for_update,
        model=kind["model"],
        columns=tuple(column[0].target.attname for column in compiler.select[first : last + 1]),
        readers=_readers(compiler),
        joined=tuple(joined),
        decoy=_decoy(compiler, decoys, connection) if decoys else None,
    )


def _decoy(
    compiler: SQLCompiler, decoys: Sequence[Model], connection: BaseDatabaseWrapper
) -> tuple[Any, ...]:
    """The columns of the decoys, in the order of the query's and as the database would give them."""
    by_model = {type(decoy): decoy for decoy in decoys}
    fields: list[Any] = [column[0].target for column in compiler.select]
    written_as = writers(fields, connection.vendor)
    return tuple(
        written((each,), by_model[field.model].__dict__, connection)[0]
        for field, each in zip(fields, written_as, strict=True)
    )


def _found(
    reading: _Reading[M], values: Mapping[str, Value], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    if reading.locks and connection.get_autocommit():
        raise TransactionManagementError("Rows are locked in a transaction only.")
    return _fetched(connection, reading.text.sql, reading.text.given(values))


def _text(compiler: SQLCompiler, stand_ins: Mapping[str, Value]) -> _Text:
    sql, parameters = compiler.as_sql()
    names = {stand_in: name for name, stand_in in stand_ins.items()}
    places = tuple(names.get(parameter) for parameter in parameters)
    if missing := set(stand_ins) - set(places):
        raise ValueError(f"The query does not hold {', '.join(sorted(missing))} as it was given.")
    return _Text(sql, tuple(parameters), places)


def _readers(compiler: SQLCompiler) -> tuple[tuple[int, Any, tuple[Reader, ...]], ...]:
    found = compiler.get_converters([column[0] for column in compiler.select])
    return tuple(
        (place, expression, readers(getattr(expression, "target", None), steps))
        for place, (steps, expression) in found.items()
    )


def _stand_ins(values: Mapping[str, Value]) -> dict[str, Value]:
    # Values that no constant of a query has, and that every whole-number column can hold.
    return {
        name: f"\x02{number}\x02" if isinstance(value, str) else 2**31 - 1_000_003 - number
        for number, (name, value) in enumerate(values.items())
    }


def _made(reading: _Reading[M], found: tuple[Any, ...], connection: BaseDatabaseWrapper) -> M:
    row = list(found)
    for place, expression, steps in reading.readers:
        for step in steps:
            row[place] = step(row[place], expression, connection)
    instance = _instance(reading.model, reading.columns, row[: len(reading.columns)])
    for populator in reading.joined:
        _populate(populator, row, instance)
    return instance


def copy_of(row: M) -> M:
    """Another instance of the same row, to be changed without the first; without what is joined to it."""
    made = _instance(type(row), (), ())
    made.__dict__.update(row.__dict__, _state=made._state)
    return made


def _instance(model: type[M], columns: Sequence[str], values: Sequence[Any]) -> M:
    """A row as an instance: what Model.from_db makes, without the signals, for which nobody here listens."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(columns, values, strict=True))
    return made


def _populate(populator: Any, row: Sequence[Any], owner: Model) -> None:
    """Hang the joined row on its owner, as Django's own populator does; None where there is no such row."""
    values = row[populator.cols_start : populator.cols_end]
    if values[populator.pk_idx] is None:
        populator.local_setter(owner, None)
        return
    joined = _instance(populator.model_cls, populator.init_list, values)
    for further in populator.related_populators:
        _populate(further, row, joined)
    populator.local_setter(owner, joined)
    populator.remote_setter(joined, owner)


def _fetched(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    if isinstance(connection, DatabaseWrapper) and connection.short:
        return connection.rows(sql, values)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _leave(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> None:
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
        if isinstance(connection, DatabaseWrapper) and connection.short:
            connection.leave(sql, values)
        else:
            _counted(connection, sql, values)


def _counted(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> int:
    if isinstance(connection, DatabaseWrapper) and connection.short:
        return connection.count(sql, values)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
