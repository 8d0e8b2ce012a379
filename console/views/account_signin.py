"""How the account lets people sign in: by passkey alone, and with which kind of device as its root user."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import signin_settings
from console.forms import Look, OperationForm
from console.page import go, page
from console.panels import Panel, panel
from console.session import HtmxRequest, signed_in

BACK: Final = "/account/settings/"
CRUMBS: Final = (("Account settings", BACK),)
LOOK: Final = {
    "PasskeySignIn": Look(
        "Sign in by a passkey alone",
        "A passkey that checks its user by PIN or fingerprint stands for password and MFA together.",
        "radio",
        signin_settings.CHOICES,
        required=True,
    ),
    "RootNeedsHardware": Look(
        "The root user must have a security key or hardware token",
        "An app on a telephone is then refused to it. One that it has already works until it is replaced: "
        "at its next sign-in the root user is led to a better device.",
    ),
}


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest) -> HttpResponse:
    """Change how people sign in."""
    found = panel(request, "tenant.GetSignInSettings") if request.method == "GET" else Panel()
    form = OperationForm(
        request,
        "tenant.UpdateSignInSettings",
        only=tuple(LOOK),
        initial=found.result.get("SignInSettings", {}),
        look=LOOK,
    )
    if form.submitted and form.run() is not None:
        return go(BACK, say="It holds from the next sign-in on.")
    return page(
        request,
        "console/account/signin_edit.html",
        partial="form",
        status=form.status,
        form=form,
        unseen=found.refused,
        back=BACK,
        crumbs=CRUMBS,
    )


app_name = "account-signin"
urlpatterns = [
    path("account/settings/signin/edit/", edit, name="edit"),
]
