"""My MFA devices of other kinds: a hardware token taken into use, devices named and replaced, and what root must have."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import devices, sessions
from console import own
from console.forms import Look, OperationForm
from console.mfa_devices import CODES, KINDS, NAME_HELP, REPLACES, added, code_look, devices_of
from console.page import go, page
from console.session import HtmxRequest, required, visitor

MOST_DEVICES: Final = 8


@own.as_oneself
@require_http_methods(["GET", "POST"])
def hardware(request: HtmxRequest) -> HttpResponse:
    """Take a hardware token into use: its serial number, and two codes, one after the other."""
    form = OperationForm(
        request,
        "iam.EnableMFADevice",
        only=("SerialNumber", *CODES),
        fixed={"UserName": own.user_name(request)},
        look={
            "SerialNumber": Look(
                "Serial number", "It stands on the back of the token.", autocomplete="off", mono=True
            ),
            **code_look("the token"),
        },
    )
    if form.submitted and form.run() is not None:
        sessions.rotate(request)
        say = f"Token {form.params['SerialNumber']} is in use: its code is asked for at your next sign-in."
        return added(request, say)
    return page(request, "console/me/hardware_token.html", status=form.status, form=form, crumbs=own.CRUMBS)


@own.as_oneself
@require_http_methods(["GET", "POST"])
def rename(request: HtmxRequest) -> HttpResponse:
    """Call a security key or hardware token by another name."""
    serial = request.GET.get("serial", "")
    device = _named(request, serial)
    form = OperationForm(
        request,
        "tenant.RenameMFADevice",
        only=("DeviceName",),
        fixed={"UserName": own.user_name(request), "SerialNumber": serial},
        initial={"DeviceName": device.get("DeviceName", devices.name_in(serial))},
        look={"DeviceName": Look("Name", NAME_HELP)},
    )
    if form.submitted and form.run() is not None:
        return go(own.CREDENTIALS, say=f"The device is called {form.params['DeviceName']} now.")
    return page(
        request,
        "console/me/device_rename.html",
        partial="form",
        status=form.status,
        form=form,
        serial=serial,
        crumbs=own.CRUMBS,
    )


@own.as_oneself
@require_GET
def replace(request: HtmxRequest) -> HttpResponse:
    """Choose what takes a device's place; once that is in use, the old one is removed."""
    serial = request.GET.get("serial", "")
    device = _named(request, serial)
    return page(
        request,
        "console/me/device_replace.html",
        device=device,
        name=device.get("DeviceName", devices.name_in(serial)),
        full=len(devices_of(request)) >= MOST_DEVICES,
        **_choices(request, serial),
    )


@own.as_oneself
@require_GET
def better(request: HtmxRequest) -> HttpResponse:
    """Where root lands that has an app and must have more: a device to add, and then the app to take off."""
    who = required(request)
    if not devices.lacks_hardware(who.identity):
        return go(own.CREDENTIALS)
    apps = [device for device in devices_of(request) if device["Kind"] == "virtual"]
    replaced = apps[0]["SerialNumber"] if len(apps) == 1 else ""
    due = devices.better_due(who.identity, visitor(request).peer, timezone.now())
    return page(
        request, "console/me/device_better.html", due=due, has_app=bool(apps), **_choices(request, replaced)
    )


def _named(request: HttpRequest, serial: str) -> dict[str, Any]:
    return next((device for device in devices_of(request) if device["SerialNumber"] == serial), {})


def _choices(request: HttpRequest, replaced: str) -> dict[str, Any]:
    """What the pages that offer devices need: whose place is taken, and whether an app will do."""
    who = required(request)
    return {
        "replaced": replaced,
        "place": REPLACES,
        "kinds": KINDS,
        "app_will_do": not devices.refused_to(who.identity, "virtual"),
        "crumbs": own.CRUMBS,
    }


_OWN = "me/credentials/mfa"

app_name = "me-devices"
urlpatterns = [
    path(f"{_OWN}/hardware/", hardware, name="hardware"),
    path(f"{_OWN}/rename/", rename, name="rename"),
    path(f"{_OWN}/replace/", replace, name="replace"),
    path(f"{_OWN}/better/", better, name="better"),
]
