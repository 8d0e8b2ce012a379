"""My recovery codes: ten fresh ones, shown once, to print or keep in a safe place."""

from typing import Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from console import onetime, own
from console.confirm import Confirm
from console.page import page
from console.session import HtmxRequest, required
from console.steps import Step, attempt

TITLE: Final = "Recovery codes"


@own.as_oneself
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Make ten codes in place of those before, once that is confirmed."""
    question = Confirm(
        title="Make new recovery codes?",
        text="Each of the ten signs you in once if your device is lost. Codes you made before work no longer.",
        verb="Make codes",
        action=request.path,
        back=own.CREDENTIALS,
        danger=False,
        whole=True,
    )
    if not question.given(request):
        return question.ask(request, crumbs=own.CRUMBS)
    outcome = attempt(request, Step(question.verb, "tenant.CreateRecoveryCodes", {}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=own.CRUMBS)
    secret = onetime.codes(
        required(request).identity,
        outcome.answer["RecoveryCodes"],
        made=timezone.now(),
        done=own.CREDENTIALS,
    )
    return page(request, "console/me/secret.html", title=TITLE, secret=secret, crumbs=own.CRUMBS)


app_name = "me-recovery-codes"
urlpatterns = [
    path("me/recovery-codes/create/", create, name="create"),
]
