"""The sign-in ceremony, step by step: identify, password, factor, new password where one is due, session.

Each step answers what comes next. Between steps the browser holds nothing but the key of an
anonymous session row, renewed at each step, whose data says how far it has come for ten minutes.
Whatever is wrong with the first step looks and lasts the same from outside; the trail says what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from accounts import (
    challenges,
    devices,
    doubles,
    halfway,
    hashers,
    mfa,
    mfa_requirement,
    passwords,
    recovery,
    security_keys,
    sessions,
    temporary_pass,
    throttle,
)
from accounts.halfway import Halfway
from accounts.models import Account, ConsoleSession, Identity, MfaDevice
from accounts.password_rules import Violation, fits
from accounts.prepared import rewrite
from accounts.signin_events import Visitor, record
from accounts.signin_problems import CODE_PROBLEMS, KEY_PROBLEMS, PASS_PROBLEMS, RECOVERY_PROBLEMS

WRONG = "Your sign-in information is incorrect. Check it and try again."
TOO_LATE = "This sign-in took too long or was begun again elsewhere. Start again."
EXPIRED = "Your password has expired. Ask an administrator of the account to reset it."
FIRST_ALONE = (
    "The passkey that you began with cannot be the second proof too, and you have no other device. "
    "Sign in with your password first; then the passkey counts."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be; whether there is such a one is for nobody but the next step.

    `shown`: the identity, or a double in its place, to do the same work for.
    """

    account: Account | None
    identity: Identity | None
    subject: throttle.Subject
    is_root: bool
    shown: Identity


@dataclass(frozen=True, slots=True)
class Refused:
    """The ceremony is over; `text` can be shown and gives nothing away."""

    text: str


@dataclass(frozen=True, slots=True)
class FactorChoice:
    """A device the person may prove to have."""

    serial: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class NeedsFactor:
    """Proof of one of the devices comes next, last used first; `problem` says what was wrong with the last.

    `recovery`: the person has recovery codes, one of which would do.  `as_root`: nobody in the account can help.
    `temporary_pass`: an administrator has given the person a pass.
    """

    devices: tuple[FactorChoice, ...]
    problem: str = ""
    recovery: bool = False
    as_root: bool = False
    temporary_pass: bool = False


@dataclass(frozen=True, slots=True)
class NeedsNewPassword:
    """A new password comes next; `rules` can be shown before, `problems` after one was refused."""

    expired: bool
    rules: tuple[Violation, ...]
    problems: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsDevice:
    """A new MFA device comes next: the account requires one, or (`passed`) a temporary pass stood in for those lost.

    `better`: a device was proved, but root must have one that is no app.
    """

    identity: Identity
    since: datetime
    passed: bool
    better: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The browser is signed in."""

    session: ConsoleSession


Step = Refused | NeedsFactor | NeedsNewPassword | NeedsDevice | Done


def identify_user(typed_account: str, typed_name: str, *, in_brief: bool = False) -> Claim:
    """The claim to be an IAM user, by account number or alias, and name; `in_brief`: not to be signed in."""
    named = doubles.user(typed_account, typed_name, in_brief=in_brief)
    subject = throttle.user_subject(named.account, typed_account, typed_name)
    return Claim(named.account, named.identity, subject, is_root=False, shown=named.shown)


def identify_root(typed_email: str, *, in_brief: bool = False) -> Claim:
    """The claim to be an account's root user, by e-mail address; `in_brief`: not to be signed in."""
    named = doubles.root(typed_email, in_brief=in_brief)
    subject = throttle.root_subject(typed_email, named.account)
    return Claim(named.account, named.identity, subject, is_root=True, shown=named.shown)


