"""A user's credentials in an administrator's hands: console password, MFA devices, access keys."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import addresses, cli, new_password, onetime, removal, steps
from console.confirm import Confirm
from console.kinds import USER
from console.mfa_devices import called
from console.onetime import OneTimeSecret
from console.page import go, page
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step

TAB = "credentials"
STATUSES = {
    "Active": ("Activate", "The key signs requests again.", "activated"),
    "Inactive": (
        "Deactivate",
        "Requests signed with it are refused from now on; it can be activated again.",
        "deactivated",
    ),
}


@signed_in
@require_http_methods(["GET", "POST"])
def password_create(request: HtmxRequest, name: str) -> HttpResponse:
    """Give the user a console password."""
    return _password(request, name, "iam.CreateLoginProfile", "Enable console access")


@signed_in
@require_http_methods(["GET", "POST"])
def password_edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Give the user another console password; its sessions end."""
    return _password(request, name, "iam.UpdateLoginProfile", "Reset password")


def _password(request: HttpRequest, name: str, operation: str, title: str) -> HttpResponse:
    back = USER.address(name, TAB)
    new = new_password.read(request, name) if request.method == "POST" else new_password.fresh(request)
    outcome: Outcome | None = None
    if request.method == "POST" and not new.errors:
        params = {"user_name": name, "password": new.raw, "password_reset_required": new.must_change}
        outcome = steps.attempt(request, Step(title, operation, params))
        if outcome.done and new.own:
            return go(back, say=f"{name} has a new console password.{new.advice}")
        if outcome.done:
            return _once(request, name, title, new_password.shown_once(request, name, new.raw, back))
    status = 422 if new.errors else steps.status([outcome] if outcome else [])
    return page(
        request,
        "console/users/password.html",
        status=status,
        name=name,
        title=title,
        new=new,
        outcome=outcome,
        resets=operation == "iam.UpdateLoginProfile",
        back=back,
        crumbs=USER.crumbs(name, TAB),
        cli=cli.line(operation, {"UserName": name, "Password": "x"}),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def password_delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Take the console password away, once that is confirmed."""
    question = Confirm(
        title=f"Disable console access of {name}?",
        text=f"The password is gone and {name} is signed out everywhere. Access keys go on working.",
        verb="Disable console access",
        action=request.path,
        back=USER.address(name, TAB),
        cli=cli.line("iam.DeleteLoginProfile", {"UserName": name}),
    )
    step = Step(question.verb, "iam.DeleteLoginProfile", {"user_name": name})
    return _ask_and_do(request, name, question, [step], f"{name} can no longer sign in to the console.")


@signed_in
@require_http_methods(["GET", "POST"])
def unlock(request: HtmxRequest, name: str) -> HttpResponse:
    """End a lock-out: the user may try to sign in again at once."""
    question = Confirm(
        title=f"Unlock {name}?",
        text="Failed sign-ins and wrong codes are forgotten. Be sure that it was the user who failed.",
        verb="Unlock",
        action=request.path,
        back=USER.address(name, TAB),
        danger=False,
    )
    if not question.given(request):
        return question.ask(request, crumbs=USER.crumbs(name, TAB))
    outcome = steps.attempt(request, Step(question.verb, "tenant.UnlockUser", {"user_name": name}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=USER.crumbs(name, TAB))
    counted = outcome.answer["WasCounting"]
    say = f"{name} can try to sign in again." if counted else f"{name} was not locked: nothing had failed."
    return go(question.back, say=say, tone="ok" if counted else "info")


@signed_in
@require_http_methods(["GET", "POST"])
def device_delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Take the MFA device in the address away, once that is confirmed."""
    serial = request.GET.get("serial", "")
    device = called(request, serial, name)
    question = Confirm(
        title=f"Deactivate MFA device {device}?",
        text=f"{name} signs in without it from now on, and is signed out everywhere.",
        verb="Deactivate device",
        action=request.get_full_path(),
        back=USER.address(name, TAB),
        cli=cli.line("iam.DeactivateMFADevice", {"UserName": name, "SerialNumber": serial}),
    )
    doing = removal.device_steps(name, serial, device)
    return _ask_and_do(request, name, question, doing, f"MFA device {device} is deactivated.")


@signed_in
@require_http_methods(["GET", "POST"])
def key_create(request: HtmxRequest, name: str) -> HttpResponse:
    """Make an access key for the user; its secret is shown once."""
    back = USER.address(name, TAB)
    title = "Create access key"
    question = Confirm(
        title=f"Create an access key for {name}?",
        text="A key never expires by itself. Where a program can assume a role instead, that is safer.",
        verb=title,
        action=request.path,
        back=back,
        danger=False,
        whole=True,
        cli=cli.line("iam.CreateAccessKey", {"UserName": name}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=USER.crumbs(name, TAB))
    outcome = steps.attempt(request, Step(title, "iam.CreateAccessKey", {"user_name": name}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=USER.crumbs(name, TAB))
    key = outcome.answer["AccessKey"]
    secret = onetime.access_key(
        name, key["AccessKeyId"], key["SecretAccessKey"], endpoint=addresses.public(), done=back
    )
    return _once(request, name, title, secret)


@signed_in
@require_http_methods(["GET", "POST"])
def key_edit(request: HtmxRequest, name: str, key_id: str) -> HttpResponse:
    """Switch an access key on or off, as the address says, once that is confirmed."""
    status = "Active" if request.GET.get("status") == "Active" else "Inactive"
    verb, text, done = STATUSES[status]
    params = {"user_name": name, "access_key_id": key_id, "status": status}
    question = Confirm(
        title=f"{verb} {key_id}?",
        text=text,
        verb=verb,
        action=request.get_full_path(),
        back=USER.address(name, TAB),
        danger=status == "Inactive",
        cli=cli.line("iam.UpdateAccessKey", {"UserName": name, "AccessKeyId": key_id, "Status": status}),
    )
    step = Step(verb, "iam.UpdateAccessKey", params)
    return _ask_and_do(request, name, question, [step], f"Access key {key_id} {done}.")


@signed_in
@require_http_methods(["GET", "POST"])
def key_delete(request: HtmxRequest, name: str, key_id: str) -> HttpResponse:
    """Delete an access key for good, once its id is typed."""
    question = Confirm(
        title=f"Delete {key_id}?",
        text="Programs that use the key fail at once, and it cannot be brought back. Deactivate it first to be sure.",
        verb="Delete access key",
        action=request.path,
        back=USER.address(name, TAB),
        word=key_id,
        cli=cli.line("iam.DeleteAccessKey", {"UserName": name, "AccessKeyId": key_id}),
    )
    step = Step(question.verb, "iam.DeleteAccessKey", {"user_name": name, "access_key_id": key_id})
    return _ask_and_do(request, name, question, [step], f"Access key {key_id} deleted.")


def _ask_and_do(
    request: HttpRequest, name: str, question: Confirm, doing: Sequence[Step], say: str
) -> HttpResponse:
    """Ask; when answered, run the steps and go back to the credentials, or ask again with the reason why not."""
    crumbs = USER.crumbs(name, TAB)
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = steps.carry_out(request, doing, halt=True)
    failed = next((outcome for outcome in outcomes if outcome.state == "failed"), None)
    if failed is not None:
        return question.refused(f"{failed.words}: {failed.why}").ask(request, crumbs=crumbs)
    return go(USER.address(name, TAB), say=say)


def _once(request: HttpRequest, name: str, title: str, secret: OneTimeSecret) -> HttpResponse:
    crumbs = USER.crumbs(name, TAB)
    return page(request, "console/users/secret.html", name=name, title=title, secret=secret, crumbs=crumbs)


_OWN = "iam/users/<name:name>/credentials"

app_name = "user-credentials"
urlpatterns = [
    path(f"{_OWN}/password/create/", password_create, name="password-create"),
    path(f"{_OWN}/password/edit/", password_edit, name="password-edit"),
    path(f"{_OWN}/password/delete/", password_delete, name="password-delete"),
    path(f"{_OWN}/unlock/", unlock, name="unlock"),
    path(f"{_OWN}/mfa/delete/", device_delete, name="device-delete"),
    path(f"{_OWN}/keys/create/", key_create, name="key-create"),
    path(f"{_OWN}/keys/<str:key_id>/edit/", key_edit, name="key-edit"),
    path(f"{_OWN}/keys/<str:key_id>/delete/", key_delete, name="key-delete"),
]
