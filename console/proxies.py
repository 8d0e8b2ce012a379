"""Who asked, when a reverse proxy stands between: its headers count only when the peer is a trusted proxy."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")

GetResponse = Callable[[HttpRequest], HttpResponse]


def behind_proxies(get_response: GetResponse) -> GetResponse:
    """Middleware: REMOTE_ADDR becomes the client's address and the scheme the one it used, or the headers go."""

    def answer(request: HttpRequest) -> HttpResponse:
        meta = request.META
        if is_trusted(meta.get("REMOTE_ADDR", "")):
            meta["WARDSTEAD_PROXIED"] = "HTTP_X_FORWARDED_FOR" in meta
            meta["REMOTE_ADDR"] = client_address(meta.get("HTTP_X_FORWARDED_FOR", ""), meta["REMOTE_ADDR"])
            if meta.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
                meta["wsgi.url_scheme"] = meta["HTTP_X_FORWARDED_PROTO"]
        else:
            meta["WARDSTEAD_PROXIED"] = any(name in meta for name in FORWARDED)
        for name in FORWARDED:
            meta.pop(name, None)
        return get_response(request)

    return answer


def is_trusted(address: str) -> bool:
    """Whether the address belongs to TRUSTED_PROXIES."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(peer in network for network in settings.TRUSTED_PROXIES)


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
