"""Signing keys derived from secrets, kept for the day they are good for.

Bounded, shared by threads. The hash of the secret is part of the entry's name, so a changed secret never meets the
key of the old one; the secret itself is not kept.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from typing import Final, TypeAlias

from iam.wire.claims import Scope

KEPT: Final = 4096

_Name: TypeAlias = tuple[str, str, str, str, bytes]
_keys: OrderedDict[_Name, bytes] = OrderedDict()
_lock: Final = threading.Lock()


def signing_key(scope: Scope, secret: str) -> bytes:
    """The key that signs this day's requests of a region and service; made anew once it has left the cache."""
    name = (scope.key_id, scope.date, scope.region, scope.service, hashlib.sha256(secret.encode()).digest())
    with _lock:
        key = _keys.get(name)
        if key is not None:
            _keys.move_to_end(name)
            return key
    key = _derived(scope, secret)
    with _lock:
        _keys[name] = key
        while len(_keys) > KEPT:
            _keys.popitem(last=False)
    return key


def _derived(scope: Scope, secret: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
