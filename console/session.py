"""Who is signed in: the principal of a request, the decorator that asks for one, and the way back after signing in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts import mfa_requirement, sessions
from accounts.models import Account, ConsoleSession, Identity
from accounts.signin_events import Visitor
from iam import principals
from iam.call import Principal, SessionFacts

from console import known_browser
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

ROLE_KEY: Final = "role"
SIGNED_IN_KEY: Final = "_who"
ROLE_COLOURS: Final = ("grey", "red", "orange", "yellow", "green", "blue", "purple")


class HtmxRequest(HttpRequest):
    """A request that the htmx middleware has read; for annotations."""

    htmx: HtmxDetails
    request_id: str


class NotSignedIn(Exception):
    """The page is for signed-in people, and nobody is."""


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """How a role that the person switched to is shown: its label and colour, and who comes back on leaving it."""

    label: str
    colour: str
    owner: str
    leave: str = "/me/switch-role/leave/"


@dataclass(frozen=True, slots=True)
class Who:
    """The person at the browser and the principal they act as.

    `identity` is who signed in; `account` and `principal` are the role's once they have switched to one.
    """

    session: ConsoleSession
    identity: Identity
    account: Account
    principal: Principal
    name: str
    role: RoleLabel | None = None

    @property
    def seconds_left(self) -> int:
        """How long the session lasts if nothing more is done."""
        return max(0, int((self.session.expires_at - timezone.now()).total_seconds()))


def who(request: HttpRequest) -> Who | None:
    """Who acts, or None where nobody is signed in; looked up once a request."""
    known = getattr(request, SIGNED_IN_KEY, request)
    if known is request:
        known = _look_up(request)
        setattr(request, SIGNED_IN_KEY, known)
    return cast("Who | None", known)


def required(request: HttpRequest) -> Who:
    """Who acts.  Errors: NotSignedIn."""
    found = who(request)
    if found is None:
        raise NotSignedIn
    return found


def oneself(request: HttpRequest) -> Who:
    """Who signed in, whatever role they act as.  Errors: NotSignedIn."""
    found = required(request)
    if found.role is None:
        return found
    account = found.identity.account
    own = principals.of_identity(found.identity, session=_facts(found.session))
    return replace(found, account=account, principal=own, role=None)


def signed_in(
    view: Callable[Concatenate[HtmxRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """Let a view run for signed-in people only; others are sent to sign in and come back to the page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        required(request)
        return view(cast(HtmxRequest, request), *args, **kwargs)

    return guarded


def visitor(request: HttpRequest) -> Visitor:
    """Where the request comes from, as the trail has it."""
    return Visitor(
        peer=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        request_id=getattr(request, "request_id", ""),
    )


def own_path(wanted: str | None, default: str = "/") -> str:
    """An address of ours to go to next, without host; anything else becomes `default`."""
    if not wanted or not url_has_allowed_host_and_scheme(wanted, None):
        return default
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return default
    return wanted


def sign_in_address(request: HttpRequest) -> str:
    """Where to sign in so as to come back here."""
    here = request.get_full_path()
    current = request.headers.get("HX-Current-URL", "")
    if current:
        parts = urlsplit(current)
        here = parts.path + (f"?{parts.query}" if parts.query else "")
    elif request.method != "GET":
        here = request.path
    why = {"why": "ended"} if settings.SESSION_COOKIE_NAME in request.COOKIES else {}
    return f"/signin?{urlencode({'next': own_path(here), **why})}"


def become(request: HttpRequest, key_id: str, label: str, colour: str) -> None:
    """Act as the role session of this access key id from the next request on."""
    request.session[ROLE_KEY] = {"key_id": key_id, "label": label, "colour": colour}
    sessions.rotate(request)


def come_back(request: HttpRequest) -> None:
    """Act as oneself again."""
    if request.session.pop(ROLE_KEY, None) is not None:
        sessions.rotate(request)


        mark=known_browser.mark(request),
def role_key(request: HttpRequest) -> str:
    """The access key id of the role session that the person acts in; "" where they act as themselves."""
    chosen = request.session.get(ROLE_KEY)
    return str(chosen["key_id"]) if chosen else ""


def _look_up(request: HttpRequest) -> Who | None:
    now = timezone.now()
    row = sessions.current(request, now)
    if row is None or row.identity is None or row.account is None:
        return None
    if row.identity is not None and mfa_requirement.overdue(row.identity, row.mfa_at, row.peer, now):
        return None  # begun without the factor that is required by now: signing in again leads to adding one
    sessions.touch(row, now)
    own = principals.of_identity(row.identity, session=_facts(row))
    name = str(row.identity)
    switched = _role(request, now, name)
    if switched is not None:
        account, principal, label = switched
        return Who(row, row.identity, account, principal, name, label)
    return Who(row, row.identity, row.account, own, name)


def _facts(row: ConsoleSession) -> SessionFacts:
    return SessionFacts(kind="console", issued_at=row.created_at, mfa_at=row.mfa_at, session_pk=row.pk)


def _role(request: HttpRequest, now: datetime, owner: str) -> tuple[Account, Principal, RoleLabel] | None:
    """The role switched to; where its session has ended the person is themselves again."""
    chosen = request.session.get(ROLE_KEY)
    if not chosen:
        return None
    credential = principals.find_credential(chosen["key_id"])
    if credential is None or not credential.usable or credential.expired(now):
        come_back(request)
        return None
    colour = chosen["colour"] if chosen["colour"] in ROLE_COLOURS else "grey"
    return credential.account, credential.principal, RoleLabel(chosen["label"], colour, owner)
