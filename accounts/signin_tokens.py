"""Ways into the console for holders of temporary credentials: random, kept as digests, for one use within a quarter hour.

Source: IAM User Guide, enabling custom identity broker access to the AWS console (a token is valid for 15 minutes).
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from accounts.models import Account, SigninToken

LIFE = timedelta(minutes=15)
TOKEN_BYTES = 64


def issue(
    account: Account, key_id: str, now: datetime, *, seconds: int | None = None, life: timedelta = LIFE
) -> str:
    """A token for the holder of this access key id; `seconds`: how long the session is asked to last."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SigninToken.objects.create(
        digest=_digest(token), account=account, key_id=key_id, seconds=seconds, expires_at=now + life
    )
    return token


def take(token: str, now: datetime) -> SigninToken | None:
    """Use a token up; of several who try at once one has it.  None where it is unknown, used or too old."""
    found = SigninToken.objects.filter(digest=_digest(token), expires_at__gt=now).first()
    if found is None:
        return None
    taken = SigninToken.objects.filter(pk=found.pk).delete()[0]
    return found if taken else None


def tidy(now: datetime, batch: int) -> int:
    """Drop tokens past their time; returns how many."""
    late = SigninToken.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return SigninToken.objects.filter(pk__in=due).delete()[0]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
