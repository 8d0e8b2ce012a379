"""My contact address: where notices, and links to choose a new password, are mailed.  Root has its e-mail address."""

from typing import Final

from django.http import Http404, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import contacts, mail, own_contact
from accounts.models import Identity
from console import own
from console.confirm import Confirm
from console.fields import Field, FormError
from console.page import go, page
from console.session import HtmxRequest, required, visitor
from console.signing_in import sent

NOTICES: Final = "/me/notices/"
CRUMBS: Final = (("Notices", NOTICES),)


@own.as_oneself
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest) -> HttpResponse:
    """Name an address; a link is sent there."""
    identity, problem = _user(request), ""
    if request.method == "POST":
        try:
            own_contact.propose(
                identity, sent(request, "address"), now=timezone.now(), visitor=visitor(request)
            )
        except contacts.NotAnAddress as refused:
            problem = str(refused)
        except contacts.MailIsOff:
            problem = "This installation sends no mail."
        except own_contact.TooOften:
            problem = "So many links were sent today that no more are. Try again tomorrow."
        else:
            return go(
                NOTICES, say="A link is on its way to that address. Open it here to confirm.", tone="info"
            )
    present = contacts.mail_address(identity)
    field = Field(
        "address",
        "E-mail address",
        "email",
        value=sent(request, "address") or present,
        required=True,
        errors=[problem] if problem else [],
        autocomplete="email",
    )
    return page(
        request,
        "console/notices/contact.html",
        status=422 if problem else 200,
        present=present,
        waiting=contacts.proposed(identity, timezone.now()),
        mail_on=mail.is_on(),
        crumbs=CRUMBS,
        fields=[field],
        errors=[FormError(problem, field.id)] if problem else [],
    )


@own.as_oneself
@require_http_methods(["GET", "POST"])
def confirm(request: HtmxRequest, token: str) -> HttpResponse:
    """Ask whether the address is right, and take it; opening the link alone changes nothing."""
    identity = _user(request)
    if request.method != "POST":
        waiting = contacts.proposed(identity, timezone.now())
        return page(request, "console/notices/confirm.html", waiting=waiting, crumbs=CRUMBS)
    if not own_contact.confirm(identity, token, now=timezone.now(), visitor=visitor(request)):
        return go("me-contact:edit", say="That link holds no longer. Ask for a new one.", tone="attention")
    return go(NOTICES, say="Your contact address is set.")


@own.as_oneself
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest) -> HttpResponse:
    """Remove the address, once that is confirmed."""
    identity = _user(request)
    question = Confirm(
        title="Remove your contact address?",
        text="No further mail is sent to you, and a forgotten password cannot be reset by mail. A last mail says so.",
        verb="Remove address",
        action=request.path,
        back=NOTICES,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    own_contact.remove(identity, now=timezone.now(), visitor=visitor(request))
    return go(NOTICES, say="Your contact address is removed.")


def _user(request: HtmxRequest) -> Identity:
    identity = required(request).identity
    if identity.is_root:
        raise Http404
    return identity


app_name = "me-contact"
urlpatterns = [
    path("me/contact/edit/", edit, name="edit"),
    path("me/contact/delete/", delete, name="delete"),
    path("me/contact/confirm/<str:token>/", confirm, name="confirm"),
]
