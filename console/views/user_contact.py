"""A user's contact address in an administrator's hands: where notices and password links go."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts import mail
from console import steps
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.kinds import USER
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Step

TAB: Final = "credentials"


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Set the address."""
    back = USER.address(name, TAB)
    present = panel(request, "tenant.GetContactAddress", user_name=name)
    form = OperationForm(
        request,
        "tenant.PutContactAddress",
        only=("Address",),
        fixed={"UserName": name},
        initial={"Address": present.result.get("ContactAddress", {}).get("Address", "")},
        look={"Address": Look("E-mail address", kind="email", autocomplete="off")},
    )
    if form.submitted and form.run() is not None:
        return go(back, say=f"The contact address of {name} is set; {name} is told.")
    return page(
        request,
        "console/users/contact.html",
        partial="form",
        status=form.status,
        form=form,
        name=name,
        mail_on=mail.is_on(),
        back=back,
        crumbs=USER.crumbs(name, TAB),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Remove the address, once that is confirmed."""
    question = Confirm(
        title=f"Remove the contact address of {name}?",
        text=f"{name} gets no further mail, and cannot reset a forgotten password by mail. A last mail says so.",
        verb="Remove address",
        action=request.path,
        back=USER.address(name, TAB),
    )
    if not question.given(request):
        return question.ask(request, crumbs=USER.crumbs(name, TAB))
    outcome = steps.attempt(request, Step(question.verb, "tenant.DeleteContactAddress", {"user_name": name}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=USER.crumbs(name, TAB))
    return go(question.back, say=f"The contact address of {name} is removed.")


app_name = "user-contact"
urlpatterns = [
    path("iam/users/<name:name>/credentials/contact/edit/", edit, name="edit"),
    path("iam/users/<name:name>/credentials/contact/delete/", delete, name="delete"),
]
