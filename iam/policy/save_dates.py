"""Save-time check of date values: what AWS's legacy parser takes for a date, which is more than is one.

Whether such a text can be compared with anything is another question, see readings.py.
Source: recorded answers of AWS to CreatePolicy.
"""

import re
from typing import Final

_LAST_EPOCH: Final = 2**63 - 1
_YEARS: Final = range(-292_275_054, 292_278_993 + 1)
_DATE = re.compile(
    r"(-?[0-9]{1,9})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?"
    r"(?:[Tt](?:([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:[.,][0-9]{1,9})?)?)?)?"
    r"(?:[Zz]|[+-]([0-9]{2})(?::([0-9]{2}))?)?)?"
)


def is_date(text: str) -> bool:
    """Whether AWS saves this value under a date operator."""
    if text.isdigit() and text.isascii():
        return len(text) < 20 and int(text) <= _LAST_EPOCH
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second, zone_hour, zone_minute = match.groups()
    return (
        int(year) in _YEARS
        and 1 <= int(month or 1) <= 12
        and 1 <= int(day or 1) <= 31
        and max(int(hour or 0), int(zone_hour or 0)) <= 23
        and max(int(minute or 0), int(second or 0), int(zone_minute or 0)) <= 59
    )
