"""Recovery codes: ten at a time, each good for one sign-in in place of a device, worth nothing without any device.

Whoever deletes a code's row has used it, so of many at once one signs in.
"""

import base64
import hashlib
import re
import secrets
from datetime import datetime

from django.db import transaction

from accounts import throttle
from accounts.mfa import CodeVerdict
from accounts.models import Identity, RecoveryCode

CODES = 10
# Source: OWASP ASVS 5.0, 6.5.2: from 112 random bits on, look-up secrets need no salt and no slow hash.
CODE_BYTES = 15
GROUP = 6
DEVICE = "recovery-code"
LONGEST_TYPED = 64


class NoDevice(Exception):
    """The identity has no device that the codes could stand for."""


def renew(identity: Identity, now: datetime) -> list[str]:
    """Ten fresh codes, in clear here and nowhere again; earlier ones are worth nothing.  Errors: NoDevice."""
    if not identity.mfa_devices.filter(enabled_at__isnull=False).exists():
        raise NoDevice
    codes = [_fresh() for _ in range(CODES)]
    with transaction.atomic():
        forget(identity)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(identity=identity, digest=_digest(identity, code), created_at=now) for code in codes
        )
    return codes


def use(identity: Identity, typed: str, now: datetime) -> CodeVerdict:
    """Accept a code once, in whatever case and grouping.  Wrong ones count with the wrong codes of devices."""
    guesses = [throttle.factor_subject(identity)]
    if not throttle.admit(guesses, now):
        return CodeVerdict("blocked")
    used = identity.recovery_codes.filter(digest=_digest(identity, typed)).delete()[0]
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


def _fresh() -> str:
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def _digest(identity: Identity, code: str) -> str:
    bare = re.sub(r"[\s-]", "", code[:LONGEST_TYPED]).upper()
    return hashlib.sha256(f"recovery-code\n{identity.pk}\n{bare}".encode("utf-8", "replace")).hexdigest()
