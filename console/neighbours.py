"""The people signed in side by side in this browser, as menus and the sign-in page show them."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from accounts import browsers, sessions
from accounts.models import ConsoleSession
from console import session


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another session of this browser.  `role` and `colour` are of the role it acts as; "" where it acts as itself."""

    id: int
    name: str
    account: str
    icon: str
    role: str = ""
    colour: str = ""


def others(request: HttpRequest) -> tuple[Neighbour, ...]:
    """Who else is signed in here, the last used first."""
    now = timezone.now()
    rows = browsers.beside(sessions.store_of(request), now)
    return tuple(_neighbour(row) for row in rows if session.goes_on(row, now))


def room(request: HttpRequest) -> bool:
    """Whether one more can sign in beside those who are."""
    return not browsers.full(sessions.store_of(request), timezone.now())


def _neighbour(row: ConsoleSession) -> Neighbour:
    account = row.account.alias or row.account.name if row.account is not None else ""
    if row.identity is None:
        return Neighbour(row.pk, row.acting_as, account, "id-badge-2", row.acting_as, session.ROLE_COLOURS[0])
    name = "Root user" if row.identity.is_root else str(row.identity)
    icon = "shield-lock" if row.identity.is_root else "user"
    return Neighbour(row.pk, name, account, icon, row.acting_as, session.colour_of(row))
