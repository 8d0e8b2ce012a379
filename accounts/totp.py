"""Time-based one-time codes (RFC 6238, SHA-1): pure, over django_otp's HOTP.

Apps show six digits for 30 s; hardware tokens may keep another rhythm.  Steps are counted from the epoch; whether a
step was used before is the caller's to judge.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django_otp.oath import hotp

SEED_BYTES = 20  # Source: RFC 4226, section 4, R6: 160 bits are recommended
ISSUER = "Wardstead"
_CODE = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How long a device shows a code, in seconds, and how many digits it has."""

    seconds: int = 30
    digits: int = 6


OF_APPS = Rhythm()


def new_seed() -> bytes:
    """A fresh seed of 160 random bits."""
    return secrets.token_bytes(SEED_BYTES)


def step_at(moment: datetime, rhythm: Rhythm = OF_APPS) -> int:
    """The number of the time step that the moment lies in."""
    return int(moment.timestamp()) // rhythm.seconds


def code_at(seed: bytes, step: int, rhythm: Rhythm = OF_APPS) -> str:
    """The code of that step, with leading zeros."""
    return f"{hotp(seed, step, rhythm.digits):0{rhythm.digits}d}"


def matching_step(
    seed: bytes, code: str, around: int, window: int = 1, rhythm: Rhythm = OF_APPS
) -> int | None:
    """The latest step within the window of `around` whose code this is; None when it is none's."""
    return _latest(seed, (code,), range(around - window, around + window + 1), rhythm)


def matching_pair(seed: bytes, first: str, second: str, steps: range, rhythm: Rhythm = OF_APPS) -> int | None:
    """The step of the second of two consecutive codes, where that of the first is in `steps`."""
    found = _latest(seed, (first, second), steps, rhythm)
    return None if found is None else found + 1


def seed_text(seed: bytes) -> str:
    """The seed in base32, as people type it into an app."""
    return base64.b32encode(seed).decode("ascii").rstrip("=")


def seed_of_text(text: str) -> bytes:
    """The seed that `seed_text` wrote.  Errors: ValueError for what it never writes."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def provisioning_uri(name: str, account: str, seed: bytes) -> str:
    """The address a QR code carries; `account` is the alias or number shown beside the name.

    Source: IAM API, CreateVirtualMFADevice, QRCodePNG.
    """
    label = f"{quote(name, safe='')}@{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={seed_text(seed)}&issuer={quote(ISSUER, safe='')}"


def _latest(seed: bytes, codes: tuple[str, ...], steps: range, rhythm: Rhythm) -> int | None:
    tidy = [re.sub(r"\s", "", code[:32]) for code in codes]
    if not all(len(code) == rhythm.digits and _CODE.fullmatch(code) for code in tidy):
        return None
    found = None
    for step in steps:  # all of them, however soon one matches, so that time tells nothing
        right = [
            hmac.compare_digest(code_at(seed, step + place, rhythm), code)
            for place, code in enumerate(tidy)
            if step + place >= 0
        ]
        if len(right) == len(tidy) and all(right):
            found = step
    return found
