"""A temporary pass: what an administrator gives a user who has lost every device.

It stands in for the second factor once, after the password, and leads to adding a new device and nowhere else; until
that is done the devices there were stand guard as before.  Whoever deletes its row has used it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts import one_time, sessions, throttle
from accounts.mfa import CodeVerdict
from accounts.models import Identity, MfaDevice, TemporaryPass

PURPOSE = "temporary-pass"
DEVICE = "temporary-pass"
SHORTEST_HOURS, LONGEST_HOURS = 1, 24


class NoDevice(Exception):
    """The identity has no device that the pass could stand in for."""


def give(identity: Identity, life: timedelta, now: datetime) -> tuple[str, datetime]:
    """A pass in clear, here and nowhere again, and when it ends; an earlier one is worth nothing.

    The identity's console sessions end: whoever has its devices may sit at one.  Errors: NoDevice.
    """
    if not identity.mfa_devices.filter(enabled_at__isnull=False).exists():
        raise NoDevice
    text, ends = one_time.fresh(), now + life
    with transaction.atomic():
        TemporaryPass.objects.update_or_create(
            identity=identity,
            defaults={
                "digest": one_time.digest(PURPOSE, identity, text),
                "created_at": now,
                "expires_at": ends,
            },
        )
        sessions.end_all_of(identity)
    return text, ends


def given(identity: Identity) -> bool:
    """Whether the identity was given a pass and has not used it, be it past its time."""
    return _passes(identity).exists()


def use(identity: Identity, typed: str, now: datetime, peer: str = "") -> CodeVerdict:
    """Accept the pass once, in whatever case and grouping.  Wrong ones count with the wrong codes of devices."""
    guesses = throttle.factor_guess(identity, peer)
    if not throttle.admit(guesses, now):
        return CodeVerdict("blocked")
    right = _passes(identity).filter(digest=one_time.digest(PURPOSE, identity, typed), expires_at__gt=now)
    if not right.delete()[0]:
        return CodeVerdict("wrong")
    throttle.forgive(guesses)
    return CodeVerdict("accepted")


def _passes(identity: Identity) -> QuerySet[TemporaryPass]:
    """The identity's pass, if it has one that counts: it stands in for the devices that were lost, not for later ones."""
    later = MfaDevice.objects.filter(identity=identity, enabled_at__gt=OuterRef("created_at"))
    return TemporaryPass.objects.filter(~Exists(later), identity=identity)


def tidy(now: datetime, batch: int) -> int:
    """Drop passes past their time; returns how many."""
    due = list(TemporaryPass.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:batch])
    return TemporaryPass.objects.filter(pk__in=due).delete()[0]
