"""Signing up, in and out: by mouse, by keyboard, without scripts, in the dark, on a phone; and nothing left behind."""

import re
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from threading import Barrier
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import expect

from tests.e2e.browsing import PHONE, Person
from tests.e2e.conftest import Open

PASSWORD = "correct-Horse-7-battery"
LOOKS = pytest.mark.parametrize(
    "looks",
    [{}, {"dark": True}, {"size": PHONE}, {"size": PHONE, "dark": True}],
    ids=["desktop", "dark", "phone", "dark-phone"],
)
BARE_PAGES = ("/signin", "/signin?as=root", "/signin/demo", "/signup", "/nowhere/at/all")

pytestmark = pytest.mark.slow


def iam(account: dict[str, Any], url: str) -> Any:
    """The IAM of an account as its root user, by boto3."""
    return boto3.client(
        "iam",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=account["access_key_id"],
        aws_secret_access_key=account["secret_access_key"],
        config=Config(retries={"max_attempts": 0}),
    )


def make_user(account: dict[str, Any], url: str, name: str) -> None:
    """A user who can sign in with PASSWORD and may do nothing."""
    client = iam(account, url)
    client.create_user(UserName=name)
    client.create_login_profile(UserName=name, Password=PASSWORD)


@LOOKS
@pytest.mark.parametrize("path", BARE_PAGES)
def test_bare_pages_stand_in_nobodys_way(windows: Open, path, looks):
    person = windows(**looks)
    person.visit(path)
    assert person.obstacles() == []
    assert not person.scrolls_sideways()


def test_who_signs_up_is_signed_in_and_told_where_users_sign_in(person: Person):
    person.visit("/signup")
    person.fill(name="Harbour", alias="harbour", email="owner@harbour.example", password=PASSWORD)
    person.press("Open the account")
    person.is_at("/")
    person.sees(f"The account is open. Its users sign in at {person.url}/signin/harbour")
    person.sees("harbour")


def test_what_is_wrong_with_a_new_account_is_said_at_its_fields(person: Person):
    person.visit("/signup")
    person.fill(name="Demo again", alias="demo", email="someone@example.org", password="short")
    person.press("Open the account")
    person.is_headed("Open an account")
    for name in ("alias", "password"):
        assert person.page.locator(f"[name={name}]").get_attribute("aria-invalid") == "true"
    assert person.page.locator("[name=name]").get_attribute("aria-invalid") is None
    assert person.page.locator("[name=email]").input_value() == "someone@example.org"
    assert person.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert person.obstacles() == []


def test_unknown_accounts_unknown_users_and_wrong_passwords_read_alike(person: Person, account):
    make_user(account, person.url, "erin")
    alias = account["alias"]
    said = set()
    for place, name in ((alias, "erin"), (alias, "nobody"), ("no-such-account", "erin")):
        person.sign_in(place, name, "wrong password")
        said.add(person.page.get_by_role("alert").inner_text())
    assert len(said) == 1
    assert "incorrect" in said.pop()


def test_somebody_signs_in_by_the_keyboard_alone(person: Person, account):
    make_user(account, person.url, "erin")
    person.visit("/signin")
    keys = person.page.keyboard
    expect(person.page.locator("[name=account]")).to_be_focused()
    keys.type(account["alias"])
    keys.press("Tab")
    keys.type("erin")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    person.is_headed("Dashboard")
    # The first stop on the page skips the navigation; the account menu opens, and closes, without a mouse.
    keys.press("Tab")
    expect(person.page.get_by_role("link", name="Skip to content")).to_be_focused()
    keys.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "main"
    menu = person.page.get_by_role("button", name="account menu")
    menu.focus()
    keys.press("Enter")
    expect(person.page.get_by_role("region", name="Account menu")).to_be_visible()
    keys.press("Escape")
    expect(person.page.get_by_role("region", name="Account menu")).to_be_hidden()
    expect(menu).to_be_focused()


def test_every_stop_of_the_keyboard_can_be_seen(person: Person, account):
    make_user(account, person.url, "erin")
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Dashboard")
    unseen = []
    for _ in range(40):
        person.page.keyboard.press("Tab")
        stop = person.page.evaluate(
            """() => { const it = document.activeElement, look = getComputedStyle(it), box = it.getBoundingClientRect();
            return {html: it.outerHTML.slice(0, 120), box: box.width * box.height, body: it === document.body,
                    ring: (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none'} }"""
        )
        if stop["body"]:
            break
        if not stop["ring"] or not stop["box"]:
            unseen.append(stop["html"])
    assert unseen == []


def test_going_back_after_signing_out_shows_nothing(person: Person, account):
    make_user(account, person.url, "erin")
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Dashboard")
    person.visit("/activity/trail/")
    person.sign_out()
    for _ in range(2):
        person.page.go_back()
        person.is_headed("Sign in")
        assert account["account_id"] not in person.page.content().replace("-", "").replace(" ", "")


def test_a_deep_link_is_reached_after_signing_in(person: Person, account):
    make_user(account, person.url, "erin")
    person.visit("/iam/users/?q=er")
    person.is_at("/signin")
    person.fill(account=account["alias"], user="erin", password=PASSWORD)
    person.press("Sign in")
    expect(person.page).to_have_url(f"{person.url}/iam/users/?q=er")


def test_the_browser_remembers_the_account_only_where_asked(person: Person, account):
    make_user(account, person.url, "erin")
    person.visit("/signin")
    person.fill(account=account["alias"], user="erin", password=PASSWORD)
    person.page.get_by_label("Remember the account in this browser").check()
    person.press("Sign in")
    person.is_headed("Dashboard")
    person.sign_out()
    expect(person.page.locator("[name=account]")).to_have_value(account["alias"])
    expect(person.page.locator("[name=user]")).to_be_focused()


def test_dark_and_light_are_kept_where_chosen(person: Person, account):
    make_user(account, person.url, "erin")
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Dashboard")

    def ground() -> int:
        colour = person.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3])

    light = ground()
    person.page.get_by_role("button", name="account menu").click()
    person.page.get_by_role("button", name="Dark").click()
    expect(person.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert ground() < light / 2
    person.visit("/iam/users/")
    expect(person.page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_without_scripts_somebody_signs_in_looks_round_and_signs_out(windows: Open, account):
    person = windows(scripts=False)
    make_user(account, person.url, "erin")
    person.sign_in(account["alias"], "erin", PASSWORD)
    person.is_headed("Dashboard")
    person.sign_out()


def test_a_session_of_another_browser_is_not_ended_by_signing_out(windows: Open, account):
    one, other = windows(), windows()
    make_user(account, one.url, "erin")
    for window in (one, other):
        window.sign_in(account["alias"], "erin", PASSWORD)
        window.is_headed("Dashboard")
    one.sign_out()
    other.visit("/")
    other.is_headed("Dashboard")


def test_twenty_who_sign_in_at_one_moment_all_get_in(product, account):
    make_user(account, product.url, "dana")
    address, together = f"{product.url}/signin/{account['alias']}", Barrier(20)

    def sign_in(_: int) -> tuple[int, str]:
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        page = browser.open(address).read().decode()
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        form = {"csrfmiddlewaretoken": token, "user": "dana", "password": PASSWORD}
        together.wait()
        with browser.open(address, urlencode(form).encode()) as answer:
            return answer.status, answer.url.removeprefix(product.url)

    with ThreadPoolExecutor(20) as people:
        assert list(people.map(sign_in, range(20))) == [(200, "/")] * 20