def check_password(request: HttpRequest, claim: Claim, raw: str, *, now: datetime, visitor: Visitor) -> Step:
    """The first proof. A wrong, locked, suspended, over-long or made-up one is refused alike, after one hash."""
    subjects = (claim.subject, throttle.peer_subject(visitor.peer))
    with hashers.turn():
        admitted = throttle.begin(subjects, now)
        right = passwords.verify(claim.identity if admitted else None, raw)
    if reason := _fault(claim, raw, admitted=admitted, right=right):
        throttle.failed(subjects)
        record(claim.account, claim.identity, "ConsoleLogin", visitor, now, reason=reason, shown=claim.shown)
        return Refused(WRONG)
    throttle.forgive(subjects)
    identity = claim.identity
    assert identity is not None  # noqa: S101  # _fault has refused every claim without one
    return advance(request, halfway.begun(sessions.store_of(request), identity, now), now, visitor)


def pending(request: HttpRequest, now: datetime) -> NeedsFactor | NeedsNewPassword | NeedsDevice | None:
    """What the browser's half-done sign-in waits for; None when there is none, or it is too old."""
    state = halfway.load(sessions.store_of(request), now)
    if state is None:
        return None
    if state.awaits == "password":
        return _new_password_step(state.identity, now)
    if state.awaits == "enrolment":
        return None if _guarded_meanwhile(state) else _device_step(state)
    waiting = _factor_step(state)
    return waiting if waiting.devices else None  # the last one was taken away meanwhile


def check_factor(request: HttpRequest, serial: str, code: str, *, now: datetime, visitor: Visitor) -> Step:
    """The second proof, by one of the identity's own devices."""
    state = halfway.load(sessions.store_of(request), now)
    if state is None or state.awaits != "factor":
        return Refused(TOO_LATE)
    own = _second_devices(state)
    if not own:
        return Refused(TOO_LATE)
    device = next((row for row in own if row.serial == serial), None)
    verdict = mfa.accept_code(device, code, now, visitor.peer) if device else mfa.CodeVerdict("wrong")
    if not verdict:
        reason = f"code-{verdict.reason}"
        record(
            state.identity.account, state.identity, "ConsoleLogin", visitor, now, reason=reason, device=serial
        )
        return _factor_step(state, CODE_PROBLEMS[verdict.reason], own)
    return advance(request, state.with_factor(serial, now), now, visitor)


def key_options(request: HttpRequest, now: datetime) -> str:
    """What the browser needs to have a security key answer at the second step; "" where there is none that could."""
    store = sessions.store_of(request)
    state = halfway.load(store, now)
    if state is None or state.awaits != "factor":
        return ""
    return security_keys.sign_in_options(store, state.identity, now, but=state.first)


def check_key(request: HttpRequest, answer: str, *, now: datetime, visitor: Visitor) -> Step:
    """The second proof, by one of the identity's security keys: its answer to the challenge that this session has."""
    store = sessions.store_of(request)
    state = halfway.load(store, now)
    if state is None or state.awaits != "factor":
        return Refused(TOO_LATE)
    identity = state.identity
    challenge = challenges.taken(store, "sign-in")
    proof = security_keys.accept(identity, answer, challenge, now, but=state.first, peer=visitor.peer)
    if not proof.verdict:
        reason = proof.verdict.reason
        record(
            identity.account,
            identity,
            "ConsoleLogin",
            visitor,
            now,
            reason=f"key-{reason}",
            device=proof.serial,
        )
        waiting = _factor_step(state, KEY_PROBLEMS[reason])
        return waiting if waiting.devices else Refused(TOO_LATE)
    return advance(request, state.with_factor(proof.serial, now), now, visitor)


def check_recovery_code(request: HttpRequest, code: str, *, now: datetime, visitor: Visitor) -> Step:
    """The second proof, by a recovery code in place of a device; the code is used up."""
    state = halfway.load(sessions.store_of(request), now)
    if state is None or state.awaits != "factor":
        return Refused(TOO_LATE)
    identity = state.identity
    verdict = recovery.use(identity, code, now, visitor.peer)
    if not verdict:
        reason = f"recovery-{verdict.reason}"
        record(
            identity.account, identity, "ConsoleLogin", visitor, now, reason=reason, device=recovery.DEVICE
        )
        return _factor_step(state, RECOVERY_PROBLEMS[verdict.reason])
    record(identity.account, identity, "UseRecoveryCode", visitor, now, mfa=True)
    return advance(request, state.with_factor(recovery.DEVICE, now), now, visitor)


