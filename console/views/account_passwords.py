"""Account settings beyond AWS's password policy: choosing a profile, and what else guards passwords."""

from typing import Final

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts import password_profiles
from accounts.password_profiles import Profile
from console import steps
from console.confirm import Confirm
from console.forms import OperationForm
from console.page import go, page
from console.panels import Panel, panel
from console.password_profiles import LOOK
from console.session import HtmxRequest, signed_in
from console.steps import Step

BACK: Final = "/account/settings/passwords/"
CRUMBS: Final = (("Account settings", "/account/settings/"), ("Password policy", BACK))


@signed_in
@require_http_methods(["GET", "POST"])
def choose(request: HtmxRequest, name: str) -> HttpResponse:
    """Make the account's password rules those of a profile, once that is confirmed."""
    try:
        profile = password_profiles.find(name)
    except KeyError:
        raise Http404 from None
    question = Confirm(
        title=f"Choose {profile.title}?",
        text=f"{profile.summary} It replaces the password policy and what else guards passwords, as a whole.",
        warning=_warning(profile),
        verb="Choose",
        action=request.path,
        back=BACK,
        danger=False,
    )
    if not question.given(request):
        return question.ask(request, crumbs=CRUMBS)
    outcome = steps.attempt(
        request, Step(question.verb, "tenant.ApplyPasswordProfile", {"profile": profile.name})
    )
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=CRUMBS)
    return go(BACK, say=f"{profile.title} holds for passwords set from now on.")


@signed_in
@require_http_methods(["GET", "POST"])
def safeguards_edit(request: HtmxRequest) -> HttpResponse:
    """Change what guards passwords beside the policy."""
    found = panel(request, "tenant.GetPasswordProfile") if request.method == "GET" else Panel()
    form = OperationForm(
        request,
        "tenant.UpdatePasswordSafeguards",
        only=tuple(LOOK),
        initial=found.result.get("Safeguards", {}),
        look=LOOK,
    )
    if form.submitted and form.run() is not None:
        return go(BACK, say="It holds from the next password and the next sign-in on.")
    return page(
        request,
        "console/account/settings_edit.html",
        partial="form",
        status=form.status,
        form=form,
        title="What else guards passwords",
        unseen=found.refused,
        back=BACK,
        crumbs=CRUMBS,
    )


def _warning(profile: Profile) -> str:
    age = profile.policy.get("max_password_age") if profile.policy else None
    return f"Passwords older than {age} days must be changed at the next sign-in." if age else ""


app_name = "account-passwords"
urlpatterns = [
    path("account/settings/passwords/profiles/<str:name>/", choose, name="choose"),
    path("account/settings/passwords/safeguards/edit/", safeguards_edit, name="safeguards-edit"),
]
