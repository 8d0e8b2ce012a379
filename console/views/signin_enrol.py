"""Adding an MFA device before one is in: where the account requires one, or a temporary pass stood in for those lost.

Nobody is signed in here.  What can be done is to add a device, or to give up; each at an address of its own.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import challenges, devices, mfa, security_keys, sessions, signin
from accounts.models import DeviceKind
from accounts.signin import NeedsDevice
from console import enrolling, keys, onetime, plain_words
from console.fields import Field, FormError
from console.page import go, page
from console.session import visitor
from console.signing_in import again, onward, sent, wanted
from iam.errors import ServiceError, ValidationError

KEY_NAME: Final = "security-key"
CODES: Final = (
    ("AuthenticationCode1", "First code", "The digits that {} shows now."),
    ("AuthenticationCode2", "Second code", "Wait until {} shows other digits, and enter those."),
)
INCOMPLETE: Final = "Check what you entered: something is missing, too short, or not made of digits."


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Offer the kinds of device that can be added."""
    waiting = _waiting(request)
    return _choice(request, waiting) if waiting else again(request)


@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Make a virtual device, and show its seed with the form that puts it to use."""
    waiting = _waiting(request)
    if waiting is None:
        return again(request)
    if request.method != "POST":
        return go("signin-enrol")
    try:
        made = enrolling.new_virtual(request, waiting)
    except ServiceError as refusal:
        return _choice(request, waiting, problem=_why(refusal))
    return _app_page(request, waiting, made.serial, made.seed)


@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """Put the virtual device to use by two consecutive codes, and go on."""
    waiting = _waiting(request)
    if waiting is None:
        return again(request)
    serial, seed = sent(request, "SerialNumber"), sent(request, "Seed")
    try:
        _enable(request, waiting, serial)
    except ServiceError as refusal:
        return _app_page(request, waiting, serial, seed, problem=_why(refusal))
    return _done(request, waiting, serial)


@require_POST
def key(request: HttpRequest) -> HttpResponse:
    """Put a security key to use by its answer, and go on."""
    waiting = _waiting(request)
    if waiting is None:
        return again(request)
    challenge = challenges.taken(sessions.store_of(request), "register")
    try:
        made = enrolling.run(
            request,
            waiting,
            "tenant.EnableSecurityKey",
            user_name=enrolling.user_name(waiting.identity),
            key_name=KEY_NAME,
            credential=request.POST.get(keys.ANSWER) or "none",
            challenge=challenge or "none",
        )
    except ServiceError as refusal:
        return _choice(request, waiting, key_problem=_why(refusal))
    return _done(request, waiting, made["SerialNumber"])


@require_http_methods(["GET", "POST"])
def token(request: HttpRequest) -> HttpResponse:
    """Put a hardware token of the account's stock to use, and go on."""
    waiting = _waiting(request)
    if waiting is None:
        return again(request)
    serial, problem = sent(request, "SerialNumber"), ""
    if request.method == "POST":
        try:
            _enable(request, waiting, serial or "none")
        except ServiceError as refusal:
            problem = _why(refusal)
        else:
            return _done(request, waiting, serial)
    field = Field(
        "SerialNumber",
        "Serial number",
        value=serial,
        required=True,
        help="It stands on the back of the token.",
        autocomplete="off",
        mono=True,
        autofocus=True,
    )
    return page(
        request,
        "console/signin/enrol_token.html",
        status=422 if problem else 200,
        errors=[FormError(problem, field.id)] if problem else [],
        fields=[field, *_code_fields("the token")],
        next=wanted(request),
    )


def _enable(request: HttpRequest, waiting: NeedsDevice, serial: str) -> None:
    """Put a device that shows codes to use.  Errors: ServiceErrors of EnableMFADevice."""
    given = {name: sent(request, name).replace(" ", "") for name, _, _ in CODES}
    enrolling.run(
        request,
        waiting,
        "iam.EnableMFADevice",
        user_name=enrolling.user_name(waiting.identity),
        serial_number=serial,
        authentication_code1=given[CODES[0][0]],
        authentication_code2=given[CODES[1][0]],
    )


