"""Browsers that people are signed in with, as lists show them."""

from dataclasses import dataclass

from accounts import agents
from accounts.models import ConsoleSession


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
    return Browser(session, agents.describe(agent), icon(agent), session.pk == asking.pk)


def icon(user_agent: str) -> str:
    """What kind of device the browser is on, as an icon."""
    return "device-mobile" if agents.moves(user_agent) else "device-desktop"
