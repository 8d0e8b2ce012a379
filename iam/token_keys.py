"""The keys that sign an account's tokens: made, replaced ahead of their time, forgotten once nothing of theirs lives.

A successor is listed for a day before it signs, so that verifiers which keep the key set know it by then.  The old key
stays listed until the last token it can have signed is past its time.  Source: ADR 0046.
"""

from datetime import datetime, timedelta
from typing import Final, cast

from accounts import vault
from iam import ids
from iam.federation import outbound
from iam.models import TokenIssuer, TokenKey

# How long a key signs, and how long before that a verifier can know it.
SIGNS_FOR: Final = timedelta(days=90)
LISTED_AHEAD: Final = timedelta(days=1)
# How long a key is listed after its last signature: as long as a token lasts, and as much again for unequal clocks.
LISTED_AFTER: Final = outbound.LONGEST * 2
_KEY_ID_LENGTH: Final = 16


def make(
    issuer: TokenIssuer, algorithm: outbound.Algorithm, *, signs_from: datetime, now: datetime
) -> TokenKey:
    """A new key of the issuer's account, its private half sealed."""
    private, public = outbound.new_key(algorithm)
    key_id = ids.opaque_id(_KEY_ID_LENGTH)
    return issuer.account.token_keys.create(
        issuer=issuer,
        key_id=key_id,
        algorithm=algorithm,
        sealed_key=vault.seal(issuer.account, _purpose(key_id), private),
        public=public,
        signs_from=signs_from,
        created_at=now,
    )


def private_half(key: TokenKey) -> bytes:
    """The private key as DER."""
    return vault.unseal(key.account, _purpose(key.key_id), bytes(key.sealed_key))


def rotate(issuer: TokenIssuer, now: datetime) -> tuple[list[TokenKey], list[str]]:
    """Make the successors that are due and forget the keys that are spent: the new keys, and the ids of the old."""
    begun_before, retired_before = due(now)
    ageing = list(issuer.account.token_keys.ageing(begun_before))
    made = [_succeed(issuer, old, signs_from=now + LISTED_AHEAD, now=now) for old in ageing]
    spent = issuer.account.token_keys.spent(retired_before)
    gone = list(spent.values_list("key_id", flat=True))
    spent.delete()
    return made, gone


def replace_all(issuer: TokenIssuer, now: datetime) -> tuple[list[TokenKey], list[str]]:
    """Make new keys that sign at once and forget all others at once: the new keys, and the ids of the old.

    For keys that somebody else may have: no token they signed verifies from here on.
    """
    gone = list(issuer.account.token_keys.values_list("key_id", flat=True))
    issuer.account.token_keys.all().delete()
    return [make(issuer, algorithm, signs_from=now, now=now) for algorithm in outbound.ALGORITHMS], gone


def due(now: datetime) -> tuple[datetime, datetime]:
    """Keys that have signed since before the first moment want a successor; retired before the second, they are spent."""
    return now - (SIGNS_FOR - LISTED_AHEAD), now - LISTED_AFTER


def _succeed(issuer: TokenIssuer, old: TokenKey, *, signs_from: datetime, now: datetime) -> TokenKey:
    # The old one first: one key alone of each algorithm has no successor.
    old.retires_at = signs_from
    old.save(update_fields=["retires_at"])
    algorithm = cast("outbound.Algorithm", old.algorithm)  # a constraint holds the column to the two
    return make(issuer, algorithm, signs_from=signs_from, now=now)


def _purpose(key_id: str) -> str:
    return f"token-key:{key_id}"
