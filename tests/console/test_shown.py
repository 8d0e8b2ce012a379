"""Filters, pages of tables, one-time secrets, and the checker of pages itself."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from console import onetime, paging
from console.confirm import Confirm
from console.fields import Field, FormError, Problem, options
from console.panels import Refusal
from console.templatetags import console as filters
from tests.console.accessible import problems


def test_arns_are_cut_in_the_middle_and_keep_their_end():
    whole = "arn:aws:iam::123456789012:user/a/very/long/path/to/somebody"
    cut = filters.arn(whole, 30)
    assert (len(cut), cut.endswith("somebody"), "…" in cut) == (30, True, True)
    assert filters.arn("AIDA123", 30) == "AIDA123"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=1), "1 minute ago"),
        (timedelta(hours=3, minutes=2), "3 hours ago"),
        (timedelta(days=400), "1 year ago"),
        (-timedelta(days=2, hours=1), "in 2 days"),
    ],
)
def test_ages(passed, words):
    assert filters.age(timezone.now() - passed) == words


def test_moments_are_shown_in_utc():
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert filters.iso(moment) == "2026-03-01T12:30:00Z"
    assert filters.utc(moment) == "01 Mar 2026, 12:30:00 UTC"
    assert filters.age(None) == "never"


def test_json_is_coloured_without_losing_a_character():
    text = '{\n  "a\\"b": [1, -2.5e3, true, null, "x: {y}"],\n  "c": "-"\n}'
    lines = filters.code_lines(text)
    assert "\n".join("".join(piece for _, piece in line) for line in lines) == text
    assert ("key", '"a\\"b"') in lines[1]
    assert ("text", '"x: {y}"') in lines[1]


def test_text_that_is_not_json_is_shown_as_it_is():
    assert filters.json("{oops") == "{oops"
    assert filters.json('{"a":1}') == '{\n  "a": 1\n}'


def test_pages_go_forth_and_back():
    factory = RequestFactory()
    first = paging.pages(factory.get("/u?q=a"), "M1")
    assert (first.previous, first.next) == ("", "/u?q=a&after=M1&back=")
    second = paging.pages(factory.get(first.next), "M2")
    assert second.previous == "/u?q=a"
    third = paging.pages(factory.get(second.next), None)
    assert third.next == ""
    assert paging.marker(factory.get(third.previous)) == "M1"
    assert paging.pages(factory.get("/u?after=M9"), None).previous == "/u"


def test_sorting_turns_round():
    factory = RequestFactory()
    assert paging.sort(factory.get("/u"), "name", "Name", default="name").now == "ascending"
    turned = paging.sort(factory.get("/u?sort=name&after=M"), "name", "Name", default="name")
    assert turned.href == "/u?sort=-name"
    assert paging.sort(factory.get("/u"), "age", "Age", default="name").now == "none"


def test_a_filter_form_keeps_the_other_parts_and_starts_anew():
    request = RequestFactory().get("/u?q=a&column=b&column=c&after=M&back=")
    assert paging.hidden(request, "q") == [("column", "b"), ("column", "c")]


def test_a_new_key_can_be_carried_away():
    secret = onetime.access_key("bob", "AKIAX", "s3cr+t/", endpoint="http://127.0.0.1:8000", done="/done")
    assert "s3cr+t/" not in repr(secret)
    html = render_to_string("components/one_time.html", {"secret": secret})
    assert problems(html, fragment=True) == []
    assert 'download="bob.env"' in html
    env = next(file for file in secret.files if file.name == "bob.env").text
    assert "AWS_SECRET_ACCESS_KEY=s3cr+t/" in env
    assert base64.b64encode(env.encode()).decode() in html


def test_names_do_not_become_formulas():
    secret = onetime.password("=cmd()", "pw", sign_in="https://x.example/signin/a")
    assert "'=cmd()" in secret.files[0].text


COMPONENTS: dict[str, dict[str, Any]] = {
    "empty": {"title": "No users", "text": "Make one.", "href": "/x", "action": "Create user"},
    "refused": {"need": Refusal("iam:ListUsers", "arn:aws:iam::1:user/a", "no", "d-1")},
    "panel_refused": {"title": "MFA", "need": Refusal("iam:ListMFADevices", "*", "no")},
    "tags": {"tags": [{"Key": "a", "Value": "<b>"}]},
    "progress": {"id": "job", "label": "Report", "value": 1, "max": 2, "text": "1 of 2", "poll": "/x"},
    "pagination": {"pages": paging.Pages("?a", "?b"), "target": "users", "what": "Users", "shown": 3},
    "tools": {"target": "users", "label": "Find users", "filters": (), "hidden": [("a", "b")]},
    "filter": {
        "target": "users",
        "name": "state",
        "label": "State",
        "options": [("", "All"), ("a", "A")],
        "value": "a",
    },
    "columns": {"target": "users", "columns": [("a", "A", True)]},
    "json_view": {"text": '{"a": 1}', "marks": [1], "label": "Policy"},
    "confirm": {
        "confirm": Confirm(
            "Delete bob", "Gone.", "Delete", "/x", "/", goes=["a key"], word="bob", errors=(FormError("No"),)
        )
    },
    "cli": {"line": "aws iam list-users"},
}
FIELDS = (
    Field("A", "Text", required=True, help="Help", errors=["Wrong"]),
    Field("B", "Check", "check", value=True, help="Help"),
    Field("C", "Radio", "radio", options=options([("a", "A"), ("b", "B")], "a")),
    Field("D", "Select", "select", options=options([("a", "A")], None), errors=["Wrong"]),
    Field("E", "Lines", "lines", value="a\nb"),
    Field("F", "Tags", "tags", value=[{"Key": "k", "Value": "v"}], help="Help"),
    Field("G", "JSON", "json", value="{", problems=[Problem("Bad", 1, 2)], errors=["Bad"]),
    Field("H", "Password", "password", required=True),
    Field("I", "Checks", "checks", options=options([("a", "A")], ["a"])),
)


@pytest.mark.parametrize("component", COMPONENTS)
def test_components_are_accessible(component):
    html = render_to_string(f"components/{component}.html", COMPONENTS[component], RequestFactory().get("/x"))
    assert problems(html, fragment=True) == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.kind)
def test_fields_are_accessible_and_described(field):
    html = render_to_string("components/field.html", {"field": field})
    assert problems(html, fragment=True) == []
    for place in field.described_by.split():
        assert f'id="{place}"' in html


def test_a_secret_is_never_filled_in_again():
    html = render_to_string(
        "components/field.html", {"field": Field("P", "Password", "password", value="hunter2")}
    )
    assert "hunter2" not in html


CARDS = "class='data-table' aria-label='T' role='table'"
ROW = (
    "<tr role=row><th scope=col role=columnheader>Name</th><th scope=col role=columnheader>Path</th></tr>"
    "<tr role=row><th scope=row role=rowheader>bob</th>"
)


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<input name=a>", "no label"),
        ("<img src=x>", "no alt"),
        ("<button type=button></button>", "no name"),
        ("<p id=a></p><p id=a></p>", "used twice"),
        ("<table><caption>T</caption><tr><th>x</th></tr></table>", "no scope"),
        ("<section aria-label=Keys></section><section aria-label=Keys></section>", "two regions"),
        ("<p style='x'></p>", "inline style"),
        (f"<table {CARDS}><tr><th>Name</th></tr></table>", "not the role"),
        (f"<table {CARDS}>{ROW}<td data-label='Pat'>/</td></tr></table>", "under 'Path' and says 'Pat'"),
        (f"<table {CARDS}>{ROW}<td data-label='Path'> </td></tr></table>", "nothing but white space"),
        ("<a href=/ onclick=x>y</a>", "onclick"),
        ("<div><p></div>", "closes"),
    ],
)
def test_the_checker_finds(html, complaint):
    assert any(complaint in found for found in problems(html, fragment=True))
