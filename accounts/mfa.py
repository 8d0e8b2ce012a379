"""Second factors: made, enrolled, checked once per code, resynchronised.

Every check holds the device's row, so a code that many present at once is accepted once. A failure
counts only if its transaction commits: who rolls back must call count_failure afterwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.db import IntegrityError, transaction

from accounts import qr, sessions, throttle, totp, vault
from accounts.models import Account, DeviceKind, Identity, MfaDevice
from accounts.prepared import Prepared

FAILURE_WINDOW = timedelta(minutes=5)
RESYNC_REACH = 10
LONGEST_NAME = 226

CodeReason = Literal["accepted", "wrong", "reused", "blocked", "unknown", "cloned", "expired", "first"]


class SerialTaken(Exception):
    """A device has that serial number already."""


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """Whether a code was accepted, and if not why; truthy when it was."""

    reason: CodeReason

    def __bool__(self) -> bool:
        return self.reason == "accepted"


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What an authenticator app needs, shown once; kept out of reprs."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)

    def png(self) -> bytes:
        """The QR code of the address, for the API."""
        return qr.png(self.uri)

    def svg(self) -> str:
        """The QR code of the address, for a page."""
        return qr.svg(self.uri)


def create(
    account: Account,
    *,
    serial: str,
    name: str,
    now: datetime,
    path: str = "/",
    tags: Sequence[dict[str, str]] = (),
) -> tuple[MfaDevice, Provisioning]:
    """A virtual device with a fresh seed, assigned to nobody yet.

    Errors: SerialTaken; the transaction is then of no more use.
    """
    seed = totp.new_seed()
    try:
        device = account.mfa_devices.create(
            serial=serial,
            name=name,
            path=path,
            sealed_seed=sealed_seed(account, serial, seed),
            created_at=now,
            tags=list(tags),
        )
    except IntegrityError as taken:
        raise SerialTaken(serial) from taken
    uri = totp.provisioning_uri(name, account.sign_in_name, seed)
    return device, Provisioning(totp.seed_text(seed), uri)


def provisioning(account: Account, name: str, secret: str) -> Provisioning:
    """What an authenticator app needs, from a seed that its holder sends back as text while enrolling.

    Errors: ValueError for what is no seed.
    """
    seed = totp.seed_of_text(secret)
    if len(seed) != totp.SEED_BYTES:
        raise ValueError("not a seed of ours")
    return Provisioning(secret, totp.provisioning_uri(name, account.sign_in_name, seed))


def enrol(device: MfaDevice, identity: Identity, code1: str, code2: str, now: datetime) -> CodeVerdict:
    """Make the device stand guard for the identity if two consecutive codes prove that its holder has it.

    Both codes are used up, and none that an earlier holder used counts. A hardware token's clock may have run off on
    the shelf: it is learnt as by resync. A device that is somebody's stays theirs; the caller has checked the quota.
    """

    def judged(row: MfaDevice) -> CodeReason:
        rhythm, on_shelf = rhythm_of(row), row.kind == DeviceKind.HARDWARE
        step = totp.step_at(now, rhythm)
        steps = _reach(step) if on_shelf else range(step - 2, step + 1)
        pair = totp.matching_pair(_seed(row), code1, code2, steps, rhythm)
        if pair is None or row.identity_id is not None:
            return "wrong"
        if pair - 1 <= row.last_step:
            return "reused"
        row.identity, row.enabled_at = identity, now
        row.last_step, row.drift = pair, pair - step if on_shelf else 0
        return "accepted"

    return checked(device, now, judged, throttle.factor_guess(identity))


def accept_code(device: MfaDevice, code: str, now: datetime, peer: str = "") -> CodeVerdict:
    """Accept the code if it is of now or one step beside it, and of a later step than any before.

    A device that is not enabled accepts nothing.  `peer`: whence somebody guesses who is not signed in.
    """
    if device.identity is None or not device.enabled or not device.has_codes:
        return CodeVerdict("wrong")

    def judged(row: MfaDevice) -> CodeReason:
        rhythm = rhythm_of(row)
        around = totp.step_at(now, rhythm) + row.drift
        step = totp.matching_step(_seed(row), code, around, rhythm=rhythm)
        if step is None or not row.enabled:
            return "wrong"
        if step <= row.last_step:
            return "reused"
        row.last_step, row.last_used_at = step, now
        return "accepted"

    return checked(device, now, judged, throttle.factor_guess(device.identity, peer))


def resync(device: MfaDevice, code1: str, code2: str, now: datetime) -> CodeVerdict:
    """Learn how far the device's clock is off, up to ten steps, from two consecutive codes.

    Steps that were used stay used.
    """
    if device.identity is None or not device.enabled or not device.has_codes:
        return CodeVerdict("wrong")

    def judged(row: MfaDevice) -> CodeReason:
        rhythm = rhythm_of(row)
        step = totp.step_at(now, rhythm)
        pair = totp.matching_pair(_seed(row), code1, code2, _reach(step), rhythm)
        if pair is None:
            return "wrong"
        if pair - 1 <= row.last_step:
            return "reused"
        row.last_step, row.drift = pair, pair - step
        return "accepted"

    return checked(device, now, judged, throttle.factor_guess(device.identity))


def deactivate(device: MfaDevice) -> bool:
    """Take the device from its identity; it is worth nothing at once.  Returns whether it stays, unassigned.

    A security key is forgotten: it could not be given to anyone else.  With the last device go the recovery codes, and
    sessions that go on, such as the one it is done in, have shown no second factor from here on.
    """
    owner = device.identity
    if owner is not None and not owner.mfa_devices.exclude(pk=device.pk).exists():
        owner.recovery_codes.all().delete()
        sessions.forget_factor(owner)
    if not device.has_codes:
        device.delete()
        return False
    device.identity, device.enabled_at = None, None
    if device.kind == DeviceKind.HARDWARE:
        device.name = device.serial[:LONGEST_NAME]  # what its holder called it goes with the holder
    device.save(update_fields=["identity", "enabled_at", "name"])
    return True


_enabled = Prepared(lambda identity: MfaDevice.objects.filter(identity=identity, enabled_at__isnull=False))


def enabled_devices(identity: Identity) -> tuple[MfaDevice, ...]:
    """The devices that stand guard for the identity, last used first, then the newest."""
    rows = _enabled.rows(identity=identity.pk)
    for row in rows:
        row.identity = identity

    def place(row: MfaDevice) -> tuple[bool, datetime, int]:
        return row.last_used_at is not None, row.last_used_at or row.created_at, row.pk

    return tuple(sorted(rows, key=place, reverse=True))


def count_failure(device_id: int, now: datetime) -> None:
    """Count a wrong code whose own transaction was rolled back."""
    with transaction.atomic():
        rows = MfaDevice.objects.select_for_update(of=("self",)).select_related(
            "account", "identity__account"
        )
        row = rows.filter(pk=device_id).first()
        if row is None:
            return
        if row.identity is not None:
            throttle.admit([throttle.factor_subject(row.identity)], now)
        _count_failure(row, now)
        row.save(update_fields=["failures", "first_failed_at", "blocked_until"])


def checked(
    device: MfaDevice,
    now: datetime,
    check: Callable[[MfaDevice], CodeReason],
    guesses: Sequence[throttle.Subject],
) -> CodeVerdict:
    """The verdict of `check` on the locked row, between the throttles; what it leaves in the row is stored.

    A device that has gone, or changed hands, since it was looked up accepts nothing.
    """
    with transaction.atomic():
        rows = MfaDevice.objects.select_for_update(of=("self",)).select_related("account")
        row = rows.filter(pk=device.pk).first()
        if row is None or row.identity_id != device.identity_id:
            return CodeVerdict("wrong")
        if row.blocked_until is not None and row.blocked_until > now:
            return CodeVerdict("blocked")
        if not throttle.admit(guesses, now):
            return CodeVerdict("blocked")
        reason = check(row)
        if reason == "accepted":
            row.failures, row.first_failed_at, row.blocked_until = 0, None, None
            throttle.forgive(guesses)
        else:
            _count_failure(row, now)
        row.save()
    _copy(row, device)
    return CodeVerdict(reason)


def _count_failure(row: MfaDevice, now: datetime) -> None:
    if (
        row.first_failed_at is None
        or row.first_failed_at + FAILURE_WINDOW <= now
        or row.blocked_until is not None
    ):
        row.failures, row.first_failed_at, row.blocked_until = 0, now, None
    row.failures += 1
    # At most five in five minutes (docs/security.md); an account may be stricter, and the database holds it to that.
    if row.failures >= row.account.factor_failures:
        row.blocked_until = now + timedelta(minutes=row.account.factor_lock_minutes)


def _copy(row: MfaDevice, device: MfaDevice) -> None:
    for changed in ("identity", "enabled_at", "last_step", "drift", "last_used_at"):
        setattr(device, changed, getattr(row, changed))


def rhythm_of(device: MfaDevice) -> totp.Rhythm:
    """How often the device changes its code, and how long the code is."""
    return totp.Rhythm(device.period, device.digits)


def sealed_seed(account: Account, serial: str, seed: bytes) -> bytes:
    """The seed as the row of the device with that serial number keeps it."""
    return vault.seal(account, _purpose(serial), seed)


def _reach(step: int) -> range:
    return range(step - RESYNC_REACH, step + RESYNC_REACH)


def _seed(row: MfaDevice) -> bytes:
    return vault.unseal(row.account, _purpose(row.serial), bytes(row.sealed_seed))


def _purpose(serial: str) -> str:
    return f"mfa-seed\n{serial}"  # by device, so that no row's seed serves another
