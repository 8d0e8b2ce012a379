"""The federation address, as AWS has one: a token for temporary credentials, and a sign-in by that token.

Programs ask for the token and send a browser to sign in by it.  What a browser brings in its address is used up at
once; where somebody is signed in already, they are asked first, so that no link makes them somebody else unnoticed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts import sessions, signin_events, signin_tokens, throttle
from accounts.actors import Actor
from console import federation, neighbours, session
from console.federation import FederationRefused
from console.page import go, page
from console.session import visitor
from console.signing_in import FULL
from iam.principals import Credential

PENDING: Final = "federation"
PENDING_LIFE: Final = timedelta(minutes=5)
HANDED_ON: Final = timedelta(minutes=1)
ISSUER_KNOWN: Final = timedelta(days=1)
_SPENT: Final = (
    "This way in was used already, or is more than 15 minutes old. Get a new one where you came from."
)
_NO_ACTION: Final = "Action is to be getSigninToken or login."
_NOT_A_PAGE: Final = "A sign-in is opened as a page, not from within another."

View = Callable[..., HttpResponse]


def unreferred(view: View) -> View:
    """Let no other site learn the address of the page, which may hold a secret."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return answer


@csrf_exempt
@unreferred
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Answer AWS's two requests; parameters may come in the address or as a form."""
    given = _taken(request)
    if given.get("Action") == "getSigninToken":
        return _token(request, given)
    if given.get("Action") == "login":
        return _login(request, given)
    return JsonResponse({"Error": {"Code": "InvalidAction", "Message": _NO_ACTION}}, status=400)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask those who are signed in whether they want to be the role as well; then sign the browser in as it."""
    now = timezone.now()
    pending = request.session.get(PENDING)
    if not pending or now >= datetime.fromisoformat(pending["until"]):
        return _refused(request, _SPENT)
    try:
        found = federation.holder(pending["key_id"], now)
    except FederationRefused as refused:
        return _refused(request, refused.text)
    if request.method == "POST":
        del request.session[PENDING]
        ends_at = datetime.fromisoformat(pending["ends_at"])
        return _begin(request, found, ends_at, pending["issuer"], pending["to"], now)
    who = session.who(request)
    shown: dict[str, Any] = {
        "who": who,
        "name": session.holder_name(found.principal),
        "account": found.account.sign_in_name,
        "issuer_host": urlsplit(pending["issuer"]).hostname,
    }
    return page(request, "console/federation/confirm.html", **shown)


@require_GET
def ended(request: HttpRequest) -> HttpResponse:
    """Say that a federated session is over, and lead to whoever sent it."""
    try:
        issuer = signing.loads(request.GET.get("again", ""), salt=session.ISSUER_SALT, max_age=ISSUER_KNOWN)
    except signing.BadSignature:
        return go("signin")
    return page(request, "console/federation/ended.html", issuer=issuer, host=urlsplit(issuer).hostname)


def _taken(request: HttpRequest) -> dict[str, str]:
    """What the request carries.  It is taken out of the address, which logs and error reports name."""
    sent = request.POST if request.method == "POST" else request.GET
    given = {name: str(sent.get(name, "")) for name in sent}
    request.META["QUERY_STRING"] = ""
    request.GET = QueryDict()
    return given


def _token(request: HttpRequest, given: dict[str, str]) -> HttpResponse:
    name = "GetSigninToken"
    try:
        found, token = federation.signin_token(
            given.get("Session", ""), given.get("SessionDuration", ""), timezone.now()
        )
    except FederationRefused as refused:
        peer = throttle.peer_subject(visitor(request).peer)
        # A key id is no secret: whoever has no more must not fill an account's trail.
        if refused.credential is not None and throttle.admit([peer], timezone.now()):
            _record(request, refused.credential, name, reason=refused.code)
        return JsonResponse({"Error": {"Code": refused.code, "Message": refused.text}}, status=400)
    _record(request, found, name)
    return JsonResponse({"SigninToken": token})


def _login(request: HttpRequest, given: dict[str, str]) -> HttpResponse:
    issuer = federation.issuer(given.get("Issuer", ""))
    try:
        return _enter(request, given, issuer, timezone.now())
    except FederationRefused as refused:
        return _refused(request, refused.text, issuer)


def _enter(request: HttpRequest, given: dict[str, str], issuer: str, now: datetime) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        raise FederationRefused("NotAPage", _NOT_A_PAGE)
    to = federation.destination(given.get("Destination", ""))
    if not neighbours.room(request):
        raise FederationRefused("TooMany", FULL)
    token = signin_tokens.take(given.get("SigninToken", ""), now)
    if token is None:
        raise FederationRefused("InvalidToken", _SPENT)
    if request.method == "POST":
        # Another site's form brings no cookies along.  The page it leads to does, and sees who is signed in.
        again = signin_tokens.issue(token.account, token.key_id, now, seconds=token.seconds, life=HANDED_ON)
        query = {"Action": "login", "Issuer": issuer, "Destination": to, "SigninToken": again}
        return _see_other(f"{request.path}?{urlencode(query)}")
    found = federation.holder(token.key_id, now)
    ends_at = federation.end_of(found, token.seconds, now)
    if session.who(request) is None:
        return _begin(request, found, ends_at, issuer, to, now)
    pending = {"key_id": found.key_id, "ends_at": ends_at.isoformat(), "issuer": issuer, "to": to}
    request.session[PENDING] = {**pending, "until": (now + PENDING_LIFE).isoformat()}
    return _see_other(reverse("federation:confirm"))


def _begin(
    request: HttpRequest, found: Credential, ends_at: datetime, issuer: str, to: str, now: datetime
) -> HttpResponse:
    facts, seen = found.principal.session, visitor(request)
    sessions.start_as(
        request,
        found.account,
        found.key_id,
        acting_as=session.holder_name(found.principal),
        ends_at=ends_at,
        mfa_at=facts.mfa_at if facts is not None else None,
        now=now,
        peer=seen.peer,
        user_agent=seen.user_agent,
    )
    if issuer:
        request.session[session.ISSUER_KEY] = issuer
    _record(request, found, "ConsoleLogin", issuer=urlsplit(issuer).hostname or "")
    return _see_other(to)


def _record(
    request: HttpRequest, found: Credential, name: str, *, reason: str = "", issuer: str = ""
) -> None:
    facts = found.principal.session
    signin_events.record_holder(
        found.account,
        Actor(found.principal.arn, found.principal.user_id),
        name,
        visitor(request),
        timezone.now(),
        key_id=found.key_id,
        mfa=facts is not None and facts.mfa_at is not None,
        reason=reason,
        parameters={"issuer": issuer} if issuer else {},
    )


def _see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _refused(request: HttpRequest, text: str, issuer: str = "") -> HttpResponse:
    shown = {"text": text, "issuer": issuer, "host": urlsplit(issuer).hostname or ""}
    return page(request, "console/federation/refused.html", status=400, **shown)


app_name = "federation"
urlpatterns = [
    path("federation", index, name="index"),
    path("federation/confirm", confirm, name="confirm"),
    path("federation/ended", ended, name="ended"),
]
