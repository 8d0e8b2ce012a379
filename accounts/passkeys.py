"""Signing in by a passkey alone: the key says whose it is, and counts as both factors where it knew its user.

Whatever is wrong looks the same from outside, and the account's setting is asked after the key has answered: who has
no key learns nothing.  The trail says what it was.  Source: WebAuthn Level 3, 7.2; ADR 0038.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from accounts import halfway, security_keys, sessions, signin, throttle
from accounts.halfway import Halfway
from accounts.models import Account, Identity, PasskeySignIn
from accounts.security_keys import Named
from accounts.signin_events import Visitor, record

REFUSED = "This passkey cannot sign you in here. Sign in another way."
UNVERIFIED = (
    "Your key did not check that it was you who touched it, by PIN or fingerprint. "
    "Go on with your password, then with another device."
)


@dataclass(frozen=True, slots=True)
class Unverified:
    """The key did not know its user: the password comes next, then another device.  `account` is as people type it."""

    account: str
    user: str
    is_root: bool


def offered() -> bool:
    """Whether any account of the installation lets anybody sign in so; a sign-in page says no more than that."""
    return Account.objects.exclude(passkey_sign_in=PasskeySignIn.OFF).exists()


def options(now: datetime) -> tuple[str, str]:
    """What the browser needs to have the person choose a passkey, as JSON, and what it is to keep and bring back.

    Both are "" where none can be used.  Nothing is stored: anybody may ask, any number of times (ADR 0061).
    """
    return security_keys.passkey_options(now)


def sign_in(
    request: HttpRequest, answer: str, brought: str, *, now: datetime, visitor: Visitor
) -> signin.Step | Unverified:
    """Judge a passkey's answer to the challenge that this browser brings back, and go on to what comes after the factor.

    A password that has expired or must be changed holds the sign-in up as ever.
    """
    store = sessions.store_of(request)
    peer = [throttle.peer_subject(visitor.peer)]
    if not throttle.admit(peer, now):
        # Nothing more is written for it: these posts cost no hash, so anybody could send any number.
        return signin.Refused(REFUSED)
    named = security_keys.accept_named(answer, brought, now)
    reason = _fault(named)
    if reason or named.identity is None:
        return _refused(named.identity, reason, named.proof.serial, visitor, now)
    throttle.forgive(peer)
    identity, serial = named.identity, named.proof.serial
    if not named.proof.knew_user:
        record(
            identity.account,
            identity,
            "ConsoleLogin",
            visitor,
            now,
            reason="passkey-unverified",
            device=serial,
        )
        halfway.note_first(store, serial)
        return Unverified(identity.account.sign_in_name, identity.sign_in_name, identity.is_root)
    record(identity.account, identity, "CheckPasskey", visitor, now, mfa=True, device=serial)
    return signin.advance(request, Halfway.begun(identity, now).with_passkey(serial, now), now, visitor)


def _fault(named: Named) -> str:
    """Why the answer signs nobody in, for the trail; "" where it does."""
    identity, verdict = named.identity, named.proof.verdict
    if identity is None or not verdict:
        return f"passkey-{verdict.reason}"
    account = identity.account
    wanted = (PasskeySignIn.ALL,) if identity.is_root else (PasskeySignIn.USERS, PasskeySignIn.ALL)
    if account.passkey_sign_in not in wanted:
        return "passkey-off"
    if not account.active:
        return f"account-{account.state}"
    return "" if identity.has_password else "no-password"


def _refused(
    identity: Identity | None, reason: str, serial: str, visitor: Visitor, now: datetime
) -> signin.Refused:
    account = identity.account if identity is not None else None
    record(account, identity, "ConsoleLogin", visitor, now, reason=reason, device=serial)
    return signin.Refused(REFUSED)
