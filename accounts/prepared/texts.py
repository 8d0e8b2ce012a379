"""SQL that Django has put together, and the places of the values in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models.sql.compiler import SQLCompiler

Value: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Text:
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


def text_of(compiler: SQLCompiler, given: Mapping[str, Value]) -> Text:
    """The statement of a compiler that was given stand-ins.  Errors: ValueError where one is not in it."""
    sql, parameters = compiler.as_sql()
    names = {stand_in: name for name, stand_in in given.items()}
    places = tuple(names.get(parameter) for parameter in parameters)
    if missing := set(given) - set(places):
        raise ValueError(f"The query does not hold {', '.join(sorted(missing))} as it was given.")
    return Text(sql, tuple(parameters), places)


def stand_ins(values: Mapping[str, Value]) -> dict[str, Value]:
    """Values to put a statement together with, of the same kinds."""
    # Values that no constant of a query has, and that every whole-number column can hold.
    return {
        name: f"\x02{number}\x02" if isinstance(value, str) else 2**31 - 1_000_003 - number
        for number, (name, value) in enumerate(values.items())
    }
