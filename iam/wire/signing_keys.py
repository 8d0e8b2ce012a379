"""Signing keys derived from secrets, kept for the day they are good for.

Bounded, shared by threads. The sealed secret is part of the entry's name, so a changed secret never meets the key of the
old one, and only a key that is not kept has its secret opened; the secret itself is not kept.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from typing import Final, Protocol, TypeAlias

from iam.wire.claims import Scope

KEPT: Final = 4096

_Name: TypeAlias = tuple[str, str, str, str, bytes]
_keys: OrderedDict[_Name, bytes] = OrderedDict()
_lock: Final = threading.Lock()


class Secret(Protocol):
    """What is kept of a secret, and the secret once it is asked for."""

    @property
    def sealed_secret(self) -> bytes:
        """The secret as it is stored: another one with each secret."""

    @property
    def secret(self) -> str:
        """The secret in clear."""


def signing_key(scope: Scope, owner: Secret) -> bytes:
    """The key that signs this day's requests of a region and service; made anew once it has left the cache."""
    name = (scope.key_id, scope.date, scope.region, scope.service, owner.sealed_secret)
    with _lock:
        key = _keys.get(name)
        if key is not None:
            _keys.move_to_end(name)
            return key
    key = _derived(scope, owner.secret)
    with _lock:
        _keys[name] = key
        while len(_keys) > KEPT:
            _keys.popitem(last=False)
    return key


def _derived(scope: Scope, secret: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
