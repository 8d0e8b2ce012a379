"""Browsers that people are signed in with, in a few words: a hint for their owner, never evidence."""

from dataclasses import dataclass
from typing import Final

from accounts.models import ConsoleSession

# The first match names it: browsers carry the names of those they want to be taken for.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Headless Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_ON_THE_MOVE: Final = ("iPhone", "iPad", "Android")


@dataclass(frozen=True, slots=True)
class Browser:
    """One signed-in browser.  `here` is the very one that asks; `icon` says what kind of device it is on."""

    session: ConsoleSession
    device: str
    icon: str
    here: bool


def browser(session: ConsoleSession, asking: ConsoleSession) -> Browser:
    """A session as lists show it."""
    agent = session.user_agent
    icon = "device-mobile" if _first(_SYSTEMS, agent) in _ON_THE_MOVE else "device-desktop"
    return Browser(session, describe(agent), icon, session.pk == asking.pk)


def describe(user_agent: str) -> str:
    """Browser and system, as far as they can be told: "Firefox on Linux"."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
