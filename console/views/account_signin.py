"""How the account lets people sign in: by passkey alone, and with which kind of device as its root user."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import settings_form, signin_settings
from console.forms import Look
from console.session import HtmxRequest, signed_in
from console.settings_form import Settings

BACK: Final = "/account/settings/"
SETTINGS: Final = Settings("tenant.GetSignInSettings", "SignInSettings", "tenant.UpdateSignInSettings")
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
        "An app on a telephone is then refused to it. One that it has already works until it is replaced, or, where MFA "
        "is required of it too, until the days given for that are over. Its sign-in leads to a better device.",
    ),
}


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest) -> HttpResponse:
    """Change how people sign in."""
    return settings_form.edit(
        request,
        SETTINGS,
        LOOK,
        "console/account/signin_edit.html",
        back=BACK,
        say=lambda _: "It holds from the next sign-in on.",
        crumbs=CRUMBS,
    )


app_name = "account-signin"
urlpatterns = [
    path("account/settings/signin/edit/", edit, name="edit"),
]
