"""Of whom an account requires a second factor in the console, and until when people may do without one.

Who is an administrator is decided by policies, which the layer above installs; until it has, everybody counts as one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Identity, MfaRequired


@dataclass(frozen=True, slots=True)
class Grace:
    """An identity that is required to have MFA may sign in without it before `ends`."""

    ends: datetime

    def over(self, now: datetime) -> bool:
        """Whether a device must come before anything else."""
        return now >= self.ends

    def days_left(self, now: datetime) -> int:
        """Whole days that are left, the one under way counted."""
        return max(0, -((now - self.ends) // timedelta(days=1)))


class _Installed:
    is_administrator: Callable[[Identity, str, datetime], bool] = staticmethod(lambda *_: True)


def use(is_administrator: Callable[[Identity, str, datetime], bool]) -> None:
    """Judge in this way from here on who is an administrator: identity, its address, the moment."""
    _Installed.is_administrator = staticmethod(is_administrator)


def grace(identity: Identity, peer: str, now: datetime) -> Grace | None:
    """Until when the identity may sign in without MFA; None where it is not required of it.

    The days run from when the account began to require it, or from the identity's first sign-in where that is later.
    """
    account = identity.account
    since = account.mfa_required_since
    if since is None or not _required(identity, peer, now):
        return None
    return Grace(max(since, first_sign_in(identity, now)) + timedelta(days=account.mfa_grace_days))


def overdue(identity: Identity, mfa_at: datetime | None, peer: str, now: datetime) -> bool:
    """Whether a sign-in or session of the identity cannot go on, since it is without the factor that is required."""
    if mfa_at is not None or identity.account.mfa_required_of == MfaRequired.NOBODY:
        return False
    found = grace(identity, peer, now)
    return found is not None and found.over(now)


def days_left(identity: Identity, mfa_at: datetime | None, peer: str, now: datetime) -> int | None:
    """How many days are left to add a device; None where none is asked for, or there is one already."""
    if mfa_at is not None or identity.account.mfa_required_of == MfaRequired.NOBODY:
        return None
    found = grace(identity, peer, now)
    if found is None or identity.mfa_devices.filter(enabled_at__isnull=False).exists():
        return None
    return found.days_left(now)


def first_sign_in(identity: Identity, now: datetime) -> datetime:
    """When the identity first signed in; now, where it never has."""
    # Of those who signed in before this was kept it is known that it was after they came to be.
    return identity.first_sign_in_at or (identity.created_at if identity.last_sign_in_at else now)


def _required(identity: Identity, peer: str, now: datetime) -> bool:
    of = identity.account.mfa_required_of
    if of == MfaRequired.NOBODY:
        return False
    if identity.is_root or of == MfaRequired.EVERYONE:
        return True
    return of == MfaRequired.ADMINISTRATORS and _Installed.is_administrator(identity, peer, now)
