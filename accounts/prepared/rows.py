"""Instances of models made of columns, without the signals, for which nobody here listens."""

import functools
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import NOT_PROVIDED, Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)

NOTHING: Mapping[str, Model | None] = MappingProxyType({})


def instance_of(model: type[M], columns: Iterable[str], values: Iterable[Any]) -> M:
    """A row as an instance: what Model.from_db makes."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(columns, values, strict=True))
    return made


def copy_of(row: M) -> M:
    """Another instance of the same row, to be changed without the first; without what is joined to it."""
    made = instance_of(type(row), (), ())
    made.__dict__.update(row.__dict__, _state=made._state)
    return made


def new(model: type[M], related: Mapping[str, Model | None] = NOTHING, **columns: Any) -> M:
    """A row to be added, as Model.__init__ makes it: plain columns, and the rows that it refers to, by relation.

    The other columns have their defaults.
    """
    constants, called = _defaults(model)
    made = model.__new__(model)
    made._state = ModelState()
    attributes = made.__dict__
    attributes.update(constants)
    for name, default in called:
        if name not in columns:
            attributes[name] = default()
    attributes.update(columns)
    for relation, row in related.items():
        if row is not None:
            attributes[f"{relation}_id"] = row.pk
            made._state.fields_cache[relation] = row
    return made


@functools.cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """By attribute what is always the same, and what is made anew each time."""
    constants: dict[str, Any] = {}
    called: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if field.default is not NOT_PROVIDED and callable(field.default):
            called.append((field.attname, field.get_default))
        else:
            constants[field.attname] = field.get_default()
    return constants, tuple(called)
