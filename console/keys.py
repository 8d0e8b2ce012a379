"""Forms that a security key answers (static/js/webauthn.js), and the address at which keys work."""

from typing import Final

from django.http import HttpRequest

from accounts import passkeys, site

ANSWER: Final = "credential"
NOWHERE: Final = "none"
HERE: Final = "here"


def elsewhere(request: HttpRequest) -> str:
    """Where keys work, if not at the address that the request came by; NOWHERE where they work at none; else ""."""
    here = site.present()
    if here is None:
        return NOWHERE
    came_by = f"{request.scheme}://{request.get_host()}".lower()
    for usual in (("http://", ":80"), ("https://", ":443")):
        if came_by.startswith(usual[0]):
            came_by = came_by.removesuffix(usual[1])
    return "" if came_by == here.origin else here.origin


def passkeys_at(request: HttpRequest) -> str:
    """Where people may sign in by passkey: HERE, the address where keys work, or "" for nowhere."""
    if not passkeys.offered():
        return ""
    place = elsewhere(request)
    return HERE if not place else "" if place == NOWHERE else place
