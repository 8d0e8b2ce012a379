"""Signing in by a passkey alone: what to ask the browser for, and what it answered."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import challenges, passkeys, signin
from console import cookies, keys
from console.page import go
from console.session import visitor
from console.signing_in import adding, onward, settled, wanted


@require_POST
def options(_request: HttpRequest) -> HttpResponse:
    """What navigator.credentials.get takes, with a fresh challenge, which the browser keeps in a cookie and brings back."""
    asked, bring = passkeys.options(timezone.now()) if passkeys.offered() else ("", "")
    if not asked:
        return HttpResponseNotFound()
    response = HttpResponse(asked, content_type="application/json")
    cookies.keep(response, settings.PASSKEY_COOKIE_NAME, bring, challenges.LIFE)
    return response


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Take the answer of a passkey."""
    if (place := settled(request)) is not None:
        return place
    response = _judged(request)
    cookies.forget(response, settings.PASSKEY_COOKIE_NAME)
    return response


def _judged(request: HttpRequest) -> HttpResponse:
    answer, brought = (
        request.POST.get(keys.ANSWER, ""),
        request.COOKIES.get(settings.PASSKEY_COOKIE_NAME, ""),
    )
    step = passkeys.sign_in(request, answer, brought, now=timezone.now(), visitor=visitor(request))
    if isinstance(step, passkeys.Unverified):
        return go(_password_page(request, step), say=passkeys.UNVERIFIED, tone="attention")
    if isinstance(step, signin.Refused):
        return go(_first_page(request), say=step.text, tone="danger")
    return onward(request, step)


def _first_page(request: HttpRequest, **typed: str) -> str:
    more = {"add": "1"} if adding(request) else {}
    return f"{reverse('signin')}?{urlencode({'next': wanted(request), **more, **typed})}"


def _password_page(request: HttpRequest, step: passkeys.Unverified) -> str:
    """The page that asks for the password, with the names filled in: whoever holds the key knows them."""
    if step.is_root:
        return _first_page(request, **{"as": "root", "email": step.user})
    return _first_page(request, account=step.account, user=step.user)


urlpatterns = [
    path("signin/step/passkey-options", options, name="signin-passkey-options"),
    path("signin/step/passkey", passkey, name="signin-passkey"),
]
