"""Opening an account, where the installation lets anyone do so.

Where mail reaches mailboxes the answer is the same for every address, and a link that is mailed opens the account; where
it does not, the account is opened at once, and an address that is taken is said to be.
"""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts import mail, sessions, signin, signup, signup_by_mail
from accounts.models import Account
from console import addresses, password_hints
from console.fields import Field, FormError
from console.page import go, page
from console.session import visitor
from console.signing_in import onward, sent

MEMBERS: Final = ("name", "alias", "email", "password")
PLACE: Final = "sign-up"
WRONG: Final = "This is not the password that was chosen."


@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an account."""
    _require_open()
    if request.method != "POST":
        return _form(request, {})
    name, alias, email = (sent(request, member) for member in MEMBERS[:3])
    raw, now = request.POST.get("password", ""), timezone.now()
    try:
        if mail.delivers():
            signup_by_mail.ask(name, email, raw, alias, now=now, visitor=visitor(request))
            return go("signup-sent")
        signup.require_room(visitor(request).peer, now)
        account, _ = signup.open_account(name, email, raw, alias or None, now)
    except signup.SignupRefused as refused:
        errors: dict[str, list[str]] = {}
        for problem in refused.problems:
            errors.setdefault(problem.member, []).append(problem.text)
        return _form(request, errors)
    signup.record_opening(account, email, now, visitor=visitor(request))
    return _signed_in(request, account, email, raw)


@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """Say what happens next, whatever does."""
    _require_open()
    return page(request, "console/signup/sent.html")


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address; the link goes on working."""
    _require_open()
    row = signup_by_mail.open_link(token, timezone.now())
    if row is None:
        return page(request, "console/signup/gone.html", status=410)
    request.session[PLACE] = row.pk
    sessions.rotate(request)
    return go("signup-confirm")


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Open the account with the password that was chosen, and sign in as its root user."""
    _require_open()
    row = signup_by_mail.find(request.session.get(PLACE, 0), timezone.now())
    if row is None:
        return page(request, "console/signup/gone.html", status=410)
    raw, problem = request.POST.get("password", ""), ""
    if request.method == "POST":
        try:
            account = signup_by_mail.finish(row.pk, raw, now=timezone.now(), visitor=visitor(request))
        except signup_by_mail.LinkGone:
            return page(request, "console/signup/gone.html", status=410)
        except signup_by_mail.WrongPassword:
            problem = WRONG
        else:
            return _signed_in(request, account, row.email, raw)
    field = Field(
        "password",
        "Password",
        "password",
        required=True,
        errors=[problem] if problem else [],
        autocomplete="current-password",
        autofocus=True,
    )
    return page(
        request,
        "console/signup/confirm.html",
        status=422 if problem else 200,
        row=row,
        fields=[field],
        errors=[FormError(problem, field.id)] if problem else [],
    )


def _require_open() -> None:
    if not settings.OPEN_SIGNUP:
        raise Http404


def _signed_in(request: HttpRequest, account: Account, email: str, raw: str) -> HttpResponse:
    """The dashboard of the account that was opened."""
    claim = signin.identify_root(email)
    step = signin.check_password(request, claim, raw, now=timezone.now(), visitor=visitor(request))
    to = onward(request, step).headers["Location"]
    to = reverse("home") if isinstance(step, signin.Done) else to
    address = addresses.sign_in(account.sign_in_name)
    return go(to, say=f"The account is open. Its users sign in at {address}")


def _form(request: HttpRequest, errors: Mapping[str, list[str]]) -> HttpResponse:
    value = {name: sent(request, name) for name in MEMBERS[:3]}
    wrong = {name: tuple(errors.get(name, ())) for name in MEMBERS}
    alias_help = "Small letters, digits and dashes; it becomes part of your users' sign-in address."
    fields = [
        Field(
            "name",
            "Account name",
            value=value["name"],
            required=True,
            errors=wrong["name"],
            autocomplete="organization",
            autofocus=True,
        ),
        Field(
            "alias",
            "Account alias",
            value=value["alias"],
            help=alias_help,
            errors=wrong["alias"],
            max_length=63,
            mono=True,
        ),
        Field(
            "email",
            "E-mail address of the root user",
            "email",
            value=value["email"],
            required=True,
            errors=wrong["email"],
            autocomplete="email",
        ),
        Field(
            "password",
            "Password of the root user",
            "password",
            required=True,
            errors=wrong["password"],
            autocomplete="new-password",
            hints_id="hints",
        ),
    ]
    summary = [FormError(text, f"field-{name}") for name, texts in errors.items() for text in texts]
    words = (value["name"], value["alias"], value["email"])
    return page(
        request,
        "console/signup/index.html",
        status=422 if errors else 200,
        fields=fields,
        errors=summary,
        hints=password_hints.of_newcomer(words, request.POST.get("password", "")),
        check=reverse("signup-hints"),
    )


urlpatterns = [
    path("signup", sign_up, name="signup"),
    path("signup/sent/", asked, name="signup-sent"),
    path("signup/link/<str:token>/", link, name="signup-link"),
    path("signup/confirm/", confirm, name="signup-confirm"),
]
