"""The documents against the tree: what they name exists, and what exists is named."""

import re
from pathlib import Path

import pytest

from console.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TOPS = ("accounts", "console", "docs", "iam", "static", "templates", "tests")
MAP = (ROOT / "docs" / "map.md").read_text()


def folders() -> set[str]:
    """Folders of the second level that hold files of ours."""
    found = (
        path
        for top in TOPS
        for path in (ROOT / top).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    )
    return {f"{path.relative_to(ROOT).as_posix()}/" for path in found if any(path.rglob("*.*"))}


def test_what_the_map_names_exists():
    for name in re.findall(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:in|lock|yaml)|Makefile|Dockerfile)`", MAP):
        assert (ROOT / name).exists(), name


def test_every_folder_is_on_the_map():
    unnamed = {folder for folder in folders() if f"`{folder}" not in MAP}
    assert unnamed == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_the_tests_that_hold_a_promise_exist():
    for name in re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / "security.md").read_text()):
        assert (ROOT / name).exists(), name


def test_the_readme_explains_every_variable():
    table = (ROOT / "README.md").read_text()
    explained = {
        name
        for row in re.findall(r"^\| (`[A-Z_`, ]+`) \|", table, re.MULTILINE)
        for name in re.findall(r"\w+", row)
    }
    assert explained == set(VARIABLES)


def test_both_commands_stand_in_the_readmes_first_screen():
    first = (ROOT / "README.md").read_text().splitlines()[:24]
    assert any(line.startswith("make run") for line in first)
    assert any(line.startswith("make test") for line in first)


def test_every_adr_has_its_four_parts():
    for page in (ROOT / "docs" / "adr").glob("*.md"):
        headings = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
        assert headings == ["Context", "Choice", "Price", "When to revisit"], page.name
