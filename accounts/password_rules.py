"""What makes a password acceptable: pure, and the only verdict, so that page, live hints and API cannot differ.

Passwords are compared and counted after NFKC, one per code point.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from accounts import common_passwords, disguises

LONGEST = 128
# A password of 128 characters may be typed decomposed; four code points each is more than any script needs.
LONGEST_TYPED = 4 * LONGEST
SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
_SEPARATORS = re.compile(r"[^0-9A-Za-z\u00c0-\uffff]+")

ViolationCode = Literal[
    "too_short",
    "too_long",
    "bad_characters",
    "needs_symbol",
    "needs_number",
    "needs_uppercase",
    "needs_lowercase",
    "needs_classes",
    "is_a_name",
    "is_a_disguised_name",
    "is_common",
    "used_before",
]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: a code that never changes and a sentence to show."""

    code: ViolationCode
    text: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a password must be; `classes` is how many of the four kinds of character it must mix.

    `carried`: only characters that the API's model carries.  `uncommon`: none of those everybody tries first.
    `undisguised`: no name with digits around it, or put for its letters.
    """

    minimum_length: int = 8
    symbols: bool = False
    numbers: bool = False
    uppercase: bool = False
    lowercase: bool = False
    classes: int = 0
    carried: bool = False
    uncommon: bool = True
    undisguised: bool = False


PRODUCT: Final = "Wardstead"
# Source: IAM user guide, default password policy (8 characters, 3 of 4 classes, not the name or e-mail).  That common
# ones are refused is ours: docs/deviations.md.
BUILT_IN = Rules(minimum_length=8, classes=3)


def normalised(raw: str) -> str:
    """The form that is counted, compared and hashed.  Source: NIST SP 800-63B-4, passwords."""
    return unicodedata.normalize("NFKC", raw)


def as_typed(raw: str) -> str:
    """The form in which a page hands a password on: composed, as most keyboards and the API's model have it."""
    return unicodedata.normalize("NFC", raw[: LONGEST_TYPED + 1])


def fits(raw: str) -> bool:
    """Whether it is worth hashing at all: short enough, and encodable."""
    if len(raw) > LONGEST_TYPED or not _encodable(raw):
        return False
    return len(normalised(raw)) <= LONGEST


def violations(password: str, rules: Rules, context_words: Iterable[str] = ()) -> tuple[Violation, ...]:
    """Every rule the password breaks, in a fixed order; empty when it is fine.

    `context_words` are what it may not equal, whatever the case: account name, alias, e-mail, user name.
    """
    if len(password) > LONGEST_TYPED:
        return (_too_long(),)
    if not _encodable(password):
        return (Violation("bad_characters", "The password has characters that cannot be stored."),)
    text, words = normalised(password), [word for word in context_words if word]
    found = [*_length(text, rules), *_kinds(text, rules)]
    if rules.carried and not _carried(password):
        found.append(NOT_CARRIED)
    return (*found, *_known_words(text, rules, words))


def describe(rules: Rules) -> tuple[Violation, ...]:
    """Every rule that holds, as it would be broken: for hints beside the field."""
    names = (IS_A_NAME, *((IS_DISGUISED,) if rules.undisguised else ()))
    return (*violations("", replace(rules, carried=False)), *names, *((IS_COMMON,) if rules.uncommon else ()))


def is_symbol(character: str) -> bool:
    """Whether it satisfies "needs a symbol".  Source: IAM API, UpdateAccountPasswordPolicy, RequireSymbols."""
    return character in SYMBOLS


IS_A_NAME: Final = Violation(
    "is_a_name", "The password must not be the account's name or alias, the user name or the e-mail."
)
IS_DISGUISED: Final = Violation(
    "is_a_disguised_name",
    f"The password must not be one of these names, or {PRODUCT}, with digits or signs around it or put for letters.",
)
IS_COMMON: Final = Violation("is_common", "The password must not be one of those that everybody tries first.")
NOT_CARRIED: Final = Violation(
    "bad_characters", "The password must hold only characters of the Latin-1 set, which the API can carry."
)
USED_BEFORE: Final = Violation("used_before", "The password was used before; choose one that is new.")


def _known_words(text: str, rules: Rules, words: list[str]) -> list[Violation]:
    found = []
    if any(text.casefold() == normalised(word).casefold() for word in words):
        found.append(IS_A_NAME)
    elif rules.undisguised and disguises.is_disguised(text, _parts(words)):
        found.append(IS_DISGUISED)
    if rules.uncommon and common_passwords.is_common(text):
        found.append(IS_COMMON)
    return found


def _parts(words: list[str]) -> list[str]:
    """The words, and what people make of them: the two sides of an address, a name's single words."""
    return [PRODUCT, *words, *(part for word in words for part in _SEPARATORS.split(word))]


def _length(text: str, rules: Rules) -> list[Violation]:
    if len(text) < rules.minimum_length:
        return [Violation("too_short", f"The password must have at least {rules.minimum_length} characters.")]
    return [_too_long()] if len(text) > LONGEST else []


def _too_long() -> Violation:
    return Violation("too_long", f"The password must have at most {LONGEST} characters.")


_KINDS: tuple[tuple[Callable[[str], bool], str, Violation], ...] = (
    (
        lambda character: "A" <= character <= "Z",
        "uppercase",
        Violation("needs_uppercase", "The password must have an upper-case letter (A to Z)."),
    ),
    (
        lambda character: "a" <= character <= "z",
        "lowercase",
        Violation("needs_lowercase", "The password must have a lower-case letter (a to z)."),
    ),
    (
        lambda character: "0" <= character <= "9",
        "numbers",
        Violation("needs_number", "The password must have a digit (0 to 9)."),
    ),
    (
        is_symbol,
        "symbols",
        Violation(
            "needs_symbol",
            "The password must have one of the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '",
        ),
    ),
)


def _kinds(text: str, rules: Rules) -> list[Violation]:
    present = {rule: any(map(belongs, text)) for belongs, rule, _ in _KINDS}
    found = [broken for _, rule, broken in _KINDS if getattr(rules, rule) and not present[rule]]
    if sum(present.values()) < rules.classes:
        found.append(
            Violation(
                "needs_classes",
                f"The password must mix at least {rules.classes} of: upper-case letters, lower-case letters, "
                "digits, symbols.",
            )
        )
    return found


def _carried(password: str) -> bool:
    # Source: IAM API, passwordType (its pattern); judged composed, as a page hands it on.
    return all(
        character in "\t\n\r" or " " <= character <= "\u00ff"
        for character in unicodedata.normalize("NFC", password)
    )


def _encodable(text: str) -> bool:
    # A lone surrogate, from a hostile form, has no UTF-8 form and so no hash.
    return not any("\ud800" <= character <= "\udfff" for character in text)
