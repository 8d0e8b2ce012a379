"""The second step of signing in by a temporary pass, for somebody who has lost every device."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import one_time, signin
from console.fields import Field
from console.page import page
from console.session import visitor
from console.signing_in import again, onward, sent, wanted


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Take the pass; what comes next is to add a device."""
    now = timezone.now()
    if not isinstance(signin.pending(request, now), signin.NeedsFactor):
        return again(request)
    problem = ""
    if request.method == "POST":
        step = signin.check_temporary_pass(request, sent(request, "pass"), now=now, visitor=visitor(request))
        if not isinstance(step, signin.NeedsFactor):
            return again(request) if isinstance(step, signin.Refused) else onward(request, step)
        problem = step.problem
    typed = Field(
        "pass",
        "Temporary pass",
        required=True,
        help="The four groups of six that your administrator gave you.",
        errors=[problem] if problem else [],
        autocomplete="off",
        max_length=one_time.LONGEST_TYPED,
        autofocus=True,
        mono=True,
    )
    status = 422 if problem else 200
    return page(
        request, "console/signin/temporary_pass.html", status=status, fields=[typed], next=wanted(request)
    )


urlpatterns = [
    path("signin/step/pass", enter, name="signin-pass"),
]
