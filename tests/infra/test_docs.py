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


# Chapters 6 and 7 of OWASP ASVS 5.0.0, levels 1 and 2.
ASVS = {
    *(f"6.1.{number}" for number in range(1, 4)),
    *(f"6.2.{number}" for number in range(1, 13)),
    *(f"6.3.{number}" for number in range(1, 5)),
    *(f"6.4.{number}" for number in range(1, 5)),
    *(f"6.5.{number}" for number in range(1, 6)),
    *(f"6.6.{number}" for number in range(1, 4)),
    *(f"6.8.{number}" for number in range(1, 5)),
    *(f"7.1.{number}" for number in range(1, 4)),
    *(f"7.2.{number}" for number in range(1, 5)),
    *(f"7.3.{number}" for number in range(1, 3)),
    *(f"7.4.{number}" for number in range(1, 6)),
    *(f"7.5.{number}" for number in range(1, 3)),
    *(f"7.6.{number}" for number in range(1, 3)),
}
ROWS = re.findall(
    r"^\| ([67]\.[^|]+) \| [^|]+ \| ([^|]+) \|$",
    (ROOT / "docs" / "security.md").read_text().split("number by number")[1],
    re.MULTILINE,
)


def numbers(cell: str) -> set[str]:
    """The numbers that a row names, those of a range too."""
    found = set(re.findall(r"[0-9]\.[0-9]+\.[0-9]+", cell))
    for chapter, first, last in re.findall(r"([0-9]\.[0-9]+)\.([0-9]+) to [0-9]\.[0-9]+\.([0-9]+)", cell):
        found |= {f"{chapter}.{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_number_of_signing_in_and_sessions_is_promised():
    assert ASVS - set().union(*(numbers(cell) for cell, _ in ROWS)) == set()


@pytest.mark.parametrize(("what", "held_by"), ROWS, ids=[what for what, _ in ROWS])
def test_each_of_them_names_its_tests(what, held_by):
    files = re.findall(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)", held_by)
    assert files, what
    for file, names in files:
        text = (ROOT / file).read_text()
        for name in re.findall(r"`(test_\w+)`", names):
            assert f"\ndef {name}(" in text, f"{what}: {file} has no {name}"


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