def _waiting(request: HttpRequest) -> NeedsDevice | None:
    found = signin.pending(request, timezone.now())
    return found if isinstance(found, NeedsDevice) else None


def _done(request: HttpRequest, waiting: NeedsDevice, serial: str) -> HttpResponse:
    """Sign the person in, and show the recovery codes that came with the device."""
    recovery_codes = enrolling.finish(request, waiting, serial)
    step = signin.go_on_with_device(request, serial, now=timezone.now(), visitor=visitor(request))
    if isinstance(step, signin.Refused):
        return again(request)
    if not isinstance(step, signin.Done) or not recovery_codes:
        return onward(request, step)
    secret = onetime.codes(waiting.identity, recovery_codes, made=timezone.now(), done=wanted(request))
    return page(
        request, "console/signin/enrolled.html", secret=secret, passed=waiting.passed, better=waiting.better
    )


def _choice(
    request: HttpRequest, waiting: NeedsDevice, *, problem: str = "", key_problem: str = ""
) -> HttpResponse:
    elsewhere = keys.elsewhere(request)
    shown: dict[str, Any] = {
        "passed": waiting.passed,
        "account": waiting.identity.account,
        "options": "" if elsewhere else _options(request, waiting),
        "elsewhere": elsewhere,
        "is_root": waiting.identity.is_root,
        "app_will_do": not devices.refused_to(waiting.identity, DeviceKind.VIRTUAL),
        "better": waiting.better,
        "problem": problem,
        "key_problem": key_problem,
        "next": wanted(request),
    }
    status = 422 if problem or key_problem else 200
    return page(request, "console/signin/enrol.html", status=status, **shown)


def _options(request: HttpRequest, waiting: NeedsDevice) -> str:
    store = sessions.store_of(request)
    try:
        return security_keys.registration_options(store, waiting.identity, timezone.now())
    except security_keys.KeyRefused:
        return ""


def _app_page(
    request: HttpRequest, waiting: NeedsDevice, serial: str, seed: str, problem: str = ""
) -> HttpResponse:
    name = serial.rpartition("/")[2]
    try:
        shown = mfa.provisioning(waiting.identity.account, name, seed)
    except ValueError:
        shown = None  # the form came back without it: the app has the seed, the codes are enough
    return page(
        request,
        "console/signin/enrol_app.html",
        status=422 if problem else 200,
        errors=[FormError(problem, f"field-{CODES[0][0]}")] if problem else [],
        fields=_code_fields("the app", focused=bool(problem)),
        serial=serial,
        provisioning=shown,
        grouped=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)) if shown else "",
        next=wanted(request),
        wide=True,
    )


def _code_fields(shows: str, *, focused: bool = False) -> list[Field]:
    return [
        Field(
            member,
            label,
            required=True,
            help=help_.format(shows),
            autocomplete="one-time-code",
            inputmode="numeric",
            mono=True,
            autofocus=focused and member == CODES[0][0],
        )
        for member, label, help_ in CODES
    ]


def _why(refusal: ServiceError) -> str:
    """The refusal in words.  Errors: the refusal itself where it is a fault of ours."""
    if refusal.status >= 500:
        raise refusal
    return INCOMPLETE if isinstance(refusal, ValidationError) else plain_words.said(refusal)


urlpatterns = [
    path("signin/step/enrol", index, name="signin-enrol"),
    path("signin/step/enrol/app", app, name="signin-enrol-app"),
    path("signin/step/enrol/codes", codes, name="signin-enrol-codes"),
    path("signin/step/enrol/key", key, name="signin-enrol-key"),
    path("signin/step/enrol/token", token, name="signin-enrol-token"),
]
