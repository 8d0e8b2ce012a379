"""Who asked, when a reverse proxy stands between: its headers count only when the peer is a trusted proxy."""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")

_FORWARDED = frozenset(FORWARDED)

GetResponse = Callable[[HttpRequest], HttpResponse]


def behind_proxies(get_response: GetResponse) -> GetResponse:
    """Middleware: REMOTE_ADDR becomes the client's address and the scheme the one it used, or the headers go."""

    def answer(request: HttpRequest) -> HttpResponse:
        settle(request.META)
        return get_response(request)

    return answer


def settle(variables: dict[str, Any]) -> None:
    """Put the client's address and scheme in place of the proxy's, and take the proxies' headers away."""
    if is_trusted(variables.get("REMOTE_ADDR", "")):
        variables["WARDSTEAD_PROXIED"] = "HTTP_X_FORWARDED_FOR" in variables
        variables["REMOTE_ADDR"] = client_address(
            variables.get("HTTP_X_FORWARDED_FOR", ""), variables["REMOTE_ADDR"]
        )
        if variables.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
            variables["wsgi.url_scheme"] = variables["HTTP_X_FORWARDED_PROTO"]
    else:
        variables["WARDSTEAD_PROXIED"] = not _FORWARDED.isdisjoint(variables)
    for name in FORWARDED:
        variables.pop(name, None)


def is_trusted(address: str) -> bool:
    """Whether the address belongs to TRUSTED_PROXIES."""
    networks = settings.TRUSTED_PROXIES
    if not networks:
        return False
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(peer in network for network in networks)


def client_address(forwarded_for: str, peer: str) -> str:
    """The last address in the header that is not a trusted proxy: those before it are the client's own claims."""
    address = peer
    for word in reversed([part.strip() for part in forwarded_for.split(",")]):
        try:
            address = str(ipaddress.ip_address(word))
        except ValueError:
            return address
        if not is_trusted(address):
            return address
    return address
