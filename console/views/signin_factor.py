"""The second step of signing in: proof of one of the person's devices, each kind at an address of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import recovery, signin
from accounts.models import DeviceKind
from console import keys
from console.fields import Field, options
from console.mfa_devices import digits_of, with_kind
from console.page import go, page
from console.session import visitor
from console.signing_in import again, onward, sent, wanted


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Offer all of the person's devices, and take a code of one that shows codes."""
    waiting = signin.pending(request, timezone.now())
    if not isinstance(waiting, signin.NeedsFactor):
        return again(request)
    if request.method != "POST":
        return _choice(request, waiting)
    serial = sent(request, "device") or next((each.serial for each in _with_codes(waiting)), "")
    given = sent(request, "code").replace(" ", "")
    step = signin.check_factor(request, serial, given, now=timezone.now(), visitor=visitor(request))
    return _after(request, step, "code")


@require_POST
def key(request: HttpRequest) -> HttpResponse:
    """Take the answer of a security key."""
    step = signin.check_key(
        request, request.POST.get(keys.ANSWER, ""), now=timezone.now(), visitor=visitor(request)
    )
    return _after(request, step, "key")


@require_http_methods(["GET", "POST"])
def recovery_code(request: HttpRequest) -> HttpResponse:
    """Take a recovery code in place of a device."""
    waiting = signin.pending(request, timezone.now())
    if not isinstance(waiting, signin.NeedsFactor):
        return again(request)
    problem = ""
    if request.method == "POST":
        step = signin.check_recovery_code(
            request, sent(request, "recovery"), now=timezone.now(), visitor=visitor(request)
        )
        if isinstance(step, signin.Done):
            assert step.session.identity is not None  # noqa: S101  # a session begun has one
            left = recovery.left(step.session.identity)
            say = f"You signed in with a recovery code. {left} of {recovery.CODES} are left."
            return go(wanted(request), say=say, tone="attention")
        if not isinstance(step, signin.NeedsFactor):
            return again(request) if isinstance(step, signin.Refused) else onward(request, step)
        problem = step.problem
    typed = Field(
        "recovery",
        "Recovery code",
        required=True,
        help="One of the codes you kept when you added your device. Each works once.",
        errors=[problem] if problem else [],
        autocomplete="off",
        max_length=recovery.LONGEST_TYPED,
        autofocus=True,
        mono=True,
    )
    return page(
        request,
        "console/signin/recovery.html",
        status=422 if problem else 200,
        fields=[typed],
        next=wanted(request),
    )


def _after(request: HttpRequest, step: signin.Step, tried: str) -> HttpResponse:
    if isinstance(step, signin.NeedsFactor):
        return _choice(request, step, tried)
    return again(request) if isinstance(step, signin.Refused) else onward(request, step)


def _choice(request: HttpRequest, waiting: signin.NeedsFactor, tried: str = "") -> HttpResponse:
    """The ways that are open, the one used last or tried just now first."""
    has_keys = any(each.kind == DeviceKind.FIDO for each in waiting.devices)
    key_first = has_keys and (waiting.devices[0].kind == DeviceKind.FIDO if not tried else tried == "key")
    shown: dict[str, Any] = {
        "fields": _code_fields(waiting, sent(request, "device"), waiting.problem if tried == "code" else ""),
        "has_keys": has_keys,
        "key_first": key_first,
        "key_options": signin.key_options(request, timezone.now()) if has_keys else "",
        "key_problem": waiting.problem if tried == "key" else "",
        "recovery": waiting.recovery,
        "temporary_pass": waiting.temporary_pass,
        "as_root": waiting.as_root,
        "elsewhere": keys.elsewhere(request) if has_keys else "",
        "next": wanted(request),
    }
    status = 422 if waiting.problem else 200
    return page(request, "console/signin/factor.html", status=status, **shown)


def _code_fields(waiting: signin.NeedsFactor, chosen: str, problem: str) -> list[Field]:
    devices = _with_codes(waiting)
    if not devices:
        return []
    serial = chosen or devices[0].serial
    typed = Field(
        "code",
        "Code",
        required=True,
        help=digits_of(devices[0] if len(devices) == 1 else None),
        errors=[problem] if problem else [],
        autocomplete="one-time-code",
        inputmode="numeric",
        autofocus=waiting.devices[0].kind != DeviceKind.FIDO,
        mono=True,
    )
    if len(devices) == 1:
        return [Field("device", "Device", "hidden", value=serial), typed]
    choices = options([(device.serial, with_kind(device)) for device in devices], serial)
    return [Field("device", "Device", "radio", required=True, options=choices), typed]


def _with_codes(waiting: signin.NeedsFactor) -> list[signin.FactorChoice]:
    return [device for device in waiting.devices if device.kind != DeviceKind.FIDO]


urlpatterns = [
    path("signin/step/factor", code, name="signin-factor"),
    path("signin/step/key", key, name="signin-key"),
    path("signin/step/recovery", recovery_code, name="signin-recovery"),
]
