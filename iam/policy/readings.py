"""What the text of a condition value means: numbers, instants, addresses, bytes.

Each reading gives None for a text it cannot read.  Readings are remembered, since requests repeat them.
Source: IAM User Guide, condition operators; W3C profile of ISO 8601, ADR 0048; docs/deviations.md.
"""

import base64
import binascii
import re
import socket
from datetime import date
from decimal import Decimal
from functools import lru_cache

Number = int | Decimal
Address = tuple[int, int]
"""How many bits the family has, and the address as a number."""
Block = tuple[int, int, int]
"""How many bits the family has, how many of them are free, and the bits before those."""

MAX_DIGITS = 64
_WRAPPED = 0xFFFF  # what stands before the address of IPv4, ::ffff:0:0/96
_DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ZEROS = re.compile(r"(?<![0-9])0{1,2}(?=[0-9])")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2})))?)?"
)


@lru_cache(maxsize=4096)
def number(text: str) -> Number | None:
    """Read an integer or a decimal."""
    if len(text) > MAX_DIGITS:
        return None
    if text.isdigit() and text.isascii():
        return int(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def instant(text: str) -> Number | None:
    """Read a point in time, in seconds since 1970: digits alone are that, anything else is a date.

    Month or day alone are their first instant, in UTC.  A time of day needs its zone.
    """
    if len(text) > MAX_DIGITS:
        return None
    if text.isdigit() and text.isascii():
        return int(text)
    match = _DATE.fullmatch(text)
    return _seconds(match) if match else None


def _seconds(match: "re.Match[str]") -> Number | None:
    year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    if max(int(hour or 0), int(zone_hours or 0)) > 23:
        return None
    if max(int(minute or 0), int(second or 0), int(zone_minutes or 0)) > 59:
        return None
    try:
        days = date(int(year), int(month), int(day or 1)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    seconds = days * _DAY_SECONDS + int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
    offset = int(zone_hours or 0) * 3600 + int(zone_minutes or 0) * 60
    seconds += offset if sign == "-" else -offset
    return seconds + Decimal(f"0.{fraction}") if fraction else seconds


@lru_cache(maxsize=8192)
def address(text: str) -> Address | None:
    """Read an IPv4 or IPv6 address in any spelling, zeros before decimals too.  The families never equal each other."""
    if ":" not in text:
        text = _ZEROS.sub("", text)
    family, bits = (socket.AF_INET6, 128) if ":" in text else (socket.AF_INET, 32)
    try:
        return bits, int.from_bytes(socket.inet_pton(family, text))
    except (OSError, ValueError):
        return None


def address_of_request(text: str) -> Address | None:
    """Read the address of a request, where one of IPv4 may be wrapped in one of IPv6."""
    found = address(text)
    if found is not None and found[0] == 128 and found[1] >> 32 == _WRAPPED:
        return 32, found[1] & 0xFFFFFFFF
    return found


def block(text: str) -> Block | None:
    """Read a CIDR block; bits behind the prefix are ignored, no prefix means one address."""
    head, slash, prefix = text.partition("/")
    found = address(head)
    if found is None:
        return None
    bits, value = found
    prefix = prefix.removeprefix("+")
    if slash and not (prefix.isdigit() and prefix.isascii() and len(prefix) <= 3 and int(prefix) <= bits):
        return None
    free = bits - int(prefix) if slash else 0
    return bits, free, value >> free


def boolean(text: str) -> str | None:
    """Read true or false in any case."""
    folded = text.lower()
    return folded if folded in ("true", "false") else None


@lru_cache(maxsize=1024)
def octets(text: str) -> bytes | None:
    """Read base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
