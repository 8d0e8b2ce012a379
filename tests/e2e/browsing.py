"""A person at a browser: Debian's Chromium, watched for everything that a page must never do."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.e2e.serving import Installation

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE = (1280, 800), (390, 844)
PATIENCE_MS = 15_000
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# What colours and the window's width can change; the rest of a page is the same in every look.
LOOKS = (
    "color-contrast",
    "target-size",
    "link-in-text-block",
    "link-name",
    "button-name",
    "scrollable-region-focusable",
)
# Chromium puts every answer of 400 and more on the console; refusals are answers that people are meant to get.
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (403|404|409|422) ")
# htmx says so aloud when a newer question takes the place of one that is under way, as with each pause in writing.
_REPLACED = re.compile(r"htmx:(sendAbort|afterRequest)\b")
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", event =>
  console.error(`CSP: ${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample}`))
"""


@dataclass
class Person:
    """One person at one browser window of the product."""

    url: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def visit(self, path: str) -> None:
        """Go to an address, as by typing it."""
        self.page.goto(self.url + path)

    def fill(self, **values: str) -> None:
        """Fill in the fields with these names, wherever on the page they are."""
        for name, value in values.items():
            self.page.locator(f"[name='{name}']:visible").first.fill(value)

    def press(self, name: str) -> None:
        """Press the button or follow the link of that name in what the page is about, and wait for the answer."""
        self.button(name).click()
        self.page.wait_for_load_state()

    def button(self, name: str, within: str = "main") -> Locator:
        """The button or link of that name."""
        part = self.page.locator(within)
        return (
            part.get_by_role("button", name=name, exact=True)
            .or_(part.get_by_role("link", name=name, exact=True))
            .first
        )

    def confirm(self, name: str) -> None:
        """Press the button of that name in the dialog that asks."""
        self.button(name, "dialog[open]").click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def pick(self, kind: str, name: str) -> None:
        """Find a thing to choose by typing its name, and tick it."""
        box = self.page.locator(f"#pick-{kind}")
        box.get_by_role("searchbox").press_sequentially(name)
        found = box.locator(".pick-list .check")
        expect(found).to_have_count(1)
        found.get_by_role("checkbox").or_(found.get_by_role("radio")).check()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """The page shows the text."""
        expect(self.page.locator("body")).to_contain_text(text)

    def is_at(self, path: str) -> None:
        """The address is this one, whatever its query."""
        expect(self.page).to_have_url(re.compile(rf"^{re.escape(self.url + path)}(\?.*)?$"))

    def is_headed(self, heading: str) -> None:
        """The page's heading is this."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def sign_in(self, account: str, user: str, password: str) -> None:
        """Do the first step of a user's sign-in."""
        self.visit(f"/signin/{account}")
        self.fill(user=user, password=password)
        self.press("Sign in")

    def sign_in_as_root(self, email: str, password: str) -> None:
        """Do the first step of a root user's sign-in."""
        self.visit("/signin?as=root")
        self.fill(email=email, password=password)
        self.press("Sign in")

    def sign_out(self) -> None:
        """Sign out by the account menu."""
        self.page.get_by_role("button", name="account menu").click()
        self.page.get_by_role("button", name="Sign out").click()
        self.is_at("/signin")

    def obstacles(self, only: Sequence[str] = ()) -> list[str]:
        """What axe finds in the way of people with disabilities on the page as it stands; `only` by these rules."""
        chosen = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": list(WCAG)}
        options = {"resultTypes": ["violations"], "runOnly": chosen}
        found: dict[str, Any] = Axe().run(self.page, options=options).response
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary']})"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def scrolls_sideways(self) -> bool:
        """Whether the page as a whole is wider than the window."""
        wider: bool = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return wider

    def cut_tables(self) -> list[str]:
        """The data tables that are wider than their place, by what they are called."""
        cut: list[str] = self.page.eval_on_selector_all(
            ".table-wrap:has(> .data-table)",
            "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.ariaLabel)",
        )
        return cut

    def shoot(self, file: Path) -> Path:
        """A picture of the whole page."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=file, full_page=True)
        return file


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_window(
    browser: Browser,
    product: Installation,
    *,
    dark: bool = False,
    size: tuple[int, int] = DESKTOP,
    scripts: bool = True,
    like: Person | None = None,
) -> Person:
    """A window with cookies of its own, or with another's; `scripts`: whether JavaScript runs in it."""
    context = browser.new_context(
        color_scheme="dark" if dark else "light",
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        storage_state=like.context.storage_state() if like else None,
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_REPORT_VIOLATIONS)
    person = Person(product.url, context, context.new_page())

    def heard(message: ConsoleMessage) -> None:
        known = _REFUSAL.match(message.text) or _REPLACED.match(message.text)
        if message.type in {"error", "warning"} and not known:
            person.faults.append(f"{person.page.url}: console: {message.text}")

    person.page.on("console", heard)
    person.page.on("pageerror", lambda error: person.faults.append(f"{person.page.url}: script: {error}"))
    return person
