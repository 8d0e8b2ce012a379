"""Live hints for a new password: each page where one is chosen posts what is typed so far, and gets the rules back.

What is typed comes in the body only, is rated, and goes: no answer, log line or cache has it.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from console import password_hints
from console.session import HtmxRequest, required, signed_in

NAMES = ("name", "alias", "email")
NAME_FIELDS = ", ".join(f"#field-{name}" for name in NAMES)


@require_POST
def of_sign_up(request: HttpRequest) -> HttpResponse:
    """For the root user of an account that is being opened, where the installation lets anyone do so."""
    if not settings.OPEN_SIGNUP:
        raise Http404
    words = [request.POST.get(name, "") for name in NAMES]
    told = password_hints.of_newcomer(words, request.POST.get("password", ""))
    return password_hints.answer(request, told, field="field-password", also=NAME_FIELDS)


@require_POST
def of_sign_in(request: HttpRequest) -> HttpResponse:
    """For the new password that a half-done sign-in waits for."""
    told = password_hints.of_due(request, request.POST.get("new", ""))
    if told is None:
        raise Http404
    return password_hints.answer(request, told, field="field-new")


@signed_in
@require_POST
def of_member(request: HtmxRequest) -> HttpResponse:
    """For the password of an IAM user, given by somebody else."""
    name = request.POST.get("UserName", "")
    told = password_hints.of_member(required(request).account, name, request.POST.get("password", ""))
    return password_hints.answer(
        request, told, field="field-password", place="password-hints", also="#field-UserName"
    )


urlpatterns = [
    path("signup/hints", of_sign_up, name="signup-hints"),
    path("signin/step/password/hints", of_sign_in, name="signin-password-hints"),
    path("me/password-hints/", of_member, name="password-hints"),
]
