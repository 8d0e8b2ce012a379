"""Which steps of the sign-in ceremony are worth a notice: the one place where that is decided.

After a wrong first step the same is done whoever was named, or nobody: a worker is told to look whether somebody is
locked out.  After the password was right, time gives nothing away.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from django.db import transaction

from accounts import agents, mail, notices, recovery, seen, throttle
from accounts.models import Event, Identity, IdentityKind
from accounts.visitors import Visitor

LOOK_AT_LOCK: Final = "accounts.tasks.look_at_lock"
NOBODY: Final = 0
# Reasons of a refused sign-in that come after the password.
_LATER: Final = ("code-", "key-", "recovery-", "pass-")
BLOCKED: Final = "-blocked"

Raise: TypeAlias = Callable[[Identity, Visitor, datetime], object]


def after(identity: Identity | None, name: str, visitor: Visitor, now: datetime, reason: str) -> None:
    """Raise what the step is worth; with a reason it failed."""
    if reason and name == "ConsoleLogin":
        _refused(identity, visitor, now, reason)
    elif not reason and identity is not None and name in _DONE:
        _DONE[name](identity, visitor, now)


def look_at_lock(identity_pk: int, now: datetime) -> bool:
    """Tell the identity that its password is locked, if it is; once for each lock."""
    identity = Identity.objects.select_related("account").filter(pk=identity_pk).first()
    until = throttle.locked_until(identity, now) if identity is not None else None
    if identity is None or until is None:
        return False
    return notices.tell(
        identity,
        "locked",
        now,
        once=f"locked {until.isoformat()}",
        until=mail.moment(until),
        peer=_last_peer(identity, now),
    )


def _refused(identity: Identity | None, visitor: Visitor, now: datetime, reason: str) -> None:
    if not reason.startswith(_LATER):
        known = identity.pk if identity is not None else NOBODY
        transaction.on_commit(lambda: mail.tell(LOOK_AT_LOCK, known))
    elif reason.endswith(BLOCKED) and identity is not None:
        # One for each half an hour in which it happens.
        half_hour = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
        notices.tell(
            identity, "factor-blocked", now, once=f"factor {half_hour.isoformat()}", **_place(visitor)
        )


def _signed_in(identity: Identity, visitor: Visitor, now: datetime) -> None:
    found = seen.note(identity, visitor, now)
    if identity.kind == IdentityKind.ROOT:
        place = _place(visitor)
        if found.new_browser:
            place["browser"] += ", not seen before"
        notices.tell(identity, "root-signed-in", now, **place)
    elif found.new_browser or found.new_network:
        kind = "browser-new" if found.new_browser else "network-new"
        notices.tell(identity, kind, now, **_place(visitor))


def _password_changed(identity: Identity, visitor: Visitor, now: datetime) -> None:
    notices.tell(identity, "password-changed", now, by="yourself", **_place(visitor))


def _password_reset(identity: Identity, visitor: Visitor, now: datetime) -> None:
    notices.tell(identity, "password-reset", now, **_place(visitor))


def _code_used(identity: Identity, visitor: Visitor, now: datetime) -> None:
    left = str(recovery.left(identity))
    notices.tell(identity, "recovery-code-used", now, left=left, **_place(visitor))


def _pass_used(identity: Identity, visitor: Visitor, now: datetime) -> None:
    notices.tell(identity, "pass-used", now, **_place(visitor))


_DONE: Final[Mapping[str, Raise]] = {
    "ChangePassword": _password_changed,
    "ConsoleLogin": _signed_in,
    "ResetPassword": _password_reset,
    "UseRecoveryCode": _code_used,
    "UseTemporaryPass": _pass_used,
}


def _place(visitor: Visitor) -> dict[str, str]:
    return {"browser": agents.describe(visitor.user_agent), "peer": visitor.peer}


def _last_peer(identity: Identity, now: datetime) -> str:
    """Where the last wrong password came from: messages to workers carry nothing but an id."""
    since = now - throttle.HALF_AN_HOUR
    events = Event.objects.filter(account=identity.account, name="ConsoleLogin", at__gte=since)
    failed = events.filter(outcome="failed", parameters__userName=str(identity)).order_by("-at", "-pk")
    return failed.values_list("peer", flat=True).first() or ""
