"""What hangs on a row and keeps it from being deleted: asked for in one query."""

import functools
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts.prepared import Prepared


def hanging(row: Model, relations: tuple[str, ...]) -> set[str]:
    """Those of the relations, such as `attachments` or `identity__access_keys`, by which anything refers to the row."""
    found = _with_presence(type(row), relations).found(pk=row.pk) or ()
    present = found[len(found) - len(relations) :]
    return {relation for relation, there in zip(relations, present, strict=True) if there}


@functools.cache
def _with_presence(model: type[Model], relations: tuple[str, ...]) -> Prepared[Model]:
    def build(pk: int) -> QuerySet[Model]:
        answers = {f"has_{relation}": _presence(model, relation) for relation in relations}
        row: QuerySet[Model] = model._base_manager.filter(pk=pk).only("pk").annotate(**answers)
        return row

    return Prepared(build)


def _presence(model: type[Model], path: str) -> Exists:
    *way, last = path.split("__")
    owner: Any = model
    for step in way:
        owner = owner._meta.get_field(step).related_model
    relation = owner._meta.get_field(last)
    rows = relation.related_model._base_manager
    return Exists(rows.filter(**{relation.field.name: OuterRef("__".join((*way, "pk")))}))
