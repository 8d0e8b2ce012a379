"""Of whom the account requires MFA in the console, and how many days they have to add a device."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import required_mfa, settings_form
from console.forms import Look
from console.session import HtmxRequest, required, signed_in
from console.settings_form import Settings

BACK: Final = "/account/settings/"
SETTINGS: Final = Settings("tenant.GetMFARequirement", "MFARequirement", "tenant.UpdateMFARequirement")
CRUMBS: Final = (("Account settings", BACK),)
LOOK: Final = {
    "RequiredOf": Look("Required of", required_mfa.ADMINISTRATORS, "radio", required_mfa.CHOICES),
    "GraceDays": Look(
        "Days to add a device",
        "0 to 30, counted from this change, or from a person's first sign-in where that is later. 0: at once.",
        required=True,
    ),
}


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest) -> HttpResponse:
    """Change of whom MFA is required."""
    return settings_form.edit(
        request,
        SETTINGS,
        LOOK,
        "console/account/mfa_edit.html",
        back=BACK,
        say=_told,
        alone=required(request).session.mfa_at is None,
        crumbs=CRUMBS,
    )


def _told(answer: Mapping[str, Any]) -> str:
    nobody = answer["MFARequirement"]["RequiredOf"] == "nobody"
    return "MFA is required of nobody." if nobody else "The requirement of MFA holds from now on."


app_name = "account-mfa"
urlpatterns = [
    path("account/settings/mfa/edit/", edit, name="edit"),
]
