"""A root user begins anew: the operator's one-time code, with which whoever holds its address sets a new password.

The code is made on the server alone (manage.py recover_root), for half an hour and one use.  With it go the root user's
MFA devices, recovery codes, sessions and lock-out; its access keys stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import doubles, mfa, one_time, passwords, recovery, sessions, throttle
from accounts.models import Identity, RootRecovery

PURPOSE = "root-recovery"
LIFE = timedelta(minutes=30)


class NotValid(Exception):
    """The code is not one that holds for this address now."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What went with a recovery: the devices' serial numbers, how many of them are forgotten, how many sessions ended."""

    devices: tuple[str, ...]
    forgotten: int
    sessions: int


def begin(root: Identity, now: datetime) -> tuple[str, datetime]:
    """A code in clear, here and nowhere again, and when it ends; an earlier one is worth nothing."""
    text, ends = one_time.fresh(), now + LIFE
    RootRecovery.objects.update_or_create(
        identity=root,
        defaults={
            "digest": one_time.digest(PURPOSE, root, text),
            "created_at": now,
            "expires_at": ends,
        },
    )
    return text, ends


def find(typed_email: str, typed_code: str, *, peer: str, now: datetime) -> Identity | None:
    """The root user of that address, if the code is its own and holds.  Wrong ones count against the peer alone.

    They count against nothing of the root user's: 120 random bits need no lock, and nobody must be able to bar this way.
    """
    guesses = [throttle.peer_subject(peer)]
    if not throttle.admit(guesses, now):
        return None
    named = doubles.root(typed_email)
    holds = _rows(named.shown, typed_code, now).exists()
    if named.identity is None or not holds:
        return None
    throttle.forgive(guesses)
    return named.identity


def complete(root: Identity, code: str, password: str, now: datetime) -> Gone:
    """Use the code up, set the password, and take devices, recovery codes, sessions and lock-out away.

    Errors: NotValid, passwords.PasswordRefused; the code is then as it was.
    """
    with transaction.atomic():
        if not _rows(root, code, now).delete()[0]:
            raise NotValid
        ended = sessions.end_all_of(root)
        devices = list(root.mfa_devices.all())
        serials = tuple(device.serial for device in devices)
        forgotten = [mfa.deactivate(device) for device in devices].count(False)
        recovery.forget(root)
        passwords.set_password(root, password, now=now)
        throttle.unlock(root)
    return Gone(serials, forgotten, ended)


def _rows(root: Identity, typed: str, now: datetime) -> QuerySet[RootRecovery]:
    return RootRecovery.objects.filter(
        identity=root, digest=one_time.digest(PURPOSE, root, typed), expires_at__gt=now
    )
