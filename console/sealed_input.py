"""What somebody sent, kept in the page until they confirm it, without showing it: sealed for them and for a while.

Lists of tokens hold seeds, which no page may show again; nor are they left lying on the server.
"""

import base64
import binascii
import json
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from accounts import vault
from console.session import required

LIFE: Final = timedelta(minutes=15)


def seal(request: HttpRequest, purpose: str, value: dict[str, Any]) -> str:
    """The value as text that only the same person can give back, for the same purpose, in a quarter of an hour."""
    text = json.dumps([timezone.now().timestamp(), value]).encode()
    return base64.b64encode(vault.seal(required(request).account, _for(request, purpose), text)).decode()


def opened(request: HttpRequest, purpose: str, text: str) -> dict[str, Any] | None:
    """The value again; None where it is another's, too old, or changed."""
    try:
        sealed = base64.b64decode(text, validate=True)
        kept = json.loads(vault.unseal(required(request).account, _for(request, purpose), sealed))
    except (binascii.Error, ValueError, vault.VaultError):
        return None
    moment, value = kept
    young = timezone.now().timestamp() - moment < LIFE.total_seconds()
    return value if young and isinstance(value, dict) else None


def _for(request: HttpRequest, purpose: str) -> str:
    return f"sealed-input\n{purpose}\n{required(request).principal.arn}"
