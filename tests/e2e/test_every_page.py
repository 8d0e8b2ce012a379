"""Every page that links lead to, in a living account: loads, stands in nobody's way, and fits a phone."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import expect

from tests.e2e import browsing, life
from tests.e2e.browsing import PHONE, Person
from tests.e2e.conftest import Open
from tests.e2e.life import Life
from tests.e2e.serving import Installation

NO_PAGES = ("/static/", "/iam/users/download/")
MOST_PAGES = 150

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def living(product: Installation) -> Life:
    return life.breathe(product)


@pytest.fixture
def admin(windows: Open, product: Installation, living: Life) -> Person:
    """The demo's administrator, signed in."""
    person = windows()
    life.sign_in_admin(person, product, living)
    return person


def kind_of_page(address: str) -> tuple[str, str]:
    """Pages made by one view for one kind of thing look alike: one of them is enough."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return "nowhere", address
    return match.view_name or str(match.func), str(match.kwargs.get("kind", ""))


def links(person: Person) -> list[str]:
    found: list[str] = person.page.eval_on_selector_all(
        "a[href]:not([download])", "all => all.map(each => each.href)"
    )
    own = (urlsplit(address) for address in found if address.startswith(person.url))
    return [f"{parts.path}?{parts.query}".rstrip("?") for parts in own if not parts.path.startswith(NO_PAGES)]


def walk(person: Person) -> Iterator[tuple[str, int]]:
    """Each kind of page that links lead to, from the dashboard on: its address and status, while it is shown."""
    waiting = ["/"]
    seen: set[tuple[str, str]] = set()
    tried: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in tried or (kind := kind_of_page(address)) in seen:
            continue
        tried.add(address)
        answer = person.page.goto(person.url + address)
        status = answer.status if answer else 0
        yield address, status
        if status < 400:
            seen.add(kind)
        waiting.extend(links(person))


def test_every_page_loads_and_stands_in_nobodys_way(admin: Person, windows: Open):
    phone = windows(size=PHONE, dark=True, like=admin)
    wrong, walked = [], 0
    for address, status in walk(admin):
        walked += 1
        if status != 200:
            wrong.append(f"{address}: status {status}")
        wrong += [f"{address}: {obstacle}" for obstacle in admin.obstacles()]
        if admin.scrolls_sideways():
            wrong.append(f"{address}: wider than {browsing.DESKTOP[0]}")
        phone.visit(address)
        wrong += [f"{address} on a dark phone: {obstacle}" for obstacle in phone.obstacles(browsing.LOOKS)]
        if phone.scrolls_sideways():
            wrong.append(f"{address}: wider than a phone")
        wrong += [f"{address}: {table} is cut on a phone" for table in phone.cut_tables()]
    assert not wrong, "\n".join(wrong)
    assert walked > 25


def test_rows_are_cards_on_a_phone_and_still_rows_to_a_screen_reader(admin: Person, windows: Open):
    phone = windows(size=PHONE, like=admin)
    phone.visit("/iam/groups/Developers/users/")
    table = phone.page.get_by_role("table", name="Users of the group by name")
    expect(table.get_by_role("columnheader")).to_have_count(5)
    row = table.get_by_role("row").filter(has=phone.page.get_by_role("rowheader", name="dave", exact=True))
    expect(row.get_by_role("cell")).to_have_text(["", "/", "never", re.compile("ago|now")])
    expect(row.get_by_role("cell", name="/", exact=True)).to_be_visible()
    phone.page.get_by_role("checkbox", name="Select all users on this page").check()
    expect(row.get_by_role("checkbox")).to_be_checked()
    phone.visit("/me/sessions/")
    ending = phone.button("Sign out here").bounding_box()
    assert ending is not None
    assert (ending["x"] + ending["width"] <= PHONE[0], ending["height"] >= 44) == (True, True)


def test_recovery_codes_are_copied_together_and_printed_alone_with_their_owner(admin: Person):
    admin.visit("/me/recovery-codes/create/")
    admin.press("Make codes")
    codes = admin.page.locator("#one-time-codes code").all_inner_texts()
    assert len(codes) == 10
    assert admin.obstacles() == []
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    admin.press("Copy all codes")
    expect(admin.page.locator("#announcer")).to_have_text("all codes copied")
    assert admin.page.evaluate("navigator.clipboard.readText()") == "\n".join(codes)
    admin.page.emulate_media(media="print")
    printed = admin.page.locator(".frame").inner_text()
    assert re.sub(r"\s+", " ", printed).startswith("Recovery codes of admin Account demo (")
    assert printed.split()[-10:] == codes


def test_a_dialog_names_what_goes_and_is_left_by_the_keyboard(admin: Person):
    admin.visit("/iam/groups/Auditors/")
    admin.press("Delete")
    dialog = admin.page.locator("dialog[open]")
    expect(dialog).to_contain_text("Auditors")
    assert admin.obstacles() == []
    assert admin.page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    admin.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(admin.button("Delete")).to_be_focused()
