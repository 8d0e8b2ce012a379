"""An identity's password: set by the rules, verified in even time, kept from being used again.

Order when one is set: normalise, judge by the rules, compare with the history, hash, store, end sessions.
"""

import secrets
import string
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import sessions
from accounts.models import Account, Identity, PasswordHistory, PasswordPolicy
from accounts.password_rules import (
    BUILT_IN,
    SYMBOLS,
    USED_BEFORE,
    Rules,
    Violation,
    describe,
    fits,
    normalised,
    violations,
)
from accounts.prepared import Prepared

HISTORY_KEPT = 24
GENERATED_LENGTH = 20
UNCLEAR = frozenset("Il1O0|'`")  # what people misread when they type a password from a screen or paper

# given_expired: somebody else gave it, and its owner did not sign in with it in time.
PasswordState = Literal["ok", "expired", "hard_expired", "must_change", "given_expired"]
ENDED: Final[tuple[PasswordState, ...]] = (
    "hard_expired",
    "given_expired",
)  # an administrator must give a new one


class PasswordRefused(Exception):  # named in the contract with iam.operations
    """The password breaks rules; `reasons` are the violations, none of which repeats it."""

    def __init__(self, reasons: tuple[Violation, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


def set_password(
    identity: Identity,
    raw: str,
    *,
    now: datetime,
    must_change: bool = False,
    given: bool = False,
    end_sessions: bool = True,
    keep: int | None = None,
) -> None:
    """Give the identity this password, and a login profile if it had none.

    Ends its console sessions but the one whose id is `keep`, whose browser should then be given a new
    key (sessions.rotate). Access keys go on working. `given`: by somebody else, so that it must be changed at
    sign-in where the account says so.

    Errors: PasswordRefused.
    """
    if reasons := refusals(identity, raw):
        raise PasswordRefused(reasons)
    encoded = make_password(normalised(raw))
    with transaction.atomic():
        identity.password = encoded
        identity.password_changed_at = now
        identity.must_change_password = must_change or (given and identity.account.change_given_passwords)
        identity.login_profile_at = identity.login_profile_at or now
        identity.save(
            update_fields=["password", "password_changed_at", "must_change_password", "login_profile_at"]
        )
        _remember(identity, encoded, now)
        if end_sessions:
            sessions.end_all_of(identity, keep=keep)


def remove_password(identity: Identity) -> None:
    """Take the login profile away and end the identity's console sessions; its history stays."""
    with transaction.atomic():
        identity.password = ""
        identity.login_profile_at = None
        identity.must_change_password = False
        identity.save(update_fields=["password", "login_profile_at", "must_change_password"])
        sessions.end_all_of(identity)


def refusals(identity: Identity, raw: str) -> tuple[Violation, ...]:
    """Every reason why the identity cannot have this password; empty when it can."""
    found = violations(raw, rules_for(identity), context_words(identity))
    if not found and _used_before(identity, normalised(raw)):
        found = (USED_BEFORE,)
    return found


def rules_for(identity: Identity) -> Rules:
    """The rules over this identity's password: its account's policy, else the built-in one.

    Root is always under the built-in policy: an account's policy is for its IAM users.
    """
    return BUILT_IN if identity.is_root else _rules(identity.account, policy_for(identity))


def rules_of_users(account: Account) -> Rules:
    """The rules over the passwords of an account's IAM users, those yet to be made included."""
    return _rules(account, PasswordPolicy.objects.filter(account=account).first())


def told_of(identity: Identity) -> tuple[Violation, ...]:
    """Every rule over its next password, to show before one is chosen; the history's, too."""
    policy = policy_for(identity)
    depth = policy.password_reuse_prevention if policy else None
    history = (
        (Violation("used_before", f"The password must not be one of your last {depth}."),) if depth else ()
    )
    return (*describe(rules_for(identity)), *history)


def _rules(account: Account, policy: PasswordPolicy | None) -> Rules:
    asked = (
        BUILT_IN
        if policy is None
        else Rules(
            minimum_length=policy.minimum_password_length,
            symbols=policy.require_symbols,
            numbers=policy.require_numbers,
            uppercase=policy.require_uppercase_characters,
            lowercase=policy.require_lowercase_characters,
        )
    )
    # Users' passwords travel by the API as well, root's never.
    return replace(
        asked,
        carried=True,
        uncommon=account.refuse_common_passwords,
        undisguised=account.refuse_disguised_names,
    )


_policy_of = Prepared(lambda account: PasswordPolicy.objects.filter(account=account))


def policy_for(identity: Identity) -> PasswordPolicy | None:
    """The account's own policy where it binds this identity."""
    if identity.is_root:
        return None
    return _policy_of.one(account=identity.account_id)


def context_words(identity: Identity) -> tuple[str, ...]:
    """The words its password may not equal."""
    return (*words_of(identity.account), identity.name, identity.email)


def words_of(account: Account) -> tuple[str, ...]:
    """The words that no password in the account may equal."""
    return (account.name, account.alias or "", account.number)


def password_state(identity: Identity, now: datetime) -> PasswordState:
    """Whether the password will do at this moment, or must be changed first, or cannot be used at all."""
    policy = policy_for(identity)
    aged = policy is not None and _too_old(identity.password_changed_at, policy.max_password_age, now)
    if policy is not None and aged and not _spared(identity):
        return "hard_expired" if policy.hard_expiry else "expired"
    if not identity.must_change_password:
        return "ok"
    return "given_expired" if _given_too_long_ago(identity, now) else "must_change"


def expires_at(identity: Identity) -> datetime | None:
    """When the password has to be changed; None where it may grow as old as it likes."""
    policy = policy_for(identity)
    if policy is None or policy.max_password_age is None or identity.password_changed_at is None:
        return None
    return (
        None if _spared(identity) else identity.password_changed_at + timedelta(days=policy.max_password_age)
    )


def _spared(identity: Identity) -> bool:
    """Whether its password may grow old since it is not the only proof.  Source: PCI DSS 4.0.1, 8.3.9."""
    return (
        identity.account.spare_mfa_from_expiry
        and identity.mfa_devices.filter(enabled_at__isnull=False).exists()
    )


def _given_too_long_ago(identity: Identity, now: datetime) -> bool:
    hours, since = identity.account.given_password_hours, identity.password_changed_at
    return hours is not None and since is not None and since + timedelta(hours=hours) <= now


def _too_old(changed_at: datetime | None, max_days: int | None, now: datetime) -> bool:
    return max_days is not None and changed_at is not None and changed_at + timedelta(days=max_days) <= now


def verify(identity: Identity | None, raw: str) -> bool:
    """Whether this is the identity's password; brings its hash up to the present cost if so.

    Takes one hash's time whoever asks for whom: no identity, no password and an over-long guess
    are all measured against a hash nobody knows the password of.
    """
    known = identity is not None and identity.has_password and fits(raw)
    text = normalised(raw) if fits(raw) else "a guess that is not worth hashing"
    encoded, ghost = identity.password if identity is not None else "", _ghost_hash()

    def raise_cost(text: str) -> None:
        if known and identity is not None:
            Identity.objects.filter(pk=identity.pk, password=encoded).update(password=make_password(text))

    return check_password(text, encoded if known else ghost, raise_cost) and known


def generate() -> str:
    """A random password that every policy accepts, but for one that asks for more than 20 characters."""
    kinds = tuple(
        "".join(sorted(set(kind) - UNCLEAR))
        for kind in (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)
    )
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds[:3])) for _ in range(GENERATED_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


@lru_cache(maxsize=1)
def _ghost_hash() -> str:
    return make_password(secrets.token_urlsafe(32))


def _used_before(identity: Identity, text: str) -> bool:
    policy = policy_for(identity)
    depth = policy.password_reuse_prevention if policy else None
    if not depth:
        return False
    hashes = identity.password_history.order_by("-id").values_list("password", flat=True)[:depth]
    return any(check_password(text, encoded) for encoded in hashes)


def _remember(identity: Identity, encoded: str, now: datetime) -> None:
    PasswordHistory.objects.create(identity=identity, password=encoded, created_at=now)
    kept = identity.password_history.order_by("-id").values_list("pk", flat=True)[:HISTORY_KEPT]
    identity.password_history.exclude(pk__in=list(kept)).delete()
