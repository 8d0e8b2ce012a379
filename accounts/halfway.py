"""How far a sign-in has come: kept in the anonymous session row, for ten minutes, renewed by key at each step."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from accounts import browsers
from accounts.models import Identity, TemporaryPass
from accounts.prepared import Prepared
from accounts.recovery import DEVICE as RECOVERY_CODE
from accounts.session_store import SessionStore

PLACE = "signin"
FIRST = "signin-first"
LIFE = timedelta(minutes=10)

Awaited = Literal["factor", "password", "enrolment", "nothing"]


@dataclass(frozen=True, slots=True)
class Halfway:
    """An identity that has given its password, and perhaps a code of `device`.

    `password_at` is when the password that was given had been set: one changed since ends the sign-in.
    `passed`: a temporary pass stood in for the factor, so a new device must come before anything else.
    `by_passkey`: a passkey that knew its user stood for the password too.  `first`: a passkey that did not know its
    user began the sign-in, so it is not the second proof.
    """

    identity: Identity
    since: datetime
    password_at: datetime | None
    awaits: Awaited = "nothing"
    mfa_at: datetime | None = None
    device: str = ""
    passed: bool = False
    by_passkey: bool = False
    first: str = ""

    @classmethod
    def begun(cls, identity: Identity, now: datetime) -> "Halfway":
        """The state right after the password was given."""
        return cls(identity, now, identity.password_changed_at)

    def awaiting(self, awaited: Awaited) -> "Halfway":
        """The same, waiting for that step and no other."""
        return replace(self, awaits=awaited)

    def with_factor(self, serial: str, now: datetime) -> "Halfway":
        """The same, the second factor given."""
        return replace(self, mfa_at=now, device=serial)

    def with_passkey(self, serial: str, now: datetime) -> "Halfway":
        """The same, both factors given by one passkey."""
        return replace(self, mfa_at=now, device=serial, by_passkey=True)

    def with_pass(self) -> "Halfway":
        """The same, a temporary pass given in place of the factor."""
        return replace(self, passed=True)

    def with_present_password(self, identity: Identity) -> "Halfway":
        """The same, after the identity's password was changed by this very sign-in."""
        return replace(self, identity=identity, password_at=identity.password_changed_at)


def keep(store: SessionStore, state: Halfway) -> None:
    """Store the state under a key the browser has not had before; whatever else the session held is dropped.

    A session that is signed in already waits beside it.
    """
    browsers.set_aside(store)
    store[PLACE] = {
        "identity": state.identity.pk,
        "since": state.since.isoformat(),
        "password_at": _text(state.password_at),
        "awaits": state.awaits,
        "mfa_at": _text(state.mfa_at),
        "device": state.device,
        "passed": state.passed,
        "by_passkey": state.by_passkey,
        "first": state.first,
    }
    store.set_expiry(int(LIFE.total_seconds()))
    store.save()


def note_first(store: SessionStore, serial: str) -> None:
    """Keep in mind that a passkey which did not know its user began the sign-in."""
    store[FIRST] = serial


def begun(store: SessionStore, identity: Identity, now: datetime) -> Halfway:
    """The state right after the password was given, where the session knows which passkey came first, if one did."""
    serial = str(store.get(FIRST, ""))
    own = serial != "" and identity.mfa_devices.filter(serial=serial).exists()
    return replace(Halfway.begun(identity, now), first=serial if own else "")


def load(store: SessionStore, now: datetime, *, added: str = "") -> Halfway | None:
    """The state, if it is young and its identity, password, account and proofs are as they were.

    `added`: the device that was added by this sign-in, which stands for the proofs before: theirs may be gone for it.
    """
    kept: dict[str, Any] | None = store.get(PLACE)
    if kept is None:
        return None
    rows = Identity.objects.select_related("account").filter(pk=kept["identity"])
    identity = rows.first()
    if identity is None:
        return None
    state = Halfway(
        identity,
        datetime.fromisoformat(kept["since"]),
        _moment(kept["password_at"]),
        kept["awaits"],
        _moment(kept["mfa_at"]),
        kept["device"],
        bool(kept.get("passed")),
        bool(kept.get("by_passkey")),
        kept.get("first", ""),
    )
    return state if _holds(state.with_factor(added, now) if added else state, now) else None


_held = Prepared(
    lambda pk: (
        Identity.objects.select_for_update(of=("self",), no_key=True).select_related("account").filter(pk=pk)
    )
)


def held(state: Halfway, now: datetime) -> Identity | None:
    """The identity as it is now, if the state still holds; nobody changes it until the transaction of the caller ends.

    Whoever ends the identity's sessions waits for it too (sessions.end_all_of), and so ends what begins here.
    """
    identity = _held.one(pk=state.identity.pk)
    if identity is None or not _holds(replace(state, identity=identity), now):
        return None
    return identity


def _holds(state: Halfway, now: datetime) -> bool:
    identity = state.identity
    unchanged = identity.has_password and identity.password_changed_at == state.password_at
    return now < state.since + LIFE and unchanged and identity.account.active and _still_proved(state)


def _still_proved(state: Halfway) -> bool:
    """Whether the second factor stands: its device is there, and nobody has said since that the devices are lost."""
    given = TemporaryPass.objects.filter(identity=state.identity)
    if state.passed:
        return not given.exists()  # the one that was used is gone: this is a later one
    if state.mfa_at is None:
        return True
    devices = state.identity.mfa_devices.filter(enabled_at__lte=state.mfa_at)
    if state.device != RECOVERY_CODE:
        devices = devices.filter(serial=state.device)
    return devices.exists() and not given.filter(created_at__gt=state.mfa_at).exists()


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
