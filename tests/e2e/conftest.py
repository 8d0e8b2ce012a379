"""Fixtures of the browser's journeys: one installation and one Chromium for all, an account and a window for each."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e import browsing, serving
from tests.e2e.browsing import Person

PICTURES = serving.ROOT / ".cache" / "e2e"
Open = Callable[..., Person]


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[serving.Installation]:
    with serving.installation(tmp_path_factory.mktemp("product")) as installation:
        yield installation


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(browsing.CHROMIUM).exists():
        pytest.fail("Chromium is missing; on Debian: apt-get install chromium")
    expect.set_options(timeout=browsing.PATIENCE_MS)
    with browsing.chromium() as running:
        yield running


@pytest.fixture
def windows(browser: Browser, product: serving.Installation) -> Iterator[Open]:
    """Open windows; when the test ends, none of them may have done what a page must never do."""
    opened: list[Person] = []

    def another(**looks: Any) -> Person:
        opened.append(browsing.open_window(browser, product, **looks))
        return opened[-1]

    another.opened = opened  # type: ignore[attr-defined]  # for the pictures of a failure
    yield another
    faults = [fault for person in opened for fault in person.faults]
    for person in opened:
        person.context.close()
    assert faults == []


@pytest.fixture
def person(windows: Open) -> Person:
    return windows()


@pytest.fixture
def account(product: serving.Installation) -> dict[str, Any]:
    """An account of the test's own."""
    return product.new_account()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave a picture of every window beside the words of a failure."""
    report = yield
    serving.report(item, report)
    opened = getattr(getattr(item, "funcargs", {}).get("windows"), "opened", ())
    if call.when == "call" and report.failed and opened:
        lines = [
            _picture(person, PICTURES / f"{item.name}-{number}.png") for number, person in enumerate(opened)
        ]
        report.sections.append(("what the browser showed", "\n".join(lines)))
    return report


def _picture(person: Person, file: Path) -> str:
    try:
        return f"{person.page.url}: {person.shoot(file)}"
    except Exception as problem:  # noqa: BLE001  # a picture that fails must not hide the failure it was for
        return f"{person.page.url}: no picture ({problem})"
