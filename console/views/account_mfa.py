"""Of whom the account requires MFA in the console, and how many days they have to add a device."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import required_mfa
from console.forms import Look, OperationForm
from console.page import go, page
from console.panels import Panel, panel
from console.session import HtmxRequest, required, signed_in

BACK: Final = "/account/settings/"
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
    found = panel(request, "tenant.GetMFARequirement") if request.method == "GET" else Panel()
    form = OperationForm(
        request,
        "tenant.UpdateMFARequirement",
        only=tuple(LOOK),
        initial=found.result.get("MFARequirement", {}),
        look=LOOK,
    )
    if form.submitted and (done := form.run()) is not None:
        nobody = done["MFARequirement"]["RequiredOf"] == "nobody"
        return go(
            BACK, say="MFA is required of nobody." if nobody else "The requirement of MFA holds from now on."
        )
    return page(
        request,
        "console/account/mfa_edit.html",
        partial="form",
        status=form.status,
        form=form,
        unseen=found.refused,
        alone=required(request).session.mfa_at is None,
        back=BACK,
        crumbs=CRUMBS,
    )


app_name = "account-mfa"
urlpatterns = [
    path("account/settings/mfa/edit/", edit, name="edit"),
]
