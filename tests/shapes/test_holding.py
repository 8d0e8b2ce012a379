"""The quick answer and the worded one never contradict each other."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iam.shapes import answer, holding, spec, validate
from iam.shapes.spec import Shape

NAMES = [name for service in ("iam", "sts") for name in spec.operations(service)]
ODD = st.sampled_from(
    [None, "", "x", "a b", "é", 0, -1, 10**6, True, 1.5, b"", b"x", [], {}, ["x"], {"x": "y"}]
)
TEXTS = st.sampled_from(
    ["alice", "/", "/a/", "Active", "arn:aws:iam::123456789012:user/alice", "v1", "a" * 200, "123456"]
)


def given_as(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that often fit the shape."""
    fitting: st.SearchStrategy[Any]
    match shape.kind:
        case "structure":
            members = {} if depth > 2 else {n: given_as(m, depth + 1) for n, m in shape.members.items()}
            required = {name: value for name, value in members.items() if name in shape.required}
            fitting = st.fixed_dictionaries(
                required, optional={n: v for n, v in members.items() if n not in required}
            )
        case "list" if shape.element is not None:
            fitting = st.lists(given_as(shape.element, depth + 1), max_size=2)
        case "map" if shape.value is not None:
            fitting = st.dictionaries(TEXTS, given_as(shape.value, depth + 1), max_size=2)
        case "string":
            fitting = st.sampled_from(shape.enum) if shape.enum else TEXTS
        case "boolean":
            fitting = st.booleans()
        case "timestamp":
            fitting = st.just(datetime(2026, 1, 1, tzinfo=UTC))
        case "blob":
            fitting = st.just(b"blob")
        case _:
            fitting = st.integers(0, 5000)
    return st.one_of(fitting, fitting, fitting, fitting, ODD) if depth else fitting


def worded(shape: Shape, params: Mapping[str, object]) -> list[str]:
    return [failure.text for failure in validate._structure(shape, params, "", "")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), given_as(shape_in(name)))))
def test_parameters_hold_where_nothing_is_to_be_told(drawn: tuple[str, dict[str, Any]]):
    name, params = drawn
    shape = shape_in(name)
    assert holding.of_params(shape)(params) == (worded(shape, params) == [])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), given_as(shape_out(name)))))
def test_answers_fit_where_nothing_is_to_be_told(drawn: tuple[str, dict[str, Any]]):
    name, output = drawn
    shape = shape_out(name)
    assert holding.of_answer(shape)(output) == (answer._structure(shape, output) == [])


def test_a_member_that_is_not_known_does_not_hold():
    assert not holding.of_params(shape_in("iam.GetUser"))({"UserNom": "alice"})
    assert not holding.of_answer(shape_out("iam.GetUser"))({"Users": []})


EMPTY = Shape(name="Empty", service="iam", kind="structure")


def shape_in(name: str) -> Shape:
    return spec.operation(name).input or EMPTY


def shape_out(name: str) -> Shape:
    return spec.operation(name).output or EMPTY
