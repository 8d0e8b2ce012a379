"""Names in disguise: "Al1ce2026!" is no better a password of Alice's than "alice"."""

import unicodedata
from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 3  # shorter names are in too many good passwords
_LOOKS: Final = str.maketrans("01!|3@4$5789", "oiiieaasstbg")


def is_disguised(text: str, words: Iterable[str]) -> bool:
    """Whether the text is nothing but these words, or one of them with digits or signs around it or put for letters.

    Case does not count, nor how often or in which order they come.  A word inside a longer phrase is fine.  Source: OWASP ASVS 5.0, 6.2.11; NIST SP 800-63B-4, 3.1.1.2 (derivatives).
    """
    known = sorted({core for word in words if len(core := _bare(word)) >= SHORTEST}, key=len, reverse=True)
    folded = text.casefold()
    right = folded.rstrip("".join(character for character in set(folded) if not character.isalpha()))
    both = right.lstrip("".join(character for character in set(right) if not character.isalpha()))
    # A sign may stand for a letter, or merely part two words.
    parted = (
        "".join(character for character in form if character.isalnum()) for form in (folded, right, both)
    )
    return any(_is_made_of(_bare(form), known) for form in {folded, right, both, *parted})


def _is_made_of(rest: str, words: Iterable[str]) -> bool:
    if not rest:
        return False
    for word in words:
        rest = rest.replace(word, "")
    return not rest


def _bare(text: str) -> str:
    """Lower case, without what parts words, look-alikes as the letters they stand for."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKS)
    return "".join(character for character in plain if character.isalnum())
