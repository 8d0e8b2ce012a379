"""Fixtures of the console's tests: a fresh cast, and browsers for its members."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import world as cast
from tests.console.browser import Browser
from tests.world import Actor


@pytest.fixture
def world(db) -> cast.World:
    return cast.build()


@pytest.fixture
def browser(db) -> Callable[..., Browser]:
    """`browser(world.alice)` is Alice's, `browser()` a stranger's."""

    def open_browser(actor: Actor | None = None, **looks: Any) -> Browser:
        return Browser(actor, **looks)

    return open_browser
