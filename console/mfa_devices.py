"""MFA devices on pages: what a serial number tells, how codes are asked for, and what the last device's going means."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import mfa_requirement
from console import own
from console.forms import Look
from console.page import go
from console.panels import panel
from console.session import required, visitor

CODES: Final = ("AuthenticationCode1", "AuthenticationCode2")
KINDS: Final = {
    "virtual": ("Authenticator app", "device-mobile"),
    "hardware": ("Hardware token", "clock"),
    "fido": ("Security key or passkey", "fingerprint"),
}
# Which of the person's devices the new one takes the place of, in the address.
REPLACES: Final = "replaces"


def is_virtual(serial: str) -> bool:
    """Whether the serial number is a virtual device's, which is forgotten when it is taken off."""
    return serial.startswith("arn:") and ":mfa/" in serial


def short(serial: str) -> str:
    """What people call a device by its serial number alone: the name in an ARN, else the number itself."""
    if not serial.startswith("arn:"):
        return serial
    name = serial.rpartition("/")[2]
    return name.rpartition("-")[0] or name if ":u2f/" in serial else name


def code_look(shows: str = "the app") -> dict[str, Look]:
    """How the fields of two consecutive codes look."""

    def look(label: str, help: str) -> Look:
        return Look(label, help, "text", autocomplete="one-time-code", inputmode="numeric", mono=True)

    return {
        CODES[0]: look("First code", f"The digits that {shows} shows now."),
        CODES[1]: look("Second code", f"Wait until {shows} shows other digits, and enter those."),
    }


def own_devices(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's devices as console.MFADevices has them; none where they may not be listed."""
    found: list[dict[str, Any]] = panel(request, "console.MFADevices").result.get("MFADevices", [])
    return found


def added(request: HttpRequest, say: str) -> HttpResponse:
    """Where to go once a device is in use: on to the removal of the one that it takes the place of, if any."""
    replaced = request.GET.get(REPLACES, "")
    if replaced and any(device["SerialNumber"] == replaced for device in own_devices(request)):
        return go(f"{own.CREDENTIALS}mfa/delete/?{urlencode({'serial': replaced, 'step': 2})}", say=say)
    return go(own.CREDENTIALS, say=say)


def loss(request: HttpRequest, serial: str) -> str:
    """What it means that this device goes; "" where another guards the person as well."""
    rest = [device for device in own_devices(request) if device["SerialNumber"] != serial]
    who = required(request)
    told = []
    if not rest:
        told.append(
            "If it is your only device, your password alone opens the console. Policies that ask for MFA "
            "refuse you from your next sign-in on, and your recovery codes go with it."
        )
        if mfa_requirement.grace(who.identity, visitor(request).peer, timezone.now()) is not None:
            told.append("The account requires MFA of you: you would add a device when you next sign in.")
    by_root = who.principal.kind == "root" and who.account.root_needs_hardware
    if by_root and all(device["Kind"] == "virtual" for device in rest):
        told.append("The account asks its root user for a security key or a hardware token.")
    return " ".join(told)
