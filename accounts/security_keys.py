"""FIDO2 security keys and passkeys: registered, offered at sign-in, checked once per challenge.

A key's row is held while its signature is judged, so its counter moves one way only.  Source: WebAuthn Level 3, 7.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction

from accounts import challenges, mfa, site, throttle, webauthn
from accounts.mfa import CodeReason, CodeVerdict
from accounts.models import DeviceKind, Identity, MfaDevice, SecurityKey
from accounts.site import Site

LONGEST_NAME = 128
ID_LETTERS, ID_LENGTH = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26


class KeyRefused(Exception):
    """A key that is not registered: its ceremony was not in order, or it is registered already."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a key's answer at sign-in.  `serial` is "" where it is none of the identity's keys.

    `knew_user`: the key checked that it was its user who touched it, by PIN or fingerprint.
    """

    verdict: CodeVerdict
    serial: str = ""
    knew_user: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What became of the answer of a key that was to say whose it is.  `identity` is None where nobody has it."""

    identity: Identity | None
    proof: Proof


def registration_options(store: SessionBase, identity: Identity, now: datetime) -> str:
    """What the browser needs to register a key of the identity, as JSON; a challenge is kept in the session.

    Errors: KeyRefused where this installation's address cannot have keys.
    """
    challenge = challenges.issue(store, identity, "register", now)
    return webauthn.creation_options(
        _site(),
        bytes.fromhex(challenge),
        handle(identity),
        str(identity),
        known=[_known(key) for key in _keys(identity)],
        verify_user=identity.is_root,
    )


def register(
    identity: Identity, *, name: str, path: str, answer: str, challenge: str, now: datetime
) -> MfaDevice:
    """Make the key that answered stand guard for the identity.  `path` stands before the name in its serial number.

    The challenge is spent, whatever becomes of the answer.  The root user's keys must know their user.
    Errors: KeyRefused (also where a transaction is then of no more use).
    """
    if not challenges.spend(challenge, identity, "register", now):
        raise KeyRefused("The challenge is spent, too old or another's.")
    try:
        key = webauthn.read_registration(
            _site(), bytes.fromhex(challenge), answer, verify_user=identity.is_root
        )
    except webauthn.CeremonyRefused as refused:
        raise KeyRefused(str(refused)) from refused
    try:
        with transaction.atomic():
            return _stored(identity, key, name, path, now)
    except IntegrityError:
        raise KeyRefused("The key is registered already.") from None


def sign_in_options(
    store: SessionBase,
    identity: Identity,
    now: datetime,
    *,
    purpose: challenges.Purpose = "sign-in",
    but: str = "",
) -> str:
    """What the browser needs to have one of the identity's keys answer; "" where it has none or none can be used.

    `purpose`: a challenge for signing in is worth nothing to confirm an act, and the other way round.  `but`: the
    serial number of a key that does not count here.
    """
    keys = [key for key in _keys(identity) if key.device.serial != but]
    here = site.present()
    if not keys or here is None:
        return ""
    challenge = challenges.issue(store, identity, purpose, now)
    return webauthn.request_options(
        here,
        bytes.fromhex(challenge),
        known=[_known(key) for key in keys],
        verify_user=identity.is_root,
    )


def accept(
    identity: Identity,
    answer: str,
    challenge: str,
    now: datetime,
    *,
    purpose: challenges.Purpose = "sign-in",
    but: str = "",
    peer: str = "",
) -> Proof:
    """Judge a key's answer to a challenge, which is spent by it.  Failures count as wrong codes do.

    `but`: the serial number of a key that was the first proof already, and is not the second too.  `peer`: whence
    somebody answers who is not signed in.
    """
    here = site.present()
    if here is None or not challenges.spend(challenge, identity, purpose, now):
        return Proof(CodeVerdict("expired"))
    key = _answering(answer, device__identity=identity)
    if key is None:
        throttle.admit(throttle.factor_guess(identity, peer), now)
        return Proof(CodeVerdict("unknown"))
    if key.device.serial == but:
        return Proof(CodeVerdict("first"), but)
    asked = _Asked(here, challenge, answer, verify_user=identity.is_root, peer=peer)
    return _proof(key, identity, asked, now)


def passkey_options(now: datetime) -> tuple[str, str]:
    """What the browser needs to have the person choose a passkey, and what it is to bring back; "" where none can be used."""
    here = site.present()
    if here is None:
        return "", ""
    challenge, bring = challenges.for_stranger(now)
    return webauthn.request_options(here, bytes.fromhex(challenge), known=(), verify_user=False), bring


