"""My security keys and passkeys: registering one, in the browser that it is plugged into."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import challenges, security_keys, sessions
from console import keys, own
from console.forms import Look, OperationForm
from console.mfa_devices import NAME_HELP, added, free_name
from console.page import page
from console.session import HtmxRequest, required

OPERATION: Final = "tenant.EnableSecurityKey"
USUAL_NAME: Final = "security-key"


@own.as_oneself
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Ask for a name and for the key's answer, and put the key to use."""
    store = sessions.store_of(request)
    challenge = challenges.taken(store, "register") if request.method == "POST" else ""
    form = OperationForm(
        request,
        OPERATION,
        only=("KeyName",),
        fixed={
            "UserName": own.user_name(request),
            "Credential": request.POST.get(keys.ANSWER) or "none",
            "Challenge": challenge or "none",
        },
        initial={"KeyName": free_name(request, USUAL_NAME) if request.method == "GET" else ""},
        look={"KeyName": Look("Name", NAME_HELP)},
    )
    if form.submitted and form.run() is not None:
        sessions.rotate(request)
        say = f"Security key {form.params['KeyName']} is in use: it is asked for at your next sign-in."
        return added(request, say)
    return page(
        request,
        "console/me/security_key_create.html",
        status=form.status,
        form=form,
        options=_options(request),
        elsewhere=keys.elsewhere(request),
        is_root=required(request).principal.kind == "root",
        crumbs=own.CRUMBS,
    )


def _options(request: HttpRequest) -> str:
    """What the browser needs, with a fresh challenge; "" where keys cannot be used at all."""
    try:
        return security_keys.registration_options(
            sessions.store_of(request), required(request).identity, timezone.now()
        )
    except security_keys.KeyRefused:
        return ""


app_name = "me-security-keys"
urlpatterns = [
    path("me/security-keys/create/", create, name="create"),
]
