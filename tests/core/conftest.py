"""Fixtures of the core's tests: a fresh cast for each test, and answers held to their shapes."""

from collections.abc import Sequence

import pytest

from iam import catalogue
from tests import world as cast


@pytest.fixture
def world(db) -> cast.World:
    return cast.build()


@pytest.fixture(autouse=True)
def answers_fit_their_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    def report(name: str, problems: Sequence[str]) -> None:
        raise AssertionError(f"{name}: {problems}")

    monkeypatch.setattr(catalogue, "report_output", report)