def accept_named(answer: str, brought: str, now: datetime) -> Named:
    """Judge the answer of a key that says itself whose it is; the challenge that was brought back is spent by it.

    Whether that person may sign in so is the caller's to judge, and whether `knew_user` is needed.
    """
    here = site.present()
    challenge = challenges.spend_for_stranger(brought, now) if here is not None else ""
    if here is None or not challenge:
        return Named(None, Proof(CodeVerdict("expired")))
    key = _answering(answer)
    if key is None or key.device.identity is None:
        return Named(None, Proof(CodeVerdict("unknown")))
    identity = key.device.identity
    asked = _Asked(here, challenge, answer, verify_user=False, names_user=True)
    return Named(identity, _proof(key, identity, asked, now))


def handle(identity: Identity) -> bytes:
    """What stands for the identity inside its keys: the same for all of them, and telling nothing about it."""
    facts = f"{identity.account.number}\n{identity.pk}\n{identity.created_at.isoformat()}"
    return hashlib.sha256(f"wardstead-user-handle\n{facts}".encode()).digest()


def new_serial(account_number: str, path: str, name: str) -> str:
    """A serial number in AWS's form for FIDO devices: the key's name, then an id of its own.

    Source: IAM API, MFADevice, and ListMFADevices (examples).
    """
    number = "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
    return f"arn:aws:iam::{account_number}:u2f/{path}/{name}-{number}"


def _stored(identity: Identity, key: webauthn.NewKey, name: str, path: str, now: datetime) -> MfaDevice:
    device = identity.account.mfa_devices.create(
        identity=identity,
        serial=new_serial(identity.account.number, path, name),
        name=name,
        kind=DeviceKind.FIDO,
        enabled_at=now,
        created_at=now,
    )
    SecurityKey.objects.create(
        device=device,
        credential_id=key.credential_id,
        credential_hash=_digest(key.credential_id),
        public_key=key.public_key,
        sign_count=key.sign_count,
        transports=list(key.transports),
        aaguid=key.aaguid,
        user_verified=key.user_verified,
        backup_eligible=key.backup_eligible,
        backed_up=key.backed_up,
    )
    return device


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked of a key, what it answered, and whence."""

    here: Site
    challenge: str
    answer: str
    verify_user: bool
    names_user: bool = False
    peer: str = ""


def _proof(key: SecurityKey, identity: Identity, asked: _Asked, now: datetime) -> Proof:
    """Judge the answer while the key's row is held, and keep its counter."""
    knew_user = False

    def judged(row: MfaDevice) -> CodeReason:
        nonlocal knew_user
        held = SecurityKey.objects.select_for_update().get(device=row)
        said = _said(held, identity, asked)
        reason = _judged(held, said) if said is not None else "wrong"
        if said is not None and reason == "accepted":
            row.last_used_at, knew_user = now, said.user_verified
        elif reason == "cloned":
            held.copied_at = now
        held.save()
        return reason

    verdict = mfa.checked(key.device, now, judged, throttle.factor_guess(identity, asked.peer))
    return Proof(verdict, key.device.serial, knew_user)


def _said(key: SecurityKey, identity: Identity, asked: _Asked) -> webauthn.Assertion | None:
    try:
        return webauthn.read_assertion(
            asked.here,
            bytes.fromhex(asked.challenge),
            asked.answer,
            public_key=bytes(key.public_key),
            handle=handle(identity),
            verify_user=asked.verify_user,
            names_user=asked.names_user,
        )
    except webauthn.CeremonyRefused:
        return None


def _judged(key: SecurityKey, said: webauthn.Assertion) -> CodeReason:
    if said.backup_eligible != key.backup_eligible:
        return "wrong"  # Source: WebAuthn Level 3, 7.2: it never changes in the life of a credential
    if (said.sign_count or key.sign_count) and said.sign_count <= key.sign_count:
        return "cloned"
    key.sign_count, key.backed_up = said.sign_count, said.backed_up
    return "accepted"


def _answering(answer: str, **owned: Identity) -> SecurityKey | None:
    """The key that claims to have answered, among those `owned` so."""
    try:
        credential_id = webauthn.credential_id(answer)
    except webauthn.CeremonyRefused:
        return None
    keys = SecurityKey.objects.select_related("device__account", "device__identity__account").filter(**owned)
    return keys.filter(credential_hash=_digest(credential_id), device__enabled_at__isnull=False).first()


def _keys(identity: Identity) -> Sequence[SecurityKey]:
    keys = SecurityKey.objects.select_related("device").filter(
        device__identity=identity, device__enabled_at__isnull=False
    )
    return list(keys.order_by("device_id"))


def _known(key: SecurityKey) -> webauthn.KnownKey:
    return webauthn.KnownKey(bytes(key.credential_id), key.transports)


def _site() -> Site:
    here = site.present()
    if here is None:
        raise KeyRefused("Security keys cannot be used at this address.")
    return here


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
