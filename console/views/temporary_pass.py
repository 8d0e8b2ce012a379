"""A temporary pass for a user who has lost every MFA device, shown once to the administrator who hands it on."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import addresses, onetime
from console.forms import Look, OperationForm
from console.kinds import USER
from console.page import page
from console.session import HtmxRequest, required, signed_in

TAB: Final = "credentials"
USUAL_HOURS: Final = 8


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest, name: str) -> HttpResponse:
    """Make the pass, in place of an earlier one, and show it once."""
    back = USER.address(name, TAB)
    form = OperationForm(
        request,
        "tenant.CreateTemporaryPass",
        only=("ValidHours",),
        fixed={"UserName": name},
        initial={"ValidHours": USUAL_HOURS},
        look={"ValidHours": Look("Valid for (hours)", "1 to 24.", required=True)},
    )
    if form.submitted and (made := form.run()) is not None:
        account = required(request).account
        place = addresses.sign_in(account.sign_in_name)
        secret = onetime.temporary_pass(
            name, made["TemporaryPass"], sign_in=place, ends=made["ExpireDate"], done=back
        )
        crumbs = USER.crumbs(name, TAB)
        return page(
            request,
            "console/users/secret.html",
            name=name,
            title="Temporary pass",
            secret=secret,
            crumbs=crumbs,
        )
    return page(
        request,
        "console/users/temporary_pass.html",
        status=form.status,
        form=form,
        name=name,
        back=back,
        crumbs=USER.crumbs(name, TAB),
    )


app_name = "temporary-pass"
urlpatterns = [
    path("iam/users/<name:name>/credentials/pass/create/", create, name="create"),
]
