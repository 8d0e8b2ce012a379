"""Statements that change or delete rows, and one that writes a whole row."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CASCADE, PROTECT, Model, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.db.models.sql import DeleteQuery, UpdateQuery

from accounts.columns import Writers, writers, written
from accounts.prepared.sending import counted, here, left
from accounts.prepared.texts import Text, Value, stand_ins, text_of

M = TypeVar("M", bound=Model)


class Change(Generic[M]):
    """An UPDATE whose values come later: of the rows that `build` finds, as in Prepared; `sets` is what changes."""

    def __init__(self, build: Callable[..., QuerySet[M]], **sets: Any) -> None:
        self._build = build
        self._sets = sets
        self._texts: dict[str, Text] = {}

    def run(self, **values: Value) -> int:
        """Change the rows; returns how many there were."""
        connection = here()
        text = self.text(connection, values)
        return counted(connection, text.sql, text.given(values))

    def leave(self, **values: Value) -> None:
        """Change the rows, however many there are."""
        connection = here()
        text = self.text(connection, values)
        left(connection, text.sql, text.given(values))

    def text(self, connection: BaseDatabaseWrapper, values: Mapping[str, Value]) -> Text:
        """The statement, of the kind of this database."""
        text = self._texts.get(connection.vendor)
        if text is None:
            given = stand_ins(values)
            query: UpdateQuery = self._build(**given).query.chain(UpdateQuery)  # type: ignore[assignment]  # it becomes one
            query.add_update_values(self._sets)
            text = text_of(query.get_compiler(DEFAULT_DB_ALIAS), given)
            self._texts[connection.vendor] = text
        return text


class Removal(Generic[M]):
    """A DELETE whose values come later: of the rows that `build` finds, as in Prepared.  Nothing may hang on them."""

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._texts: dict[str, Text] = {}

    def leave(self, **values: Value) -> None:
        """Delete the rows, however many there are."""
        connection = here()
        text = self._texts.get(connection.vendor)
        if text is None:
            given = stand_ins(values)
            query = self._build(**given).query.chain(DeleteQuery)
            text = self._texts[connection.vendor] = text_of(query.get_compiler(DEFAULT_DB_ALIAS), given)
        left(connection, text.sql, text.given(values))


def remove(row: Model) -> None:
    """Delete a row and all that falls with it, as Model.delete does.  What protects it must be gone: only constraints look."""
    for removal in _removals(type(row)):
        removal.leave(pk=row.pk)


@functools.cache
def _removals(model: type[Model]) -> tuple[Removal[Model], ...]:
    return (*_of_dependents(model, "pk"), Removal(lambda pk: model._base_manager.filter(pk=pk)))


def _of_dependents(model: type[Model], key: str) -> Iterator[Removal[Model]]:
    """What refers to rows of the model, farthest first; `key` leads from the model to the key that is given."""
    relations: Iterable[Any] = get_candidate_relations_to_delete(model._meta)
    for relation in relations:
        if relation.on_delete is PROTECT:
            continue
        if relation.on_delete is not CASCADE:
            raise ValueError(f"{relation.field} does neither fall nor protect.")
        path = f"{relation.field.name}__{key}"
        yield from _of_dependents(relation.related_model, path)
        yield Removal(functools.partial(_at, relation.related_model, path))


def _at(model: type[M], path: str, pk: Value) -> QuerySet[M]:
    return model._base_manager.filter(**{path: pk})


def rewrite(row: Model, *names: str) -> None:
    """Write these fields of a row that is there, or every one, in the transaction of the caller."""
    connection = here()
    sql, columns = _rewriting(type(row), names, connection.vendor)
    left(connection, sql, [*written(columns, row.__dict__, connection), row.pk])


@functools.cache
def _rewriting(model: type[Model], names: tuple[str, ...], vendor: str) -> tuple[str, Writers]:
    quoted = here().ops.quote_name
    key, table = quoted(str(model._meta.pk.column)), quoted(model._meta.db_table)
    fields: list[Any] = [model._meta.get_field(name) for name in names] or [
        field for field in model._meta.local_concrete_fields if not field.primary_key
    ]
    sets = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    sql = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608  # names of columns, from the model
    return sql, writers(fields, vendor)
