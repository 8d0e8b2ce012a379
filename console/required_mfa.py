"""Of whom an account requires MFA, in words: for the card in its settings, and the form."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from console.panels import Panel, panel

CHOICES: Final = (
    ("nobody", "Nobody"),
    ("root", "The root user"),
    ("administrators", "The root user and administrators"),
    ("everyone", "Everyone who signs in with a password"),
)
ADMINISTRATORS: Final = (
    "Administrators are those whose policies let them give themselves any permission, or sign in as others: by "
    "AdministratorAccess, IAMFullAccess, or anything that amounts to it."
)


@dataclass(frozen=True, slots=True)
class Card:
    """What the account's settings show of it."""

    panel: Panel
    of: str
    grace: str


def card(request: HttpRequest) -> Card:
    """The card, or the permission that it takes to see it."""
    found = panel(request, "tenant.GetMFARequirement")
    known = found.result.get("MFARequirement", {})
    return Card(
        found, dict(CHOICES).get(known.get("RequiredOf", ""), ""), days(int(known.get("GraceDays", 0)))
    )


def days(number: int) -> str:
    """How long people may do without, in words."""
    if number == 0:
        return "none: from their next sign-in on"
    return f"{number} day{'s' if number > 1 else ''}"