def check_temporary_pass(request: HttpRequest, typed: str, *, now: datetime, visitor: Visitor) -> Step:
    """What an administrator gave in place of lost devices; it is used up, and a new device is to be added."""
    state = halfway.load(sessions.store_of(request), now)
    if state is None or state.awaits != "factor":
        return Refused(TOO_LATE)
    identity, device = state.identity, temporary_pass.DEVICE
    verdict = temporary_pass.use(identity, typed, now, visitor.peer)
    if not verdict:
        reason = f"pass-{verdict.reason}"
        record(identity.account, identity, "ConsoleLogin", visitor, now, reason=reason, device=device)
        return _factor_step(state, PASS_PROBLEMS[verdict.reason])
    record(identity.account, identity, "UseTemporaryPass", visitor, now)
    return advance(request, state.with_pass(), now, visitor)


def go_on_with_device(request: HttpRequest, serial: str, *, now: datetime, visitor: Visitor) -> Step:
    """Go on once the device of that serial number was added by this sign-in: adding it has proved it."""
    state = halfway.load(sessions.store_of(request), now, added=serial)
    if state is None or state.awaits != "enrolment":
        return Refused(TOO_LATE)
    added = [row for row in mfa.enabled_devices(state.identity) if row.serial == serial]
    if not added or added[0].enabled_at is None or added[0].enabled_at < state.since:
        return Refused(TOO_LATE)
    if _guarded_meanwhile(state, but=serial):
        return Refused(TOO_LATE)
    return advance(request, state.with_factor(serial, now), now, visitor)


def change_password(request: HttpRequest, raw: str, *, now: datetime, visitor: Visitor) -> Step:
    """The new password that was due, then on to the session; the identity's other sessions end."""
    state = halfway.load(sessions.store_of(request), now)
    if state is None or state.awaits != "password":
        return Refused(TOO_LATE)
    identity = state.identity
    if passwords.verify(identity, raw):
        same = Violation("used_before", "The new password must differ from the present one.")
        return _new_password_step(identity, now, (same,))
    try:
        with transaction.atomic():
            if (held := halfway.held(state, now)) is None:
                return Refused(TOO_LATE)
            passwords.set_password(held, raw, now=now)
            record(held.account, held, "ChangePassword", visitor, now, mfa=state.mfa_at is not None)
    except passwords.PasswordRefused as refused:
        return _new_password_step(identity, now, refused.reasons)
    return advance(request, state.with_present_password(held), now, visitor)


def cancel(request: HttpRequest) -> None:
    """Give up a half-done sign-in."""
    sessions.end(request)


def _fault(claim: Claim, raw: str, *, admitted: bool, right: bool) -> str:
    """Why the claim fails, for the trail; "" when it holds."""
    if not admitted:
        return "locked"
    if claim.account is None:
        return "unknown-root" if claim.is_root else "unknown-account"
    if claim.identity is None:
        return "unknown-user"
    if not claim.identity.has_password:
        return "no-password"
    if not right:
        return "wrong-password" if fits(raw) else "unfit-password"
    return "" if claim.account.active else f"account-{claim.account.state}"


