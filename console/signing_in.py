"""Going from one step of a sign-in to the next, and on to the page that was wanted."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import signin
from console.page import go
from console.session import own_path


def onward(request: HttpRequest, step: signin.Step) -> HttpResponse:
    """The page of the next step, or the page the person wanted once all is proved."""
    if isinstance(step, signin.Done):
        return go(wanted(request))
    if isinstance(step, signin.NeedsDevice):
        name = "signin-enrol"
    else:
        name = "signin-factor" if isinstance(step, signin.NeedsFactor) else "signin-password"
    return go(f"{reverse(name)}?{urlencode({'next': wanted(request)})}")


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
