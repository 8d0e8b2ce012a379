"""Challenges for security keys: 256 random bits, for one browser session, one purpose and five minutes, used once.

The session holds the challenge, a row its digest; whoever deletes the row has spent it, so of many at once one does.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Identity, KeyChallenge

LIFE = timedelta(minutes=5)
CHALLENGE_BYTES = 32  # Source: WebAuthn Level 3, 13.4.3: at least 16 random bytes

Purpose = Literal["register", "sign-in", "step-up", "passkey"]


def issue(store: SessionBase, identity: Identity | None, purpose: Purpose, now: datetime) -> str:
    """A fresh challenge as hexadecimal text, kept in the session in place of an earlier one of that purpose.

    Without an identity it is for whoever the key will name.
    """
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


def spend(challenge: str, identity: Identity | None, purpose: Purpose, now: datetime) -> bool:
    """Use the challenge up; returns whether it was the identity's, for that purpose, young and not used before."""
    rows = KeyChallenge.objects.filter(digest=_digest(challenge), identity=identity, purpose=purpose)
    young = rows.filter(expires_at__gt=now).delete()[0]
    return young > 0


def forget(challenge: str) -> None:
    """Make the challenge worth nothing, whoever's it is."""
    KeyChallenge.objects.filter(digest=_digest(challenge)).delete()


def tidy(now: datetime, batch: int) -> int:
    """Drop challenges past their time; returns how many."""
    late = KeyChallenge.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return KeyChallenge.objects.filter(pk__in=due).delete()[0]


def _place(purpose: Purpose) -> str:
    return f"challenge-{purpose}"


def _digest(challenge: str) -> str:
    return hashlib.sha256(challenge.encode("utf-8", "replace")).hexdigest()