def advance(request: HttpRequest, state: Halfway, now: datetime, visitor: Visitor) -> Step:
    """The next step of somebody whose proofs so far were right."""
    identity, store = state.identity, sessions.store_of(request)
    proved = state.mfa_at is not None or state.passed
    waiting = _factor_step(state)
    if not proved and state.first and not waiting.devices:
        store.flush()
        record(
            identity.account, identity, "ConsoleLogin", visitor, now, reason="key-first", device=state.first
        )
        return Refused(FIRST_ALONE)
    if not proved and waiting.devices:
        halfway.keep(store, state.awaiting("factor"))
        record(identity.account, identity, "CheckMfa", visitor, now)
        return waiting
    condition = passwords.password_state(identity, now)
    if condition in passwords.ENDED:
        store.flush()
        record(identity.account, identity, "ConsoleLogin", visitor, now, reason="password-expired")
        return Refused(EXPIRED)
    if condition != "ok":
        halfway.keep(store, state.awaiting("password"))
        return _new_password_step(identity, now)
    if _device_due(state, visitor.peer, now):
        halfway.keep(store, state.awaiting("enrolment"))
        record(identity.account, identity, "RequireMfaDevice", visitor, now)
        return _device_step(state)
    return _signed_in(request, state, now, visitor)


def _device_due(state: Halfway, peer: str, now: datetime) -> bool:
    """Whether a device must be added before anything else: any at all, or for root a better one than an app."""
    if state.mfa_at is None:
        return state.passed or mfa_requirement.overdue(state.identity, None, peer, now)
    return devices.better_overdue(state.identity, peer, now)


def _guarded_meanwhile(state: Halfway, but: str = "") -> bool:
    """Whether the identity, let in to add its first device, has another by now: that one must be proved then."""
    if state.mfa_at is not None or state.passed:
        return False
    return any(row.serial != but for row in mfa.enabled_devices(state.identity))


def _device_step(state: Halfway) -> NeedsDevice:
    return NeedsDevice(state.identity, state.since, state.passed, better=state.mfa_at is not None)


def _signed_in(request: HttpRequest, state: Halfway, now: datetime, visitor: Visitor) -> Done | Refused:
    """Begin the session, if nothing of what was proved has been changed or taken away while it was."""
    with transaction.atomic():
        identity = halfway.held(state, now)
        if identity is None:
            sessions.end(request)
            there = Identity.objects.filter(pk=state.identity.pk).exists()
            who = state.identity if there else None
            record(state.identity.account, who, "ConsoleLogin", visitor, now, reason="overtaken")
            return Refused(TOO_LATE)
        session = sessions.start(
            request,
            identity,
            mfa_at=state.mfa_at,
            now=now,
            peer=visitor.peer,
            user_agent=visitor.user_agent,
        )
        identity.first_sign_in_at = mfa_requirement.first_sign_in(identity, now)
        identity.last_sign_in_at = now
        if not state.by_passkey:
            identity.password_last_used_at = now
        rewrite(identity, "first_sign_in_at", "last_sign_in_at", "password_last_used_at")
        used = state.mfa_at is not None
        record(identity.account, identity, "ConsoleLogin", visitor, now, mfa=used, device=state.device)
    return Done(session)


def _second_devices(state: Halfway) -> list[MfaDevice]:
    """The devices that can be the second proof: all but a passkey that was the first."""
    return [row for row in mfa.enabled_devices(state.identity) if row.serial != state.first]


def _factor_step(state: Halfway, problem: str = "", own: Sequence[MfaDevice] | None = None) -> NeedsFactor:
    identity, rows = state.identity, _second_devices(state) if own is None else own
    choices = tuple(FactorChoice(row.serial, row.name, row.kind) for row in rows)
    codes = bool(rows) and recovery.left(identity) > 0
    given = bool(rows) and temporary_pass.given(identity)
    return NeedsFactor(choices, problem, recovery=codes, as_root=identity.is_root, temporary_pass=given)


def _new_password_step(
    identity: Identity, now: datetime, problems: tuple[Violation, ...] = ()
) -> NeedsNewPassword:
    expired = passwords.password_state(identity, now) == "expired"
    return NeedsNewPassword(expired, passwords.told_of(identity), problems)
