"""The passwords that everybody tries first, from lists that installed packages bring along; nothing is asked of anyone.

Some 36,000 of at least six characters: the 30,000 of zxcvbn and the 20,000 of Django, where they differ.  Read at the
first question, which takes a twentieth of a second, and kept: about 4 MB a process, however many are asked about.
"""

from functools import lru_cache
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator

SHORTEST: Final = 6  # no policy lets shorter ones through


def is_common(text: str) -> bool:
    """Whether it is such a password, whatever its case.  `text` is normalised, and compared as a whole.

    Source: OWASP ASVS 5.0, 6.2.4 (the top 3,000 at least); NIST SP 800-63B-4, 3.1.1.2 (as a whole).
    """
    return text.casefold() in _known()


def count() -> int:
    """How many are known, for pages and documents that say so."""
    return len(_known())


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    # Here, so that a process that sets no password never reads its 13 MB of words.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    listed = {word.casefold() for word in CommonPasswordValidator().passwords}
    listed.update(word.casefold() for word in FREQUENCY_LISTS["passwords"])
    return frozenset(word for word in listed if len(word) >= SHORTEST)
