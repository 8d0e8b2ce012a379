"""Counts failed guesses in the database, exactly: a guess is counted before it is checked.

Counting first is what makes parallel guesses exact; a right one is taken off again.  Those still being checked are
known as such (`begin`), so that many right ones at once do not lock one another out.
"""

import hashlib
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from accounts import names
from accounts.models import Account, AttemptScope, Identity, SignInAttempt
from accounts.prepared import Addition, Change, Prepared, Removal, rewrite


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failures inside a window, begun by the first of them, lock for a time."""

    failures: int
    window: timedelta
    lock: timedelta


HALF_AN_HOUR = timedelta(minutes=30)
# Source: PCI DSS 8.3.4 (at most 10 failures, at least 30 minutes): an account may be stricter. A peer may be a whole office behind
# one address, or everybody behind a proxy that was not declared: ten would let anyone lock all out.
RULES = {
    AttemptScope.USER: Rule(10, timedelta(days=1), HALF_AN_HOUR),
    AttemptScope.FACTOR: Rule(10, timedelta(days=1), HALF_AN_HOUR),
    AttemptScope.PEER: Rule(100, HALF_AN_HOUR, HALF_AN_HOUR),
    AttemptScope.RESET: Rule(5, timedelta(days=1), timedelta(days=1)),
    AttemptScope.RESET_PEER: Rule(30, timedelta(hours=1), timedelta(hours=1)),
}
# A guess is checked in far less; what is still under way after so long died with its process, and failed.
ABANDONED: Final = timedelta(seconds=10)
PATIENCE_SECONDS: Final = 5.0
LOOK_AGAIN_SECONDS: Final = 0.02


def _counter(scope: str, subject: str) -> QuerySet[SignInAttempt]:
    return SignInAttempt.objects.filter(scope=scope, subject=subject)


_begun = Addition(SignInAttempt, unless_there=True)
_held = Prepared(lambda scope, subject: _counter(scope, subject).select_for_update())
_checked = Change(_counter, pending=Greatest(F("pending") - 1, 0))
_ended = Removal(_counter)


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that guesses are counted for, by the rule of its account."""

    scope: AttemptScope
    digest: str
    own_rule: Rule | None = field(default=None, compare=False)

    @property
    def rule(self) -> Rule:
        """How many failures lock it, and for how long."""
        return self.own_rule or RULES[self.scope]


def user_subject(account: Account | None, typed_account: str, typed_name: str) -> Subject:
    """The counter of a user name in an account, the same for every spelling, real or made up."""
    account_part = account.number if account else names.account_key(typed_account)
    return _subject(AttemptScope.USER, account, "user", account_part, names.name_key(typed_name))


def root_subject(typed_email: str, account: Account | None = None) -> Subject:
    """The counter of a root user's e-mail address; `account` is whose root that is, where it is anyone's."""
    return _subject(AttemptScope.USER, account, "root", names.email_key(typed_email))


def identity_subject(identity: Identity) -> Subject:
    """The counter of the password of an identity that exists."""
    if identity.is_root:
        return root_subject(identity.email, identity.account)
    return user_subject(identity.account, "", identity.name)


def factor_subject(identity: Identity) -> Subject:
    """The counter of an identity's second factors together."""
    return _subject(AttemptScope.FACTOR, identity.account, "identity", str(identity.pk))


def factor_guess(identity: Identity, peer: str = "") -> list[Subject]:
    """What a guess at an identity's second factor counts for: its factors together, and the address it came from."""
    return [factor_subject(identity), *([peer_subject(peer)] if peer else [])]


def peer_subject(peer: str) -> Subject:
    """The counter of an address; the caller decides what is the peer, so no header can."""
    return _subject(AttemptScope.PEER, None, "peer", _of_one_hand(peer))


def asking_subject(peer: str) -> Subject:
    """The counter of an address that asks for links and accounts."""
    return Subject(AttemptScope.RESET_PEER, peer_subject(peer).digest)


def admit(subjects: Sequence[Subject], now: datetime) -> bool:
    """Count one guess as a failure and return whether it may be checked at all.

    A locked subject is not counted further and its lock does not grow. Give subjects in the order
    user, factor, peer: they are locked in the order given.
    """
    admitted = True
    with transaction.atomic():
        for subject in subjects:
            admitted &= _counted(_locked_row(subject, now), subject.rule, now)
    return admitted


