"""Texts that let somebody in once: random, in readable groups, kept only as digests bound to whose they are."""

import base64
import hashlib
import re
import secrets

from accounts.models import Identity

# Source: OWASP ASVS 5.0, 6.5.2: from 112 random bits on, look-up secrets need no salt and no slow hash.
BYTES = 15
GROUP = 6
LONGEST_TYPED = 64


def fresh() -> str:
    """A new text of 120 random bits: four groups of six letters and digits, without 0, 1, 8 and 9."""
    letters = base64.b32encode(secrets.token_bytes(BYTES)).decode()
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def digest(purpose: str, identity: Identity, typed: str) -> str:
    """What is kept of a text of the identity's, in whatever case and grouping it is typed."""
    bare = re.sub(r"[\s-]", "", typed[:LONGEST_TYPED]).upper()
    return hashlib.sha256(f"{purpose}\n{identity.pk}\n{bare}".encode("utf-8", "replace")).hexdigest()
