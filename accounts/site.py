"""The one address at which people sign in, as WebAuthn knows it: an origin, and the name that keys are bound to.

Browsers bind keys to names, never to bare addresses.  A development address of this machine therefore counts as
localhost, on the same port; any other bare address cannot have keys.  Source: WebAuthn Level 3, 5.1.3 and 13.4.9.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """`origin` is what browsers report, `name` what keys are bound to (the RP ID)."""

    origin: str
    name: str

    @classmethod
    def of_url(cls, url: str) -> "Site | None":
        """The site of a public address; None where no key can be bound to it."""
        parts = urlsplit(url)
        host = _name(parts.hostname or "")
        if not host or parts.scheme not in _USUAL_PORTS:
            return None
        port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
        return cls(f"{parts.scheme}://{host}{port}", host)


class _Installed:
    site: Site | None = None


def use(public_url: str) -> None:
    """Take this as the site from here on; called once, when the app is ready."""
    _Installed.site = Site.of_url(public_url)


def present() -> Site | None:
    """The site; None where no security key can be used."""
    return _Installed.site


def _name(host: str) -> str:
    """The host as a name; "" for a bare address that is not this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower()
    return "localhost" if address.is_loopback else ""
