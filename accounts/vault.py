"""Seals secrets that must be read back: AES-256-GCM under a data key of the account's own.

Order: key ring (configuration) wraps the account's data key (a column), which seals columns.
"""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.models import Account

KEY_BYTES = 32
NONCE_BYTES = 12
CACHED_DATA_KEYS = 1024
_VERSION = b"\x01"


class VaultError(Exception):
    """A sealed value cannot be opened, or the key ring cannot be used; says nothing of the secret."""


KeyRing = tuple[tuple[str, bytes], ...]


class _Installed:
    """The ring in use: key-encryption keys by id; the first wraps, all unwrap."""

    ring: KeyRing = ()


def use_key_ring(ring: KeyRing) -> None:
    """Make this the key ring of the process, newest key first, and forget cached data keys."""
    _Installed.ring = ring
    _data_key.cache_clear()


def _newest() -> tuple[str, bytes]:
    if not _Installed.ring:
        raise VaultError("the key ring is empty")
    return _Installed.ring[0]


def _kept(key_id: str) -> bytes:
    for known, key in _Installed.ring:
        if known == key_id:
            return key
    raise VaultError(f"the key ring has no key {key_id!r}")


def new_data_key(number: str) -> bytes:
    """Return a fresh data key for the account of that number, wrapped by the newest key."""
    return _wrap(number, secrets.token_bytes(KEY_BYTES))


def seal(account: Account, purpose: str, plaintext: bytes) -> bytes:
    """Return the plaintext sealed for this account and purpose; it opens for no other.

    A purpose says what the value is, "mfa-seed" for instance, and the id of its row where
    swapping two rows' values would do harm.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = _data_key(account.number, bytes(account.sealed_data_key))
    return _VERSION + nonce + cipher.encrypt(nonce, plaintext, _purpose_aad(account.number, purpose))


def unseal(account: Account, purpose: str, sealed: bytes) -> bytes:
    """Return what was sealed for this account and purpose.

    Errors: VaultError when it was sealed for another, changed, or its key is not on the ring.
    """
    sealed = bytes(sealed)  # PostgreSQL hands out memoryviews
    if sealed[:1] != _VERSION:
        raise VaultError("a sealed value is of an unknown version")
    nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    cipher = _data_key(account.number, bytes(account.sealed_data_key))
    try:
        return cipher.decrypt(nonce, text, _purpose_aad(account.number, purpose))
    except (InvalidTag, ValueError):
        raise VaultError(f"a value sealed for {purpose!r} does not open") from None


def rewrap(account: Account) -> bool:
    """Wrap the account's data key with the newest key; returns whether the row changed.

    Safe to repeat, so that a rotation that died half-way is resumed. Sealed columns stay as they are.
    """
    sealed = bytes(account.sealed_data_key)
    key_id, _, _ = _taken_apart(sealed)
    if key_id == _newest()[0]:
        return False
    rewrapped = _wrap(account.number, _unwrap(account.number, sealed))
    changed = Account.objects.filter(pk=account.pk, sealed_data_key=sealed).update(sealed_data_key=rewrapped)
    account.refresh_from_db(fields=["sealed_data_key"])
    return changed == 1


@lru_cache(maxsize=CACHED_DATA_KEYS)
def _data_key(number: str, sealed: bytes) -> AESGCM:
    return AESGCM(_unwrap(number, sealed))


def _wrap(number: str, data_key: bytes) -> bytes:
    key_id, key = _newest()
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = _VERSION + bytes([len(key_id)]) + key_id.encode("ascii")
    return head + nonce + AESGCM(key).encrypt(nonce, data_key, _key_aad(number, key_id))


def _unwrap(number: str, sealed: bytes) -> bytes:
    key_id, nonce, text = _taken_apart(sealed)
    try:
        return AESGCM(_kept(key_id)).decrypt(nonce, text, _key_aad(number, key_id))
    except (InvalidTag, ValueError):
        raise VaultError(f"the data key of account {number} does not open with key {key_id!r}") from None


def _taken_apart(sealed: bytes) -> tuple[str, bytes, bytes]:
    if len(sealed) < 2 or sealed[:1] != _VERSION:
        raise VaultError("a wrapped data key is of an unknown version")
    nonce_at = 2 + sealed[1]
    try:
        key_id = sealed[2:nonce_at].decode("ascii")
    except UnicodeDecodeError:
        raise VaultError("a wrapped data key is damaged") from None
    return key_id, sealed[nonce_at : nonce_at + NONCE_BYTES], sealed[nonce_at + NONCE_BYTES :]


def _key_aad(number: str, key_id: str) -> bytes:
    return f"wardstead data key\n{key_id}\n{number}".encode()


def _purpose_aad(number: str, purpose: str) -> bytes:
    return f"wardstead sealed\n{number}\n{purpose}".encode()
