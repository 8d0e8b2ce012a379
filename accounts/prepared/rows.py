"""Instances of models made of columns, without the signals, for which nobody here listens."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import NOT_PROVIDED, Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


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


def new(model: type[M], **values: Any) -> M:
    """A row to be added, as Model.__init__ makes it: of plain columns and, by relation, the rows that it refers to.

    The other columns have their defaults.
    """
    constants, called, relations = _defaults(model)
    made = model.__new__(model)
    made._state = ModelState()
    attributes = made.__dict__
    attributes.update(constants)
    for name, default in called:
        if name not in values:
            attributes[name] = default()
    for name, value in values.items():
        if name not in relations:
            attributes[name] = value
        elif value is not None:
            attributes[relations[name]] = value.pk
            made._state.fields_cache[name] = value
    return made


@functools.cache
def _defaults(
    model: type[Model],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...], dict[str, str]]:
    """By attribute what is always the same, and what is made anew each time; the attributes of keys, by relation."""
    constants: dict[str, Any] = {}
    called: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if field.default is not NOT_PROVIDED and callable(field.default):
            called.append((field.attname, field.get_default))
        else:
            constants[field.attname] = field.get_default()
    relations = {field.name: field.attname for field in model._meta.concrete_fields if field.is_relation}
    return constants, tuple(called), relations
