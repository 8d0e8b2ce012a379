"""Constraints of the service model as people say them, for whoever fills in a form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from iam.errors import ServiceError
from iam.shapes.spec import Shape
from iam.shapes.validate import REFUSALS, Failure, ShapeViolation, validate

_NAME: Final = "Use only letters, digits and any of + = , . @ - _, without spaces."
_TAG: Final = "may have only letters, digits, spaces and any of _ . : / = + - @"
_OTHER: Final = "This does not have the form that is asked for."
_DIGITS: Final = r"[\d]+"
# What the common patterns of the service model ask for; "" is left to the sentence about the length.
_PATTERNS: Final[Mapping[str, str]] = {
    r"[\w+=,.@-]+": _NAME,
    r"[\w+=,.@-]*": _NAME,
    r"[\w+=,.@:\/-]*": "Use only letters, digits and any of + = , . @ : / - _, without spaces.",
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": "Use only the characters of Western European languages.",
    _DIGITS: "Use only digits.",
    r"\d{12}": "Enter the 12 digits of an account.",
    r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": "Use small letters, digits and single dashes, with a letter or"
    " digit at each end.",
}
_SENTENCES: Final[Mapping[str, str]] = {
    REFUSALS["names"]: _NAME,
    REFUSALS["paths"]: "Begin and end with a slash and put only letters, digits and slashes between, such as"
    " /engineering/.",
    REFUSALS["alphanumeric"]: "Use only letters and digits.",
    REFUSALS["printable"]: "Use only characters that can be printed.",
}
# What AWS's words leave open, said on pages only: clients compare the words of the API.
_SAID: Final[Mapping[str, str]] = {
    "Authentication code for device is not valid.": "The codes are not right. Enter two that this very device showed one"
    " right after the other, neither of them used before. If they stay wrong, check that its clock is right.",
}
_LIMIT: Final = re.compile(r"have (length|value) (less|greater) than or equal to (\d+)$")
_OF_TAG: Final = re.compile(r"\.(\d+)\.member\.(key|value)$", re.IGNORECASE)


def broken(shape: Shape | None, params: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each top-level member, by its name; empty where the parameters fit the shape."""
    try:
        validate(shape, params)
    except ShapeViolation as violation:
        told: dict[str, list[str]] = {}
        for failure in violation.failures:
            said = told.setdefault(failure.member, [])
            member = shape.members.get(failure.member) if shape else None
            said += [words for words in _words(failure, member) if words not in said]
        return told
    return {}


def said(problem: ServiceError) -> str:
    """A refusal's message, in words that help where AWS's do not."""
    return _SAID.get(problem.message, problem.message)


def _words(failure: Failure, member: Shape | None) -> Iterator[str]:
    of_tag = _OF_TAG.search(failure.path)
    if of_tag:
        yield _of_tag(of_tag[1], of_tag[2].lower(), failure.text)
        return
    if member is not None and member.pattern == _DIGITS and member.min and member.max:
        yield f"Enter {_span(member.min, member.max)} digits."
        return
    for ending, words in _SENTENCES.items():
        if failure.text.endswith(ending):
            yield words
            return
    limit = _LIMIT.search(failure.text)
    yield _of_limit(limit, member) if limit else _of_form(failure.text)


def _span(least: float, most: float) -> str:
    return f"{least}" if least == most else f"{least} to {most}"


def _of_limit(limit: re.Match[str], member: Shape | None) -> str:
    what, side, number = limit.groups()
    unit = "" if what == "value" else " entries" if member and member.kind == "list" else " characters"
    if member is not None and member.min == member.max:
        return f"Enter exactly {number}{unit}."
    return f"Enter at {'most' if side == 'less' else 'least'} {number}{unit}."


def _of_form(text: str) -> str:
    if text.endswith("Member must not be null"):
        return "This is needed."
    _, marked, pattern = text.partition("regular expression pattern: ")
    return _PATTERNS.get(pattern, _OTHER) if marked else _OTHER


def _of_tag(number: str, part: str, text: str) -> str:
    if "greater than" in text or "not be null" in text:
        return f"Tag {number} needs a {part}."
    limit = _LIMIT.search(text)
    if limit:
        return f"The {part} of tag {number} may have at most {limit[3]} characters."
    return f"The {part} of tag {number} {_TAG}."
