"""Challenges for security keys: 256 random bits, for one browser, one purpose and five minutes, used once.

For somebody who is known, the session holds the challenge and a row its digest; whoever deletes the row has spent it, so
of many at once one does.  For a stranger, who may be anybody and come any number of times, nothing is stored: the browser
keeps the challenge, signed, and a row is written when it is used, so that it is not used again.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.db import IntegrityError, transaction

from accounts.models import Identity, KeyChallenge

LIFE = timedelta(minutes=5)
CHALLENGE_BYTES = 32  # Source: WebAuthn Level 3, 13.4.3: at least 16 random bytes

Purpose = Literal["register", "sign-in", "step-up"]
SALT: Final = "accounts.challenges"
SPENT: Final = "stranger-spent"


def issue(store: SessionBase, identity: Identity, purpose: Purpose, now: datetime) -> str:
    """A fresh challenge as hexadecimal text, kept in the session in place of an earlier one of that purpose."""
    challenge = secrets.token_hex(CHALLENGE_BYTES)
    earlier = store.get(_place(purpose))
    if earlier:
        forget(earlier)
    KeyChallenge.objects.create(
        digest=_digest(challenge), identity=identity, purpose=purpose, expires_at=now + LIFE
    )
    store[_place(purpose)] = challenge
    return challenge


def taken(store: SessionBase, purpose: Purpose) -> str:
    """The session's challenge for that purpose, which it has no longer; "" where it has none."""
    return str(store.pop(_place(purpose), ""))


def spend(challenge: str, identity: Identity, purpose: Purpose, now: datetime) -> bool:
    """Use the challenge up; returns whether it was the identity's, for that purpose, young and not used before."""
    rows = KeyChallenge.objects.filter(digest=_digest(challenge), identity=identity, purpose=purpose)
    young = rows.filter(expires_at__gt=now).delete()[0]
    return young > 0


def forget(challenge: str) -> None:
    """Make the challenge worth nothing, whoever's it is."""
    KeyChallenge.objects.filter(digest=_digest(challenge)).delete()


def for_stranger(now: datetime) -> tuple[str, str]:
    """A fresh challenge for whoever the key will name, and the text that its browser is to bring back; no row has it."""
    challenge = secrets.token_hex(CHALLENGE_BYTES)
    until = int((now + LIFE).timestamp())
    return challenge, signing.Signer(salt=SALT).sign(f"{challenge}.{until}")


def spend_for_stranger(brought: str, now: datetime) -> str:
    """The challenge that a browser brings back, used up; "" where it is none of ours, too old or used before."""
    try:
        challenge, _, until = signing.Signer(salt=SALT).unsign(brought).partition(".")
    except signing.BadSignature:
        return ""
    ends = datetime.fromtimestamp(int(until), UTC)
    if now >= ends:
        return ""
    try:
        with transaction.atomic():
            # Kept longer than it counts: the clock of another machine may be behind.
            KeyChallenge.objects.create(digest=_digest(challenge), purpose=SPENT, expires_at=ends + LIFE)
    except IntegrityError:
        return ""
    return challenge


def tidy(now: datetime, batch: int) -> int:
    """Drop challenges past their time; returns how many."""
    late = KeyChallenge.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return KeyChallenge.objects.filter(pk__in=due).delete()[0]


def _place(purpose: Purpose) -> str:
    return f"challenge-{purpose}"


def _digest(challenge: str) -> str:
    return hashlib.sha256(challenge.encode("utf-8", "replace")).hexdigest()
