"""The account's stock of hardware tokens: found, brought in one by one or from a list, assigned, and forgotten.

A list is shown as it was understood before anything of it is brought in; its seeds are in no page.
"""

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console import paging, sealed_input
from console.confirm import Confirm
from console.fields import Field, FormError, options
from console.forms import Look, OperationForm
from console.mfa_devices import CODES, code_look
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step, attempt, status

HERE: Final = "/account/settings/devices/"
CRUMBS: Final = (("Account settings", "/account/settings/"), ("Hardware tokens", HERE))
PAGE_SIZE: Final = 50
IMPORT: Final = "tenant.ImportHardwareTokens"
FORMATS: Final = (("csv", "Comma-separated values (CSV)"), ("pskc", "Key container (PSKC, RFC 6030)"))
MOST_BYTES: Final = 512 * 1024
STATES: Final = (("", "All tokens"), ("Unassigned", "Unassigned"), ("Assigned", "Assigned"))
TOKEN_LOOK: Final = {
    "SerialNumber": Look("Serial number", "As it stands on the token; 9 characters or more.", mono=True),
    "Seed": Look(
        "Seed",
        "Hexadecimal or base32, as its maker delivered it. It is sealed, and never shown again.",
        "password",
        autocomplete="off",
    ),
    "Period": Look(
        "New code every", kind="radio", choices=(("30", "30 seconds"), ("60", "60 seconds")), required=True
    ),
    "Digits": Look(
        "Length of a code", kind="radio", choices=(("6", "6 digits"), ("8", "8 digits")), required=True
    ),
    "Manufacturer": Look("Manufacturer"),
    "Model": Look("Model"),
}


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List the tokens by serial number."""
    state = request.GET.get("state", "")
    known = state if state in dict(STATES) else ""
    search = request.GET.get("q", "").strip()[:128]
    table = panel(
        request,
        "tenant.ListHardwareTokens",
        search=search or None,
        assignment_status=known or None,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/account/devices.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        search=search,
        filters=[paging.Filter("state", "State", STATES, known)],
        hidden=paging.hidden(request, "q", "state"),
        crumbs=CRUMBS[:1],
    )


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Bring one token in."""
    form = OperationForm(
        request,
        "tenant.CreateHardwareToken",
        only=tuple(TOKEN_LOOK),
        initial={"Period": "30", "Digits": "6"},
        look=TOKEN_LOOK,
    )
    if form.submitted and form.run() is not None:
        return go(HERE, say=f"Token {form.params['SerialNumber']} is in the stock.")
    return page(request, "console/account/devices_create.html", status=form.status, form=form, crumbs=CRUMBS)


@signed_in
@require_http_methods(["GET", "POST"])
def bring_in(request: HtmxRequest) -> HttpResponse:
    """Take a list, and show how it was understood."""
    if request.method != "POST":
        return _import_page(request, {})
    given, problem = _given(request)
    if problem:
        return _import_page(request, given, problem)
    outcome = attempt(request, Step("Look through the list", IMPORT, {**given, "dry_run": True}))
    if not outcome.done:
        return _import_page(request, given, outcome.why, outcome)
    told = outcome.answer
    return page(
        request,
        "console/account/devices_preview.html",
        status=422 if told["ProblemCount"] else 200,
        told=told,
        more=told["Found"] - len(told["Tokens"]),
        more_problems=told["ProblemCount"] - len(told["Problems"]),
        sealed="" if told["ProblemCount"] else sealed_input.seal(request, IMPORT, given),
        crumbs=CRUMBS,
    )


@signed_in
@require_POST
def bring_in_confirmed(request: HtmxRequest) -> HttpResponse:
    """Bring in the list that was shown."""
    given = sealed_input.opened(request, IMPORT, request.POST.get("sealed", ""))
    if given is None:
        return _import_page(request, {}, "That took too long. Send the list again.")
    outcome = attempt(request, Step("Bring the tokens in", IMPORT, given))
    if not outcome.done:
        return _import_page(request, {}, outcome.why, outcome)
    number = outcome.answer["Found"]
    return go(HERE, say=f"{number} token{'s are' if number != 1 else ' is'} in the stock.")


@signed_in
@require_http_methods(["GET", "POST"])
def assign(request: HtmxRequest) -> HttpResponse:
    """Give a token to a user, once two of its codes have proved that it is the one at hand."""
    serial, user = request.GET.get("serial", ""), request.GET.get("user", "")
    look = {
        "UserName": Look("User name", "Who gets the token."),
        "SerialNumber": Look("Serial number", "As it stands on the token.", mono=True),
        **code_look("the token"),
    }
    form = OperationForm(
        request,
        "iam.EnableMFADevice",
        only=("UserName", "SerialNumber", *CODES),
        initial={"UserName": user, "SerialNumber": serial},
        look=look,
    )
    if form.submitted and form.run() is not None:
        given = form.params
        return go(HERE, say=f"Token {given['SerialNumber']} guards {given['UserName']} from now on.")
    return page(request, "console/account/devices_assign.html", status=form.status, form=form, crumbs=CRUMBS)


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest) -> HttpResponse:
    """Forget a token and its seed, once that is confirmed."""
    serial = request.GET.get("serial", "")
    question = Confirm(
        title=f"Delete token {serial}?",
        text="Its seed is forgotten. To use the token again, you need its seed from the maker once more.",
        verb="Delete token",
        action=request.get_full_path(),
        back=HERE,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    outcome = attempt(request, Step(question.verb, "tenant.DeleteHardwareToken", {"serial_number": serial}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=CRUMBS)
    return go(HERE, say=f"Token {serial} is forgotten.")


def _given(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """What was sent as the operation takes it, and what is wrong with it, "" where nothing is."""
    chosen = request.POST.get("format", "")
    given = {"format": chosen if chosen in dict(FORMATS) else "csv"}
    if key := request.POST.get("file_key", "").strip():
        given["file_key"] = key
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        given["content"] = request.POST.get("content", "")
        return given, "" if given["content"].strip() else "Choose a file, or paste the list."
    if (file.size or 0) > MOST_BYTES:
        return given, "The file is too large: 512 KiB are the most. Send it in parts."
    try:
        given["content"] = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return given, "The file is not text in UTF-8."
    return given, "" if given["content"].strip() else "The file is empty."


def _import_page(
    request: HttpRequest, given: dict[str, Any], problem: str = "", outcome: Outcome | None = None
) -> HttpResponse:
    """The form; what was pasted is not put back, since it has seeds in it."""
    refused = outcome.need if outcome is not None else None
    chosen = str(given.get("format", "csv"))
    return page(
        request,
        "console/account/devices_import.html",
        status=status([outcome]) if outcome is not None else 422 if problem else 200,
        formats=Field("format", "Kind of list", "radio", required=True, options=options(FORMATS, chosen)),
        key=Field(
            "file_key",
            "Key or password of the file",
            "password",
            help="Where the container is encrypted: 32, 48 or 64 hexadecimal digits, or the password.",
            autocomplete="off",
            max_length=256,
        ),
        errors=[FormError(problem)] if problem and refused is None else [],
        refused=refused,
        crumbs=CRUMBS,
    )


app_name = "account-devices"
urlpatterns = [
    path("account/settings/devices/", index, name="index"),
    path("account/settings/devices/create/", create, name="create"),
    path("account/settings/devices/import/", bring_in, name="import"),
    path("account/settings/devices/import/confirm/", bring_in_confirmed, name="import-confirm"),
    path("account/settings/devices/assign/", assign, name="assign"),
    path("account/settings/devices/delete/", delete, name="delete"),
]
