from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.arn import arn_matcher, resource_tokens
from iam.policy.compile import action_matcher
from iam.policy.match import glob, matcher
from iam.policy.variables import Wild
from tests.policy.build import tried


def naive(pattern: tuple[object, ...], text: str) -> bool:
    """Match by definition, trying everything."""

    @cache
    def match(at: int, place: int) -> bool:
        if at == len(pattern):
            return place == len(text)
        token = pattern[at]
        stops = token in (Wild.RUN_IN_FIELD, Wild.ONE_IN_FIELD)
        usable = place < len(text) and not (stops and text[place] == ":")
        if token in (Wild.RUN, Wild.RUN_IN_FIELD):
            return match(at + 1, place) or (usable and match(at, place + 1))
        if token in (Wild.ONE, Wild.ONE_IN_FIELD):
            return usable and match(at + 1, place + 1)
        return place < len(text) and text[place] == token and match(at + 1, place + 1)

    return match(0, 0)


def by_definition(pattern: str) -> tuple[object, ...]:
    return tuple({"*": Wild.RUN, "?": Wild.ONE}.get(char, char) for char in pattern)


@tried
@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_glob_agrees_with_its_definition(pattern, text):
    assert glob(pattern)(text) == naive(by_definition(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a*b*c", "axbxc", True),
        ("a*b*c", "axc", False),
        ("a*b*b", "ab", False),
        ("a*b*", "ba", False),
        ("${a}", "${a}", True),  # nothing is filled in here
        ("a*b*c", "xbc", False),
        ("ab*ba", "aba", False),
        ("*a*a*", "a", False),
        ("?*?", "a", False),
        ("a?*c?", "abxcd", True),
        ("*?a?*", "xxay", True),
        ("*?a?*", "xxa", False),
        ("*b?*", "bx", True),
        ("*a?b*", "zzb", False),
        ("*a?b*", "bxb", False),
        ("?a*b?*c?", "xabycz", True),
        ("a*?b", "ab", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_glob(pattern, text, expected):
    assert glob(pattern)(text) is expected


def resource_by_definition(pattern: str) -> tuple[object, ...]:
    """The rule as written: before the fifth colon a star before a colon or at the end is free, all else stays."""
    found: list[object] = []
    for place, char in enumerate(pattern):
        inside = pattern[:place].count(":") < 5
        rest = pattern[place:].lstrip("*")
        free = not inside or (char == "*" and rest[:1] in (":", ""))
        kinds = {"*": (Wild.RUN_IN_FIELD, Wild.RUN), "?": (Wild.ONE_IN_FIELD, Wild.ONE)}
        found.append(kinds[char][free] if char in kinds else char)
    return tuple(found)


@tried
@given(st.text("ab:*?", max_size=14), st.text("ab:", max_size=14))
def test_resource_pattern_agrees_with_its_definition(pattern, text):
    assert matcher(resource_tokens(pattern, variables=False))(text) == naive(
        resource_by_definition(pattern), text
    )


RESOURCES = [
    ("arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
    (
        "arn:aws:iam::*:role/x",
        "arn:aws:iam::1:group:role/x",
        True,
    ),  # a star that ends its field crosses colons
    ("arn:aws:iam::1*2:role/x", "arn:aws:iam::1:2:role/x", False),
    ("arn:aws:sqs:us-?ast-1:1:q", "arn:aws:sqs:us-east-1:1:q", True),
    ("arn:aws:sqs:us-????-1:1:q", "arn:aws:sqs:us-a:b:-1:1:q", False),
    ("arn:aws:s3:::*", "arn:aws:s3:::a/b:c", True),
    ("arn:aws:s3:::a?c", "arn:aws:s3:::a:c", True),
    ("arn:aws:s3:::a?", "arn:aws:s3:::a", False),
    ("arn:aws:s3:::A", "arn:aws:s3:::a", False),
    ("**", "anything", True),
    ("*", "*", True),
    ("arn:aws:s3:::*", "*", False),
    ("arn:aws:s3:::file?.txt", "arn:aws:s3:::file12.txt", False),
    ("*?", "arn:aws:s3:::a", False),  # this star does not end its field
    ("*?", "a:", False),
    ("*?*", "arn:aws:s3:::a", True),
    ("arn:aws:s*?:*:*:a", "arn:aws:s3:::a", True),
    ("arn:aws:s*?:a", "arn:aws:s3:::a", False),
    ("arn:aws:s3:::*??.t?t", "arn:aws:s3:::ab.txt", True),
    ("arn:aws:s3:::*a?b*", "arn:aws:s3:::xaxaybz", True),
    ("arn:aws:s3:::?*?x", "arn:aws:s3:::ax", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), RESOURCES)
def test_resource_pattern(pattern, text, expected):
    assert matcher(resource_tokens(pattern, variables=False))(text) is expected


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:getobject", True),
        ("**", "s3:getobject", True),
        ("*:*", "s3:getobject", True),
        ("s*:get*", "s3:getobject", True),
        ("s3:*", "s3-object-lambda:getobject", False),
        ("s3", "s3:getobject", False),
        ("", "s3:getobject", False),
        ("s3:?etobject", "s3:getobject", True),
        ("*getobject", "s3:getobject", False),
        ("s3:${aws:username}", "s3:${aws:username}", True),
    ],
)
def test_action_pattern(pattern, action, expected):
    assert action_matcher(pattern)(action) is expected


ARNS = [
    ("arn:aws:sns:*:*:t", "arn:aws:sns:eu:1:t", True),
    ("arn:aws:sns:*:1:t", "arn:aws:sns:eu:9:1:t", False),
    ("arn:aws:sns:*:*:*", "arn:aws:sns:eu:1:t:sub:x", True),
    ("*", "arn:aws:sns:eu:1:t", False),
    ("arn:aws:sns", "arn:aws:sns", False),
    ("arn:aws:sns:*:*:*", "arn:aws:sns", False),
    ("arn:aws:sns:eu:1:t:sub", "arn:aws:sns:eu:1:t:sub", True),
    ("arn:aws:sns:*:1:t:sub:x", "arn:aws:sns:eu:1:t:sub:x", True),
    ("arn:aws:sns:*:1:t:sub:x", "arn:aws:sns:eu:1:t:sub:y", False),
    ("arn:aws:sns:eu:1:?:sub", "arn:aws:sns:eu:1:t:sub", True),
    ("arn:aws:iam::${acct}:user/${name}", "arn:aws:iam::1:user/al", True),
    ("arn:aws:iam::1:user/${name}", "arn:aws:iam::1:user/al", True),
    ("arn:aws:iam::1:user/${missing}", "arn:aws:iam::1:user/al", False),
    ("arn:aws:iam::${missing}:user/al", "arn:aws:iam::1:user/al", False),
    ("${whole}", "arn:aws:iam::1:user/al", True),
    ("${name}", "arn:aws:iam::1:user/al", False),
    ("${whole}", "short", False),
    ("foo:aws:s3:::x", "foo:aws:s3:::x", False),  # an ARN begins with arn
    ("*:aws:iam::${acct}:user/al", "foo:aws:iam::1:user/al", False),
    ("*:aws:iam::${acct}:user/al", "arn:aws:iam::1:user/al", True),
    ("arn:*:iam::${star}:user/al", "arn:aws:iam::1:user/al", False),  # what is put in is no wildcard
]


@pytest.mark.parametrize(("pattern", "value", "expected"), ARNS)
def test_arn_operator_pattern(pattern, value, expected):
    context = {"acct": "1", "name": "al", "whole": "arn:aws:iam::1:user/al", "star": "*"}
    assert arn_matcher(pattern, variables=True)(value, context) is expected
