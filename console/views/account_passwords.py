"""Account settings beyond AWS's password policy: choosing a profile, and what else guards passwords."""

from typing import Final

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts import password_profiles
from accounts.password_profiles import Profile
from console import settings_form, steps
from console.confirm import Confirm
from console.page import go
from console.password_profiles import LOOK
from console.session import HtmxRequest, signed_in
from console.settings_form import Settings
from console.steps import Step

BACK: Final = "/account/settings/passwords/"
SAFEGUARDS: Final = Settings("tenant.GetPasswordProfile", "Safeguards", "tenant.UpdatePasswordSafeguards")
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
    return settings_form.edit(
        request,
        SAFEGUARDS,
        LOOK,
        "console/account/settings_edit.html",
        back=BACK,
        say=lambda _: "It holds from the next password and the next sign-in on.",
        title="What else guards passwords",
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
