"""Root's own password, changed in a signed-in session.  IAM users change theirs by iam.ChangePassword."""

from datetime import datetime

from django.db import transaction

from accounts import hashers, passwords, throttle
from accounts.models import Identity
from accounts.signin_events import Visitor, record

EVENT = "ChangePassword"


class WrongPassword(Exception):  # named in the contract with the console
    """The old password is not right."""


class Locked(Exception):  # as above
    """Too many wrong passwords were given; none is looked at for a while."""


def change(
    identity: Identity, old: str, new: str, *, now: datetime, visitor: Visitor, keep: int, mfa: bool
) -> None:
    """Give root a new password, by its old one; its sessions end, but the one whose id is `keep`.

    Wrong old passwords count as failed sign-ins do, and lock alike.  Each attempt is in the trail.
    Errors: Locked, WrongPassword, passwords.PasswordRefused.
    """
    guesses = [throttle.identity_subject(identity)]
    with hashers.turn():
        if not throttle.begin(guesses, now):
            record(identity.account, identity, EVENT, visitor, now, reason="locked", mfa=mfa)
            raise Locked
        right = passwords.verify(identity, old)
    if not right:
        throttle.failed(guesses)
        record(identity.account, identity, EVENT, visitor, now, reason="wrong-password", mfa=mfa)
        raise WrongPassword
    throttle.forgive(guesses)
    with transaction.atomic():
        passwords.set_password(identity, new, now=now, keep=keep)
        record(identity.account, identity, EVENT, visitor, now, mfa=mfa)
