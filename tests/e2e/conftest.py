"""Fixtures of the journeys: one installation for all of them, an account for each."""

from collections.abc import Iterator

import pytest

from tests.e2e import serving


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[serving.Installation]:
    with serving.installation(tmp_path_factory.mktemp("product")) as installation:
        yield installation
