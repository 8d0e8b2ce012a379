"""Queries whose values come later, and how their rows become instances."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from accounts.columns import Reader, readers, writers, written
from accounts.prepared.rows import instance_of
from accounts.prepared.sending import fetched, here
from accounts.prepared.texts import Text, Value, stand_ins, text_of

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Reading(Generic[M]):
    """A SELECT, and how its rows become instances."""

    text: Text
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
        connection = here()
        reading = self._as_read(connection, values)
        return [_made(reading, row, connection) for row in _found(reading, values, connection)]

    def found(self, **values: Value) -> tuple[Any, ...] | None:
        """The columns of the row that the values identify, as they came, or None."""
        connection = here()
        return next(iter(_found(self._as_read(connection, values), values, connection)), None)

    def made(self, row: tuple[Any, ...]) -> M:
        """The instance that a row which was `found` becomes."""
        connection = here()
        return _made(self._readings[connection.vendor], row, connection)

    def always(self, **values: Value) -> tuple[M, bool]:
        """The row and True, or one that is made of the decoys' columns by the same steps, and False: both cost the same."""
        connection = here()
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


class Tuples:
    """A query for values, not for instances, whose own values come later; `build` as in Prepared, with `values_list`.

    The columns are given as they come: text and whole numbers need no reading.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._texts: dict[str, Text] = {}

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """The rows."""
        connection = here()
        text = self._texts.get(connection.vendor)
        if text is None:
            given = stand_ins(values)
            compiler = self._build(**given).query.get_compiler(DEFAULT_DB_ALIAS)
            text = self._texts[connection.vendor] = text_of(compiler, given)
        return fetched(connection, text.sql, text.given(values))


def _reading(
    build: Callable[..., QuerySet[M]],
    values: Mapping[str, Value],
    decoys: Sequence[Model],
    connection: BaseDatabaseWrapper,
) -> _Reading[M]:
    given = stand_ins(values)
    query = build(**given).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    text = text_of(compiler, given)
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
    return tuple(
        written(writers([field], connection.vendor), by_model[field.model].__dict__, connection)[0]
        for field in fields
    )


def _found(
    reading: _Reading[M], values: Mapping[str, Value], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    if reading.locks and connection.get_autocommit():
        raise TransactionManagementError("Rows are locked in a transaction only.")
    return fetched(connection, reading.text.sql, reading.text.given(values))


def _readers(compiler: SQLCompiler) -> tuple[tuple[int, Any, tuple[Reader, ...]], ...]:
    found = compiler.get_converters([column[0] for column in compiler.select])
    return tuple(
        (place, expression, readers(getattr(expression, "target", None), steps))
        for place, (steps, expression) in found.items()
    )


def _made(reading: _Reading[M], found: tuple[Any, ...], connection: BaseDatabaseWrapper) -> M:
    row = list(found)
    for place, expression, steps in reading.readers:
        for step in steps:
            row[place] = step(row[place], expression, connection)
    instance = instance_of(reading.model, reading.columns, row[: len(reading.columns)])
    for populator in reading.joined:
        _populate(populator, row, instance)
    return instance


def _populate(populator: Any, row: Sequence[Any], owner: Model) -> None:
    """Hang the joined row on its owner, as Django's own populator does; None where there is no such row."""
    values = row[populator.cols_start : populator.cols_end]
    if values[populator.pk_idx] is None:
        populator.local_setter(owner, None)
        return
    joined = instance_of(populator.model_cls, populator.init_list, values)
    for further in populator.related_populators:
        _populate(further, row, joined)
    populator.local_setter(owner, joined)
    populator.remote_setter(joined, owner)
