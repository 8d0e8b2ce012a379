"""Which browsers and networks an identity has signed in with before.

A browser is known by a random mark in a signed cookie together with what kind of browser it says to be, so that a
stolen cookie in another kind of browser is new; a network is the /24 of an IPv4 or the /48 of an IPv6 address.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts import agents
from accounts.models import Identity, SeenBefore
from accounts.prepared import Addition, Prepared, rewrite
from accounts.visitors import Visitor

BROWSER: Final = "browser"
NETWORK: Final = "network"
KEPT: Final = timedelta(days=400)
MOST: Final = 50  # of each; a browser that keeps no cookies would add one at each sign-in


@dataclass(frozen=True, slots=True)
class Seen:
    """What is new about a sign-in.  Where nothing was ever seen there is nothing to compare with: nothing is new."""

    new_browser: bool
    new_network: bool


_known = Prepared(lambda identity: SeenBefore.objects.filter(identity=identity))
_first_time = Addition(SeenBefore, unless_there=True)  # another sign-in may have come first


def note(identity: Identity, visitor: Visitor, now: datetime) -> Seen:
    """Remember the browser and the network of a sign-in; answers which of them were not seen before."""
    known = {(row.what, row.value): row for row in _known.rows(identity=identity.pk)}
    here = {BROWSER: _browser(visitor), NETWORK: network(visitor.peer)}
    for place in here.items():
        _remember(identity, place, known.get(place), now)
    if len(known) >= MOST:
        _trim(identity)
    new = {what: bool(known) and (what, value) not in known for what, value in here.items()}
    return Seen(new[BROWSER], new[NETWORK])


def _remember(identity: Identity, place: tuple[str, str], row: SeenBefore | None, now: datetime) -> None:
    if row is None:
        what, value = place
        _first_time.leave(identity_id=identity.pk, what=what, value=value, last_at=now)
    else:
        row.last_at = now
        rewrite(row, "last_at")


def network(peer: str) -> str:
    """The network of an address, in CIDR form; what is no address is a network of its own."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer[:64]
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def tidy(now: datetime, batch: int) -> int:
    """Forget what was not seen for 400 days; returns how much."""
    old = SeenBefore.objects.filter(last_at__lte=now - KEPT).order_by("last_at")
    due = list(old.values_list("pk", flat=True)[:batch])
    return SeenBefore.objects.filter(pk__in=due).delete()[0]


def _browser(visitor: Visitor) -> str:
    text = f"{visitor.mark}\n{agents.describe(visitor.user_agent)}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _trim(identity: Identity) -> None:
    for what in (BROWSER, NETWORK):
        rows = SeenBefore.objects.filter(identity=identity, what=what).order_by("-last_at", "-pk")
        surplus = list(rows.values_list("pk", flat=True)[MOST:])
        SeenBefore.objects.filter(pk__in=surplus).delete()
