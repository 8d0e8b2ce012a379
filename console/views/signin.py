"""Signing in, step by step, and signing out.

Each step is a page of its own; what has been proved so far is kept by accounts.signin, not in the forms.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import hashers, signin
from console import cookies, keys, neighbours, password_fields, password_hints, signing_out
from console.fields import Field, FormError
from console.page import go, page
from console.session import visitor
from console.signing_in import adding, again, onward, sent, settled, wanted

ACCOUNT_KEPT = timedelta(days=180)
ENDED = "Your session has ended. Sign in again to go on where you were."


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, account: str = "") -> HttpResponse:
    """The first step: an IAM user by account and name, or the root user by e-mail address."""
    if request.method == "POST":
        hashers.require_room()
    if (place := settled(request)) is not None:
        return place
    as_root = not account and sent(request, "as") == "root"
    if request.method != "POST":
        return _first_page(request, account, as_root=as_root)
    if as_root:
        claim = signin.identify_root(sent(request, "email"))
    else:
        claim = signin.identify_user(account or sent(request, "account"), sent(request, "user"))
    raw = request.POST.get("password", "")
    step = signin.check_password(request, claim, raw, now=timezone.now(), visitor=visitor(request))
    if isinstance(step, signin.Refused):
        return _first_page(request, account, as_root=as_root, error=step.text)
    response = onward(request, step)
    if not as_root:
        _remember(request, response, account or sent(request, "account"))
    return response


@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The last step where a new password is due."""
    waiting = signin.pending(request, timezone.now())
    if not isinstance(waiting, signin.NeedsNewPassword):
        return again(request)
    problems: list[str] = []
    if request.method == "POST":
        raw = request.POST.get("new", "")
        if raw != request.POST.get("again", ""):
            problems = [password_fields.DIFFER]
        else:
            step = signin.change_password(request, raw, now=timezone.now(), visitor=visitor(request))
            if not isinstance(step, signin.NeedsNewPassword):
                return again(request) if isinstance(step, signin.Refused) else onward(request, step)
            waiting, problems = step, [problem.text for problem in step.problems]
    fields = [
        password_fields.new("new", problems, hints_id="hints"),
        password_fields.again(),
    ]
    context: dict[str, Any] = {
        "fields": fields,
        "hints": password_hints.of_due(request, request.POST.get("new", "")),
        "check": reverse("signin-password-hints"),
        "expired": waiting.expired,
        "who": password_hints.whose_is_due(request),
    }
    status = 422 if problems else 200
    return page(request, "console/signin/password.html", status=status, next=wanted(request), **context)


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Give up a half-done sign-in."""
    signin.cancel(request)
    return go("signin")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here; others in this browser stay signed in, and so do other browsers."""
    return signing_out.sign_out(request)


def _first_page(request: HttpRequest, account: str, *, as_root: bool, error: str = "") -> HttpResponse:
    remembered = request.COOKIES.get(settings.ACCOUNT_COOKIE_NAME, "")[:64]
    typed = account or sent(request, "account") or remembered
    password = Field("password", "Password", "password", required=True, autocomplete="current-password")
    passkeys_at = keys.passkeys_at(request)
    # With the second word browsers offer passkeys among the names they know (static/js/webauthn.js).
    names = "username webauthn" if passkeys_at == keys.HERE else "username"
    if as_root:
        name = Field(
            "email",
            "E-mail address",
            "email",
            value=sent(request, "email"),
            required=True,
            autocomplete=names,
            autofocus=True,
        )
        fields = [name, password]
    else:
        place = Field(
            "account",
            "Account",
            value=typed,
            required=True,
            help="Its 12-digit number or its alias.",
            max_length=64,
            autofocus=not typed,
        )
        name = Field(
            "user",
            "User name",
            value=sent(request, "user"),
            required=True,
            autocomplete=names,
            max_length=64,
            autofocus=bool(typed),
        )
        fields = [name, password] if account else [place, name, password]
    context: dict[str, Any] = {
        "fields": fields,
        "account": account,
        "as_root": as_root,
        "errors": [FormError(error)] if error else [],
        "ended": ENDED if request.GET.get("why") == "ended" else "",
        "next": wanted(request),
        "remembered": bool(remembered),
        "open_signup": settings.OPEN_SIGNUP,
        "query": urlencode({"next": wanted(request), **({"add": "1"} if adding(request) else {})}),
        "others": neighbours.others(request),
        "adding": adding(request),
        "passkeys_at": passkeys_at,
    }
    return page(request, "console/signin/index.html", status=422 if error else 200, **context)


def _remember(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Keep the account's name in this browser, where the person asked for it; forget it where not."""
    if sent(request, "remember") == "true":
        cookies.keep(response, settings.ACCOUNT_COOKIE_NAME, account, ACCOUNT_KEPT)
    elif settings.ACCOUNT_COOKIE_NAME in request.COOKIES:
        cookies.forget(response, settings.ACCOUNT_COOKIE_NAME)


urlpatterns = [
    path("signin", index, name="signin"),
    path("signin/step/password", new_password, name="signin-password"),
    path("signin/step/cancel", cancel, name="signin-cancel"),
    path("signin/<str:account>", index, name="signin-account"),
    path("signout", sign_out, name="signout"),
]
