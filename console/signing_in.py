"""Going from one step of a sign-in to the next, and on to the page that was wanted."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import browsers, devices, signin
from console import neighbours, session
from console.page import go
from console.session import own_path

FULL = f"{browsers.MOST} are signed in in this browser already. Sign out of one first."
BETTER_DUE = "The account asks its root user for a security key or a hardware token. An app is not enough."


def onward(request: HttpRequest, step: signin.Step) -> HttpResponse:
    """The page of the next step, or the page the person wanted once all is proved."""
    if isinstance(step, signin.Done):
        identity = step.session.identity
        if identity is not None and devices.lacks_hardware(identity):
            return go("me-devices:better", say=BETTER_DUE, tone="attention")
        return go(wanted(request))
    if isinstance(step, signin.NeedsDevice):
        name = "signin-enrol"
    else:
        name = "signin-factor" if isinstance(step, signin.NeedsFactor) else "signin-password"
    return go(f"{reverse(name)}?{urlencode({'next': wanted(request)})}")


def settled(request: HttpRequest) -> HttpResponse | None:
    """Where to go instead of signing in: on, for those who have signed in and do not add another; None: sign in."""
    if session.who(request) is None:
        return None
    if not adding(request):
        return go(wanted(request))
    return None if neighbours.room(request) else go("home", say=FULL, tone="attention")


def adding(request: HttpRequest) -> bool:
    """Whether somebody signs in beside those who are signed in in this browser."""
    return "add" in request.GET


def again(request: HttpRequest) -> HttpResponse:
    """The first step, for a sign-in that is over."""
    return go(
        f"{reverse('signin')}?{urlencode({'next': wanted(request)})}", say=signin.TOO_LATE, tone="attention"
    )


def sent(request: HttpRequest, name: str) -> str:
    """What came under that name, without blanks around it."""
    return (request.POST if request.method == "POST" else request.GET).get(name, "").strip()


def wanted(request: HttpRequest) -> str:
    """The page to go to once signed in."""
    return own_path(sent(request, "next"))
