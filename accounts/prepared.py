"""Queries that every request asks: compiled by Django once, then run with other values.

Putting the SQL of a query together costs Django several times what the database needs to answer it.  A Prepared keeps
the statement per kind of database; rows become instances by Django's own rules, joined rows included.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import RelatedPopulator, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
Value: TypeAlias = str | int
Converter: TypeAlias = Callable[[Any, Any, BaseDatabaseWrapper], Any]


@dataclass(frozen=True, slots=True)
class _Statement(Generic[M]):
    """What Django made of a query.  `places` says by which name each parameter is given; None: it is a constant."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[str | None, ...]
    locks: bool
    model: type[M]
    columns: tuple[str, ...]
    converters: tuple[tuple[int, Any, tuple[Converter, ...]], ...]
    joined: tuple[RelatedPopulator, ...]


class Prepared(Generic[M]):
    """A query whose values come later.

    `build` gets the values by name, text or whole numbers, and uses each as it is in a comparison: it is called once
    per kind of database, with stand-ins.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._statements: dict[str, _Statement[M]] = {}

    def one(self, **values: Value) -> M | None:
        """The row that the values identify, or None where there is none."""
        return next(iter(self.rows(**values)), None)

    def rows(self, **values: Value) -> list[M]:
        """The rows, as the query that `build` returns would have them."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statements.get(connection.vendor)
        if statement is None:
            statement = self._statements[connection.vendor] = _compiled(self._build, values)
        if statement.locks and connection.get_autocommit():
            raise TransactionManagementError("Rows are locked in a transaction only.")
        given = [
            constant if place is None else values[place]
            for place, constant in zip(statement.places, statement.parameters, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, given)
            return list(_instances(statement, cursor.fetchall(), connection))


def _compiled(build: Callable[..., QuerySet[M]], values: dict[str, Value]) -> _Statement[M]:
    stand_ins = {name: _stand_in(number, value) for number, (name, value) in enumerate(values.items())}
    query = build(**stand_ins).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    names = {stand_in: name for name, stand_in in stand_ins.items()}
    places = tuple(names.get(parameter) for parameter in parameters)
    if missing := set(values) - set(places):
        raise ValueError(f"The query does not hold {', '.join(sorted(missing))} as it was given.")
    kind = compiler.klass_info
    first, last = kind["select_fields"][0], kind["select_fields"][-1]
    joined = get_related_populators(kind, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of Django 6
    return _Statement(
        sql=sql,
        parameters=tuple(parameters),
        places=places,
        locks=query.select_for_update,
        model=kind["model"],
        columns=tuple(column[0].target.attname for column in compiler.select[first : last + 1]),
        converters=_converters(compiler),
        joined=tuple(joined),
    )


def _converters(compiler: SQLCompiler) -> tuple[tuple[int, Any, tuple[Converter, ...]], ...]:
    found = compiler.get_converters([column[0] for column in compiler.select])
    return tuple((place, expression, tuple(steps)) for place, (steps, expression) in found.items())


def _stand_in(number: int, value: Value) -> Value:
    # Values that no constant of a query has.
    return f"\x02{number}\x02" if isinstance(value, str) else -(2**40) - number


def _instances(
    statement: _Statement[M], rows: list[tuple[Any, ...]], connection: BaseDatabaseWrapper
) -> Iterator[M]:
    width = len(statement.columns)
    for found in rows:
        row = list(found)
        for place, expression, converters in statement.converters:
            for converter in converters:
                row[place] = converter(row[place], expression, connection)
        instance = statement.model.from_db(DEFAULT_DB_ALIAS, statement.columns, row[:width])
        for populator in statement.joined:
            populator.populate(row, instance)
        yield instance
