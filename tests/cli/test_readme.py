"""The README's tour, typed word for word into a terminal beside a fresh `manage.py run`."""

import re
from collections.abc import Iterator

import pytest

from tests.cli import terminal
from tests.cli.terminal import Terminal
from tests.e2e import serving

README = (serving.ROOT / "README.md").read_text()
TOUR = README.partition("\n## Two minutes")[2].partition("\n## ")[0]
BLOCKS = [terminal.steps(block) for block in re.findall(r"```console\n(.*?)```", TOUR, re.DOTALL)]


@pytest.fixture
def newcomer(product: serving.Installation, tmp_path) -> Iterator[Terminal]:
    """A terminal with nothing set, of somebody who reads what `make run` has printed."""
    with terminal.terminal(tmp_path / "home", {}) as opened:
        yield opened


def test_the_tour_is_there():
    typed = [step.typed for block in BLOCKS for step in block]
    assert len(typed) >= 6
    assert any("list-users" in command for command in typed)


def test_the_tour_prints_what_the_readme_says(product: serving.Installation, newcomer: Terminal):
    for line in product.printed.splitlines():
        if line.strip().startswith("export "):
            newcomer.does(line.strip())
    newcomer.number = re.findall(r"\((\d{12})\)", product.printed)[0]
    for block in BLOCKS:
        for step in block:
            printed = newcomer.type(step.typed.replace("http://127.0.0.1:8000", product.url))
            assert terminal.fits(step.printed, printed), f"$ {step.typed}\n{printed}"
