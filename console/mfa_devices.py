"""MFA devices on pages: what a serial number tells, how codes are asked for, and what the last device's going means."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import devices, mfa_requirement
from accounts.signin import FactorChoice
from console import own
from console.forms import NAME_HINT, Look
from console.page import go
from console.panels import panel
from console.session import required, visitor

CODES: Final = ("AuthenticationCode1", "AuthenticationCode2")
KINDS: Final = {
    "virtual": ("Authenticator app", "device-mobile"),
    "hardware": ("Hardware token", "clock"),
    "fido": ("Security key or passkey", "fingerprint"),
}
NAME_HELP: Final = f"A name to know it by, such as office-phone. {NAME_HINT}"
# Which of the person's devices the new one takes the place of, in the address.
REPLACES: Final = "replaces"


def is_virtual(serial: str) -> bool:
    """Whether the serial number is a virtual device's, which is forgotten when it is taken off."""
    return serial.startswith("arn:") and ":mfa/" in serial


def called(request: HttpRequest, serial: str, user_name: str | None = None) -> str:
    """What people call a device of the user's, or of one's own; by its serial number alone where it may not be seen."""
    named = {device["SerialNumber"]: str(device["DeviceName"]) for device in devices_of(request, user_name)}
    return named.get(serial) or devices.name_in(serial)


def free_name(request: HttpRequest, name: str) -> str:
    """The name, or the next one of its kind (`name-2`) where one of the person's devices has it."""
    taken = {device["DeviceName"] for device in devices_of(request)}
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def with_kind(device: FactorChoice) -> str:
    """What a device is called where people choose among theirs: "GALT000001 (hardware token)"."""
    return f"{device.name} ({KINDS[device.kind][0].lower()})"


def digits_of(device: FactorChoice | None) -> str:
    """Where the code stands that is asked for; None where one of several devices shows it."""
    what = f"{KINDS[device.kind][0].lower()} {device.name}" if device else "device"
    return f"The digits that the {what} shows now."


def code_look(shows: str = "the app") -> dict[str, Look]:
    """How the fields of two consecutive codes look."""

    def look(label: str, help: str) -> Look:
        return Look(label, help, "text", autocomplete="one-time-code", inputmode="numeric", mono=True)

    return {
        CODES[0]: look("First code", f"The digits that {shows} shows now."),
        CODES[1]: look("Second code", f"Wait until {shows} shows other digits, and enter those."),
    }


def devices_of(request: HttpRequest, user_name: str | None = None) -> list[dict[str, Any]]:
    """A user's devices, or one's own, as console.MFADevices has them; none where they may not be listed."""
    whose: dict[str, Any] = {"user_name": user_name} if user_name else {}
    found: list[dict[str, Any]] = panel(request, "console.MFADevices", **whose).result.get("MFADevices", [])
    return found


def added(request: HttpRequest, say: str) -> HttpResponse:
    """Where to go once a device is in use: on to the removal of the one that it takes the place of, if any."""
    replaced = request.GET.get(REPLACES, "")
    if replaced and any(device["SerialNumber"] == replaced for device in devices_of(request)):
        return go(f"{own.CREDENTIALS}mfa/delete/?{urlencode({'serial': replaced, 'step': 2})}", say=say)
    return go(own.CREDENTIALS, say=say)


def loss(request: HttpRequest, serial: str) -> str:
    """What it means that this device goes; "" where another guards the person as well."""
    rest = [device for device in devices_of(request) if device["SerialNumber"] != serial]
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
