"""Several signed-in identities in one browser: changing from one to another, and signing out of others or all."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import browsers, sessions
from console import session
from console.page import go, wants_fragment
from console.refusals import Kept, send_again
from console.session import own_path
from console.signing_out import LOGOUT, note, sign_out_all

GONE = "That session had ended already. Sign in again."
SWITCHED = "You act as the identity that the page was opened for again. Nothing was changed yet."


@require_POST
def use(request: HttpRequest, session_id: int) -> HttpResponse:
    """Act as another identity that is signed in in this browser.

    A form that was refused because it was this identity's comes along, and is shown to be sent.
    """
    row = browsers.use(request, sessions.store_of(request), session_id, timezone.now())
    if row is None:
        return go("home", say=GONE, tone="attention")
    session.forget_who(request)
    who = session.who(request)
    if who is None:
        return go("signin", say=GONE, tone="attention")
    note(request, row, "SwitchIdentity")
    form = Kept.opened(request.POST.get("kept", ""))
    if form is not None or wants_fragment(request):
        return send_again(request, form, "Send it now?", SWITCHED, status=200)
    return go(
        own_path(request.POST.get("next")), say=f"You act as {who.role.label if who.role else who.name} now."
    )


@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign another identity of this browser out."""
    rows = browsers.beside(sessions.store_of(request), timezone.now())
    row = next((each for each in rows if each.pk == session_id), None)
    if row is not None and row.account is not None and sessions.end_one(row.account, row.pk) is not None:
        note(request, row, LOGOUT)
    return go("home")


@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign every identity of this browser out."""
    return sign_out_all(request)


app_name = "switch-identity"
urlpatterns = [
    path("switch-identity/all/sign-out/", end_all, name="end-all"),
    path("switch-identity/<int:session_id>/use/", use, name="use"),
    path("switch-identity/<int:session_id>/sign-out/", end, name="end"),
]
