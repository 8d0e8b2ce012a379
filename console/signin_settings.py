"""How an account lets people sign in, in words: for the card in its settings, and the form."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from console.panels import Panel, panel

CHOICES: Final = (
    ("off", "Nobody: a security key comes after the password"),
    ("users", "Users"),
    ("all", "Users and the root user"),
)
_SHORT: Final = {"off": "Nobody", "users": "Users", "all": "Users and the root user"}


@dataclass(frozen=True, slots=True)
class Card:
    """What the account's settings show of it."""

    panel: Panel
    passkeys: str
    root: str


def card(request: HttpRequest) -> Card:
    """The card, or the permission that it takes to see it."""
    found = panel(request, "tenant.GetSignInSettings")
    known = found.result.get("SignInSettings", {})
    root = "A security key or a hardware token" if known.get("RootNeedsHardware") else "Any"
    return Card(found, _SHORT.get(known.get("PasskeySignIn", ""), ""), root)
