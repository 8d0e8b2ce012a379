"""A forgotten password: asking for a link, and choosing a new password by it.  Nobody is signed in by any of it.

The link's address is left at once, for one without the token: what stays in the browser is a session that knows which
request it is about.  Opening the link uses nothing up, since mail is read by scanners before people.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import mail, password_reset, passwords, sessions, signin
from accounts.models import Identity, PasswordReset
from console import addresses, password_fields, password_hints
from console.fields import Field, FormError
from console.page import go, page
from console.session import visitor
from console.signing_in import sent

PLACE: Final = "password-reset"
DONE: Final = "Your new password is set, and all your sessions have ended. Sign in with it; your MFA device is asked for as ever."
NEEDED: Final = "This is needed."


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whoever is named."""
    as_root = sent(request, "as") == "root"
    fields = _root_fields(request) if as_root else _user_fields(request)
    errors = []
    if request.method == "POST" and mail.is_on():
        errors = [FormError(f"{field.label}: {NEEDED}", field.id) for field in fields if not field.value]
        if not errors:
            claim = (
                signin.identify_root(sent(request, "email"), in_brief=True)
                if as_root
                else signin.identify_user(sent(request, "account"), sent(request, "user"), in_brief=True)
            )
            password_reset.ask(claim, now=timezone.now(), visitor=visitor(request))
            return go("forgot:sent")
    return page(
        request,
        "console/forgot/ask.html",
        status=422 if errors else 200,
        fields=fields,
        errors=errors,
        as_root=as_root,
        mail_on=mail.is_on(),
    )


@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whether or not anything does."""
    return page(request, "console/forgot/sent.html")


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address; the link goes on working."""
    row = password_reset.open_link(token, now=timezone.now(), visitor=visitor(request))
    if row is None:
        return page(request, "console/forgot/gone.html", status=410)
    request.session[PLACE] = row.pk
    sessions.rotate(request)
    return go("forgot:new")


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose the new password."""
    found = _found(request)
    if found is None:
        return page(request, "console/forgot/gone.html", status=410)
    row, identity = found
    problems: list[str] = []
    if request.method == "POST":
        raw = request.POST.get("new", "")
        problems = (
            [password_fields.DIFFER] if raw != request.POST.get("again", "") else _chosen(request, row, raw)
        )
        if not problems:
            sessions.end(request)
            return go(addresses.sign_in_page(identity), say=DONE)
    fields = [
        password_fields.new("new", problems, autofocus=True, hints_id="hints"),
        password_fields.again(),
    ]
    return page(
        request,
        "console/forgot/new.html",
        status=422 if problems else 200,
        fields=fields,
        who=identity,
        account=identity.account,
        hints=password_hints.of(identity),
        check=reverse("forgot:hints"),
    )


@require_POST
def hints(request: HttpRequest) -> HttpResponse:
    """The rules, held against what is typed so far; nothing is kept of it."""
    found = _found(request)
    if found is None:
        return page(request, "console/forgot/gone.html", status=410)
    told = password_hints.of(found[1], request.POST.get("new", ""))
    return page(
        request, password_hints.TEMPLATE, id="hints", hints=told, check=request.path, field="field-new"
    )


def _chosen(request: HttpRequest, row: PasswordReset, raw: str) -> list[str]:
    """Set the password; what is wrong with it, or nothing."""
    try:
        password_reset.use(row.pk, raw, now=timezone.now(), visitor=visitor(request))
    except passwords.PasswordRefused as refused:
        return [reason.text for reason in refused.reasons]
    except password_reset.LinkGone:
        return ["This link holds no longer. Ask for a new one."]
    return []


def _found(request: HttpRequest) -> tuple[PasswordReset, Identity] | None:
    kept = request.session.get(PLACE)
    row = password_reset.find(kept, timezone.now()) if isinstance(kept, int) else None
    return (row, row.identity) if row is not None and row.identity is not None else None


def _root_fields(request: HttpRequest) -> list[Field]:
    return [
        Field(
            "email",
            "E-mail address",
            "email",
            value=sent(request, "email"),
            required=True,
            autocomplete="username",
            autofocus=True,
        )
    ]


def _user_fields(request: HttpRequest) -> list[Field]:
    account = sent(request, "account")
    return [
        Field(
            "account",
            "Account",
            value=account,
            required=True,
            help="Its 12-digit number or its alias.",
            max_length=64,
            autofocus=not account,
        ),
        Field(
            "user",
            "User name",
            value=sent(request, "user"),
            required=True,
            autocomplete="username",
            max_length=64,
            autofocus=bool(account),
        ),
    ]


app_name = "forgot"
urlpatterns = [
    path("forgot-password/", ask, name="ask"),
    path("forgot-password/sent/", asked, name="sent"),
    path("forgot-password/new/", new, name="new"),
    path("forgot-password/hints/", hints, name="hints"),
    path("forgot-password/link/<str:token>/", link, name="link"),
]
