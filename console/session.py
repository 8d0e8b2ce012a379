"""Who is signed in: the principal of a request, the decorator that asks for one, and the way back after signing in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts import devices, mfa_requirement, sessions
from accounts.actors import Actor
from accounts.models import Account, ConsoleSession, Identity
from accounts.session_store import SessionStore
from accounts.signin_events import Visitor
from console import addresses, known_browser
from iam import principals
from iam.call import Principal, SessionFacts

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

ROLE_KEY: Final = "role"
SIGNED_IN_KEY: Final = "_who"
ROLE_COLOURS: Final = ("grey", "red", "orange", "yellow", "green", "blue", "purple")
LEFT_HEADER: Final = "X-Seconds-Left"
ISSUER_KEY: Final = "issuer"
ISSUER_SALT: Final = "console.session.issuer"
# Nothing to come back to: a link of others could sign somebody in or out by them.
_NO_WAY_BACK: Final = ("/signout", "/federation", "/switch-identity")


class HtmxRequest(HttpRequest):
    """A request that the htmx middleware has read; for annotations."""

    htmx: HtmxDetails
    request_id: str


class NotSignedIn(Exception):
    """The page is for signed-in people, and nobody is."""


class NoIdentity(Exception):
    """The page is about somebody's own password, devices or keys, and temporary credentials have none."""


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """How a role that the person acts as is shown: its label and colour, and who comes back on leaving it.

    `leave` is "" where there is nobody to come back to: the browser is signed in as the role itself.
    """

    label: str
    colour: str
    owner: str
    leave: str = "/me/switch-role/leave/"


@dataclass(frozen=True, slots=True)
class Who:
    """The person at the browser and the principal they act as.

    `person` is who signed in, None where the browser is signed in with temporary credentials; `account` and
    `principal` are the role's once they have switched to one.
    """

    session: ConsoleSession
    person: Identity | None
    account: Account
    principal: Principal
    name: str
    role: RoleLabel | None = None

    @property
    def identity(self) -> Identity:
        """Who signed in.  Errors: NoIdentity."""
        if self.person is None:
            raise NoIdentity
        return self.person

    @property
    def mark(self) -> str:
        """What forms carry of whom they were made for: the unique id of the principal, as aws:userid has it."""
        return self.principal.user_id

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


def known_who(request: HttpRequest) -> Who | None:
    """Who acts, where this request has looked that up already."""
    return cast("Who | None", getattr(request, SIGNED_IN_KEY, None))


def forget_who(request: HttpRequest) -> None:
    """Look up anew who acts: the browser has changed to another session."""
    if hasattr(request, SIGNED_IN_KEY):
        delattr(request, SIGNED_IN_KEY)


def required(request: HttpRequest) -> Who:
    """Who acts.  Errors: NotSignedIn."""
    found = who(request)
    if found is None:
        raise NotSignedIn
    return found


def oneself(request: HttpRequest) -> Who:
    """Who signed in, whatever role they switched to.  Errors: NotSignedIn."""
    found = required(request)
    if found.person is None:
        own = _holder(found.session, timezone.now())
        if own is None:
            raise NotSignedIn
        return own
    if found.role is None:
        return found
    account = found.person.account
    principal = principals.of_identity(found.person, session=_facts(found.session))
    return replace(found, account=account, principal=principal, role=None)


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
        mark=known_browser.mark(request),
    )


def own_path(wanted: str | None, default: str = "/") -> str:
    """An address of ours to go to next, without host; anything else becomes `default`, also a page of signing in."""
    path = own_address(wanted, default)
    bare = f"{unquote(urlsplit(path).path).rstrip('/')}/"
    return default if bare.startswith(tuple(f"{each}/" for each in _NO_WAY_BACK)) else path


def own_address(wanted: str | None, default: str = "/") -> str:
    """An address of ours, without host; anything else becomes `default`."""
    if not wanted or not url_has_allowed_host_and_scheme(wanted, None):
        return default
    parts = urlsplit(wanted)
    # Browsers leave out line ends and tabs, as urlsplit does: what is judged must be what is sent.
    if parts.scheme or parts.netloc or not wanted.startswith("/") or not wanted.isprintable():
        return default
    path = unquote(parts.path)
    # Encoded slashes and dots could become another address on the way through a proxy, or in the browser.
    parts_of_path = path.replace("\\", "/").split("/")
    if (
        path.startswith(("//", "/\\", "/.", "/@"))
        or not path.isprintable()
        or {".", ".."} & set(parts_of_path)
    ):
        return default
    return wanted


def sign_in_address(request: HttpRequest) -> str:
    """Where to sign in so as to come back here; for one whom an issuer sent, the page that leads to it again."""
    issuer = issuer_of(request)
    if issuer:
        return ended_address(issuer)
    why = {"why": "ended"} if settings.SESSION_COOKIE_NAME in request.COOKIES else {}
    row = sessions.store_of(request).loaded_row()
    place = (
        addresses.sign_in_page(row.identity) if row is not None and row.identity is not None else "/signin"
    )
    return f"{place}{'&' if '?' in place else '?'}{urlencode({'next': own_path(here(request)), **why})}"


