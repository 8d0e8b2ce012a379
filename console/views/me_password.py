"""My password: a new one by the old one.  Users change it by iam.ChangePassword, root by accounts.own_password."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import own_password, passwords, sessions
from console import own, password_fields, password_hints
from console.fields import Field, FormError
from console.forms import Look, OperationForm
from console.page import go, page
from console.panels import Refusal
from console.session import HtmxRequest, required, visitor
from iam.errors import InvalidInput

CHANGED: Final = (
    "Your password is changed. Your other sessions have ended; access keys go on working as before."
)
LOCKED: Final = "Too many wrong passwords were given. Wait half an hour before you try again."
OLD, NEW, AGAIN = "OldPassword", "NewPassword", "again"


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """What the page shows of a form, whoever has read it."""

    fields: Sequence[Field]
    errors: Sequence[FormError] = ()
    refused: Refusal | None = None
    status: int = 200
    cli: str = ""


@own.as_oneself
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest) -> HttpResponse:
    """Change the person's password; this session gets a new id, and the others end."""
    by_root = required(request).principal.kind == "root"
    form = _change_root(request) if by_root else _change_user(request)
    if form is None:
        sessions.rotate(request)
        words = passwords.context_words(required(request).identity)
        return go(own.CREDENTIALS, say=CHANGED + password_hints.advice(request.POST.get(NEW, ""), words))
    return page(
        request,
        "console/me/password.html",
        partial="form",
        status=form.status,
        form=form,
        hints=password_hints.of(required(request).identity, request.POST.get(NEW, "")),
        check=reverse("me-password:hints"),
        who=required(request).identity,
        crumbs=own.CRUMBS,
    )


@own.as_oneself
@require_POST
def hints(request: HtmxRequest) -> HttpResponse:
    """The rules, held against what is typed so far; nothing is kept of it."""
    told = password_hints.of(required(request).identity, request.POST.get(NEW, ""))
    return password_hints.answer(request, told, field=f"field-{NEW}")


def _change_user(request: HttpRequest) -> PasswordForm | None:
    look = {
        OLD: Look(label="Present password", autocomplete="current-password"),
        NEW: Look(label="New password", autocomplete="new-password"),
    }
    form = OperationForm(request, "iam.ChangePassword", only=(OLD, NEW), look=look)
    if form.submitted:
        if request.POST.get(NEW, "") != request.POST.get(AGAIN, ""):
            form.refuse(InvalidInput(password_fields.DIFFER, member=NEW))
        if form.run() is not None:
            return None
    fields = [form.by_name[OLD], replace(form.by_name[NEW], hints_id="hints"), password_fields.again()]
    return PasswordForm(fields, form.errors, form.refused, form.status, form.cli)


def _change_root(request: HttpRequest) -> PasswordForm | None:
    if request.method != "POST":
        return _root_form({})
    who = required(request)
    old, new = request.POST.get(OLD, ""), request.POST.get(NEW, "")
    if new != request.POST.get(AGAIN, ""):
        return _root_form({NEW: [password_fields.DIFFER]})
    try:
        own_password.change(
            who.identity,
            old,
            new,
            now=timezone.now(),
            visitor=visitor(request),
            keep=who.session.pk,
            mfa=who.session.mfa_at is not None,
        )
    except own_password.Locked:
        return _root_form({OLD: [LOCKED]})
    except own_password.WrongPassword:
        return _root_form({OLD: ["The old password was incorrect."]})
    except passwords.PasswordRefused as refused:
        return _root_form({NEW: [reason.text for reason in refused.reasons]})
    return None


def _root_form(problems: dict[str, list[str]]) -> PasswordForm:
    fields = [
        Field(
            OLD,
            "Present password",
            "password",
            required=True,
            errors=problems.get(OLD, ()),
            autocomplete="current-password",
        ),
        password_fields.new(NEW, problems.get(NEW, ()), hints_id="hints"),
        password_fields.again(),
    ]
    errors = [FormError(f"{field.label}: {text}", field.id) for field in fields for text in field.errors]
    return PasswordForm(fields, errors, status=422 if problems else 200)


app_name = "me-password"
urlpatterns = [
    path("me/credentials/password/edit/", edit, name="edit"),
    path("me/credentials/password/hints/", hints, name="hints"),
]
