"""My MFA devices: a virtual one made and put to use, brought back into step, taken off.

The seed is only ever in the page that shows it; while enrolling, that page's form carries it back, so that a mistyped
code does not cost the person the picture.
"""

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from accounts import mfa, sessions
from accounts.devices import name_in
from console import cli, own
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.mfa_devices import CODES, NAME_HELP, added, called, code_look, free_name, is_virtual, loss
from console.page import go, page
from console.session import HtmxRequest, required
from console.steps import Outcome, Step, attempt
from iam.errors import EntityAlreadyExists

ROOT_DEVICE: Final = "root-account-mfa-device"


@own.as_oneself
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Make a virtual device, and show its seed with the form that puts it to use."""
    form = OperationForm(
        request,
        "iam.CreateVirtualMFADevice",
        only=("VirtualMFADeviceName",),
        initial={"VirtualMFADeviceName": _usual_name(request) if request.method == "GET" else ""},
        look={"VirtualMFADeviceName": Look("Name", f"{NAME_HELP} It cannot be changed.")},
    )
    if form.submitted and (made := form.run()) is not None:
        device = made["VirtualMFADevice"]
        seed = bytes(device["Base32StringSeed"]).decode()
        return _enable_page(
            request, device["SerialNumber"], seed, _codes(request, device["SerialNumber"], read=False)
        )
    taken = isinstance(form.problem, EntityAlreadyExists)
    leftover = form.by_name["VirtualMFADeviceName"].value if taken else ""
    return page(
        request,
        "console/me/mfa_create.html",
        status=form.status,
        form=form,
        leftover=_serial(request, leftover) if leftover else "",
        leftover_name=leftover,
        crumbs=own.CRUMBS,
    )


@own.as_oneself
@require_http_methods(["GET", "POST"])
def enable(request: HtmxRequest) -> HttpResponse:
    """Put a new device to use by two consecutive codes; the seed comes back with the form."""
    serial, seed = request.POST.get("SerialNumber", ""), request.POST.get("Seed", "")
    if request.method != "POST" or not serial:
        return go("me-mfa:create")
    form = _codes(request, serial)
    if form.run() is None:
        return _enable_page(request, serial, seed, form)
    sessions.rotate(request)
    say = f"Authenticator app {name_in(serial)} is in use: its code is asked for at your next sign-in."
    return added(request, say)


@own.as_oneself
@require_POST
def discard(request: HtmxRequest) -> HttpResponse:
    """Forget a device that was never put to use."""
    serial = request.POST.get("SerialNumber", "")
    outcome = attempt(request, Step("Forget it", "iam.DeleteVirtualMFADevice", {"serial_number": serial}))
    if outcome.done:
        return go(
            "me-mfa:create" if request.POST.get("again") else own.CREDENTIALS,
            say=f"{name_in(serial)} is forgotten.",
        )
    return go(own.CREDENTIALS, say=f"{name_in(serial)} is still there: {outcome.why}", tone="attention")


@own.as_oneself
@require_http_methods(["GET", "POST"])
def resync(request: HtmxRequest) -> HttpResponse:
    """Bring a device whose clock is off back into step."""
    serial = request.GET.get("serial", "")
    name = called(request, serial)
    form = OperationForm(
        request,
        "iam.ResyncMFADevice",
        only=CODES,
        fixed={"UserName": own.user_name(request), "SerialNumber": serial},
        look=code_look("the device"),
    )
    if form.submitted and form.run() is not None:
        return go(own.CREDENTIALS, say=f"MFA device {name} is in step again.")
    return page(
        request,
        "console/me/mfa_resync.html",
        partial="form",
        status=form.status,
        form=form,
        name=name,
        crumbs=own.CRUMBS,
    )


@own.as_oneself
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest) -> HttpResponse:
    """Take a device off and forget it, once that is confirmed; the person's other sessions end."""
    serial = request.GET.get("serial", "")
    name, user = called(request, serial), own.user_name(request)
    second = "Step 2 of 2: remove" if request.GET.get("step") else "Remove"
    question = Confirm(
        title=f"{second} MFA device {name}?",
        text="It is worth nothing from now on, and your other sessions end.",
        warning=loss(request, serial),
        verb="Remove device",
        action=request.get_full_path(),
        back=own.CREDENTIALS,
        cli=cli.line("iam.DeactivateMFADevice", {"UserName": user, "SerialNumber": serial}),
    )
    doing = [Step("Take it off", "iam.DeactivateMFADevice", {"user_name": user, "serial_number": serial})]
    if is_virtual(serial):  # a security key is forgotten with that, a hardware token in the stock again
        doing.append(Step("Forget it", "iam.DeleteVirtualMFADevice", {"serial_number": serial}))

    def then(outcomes: Sequence[Outcome]) -> HttpResponse:
        sessions.rotate(request)
        if outcomes[-1].done:
            return go(own.CREDENTIALS, say=f"MFA device {name} is removed.")
        say = f"{name} no longer guards you, but it is still listed in the account: {outcomes[-1].why}"
        return go(own.CREDENTIALS, say=say, tone="attention")

    return own.ask_and_do(request, question, doing, then=then)


def _codes(request: HttpRequest, serial: str, *, read: bool = True) -> OperationForm:
    """The form of two codes; `read`: as it was sent, rather than fresh."""
    return OperationForm(
        request,
        "iam.EnableMFADevice",
        only=CODES,
        fixed={"UserName": own.user_name(request), "SerialNumber": serial},
        look=code_look(),
        looking=not read,
    )


def _enable_page(request: HttpRequest, serial: str, seed: str, form: OperationForm) -> HttpResponse:
    try:
        shown = mfa.provisioning(required(request).account, name_in(serial), seed)
    except ValueError:
        shown = None  # the form came back without it: the app has the seed, the codes are enough
    return page(
        request,
        "console/me/mfa_enable.html",
        status=form.status,
        form=form,
        serial=serial,
        name=name_in(serial),
        provisioning=shown,
        grouped=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)) if shown else "",
        crumbs=own.CRUMBS,
    )


def _usual_name(request: HttpRequest) -> str:
    """The name self-service policies expect: the user's own, or the next one where a device has it."""
    who = required(request).principal
    return free_name(request, ROOT_DEVICE if who.kind == "root" else who.name)


def _serial(request: HttpRequest, name: str) -> str:
    return f"arn:aws:iam::{required(request).account.number}:mfa/{name}"


_OWN = "me/credentials/mfa"

app_name = "me-mfa"
urlpatterns = [
    path(f"{_OWN}/create/", create, name="create"),
    path(f"{_OWN}/enable/", enable, name="enable"),
    path(f"{_OWN}/discard/", discard, name="discard"),
    path(f"{_OWN}/resync/", resync, name="resync"),
    path(f"{_OWN}/delete/", delete, name="delete"),
]
