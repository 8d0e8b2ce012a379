"""A fresh proof of who is at the browser, asked for before dangerous acts once a sign-in is some time ago.

One of the person's devices proves it, or the password where they have none; a recovery code does not.  Guesses count
with those at sign-in, and codes and challenges are used up likewise.  The session goes on under a new key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from accounts import challenges, mfa, passwords, security_keys, sessions, throttle
from accounts.models import ConsoleSession, Identity
from accounts.signin import FactorChoice
from accounts.signin_events import Visitor, record
from accounts.signin_problems import CODE_PROBLEMS, KEY_PROBLEMS

# Source: OWASP ASVS 5.0, 7.5.1 and 7.5.3; ADR 0035.
LIFE = timedelta(minutes=10)
EVENT = "ConfirmIdentity"
PURPOSE: challenges.Purpose = "step-up"

WRONG_PASSWORD = "This is not your password."  # noqa: S105  # what is said of one
LOCKED = "Too many wrong passwords were given. Wait half an hour before you try again."
DEVICE_DUE = "Use one of your MFA devices: where there is one, a password is not enough."


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person may prove with: one of these devices, last used first; the password only where there are none."""

    devices: tuple[FactorChoice, ...]

    @property
    def password(self) -> bool:
        """Whether the password will do."""
        return not self.devices


def fresh(session: ConsoleSession, now: datetime) -> bool:
    """Whether the person has proved who they are, by signing in or anew, not longer ago than LIFE."""
    return now < (session.proved_at or session.created_at) + LIFE


def ways(identity: Identity) -> Ways:
    """What the identity can prove with."""
    devices = mfa.enabled_devices(identity)
    return Ways(tuple(FactorChoice(row.serial, row.name, row.kind) for row in devices))


def by_password(
    request: HttpRequest, identity: Identity, raw: str, *, now: datetime, visitor: Visitor
) -> str:
    """Prove by the password; answers "" once it is proved, or what to say."""
    if not ways(identity).password:
        return _refused(identity, "device-due", DEVICE_DUE, now, visitor)
    guesses = (throttle.identity_subject(identity), throttle.peer_subject(visitor.peer))
    admitted = throttle.admit(guesses, now)
    right = passwords.verify(identity if admitted else None, raw)
    if not admitted:
        return _refused(identity, "locked", LOCKED, now, visitor)
    if not right:
        return _refused(identity, "wrong-password", WRONG_PASSWORD, now, visitor)
    throttle.forgive(guesses)
    return _proved(request, identity, now, visitor)


def by_code(
    request: HttpRequest, identity: Identity, serial: str, code: str, *, now: datetime, visitor: Visitor
) -> str:
    """Prove by a code of one of the identity's devices; answers "" once it is proved, or what to say."""
    device = next((row for row in mfa.enabled_devices(identity) if row.serial == serial), None)
    verdict = mfa.accept_code(device, code, now, visitor.peer) if device else mfa.CodeVerdict("wrong")
    if not verdict:
        said = CODE_PROBLEMS[verdict.reason]
        return _refused(identity, f"code-{verdict.reason}", said, now, visitor, device=serial)
    return _proved(request, identity, now, visitor, device=serial)


def key_options(request: HttpRequest, identity: Identity, now: datetime) -> str:
    """What the browser needs to have a security key answer; "" where there is none that could."""
    return security_keys.sign_in_options(sessions.store_of(request), identity, now, purpose=PURPOSE)


def by_key(request: HttpRequest, identity: Identity, answer: str, *, now: datetime, visitor: Visitor) -> str:
    """Prove by a security key's answer to this session's challenge; answers "" once proved, or what to say."""
    challenge = challenges.taken(sessions.store_of(request), PURPOSE)
    proof = security_keys.accept(identity, answer, challenge, now, purpose=PURPOSE, peer=visitor.peer)
    if not proof.verdict:
        reason = proof.verdict.reason
        said = KEY_PROBLEMS[reason]
        return _refused(identity, f"key-{reason}", said, now, visitor, device=proof.serial)
    return _proved(request, identity, now, visitor, device=proof.serial)


def _refused(
    identity: Identity, reason: str, said: str, now: datetime, visitor: Visitor, *, device: str = ""
) -> str:
    record(identity.account, identity, EVENT, visitor, now, reason=reason, device=device)
    return said


def _proved(
    request: HttpRequest, identity: Identity, now: datetime, visitor: Visitor, *, device: str = ""
) -> str:
    sessions.prove(request, now, mfa=bool(device))  # under a new key: OWASP ASVS 5.0, 7.2.4
    record(identity.account, identity, EVENT, visitor, now, mfa=bool(device), device=device)
    return ""
