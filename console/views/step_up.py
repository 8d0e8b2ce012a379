"""The page on which people prove anew who they are, before a dangerous act; each way at an address of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import step_up
from accounts.models import DeviceKind, Identity
from accounts.signin import FactorChoice
from console import keys
from console.fields import Field, options
from console.mfa_devices import digits_of, with_kind
from console.page import go, page
from console.session import HtmxRequest, own_path, required, signed_in, visitor
from console.signing_in import sent, wanted


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """Offer the ways in which the person can prove who they are."""
    return _page(request)


@signed_in
@require_POST
def password(request: HtmxRequest) -> HttpResponse:
    """Take the password, where the person has no device."""
    raw = request.POST.get("password", "")
    problem = step_up.by_password(request, _identity(request), raw, **_circumstances(request))
    return _after(request, "password", problem)


@signed_in
@require_POST
def code(request: HtmxRequest) -> HttpResponse:
    """Take a code of one of the person's devices."""
    given = sent(request, "code").replace(" ", "")
    identity = _identity(request)
    problem = step_up.by_code(request, identity, sent(request, "device"), given, **_circumstances(request))
    return _after(request, "code", problem)


@signed_in
@require_POST
def key(request: HtmxRequest) -> HttpResponse:
    """Take the answer of a security key."""
    answer = request.POST.get(keys.ANSWER, "")
    problem = step_up.by_key(request, _identity(request), answer, **_circumstances(request))
    return _after(request, "key", problem)


def _identity(request: HttpRequest) -> Identity:
    """Who signed in, whatever role they act as.  Errors: session.NoIdentity (in with temporary credentials)."""
    return required(request).identity


def _circumstances(request: HttpRequest) -> dict[str, Any]:
    return {"now": timezone.now(), "visitor": visitor(request)}


def _after(request: HttpRequest, tried: str, problem: str) -> HttpResponse:
    return _page(request, tried, problem) if problem else go(wanted(request))


def _page(request: HttpRequest, tried: str = "", problem: str = "") -> HttpResponse:
    if required(request).session.identity is None:
        return page(request, "console/step_up/elsewhere.html", back=own_path(sent(request, "back")))
    identity = _identity(request)
    ways = step_up.ways(identity)
    with_codes = [device for device in ways.devices if device.kind != DeviceKind.FIDO]
    has_keys = len(with_codes) < len(ways.devices)
    key_first = has_keys and (ways.devices[0].kind == DeviceKind.FIDO if not tried else tried == "key")
    shown: dict[str, Any] = {
        "who": identity.sign_in_name,
        "fields": _code_fields(request, with_codes, problem if tried == "code" else "", not key_first),
        "password": _password(problem if tried == "password" else "") if ways.password else None,
        "has_keys": has_keys,
        "key_first": key_first,
        "key_options": step_up.key_options(request, identity, timezone.now()) if has_keys else "",
        "key_problem": problem if tried == "key" else "",
        "elsewhere": keys.elsewhere(request) if has_keys else "",
        "minutes": int(step_up.LIFE.total_seconds()) // 60,
        "next": wanted(request),
        "back": own_path(sent(request, "back")),
    }
    return page(request, "console/step_up/index.html", status=422 if problem else 200, **shown)


def _password(problem: str) -> Field:
    return Field(
        "password",
        "Your password",
        "password",
        required=True,
        errors=[problem] if problem else [],
        autocomplete="current-password",
        autofocus=True,
    )


def _code_fields(request: HttpRequest, devices: list[FactorChoice], problem: str, focus: bool) -> list[Field]:
    if not devices:
        return []
    one = len(devices) == 1
    serial = sent(request, "device") or devices[0].serial
    typed = Field(
        "code",
        "Code",
        required=True,
        help=digits_of(devices[0] if one else None),
        errors=[problem] if problem else [],
        autocomplete="one-time-code",
        inputmode="numeric",
        autofocus=focus,
        mono=True,
    )
    if one:
        return [Field("device", "Device", "hidden", value=serial), typed]
    choices = options([(device.serial, with_kind(device)) for device in devices], serial)
    return [Field("device", "Device", "radio", required=True, options=choices), typed]


urlpatterns = [
    path("me/proof/", index, name="step-up"),
    path("me/proof/password/", password, name="step-up-password"),
    path("me/proof/code/", code, name="step-up-code"),
    path("me/proof/key/", key, name="step-up-key"),
]
