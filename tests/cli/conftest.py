"""Fixtures of the programs' journeys: one installation for all, an account and a terminal for each."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli import terminal
from tests.cli.terminal import Terminal
from tests.e2e import serving

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here: it needs installed programs and has a leg of its own."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.services)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave what the product said beside the words of a failure."""
    report = yield
    serving.report(item, report)
    return report


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[serving.Installation]:
    with serving.installation(tmp_path_factory.mktemp("product")) as installation:
        yield installation


@pytest.fixture(scope="session")
def programs(tmp_path_factory) -> Iterator[Path]:
    """Where `aws` is: version 1, started once for all."""
    with terminal.ready(tmp_path_factory.mktemp("aws")) as folder:
        yield folder


@pytest.fixture
def account(product: serving.Installation) -> dict[str, Any]:
    """An account of the test's own: account_id, alias, email, password, access_key_id, secret_access_key."""
    return product.new_account()


@pytest.fixture
def root(product: serving.Installation, programs: Path, account, tmp_path) -> Iterator[Terminal]:
    """A terminal of the account's root user."""
    given = terminal.keys(account["access_key_id"], account["secret_access_key"])
    place = {"AWS_ENDPOINT_URL": product.url, "AWS_DEFAULT_REGION": "eu-central-1"}
    with terminal.terminal(tmp_path / "home", place | given, programs) as opened:
        opened.number = account["account_id"]
        yield opened
