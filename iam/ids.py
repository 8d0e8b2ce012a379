"""Identifiers and secrets as AWS forms them: unique ids, access key ids, secret keys, session tokens.

Pure: random bytes come from `secrets`, nothing is read from the database.
"""

import base64
import binascii
import secrets
from typing import Literal, TypeAlias

UniqueIdPrefix: TypeAlias = Literal["AIDA", "AGPA", "AROA", "ANPA", "AIPA", "ASCA", "APKA", "ACCA"]
KeyIdPrefix: TypeAlias = Literal["AKIA", "ASIA"]

_UNIQUE_ID_TAIL = 17
_ACCOUNT_SHIFT = 7
_ACCOUNT_MASK = 0x7FFFFFFFFF80
_KEY_ID_LENGTH = 20
# Each byte stands for one of 32 characters, each character for eight bytes: none is likelier than another.
_TO_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8


def unique_id(prefix: UniqueIdPrefix) -> str:
    """A new 21-character unique id, for example AIDA followed by 17 base32 characters."""
    return prefix + opaque_id(_UNIQUE_ID_TAIL)


def opaque_id(length: int = 32) -> str:
    """A new id of so many base32 characters, for what AWS names without a prefix."""
    return secrets.token_bytes(length).translate(_TO_BASE32).decode()


def access_key_id(prefix: KeyIdPrefix, account_number: str) -> str:
    """A new 20-character key id which carries the account number, as AWS's do.

    The 80 bits behind the prefix are base32: one set bit, 40 bits of account number, 39 random bits.
    """
    head = (1 << 47) | (int(account_number) << _ACCOUNT_SHIFT) | secrets.randbits(_ACCOUNT_SHIFT)
    return prefix + base64.b32encode(head.to_bytes(6, "big") + secrets.token_bytes(4)).decode()


def account_of(key_id: str) -> str | None:
    """The account number that a key id carries, or None where the text is no key id."""
    if len(key_id) != _KEY_ID_LENGTH or key_id[:4] not in ("AKIA", "ASIA"):
        return None
    try:
        head = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    except (binascii.Error, ValueError):
        return None
    number = (head & _ACCOUNT_MASK) >> _ACCOUNT_SHIFT
    return f"{number:012d}" if number < 10**12 else None


def resource_in(arn: str) -> tuple[str, str]:
    """The kind that an ARN of IAM or STS names, such as user, and what follows: paths may hold colons too."""
    kind, _, rest = arn.split(":", 5)[-1].partition("/")
    return kind, rest


def secret_access_key() -> str:
    """A new 40-character secret of 240 random bits."""
    return base64.b64encode(secrets.token_bytes(30)).decode()


def session_token() -> str:
    """A new opaque session token of 768 random bits; only its hash is stored."""
    return "WSt1" + base64.b64encode(secrets.token_bytes(96)).decode()