def begin(subjects: Sequence[Subject], now: datetime) -> bool:
    """Do as `admit` does for a guess that is checked outside a transaction; `forgive` or `failed` must follow.

    Where a count is full only by guesses that are being checked, wait for what becomes of them.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with transaction.atomic():
            rows = [_locked_row(subject, now) for subject in subjects]
            undecided = any(_is_undecided(row, now) for row in rows)
            if not undecided or time.monotonic() >= deadline:
                fine = [
                    _counted(row, subject.rule, now, pending=1)
                    for row, subject in zip(rows, subjects, strict=True)
                ]
                return all(fine)
        time.sleep(LOOK_AGAIN_SECONDS)


def failed(subjects: Sequence[Subject]) -> None:
    """Let the failure stand that `begin` counted: its guess was wrong."""
    with transaction.atomic():
        for subject in subjects:
            _checked.leave(scope=subject.scope.value, subject=subject.digest)


def forgive(subjects: Sequence[Subject]) -> None:
    """Take a right guess off: a user's or factor's count ends, a peer's sinks by one.

    A peer must not clear its count by signing in to an account of its own now and then.
    """
    with transaction.atomic():
        for subject in subjects:
            if subject.scope is not AttemptScope.PEER:
                _ended.leave(scope=subject.scope.value, subject=subject.digest)
                continue
            row = _held.one(scope=subject.scope.value, subject=subject.digest)
            if row is not None and row.failures > 0:
                row.failures -= 1
                row.pending = max(0, row.pending - 1)
                if row.failures < subject.rule.failures:
                    row.locked_until = None
                rewrite(row)


def unlock(identity: Identity) -> bool:
    """Forget the failures of an identity's password and second factors; returns whether there were any."""
    deleted = 0
    for subject in (identity_subject(identity), factor_subject(identity)):
        deleted += _rows(subject).delete()[0]
    stopped = identity.mfa_devices.filter(failures__gt=0)
    deleted += stopped.update(failures=0, first_failed_at=None, blocked_until=None)
    return deleted > 0


def locked_until(identity: Identity, now: datetime) -> datetime | None:
    """When the lock-out that `unlock` would lift is over by itself; None where there is none."""
    rows = [_rows(subject).first() for subject in (identity_subject(identity), factor_subject(identity))]
    ends = [row.locked_until for row in rows if row is not None and _is_locked(row, now)]
    ends += identity.mfa_devices.filter(blocked_until__gt=now).values_list("blocked_until", flat=True)
    return max((end for end in ends if end is not None), default=None)


def tidy(now: datetime, batch: int) -> int:
    """Drop counters that no longer count anything; returns how many."""
    idle = SignInAttempt.objects.filter(last_failed_at__lte=now - max(rule.window for rule in RULES.values()))
    due = list(idle.order_by("last_failed_at").values_list("pk", flat=True)[:batch])
    return SignInAttempt.objects.filter(pk__in=due).delete()[0]


def _subject(scope: AttemptScope, account: Account | None, *parts: str) -> Subject:
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
    return Subject(scope, digest, _rule_of(account, RULES[scope]) if account else None)


def _of_one_hand(peer: str) -> str:
    """The address, without what its holder chooses freely: the last 64 bits of IPv6.  Source: RFC 4291, 2.5.4."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return peer
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def _rule_of(account: Account, usual: Rule) -> Rule:
    # The database holds an account to figures that are never laxer than ours.
    return Rule(account.sign_in_failures, usual.window, timedelta(minutes=account.sign_in_lock_minutes))


def _rows(subject: Subject) -> QuerySet[SignInAttempt]:
    return _counter(subject.scope, subject.digest)


def _locked_row(subject: Subject, now: datetime) -> SignInAttempt:
    scope, digest = subject.scope.value, subject.digest
    while True:
        _begun.leave(
            scope=scope,
            subject=digest,
            failures=0,
            first_failed_at=now,
            last_failed_at=now,
            locked_until=None,
            pending=0,
            pending_at=None,
        )
        row = _held.one(scope=scope, subject=digest)
        if row is not None:
            return row
        # A right guess forgave the row between the two: PostgreSQL sees that at once. Make it anew.


def _is_locked(row: SignInAttempt, now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _is_undecided(row: SignInAttempt, now: datetime) -> bool:
    """Whether the row is locked for no more than guesses that may yet be right."""
    if not _is_locked(row, now) or row.pending == 0 or row.pending_at is None:
        return False
    return row.pending_at > now - ABANDONED


def _counted(row: SignInAttempt, rule: Rule, now: datetime, *, pending: int = 0) -> bool:
    """Count a guess at the locked row; returns False, and counts nothing, where the row bars it.

    The row is written either way, so that a lock cannot be told by what it costs.
    """
    if _is_locked(row, now):
        rewrite(row)
        return False
    if row.locked_until is not None or row.first_failed_at + rule.window <= now:
        row.failures, row.locked_until, row.first_failed_at, row.pending = 0, None, now, 0
    row.failures += 1
    row.last_failed_at = now
    if pending:
        row.pending, row.pending_at = row.pending + pending, now
    if row.failures >= rule.failures:
        row.locked_until = now + rule.lock
    rewrite(row)
    return True
