"""Member and operation names in their three spellings: model (UserName), Python (user_name), command line (user-name).

The Python spelling is the one botocore's clients use, so that a boto3 user recognises every keyword.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from iam.shapes.spec import Shape

_PLURAL_ACRONYM: Final = re.compile(r"[A-Z]{2,}s$")
_BEFORE_WORD: Final = re.compile(r"(.)([A-Z][a-z]+)")
_AFTER_LOWER: Final = re.compile(r"([a-z0-9])([A-Z])")


@cache
def snake(name: str) -> str:
    """The Python spelling: "SSHPublicKeyId" gives "ssh_public_key_id"."""
    if plural := _PLURAL_ACRONYM.search(name):
        # "UserARNs" is one word at its end, not "user_ar_ns".
        acronym = plural.group()
        name = f"{name[: -len(acronym)]}_{acronym.lower()}"
    return _AFTER_LOWER.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", name)).lower()


@cache
def dashes(name: str) -> str:
    """The command-line spelling: "ListAccessKeys" gives "list-access-keys"."""
    return snake(name).replace("_", "-")


def kwargs(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters by their Python names; nested structures keep the model's names."""
    return {snake(name): value for name, value in params.items()}


def params(shape: Shape | None, values: Mapping[str, object]) -> dict[str, object]:
    """Keyword arguments by the model's names, leaving out those that are None.

    Errors: TypeError for a keyword the shape has no member for.
    """
    spelling = _spelling(shape) if shape else {}
    named: dict[str, object] = {}
    for keyword, value in values.items():
        if keyword not in spelling:
            raise TypeError(f"{shape.name if shape else 'this operation'} has no member {keyword!r}")
        if value is not None:
            named[spelling[keyword]] = value
    return named


@cache
def _spelling(shape: Shape) -> Mapping[str, str]:
    return {snake(member): member for member in shape.members}
