"""Values that fit a shape, for round trips."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from iam.shapes.spec import Shape

# What XML can carry and a parser gives back unchanged.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\ufffe\uffff\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"), max_size=8)  # fmt: skip
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by that API


def example_values(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    """A structure with any of its members, the required ones always."""
    members = {name: _value(member) for name, member in shape.members.items()}
    needed = {name: value for name, value in members.items() if name in shape.required}
    return st.fixed_dictionaries(
        needed, optional={name: v for name, v in members.items() if name not in needed}
    )


def _value(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.kind == "structure":
        # Members that carry nothing leave no trace in form text, so a structure has at least one.
        return example_values(shape).filter(bool) if shape.members else st.just({})
    if shape.kind == "list" and shape.element:
        return st.lists(_value(shape.element), max_size=3)
    if shape.kind == "map" and shape.key and shape.value:
        # botocore sends nothing for an empty map.
        return st.dictionaries(TEXT.filter(bool), _value(shape.value), min_size=1, max_size=3)
    if shape.enum:
        return st.sampled_from(shape.enum)
    return _SCALARS[shape.kind]


_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "integer": st.integers(-(10**9), 10**9),
    "long": st.integers(-(10**12), 10**12),
    "boolean": st.booleans(),
    "timestamp": MOMENTS.map(lambda moment: moment.replace(microsecond=0)),
    "blob": st.binary(max_size=8),
}