def here(request: HttpRequest) -> str:
    """The page the person looks at, with its query: for a fragment or a form, the one it is on."""
    current = request.headers.get("HX-Current-URL", "")
    if current or request.method == "GET":
        parts = urlsplit(current or request.get_full_path())
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.path


def issuer_of(request: HttpRequest) -> str:
    """Who sent the browser's session here with temporary credentials, also once it has ended; "" for all others."""
    row = sessions.store_of(request).loaded_row()
    return str(request.session.get(ISSUER_KEY, "")) if row is not None and row.sts_key_id else ""


def ended_address(issuer: str) -> str:
    """The page that says a federated session is over, and leads to its issuer."""
    return f"/federation/ended?{urlencode({'again': signing.dumps(issuer, salt=ISSUER_SALT)})}"


def become(request: HttpRequest, key_id: str, label: str, colour: str) -> None:
    """Act as the role session of this access key id from the next request on, under a new session key."""
    request.session[ROLE_KEY] = {"key_id": key_id, "label": label, "colour": colour}
    sessions.act_as(request, label)


def come_back(request: HttpRequest) -> None:
    """Act as oneself again."""
    if request.session.pop(ROLE_KEY, None) is not None:
        row = sessions.store_of(request).loaded_row()
        own = _holder(row, timezone.now()) if row is not None and row.sts_key_id else None
        sessions.act_as(request, own.name if own else "")


def mark_of(row: ConsoleSession) -> str:
    """What forms made in that session carry; "" where nobody acts in it any more."""
    chosen = SessionStore().decode(row.data).get(ROLE_KEY)
    now = timezone.now()
    credential = principals.find_credential(chosen["key_id"]) if chosen else None
    if credential is not None and credential.usable and not credential.expired(now):
        return credential.principal.user_id
    own = _signed_in(row, now)
    return own.mark if own is not None else ""


def goes_on(row: ConsoleSession, now: datetime) -> bool:
    """Whether the person of a session that counts can act in it: not where a factor is required that it is without."""
    return row.identity is None or not _lacks_a_factor(row.identity, row, now)


def colour_of(row: ConsoleSession) -> str:
    """The colour of the role that a session has switched to; "" where it acts as itself."""
    chosen = SessionStore().decode(row.data).get(ROLE_KEY)
    return _colour(chosen["colour"]) if chosen else ""


def actor_of(row: ConsoleSession) -> Actor:
    """How the trail names the holder of temporary credentials that a session belongs to."""
    found = principals.find_credential(row.sts_key_id)
    if found is None:
        return Actor("", "")
    return Actor(found.principal.arn, found.principal.user_id)


def role_key(request: HttpRequest) -> str:
    """The access key id of the role session that the person acts in; "" where they act as themselves."""
    chosen = request.session.get(ROLE_KEY)
    return str(chosen["key_id"]) if chosen else ""


def _look_up(request: HttpRequest) -> Who | None:
    now = timezone.now()
    row = sessions.current(request, now)
    own = _signed_in(row, now) if row is not None else None
    if row is None or own is None:
        return None
    if not goes_on(row, now):
        return None  # begun without the factor that is required by now: signing in again leads to adding one
    sessions.touch(row, now)
    switched = _role(request, now, own.name)
    if switched is None:
        return own
    account, principal, label = switched
    return replace(own, account=account, principal=principal, role=label)


def _lacks_a_factor(identity: Identity, row: ConsoleSession, now: datetime) -> bool:
    overdue = mfa_requirement.overdue(identity, row.mfa_at, row.peer, now)
    return overdue or devices.better_overdue(identity, row.peer, now)


def _signed_in(row: ConsoleSession, now: datetime) -> Who | None:
    if row.identity is None or row.account is None:
        return _holder(row, now)
    own = principals.of_identity(row.identity, session=_facts(row))
    return Who(row, row.identity, row.account, own, str(row.identity))


def _holder(row: ConsoleSession, now: datetime) -> Who | None:
    """The holder of the temporary credentials that the browser is signed in with, while they count."""
    found = principals.find_credential(row.sts_key_id)
    if found is None or not found.usable or found.expired(now):
        return None
    name = holder_name(found.principal)
    return Who(
        row, None, found.account, found.principal, name, RoleLabel(name, ROLE_COLOURS[0], name, leave="")
    )


def holder_name(principal: Principal) -> str:
    """What pages call a holder of temporary credentials: "role/session", or the federated user's name."""
    kind, _, name = principal.arn.partition(":assumed-role/")
    return name if kind != principal.arn else principal.name


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
    label = RoleLabel(chosen["label"], _colour(chosen["colour"]), owner)
    return credential.account, credential.principal, label


def _colour(chosen: str) -> str:
    return chosen if chosen in ROLE_COLOURS else ROLE_COLOURS[0]
