"""Recovery codes: ten at a time, each good for one sign-in in place of a device, worth nothing without any device.

Whoever deletes a code's row has used it, so of many at once one signs in.
"""

from datetime import datetime

from django.db import transaction

from accounts import one_time, throttle
from accounts.mfa import CodeVerdict
from accounts.models import Identity, RecoveryCode

CODES = 10
PURPOSE = DEVICE = "recovery-code"
LONGEST_TYPED = one_time.LONGEST_TYPED


class NoDevice(Exception):
    """The identity has no device that the codes could stand for."""


def renew(identity: Identity, now: datetime) -> list[str]:
    """Ten fresh codes, in clear here and nowhere again; earlier ones are worth nothing.  Errors: NoDevice."""
    if not identity.mfa_devices.filter(enabled_at__isnull=False).exists():
        raise NoDevice
    codes = [one_time.fresh() for _ in range(CODES)]
    with transaction.atomic():
        forget(identity)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(identity=identity, digest=one_time.digest(PURPOSE, identity, code), created_at=now)
            for code in codes
        )
    return codes


def use(identity: Identity, typed: str, now: datetime, peer: str = "") -> CodeVerdict:
    """Accept a code once, in whatever case and grouping.  Wrong ones count with the wrong codes of devices."""
    guesses = throttle.factor_guess(identity, peer)
    if not throttle.admit(guesses, now):
        return CodeVerdict("blocked")
    used = identity.recovery_codes.filter(digest=one_time.digest(PURPOSE, identity, typed)).delete()[0]
    if not used:
        return CodeVerdict("wrong")
    throttle.forgive(guesses)
    return CodeVerdict("accepted")


def left(identity: Identity) -> int:
    """How many of the identity's codes are unused."""
    return identity.recovery_codes.count()


def forget(identity: Identity) -> None:
    """Make all of the identity's codes worth nothing."""
    identity.recovery_codes.all().delete()
