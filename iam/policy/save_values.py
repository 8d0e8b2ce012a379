"""Save-time check of condition values: what AWS's legacy parser takes for a number, an address, an ARN, bytes or a date.

Booleans are not looked at. Where a policy variable stands in a value, it is not judged either.
Source: recorded answers of AWS to PutUserPolicy; issues that quote its text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from iam.policy import readings
from iam.policy.arn import is_arn
from iam.policy.conditions import operator_named
from iam.policy.save_dates import is_date
from iam.policy.save_structure import Block, Refusal

LEGACY: Final = "The policy failed legacy parsing"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WILDCARDS: Final = frozenset("*?")


def check_values(block: Block, path: tuple[str | int, ...], *, of_session: bool = False) -> None:
    """Check the values of a statement's conditions; AWS takes session policies with any but bytes it cannot read.

    Errors: Refusal.
    """
    condition = block.get("Condition", {})
    for operator, keys in condition.items() if isinstance(condition, dict) else ():
        named = operator_named(operator)
        if (
            named is None
            or not isinstance(keys, dict)
            or (of_session and not named.base.startswith("Binary"))
        ):
            continue
        for key, given in keys.items():
            for item in given if isinstance(given, list) else [given]:
                fault = _fault(named.base, str(item))
                if fault is not None:
                    raise Refusal(LEGACY, fault, (*path, "Condition", operator, key))


def _fault(base: str, text: str) -> str | None:
    """Return what is wrong with a value under an operator of this base name, None for a good one."""
    if base.startswith("Date"):
        return None if is_date(text) else f'"{text}" is no date.'
    if "${" in text:
        return None
    for family, (is_good, what) in _FAMILIES.items():
        if base.startswith(family) and not is_good(text):
            return f'"{text}" is no {what}.'
    return None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_block(text: str) -> bool:
    """Whether it is an address or a range; one of IPv6 has nothing behind its prefix, and no dots."""
    found = readings.block(text)
    if found is None:
        return False
    bits, free, prefix = found
    address = readings.address(text.partition("/")[0])
    return bits == 32 or ("." not in text and address == (bits, prefix << free))


def _is_arn(text: str) -> bool:
    return is_arn(text) or not _WILDCARDS.isdisjoint(text)


def _is_base64(text: str) -> bool:
    return readings.octets(text) is not None


_FAMILIES: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "Numeric": (_is_number, "number"),
    "IpAddress": (_is_block, "address or range"),
    "NotIpAddress": (_is_block, "address or range"),
    "Arn": (_is_arn, "ARN"),
    "Binary": (_is_base64, "base64"),
}
