"""Rules for all templates, scripts and styles of ours, read as text."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.console.accessible import data_tables, parse

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
CLASS_ATTRIBUTE = re.compile(r"\sclass=\"")
DATA_TABLE = re.compile(r'<table class="data-table".*?</table>', re.DOTALL)
TABLES = [file for file in TEMPLATES if "data-table" in file.read_text()]
# Its columns are chosen; tests of the page hold it.
DATA_TABLES = [file for file in TABLES if file.parts[-2:] != ("users", "index.html")]
FORBIDDEN = {
    "inline style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "handler attribute": r"\son[a-z]+\s*=",
    "hx-on": r"\bhx-on\b",
    "javascript in hx-vals": r"hx-vals\s*=\s*['\"]js:",
    "safe filter": r"\|\s*safe\b",
    "autoescape off": r"autoescape\s+off",
    "foreign address": r"(?:src|href)=\"https?://",
    "comment over several lines": r"\{#[^}]*\n",
}


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_template_keeps_the_rules(template):
    text = template.read_text()
    # Mail programs load no style sheets.
    allowed = {"style element"} if template.parent.name == "mail" else set()
    assert [
        rule for rule, pattern in FORBIDDEN.items() if rule not in allowed and re.search(pattern, text)
    ] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_template_compiles(template):
    get_template(str(template.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("template", sorted((ROOT / "templates" / "components").glob("*.html")), ids=name)
def test_component_says_what_it_needs(template):
    assert "needs:" in template.read_text()[:600]


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_icons_are_in_the_sprite(template):
    sprite = (ROOT / "static" / "vendor" / "icons" / "icons.svg").read_text()
    wanted = re.findall(r"\{% icon \"([a-z0-9-]+)\"", template.read_text())
    assert [icon for icon in wanted if f'id="{icon}"' not in sprite] == []


@pytest.mark.parametrize("template", DATA_TABLES, ids=name)
def test_rows_of_data_tables_can_be_shown_as_cards(template):
    """Each value's label is its column's heading, and roles say what the looks of a card take away."""
    for table in DATA_TABLE.findall(template.read_text()):
        shown = re.sub(r"\{\{.*?\}\}|\{% (include|icon) .*?%\}", "x", table)
        assert data_tables(parse(re.sub(r"\{%.*?%\}", "", shown)).walk()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_script_writes_no_markup(script):
    text = script.read_text()
    assert [
        word for word in ("innerHTML", "insertAdjacentHTML", "eval(", "document.write") if word in text
    ] == []


def test_styles_are_few_and_never_important():
    assert sum(len(style.read_text().splitlines()) for style in STYLES) <= 400
    for style in STYLES:
        text = style.read_text()
        assert "!important" not in text
        assert not re.search(r"(^|[\s,}])#[a-zA-Z][\w-]*\s*[{,]", text), f"{style.name} selects by id"
