r"""The models' regular expressions, translated once to what Python's `re` understands.

The models write Java patterns: \w and \d mean ASCII, the whole text has to fit, and \p{L}, \p{Z}, \p{N} stand
for Unicode categories, which `re` does not know. A category is written as its ASCII members plus one stand-in
character, and the text's non-ASCII characters are replaced by the stand-in of their category before matching.
None of the models' patterns backtracks more than linearly; tests/shapes/test_patterns.py holds them to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

_CATEGORY: Final = re.compile(r"\\p\{([A-Z])\}")
_ASCII_MEMBERS: Final[Mapping[str, str]] = MappingProxyType({"L": "A-Za-z", "N": "0-9", "Z": " "})
_STAND_INS: Final[Mapping[str, str]] = MappingProxyType({"L": "\ue000", "N": "\ue001", "Z": "\ue002"})
_NO_CATEGORY: Final = "\ue00f"


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text matches the model's pattern."""
    compiled, by_category = _translated(pattern)
    if by_category and not text.isascii():
        text = "".join(map(_stand_in, text))
    return compiled.fullmatch(text) is not None


@cache
def _translated(pattern: str) -> tuple[re.Pattern[str], bool]:
    # Keyed by the models' own patterns only, so the cache is as small as the models.
    translated, categories = _CATEGORY.subn(lambda found: _class_members(found[1]), pattern)
    return re.compile(translated, re.ASCII), categories > 0


def _class_members(category: str) -> str:
    return _ASCII_MEMBERS[category] + _STAND_INS[category]


def _stand_in(character: str) -> str:
    if character.isascii():
        return character
    return _STAND_INS.get(unicodedata.category(character)[0], _NO_CATEGORY)
