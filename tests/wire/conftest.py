"""Fixtures of the view's tests: a fresh cast, and boto3 as its administrator."""

import pytest

from tests import world as cast
from tests.boto import Boto, boto_of


@pytest.fixture
def world(db) -> cast.World:
    return cast.build()


@pytest.fixture
def boto(world) -> Boto:
    return boto_of(world.alice)
