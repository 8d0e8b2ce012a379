"""ARNs: six fields between colons, the last of which may hold more colons.

Resource patterns and Arn* operators both match them with wildcards, by different rules.
Source: IAM User Guide, Resource element and ARN condition operators; facts on both are in docs/deviations.md.
"""

from iam.policy.match import ContextMatcher, Matcher, matcher, text_matcher
from iam.policy.variables import (
    ONE,
    ONE_IN_FIELD,
    RUN,
    RUN_IN_FIELD,
    Context,
    Token,
    Wild,
    has_variables,
    normal,
    resolver,
    tokens,
)

FIELDS = 6


def fields(text: str) -> list[str]:
    """Split an ARN.  Fewer than six fields: it is none."""
    return text.split(":", FIELDS - 1)


def is_arn(value: str) -> bool:
    """Whether a value of a request is an ARN."""
    return value.startswith("arn:") and value.count(":") >= FIELDS - 1


def is_incomplete(pattern: str) -> bool:
    """Whether a resource pattern is an ARN with fields missing at the end."""
    return pattern.startswith("arn:") and pattern.count(":") < FIELDS - 1


def complete(pattern: str) -> str:
    """Fill the missing fields of an incomplete ARN with stars."""
    return pattern + ":*" * (FIELDS - 1 - pattern.count(":"))


def resource_tokens(pattern: str, *, variables: bool) -> tuple[Token, ...]:
    """Take a resource pattern apart.

    Variables stand in the sixth field only.  Before it, a star that ends its field may run over colons, any
    other wildcard stays inside the field.
    """
    parts = fields(pattern)
    head, last = parts[: FIELDS - 1], parts[FIELDS - 1 :]
    found: list[Token] = []
    for part in head:
        found.extend((*_in_field(part), ":"))
    if not last:
        return normal(found[:-1])
    before, after = normal(found), tokens(last[0], variables=variables)
    if after and isinstance(after[0], str):
        return (*before[:-1], f"{before[-1]}{after[0]}", *after[1:])
    return (*before, *after)


def _in_field(part: str) -> list[Token]:
    if "*" not in part and "?" not in part:
        return [part]
    found = list(tokens(part, variables=False))
    inner: list[Token] = [_BOUND.get(token, token) if isinstance(token, Wild) else token for token in found]
    # Asked of the text: the tokens of `*?` stand the other way round, and its star does not end the field.
    if part.endswith("*"):
        inner[-1] = RUN
    return inner


_BOUND = {RUN: RUN_IN_FIELD, ONE: ONE_IN_FIELD}


def arn_matcher(pattern: str, *, variables: bool) -> ContextMatcher:
    """Return the test of an Arn* operator: field by field, wildcards stay inside theirs except in the sixth.

    What has fewer than six fields, pattern or value, is no ARN and does not match; nor does a value that
    does not begin with `arn`.
    """
    taken = tokens(pattern, variables=variables)
    head, last = _split(taken)
    if last is None:
        return _resolved_later(taken) if has_variables(taken) else _never
    if any(has_variables(part) for part in head):
        return _resolved_later(taken)
    tests = _field_tests(head)
    final = text_matcher(last)

    def match(value: str, context: Context) -> bool:
        given = value.split(":", FIELDS - 1)
        if len(given) != FIELDS or given[0] != "arn":
            return False
        return all(test(given[number]) for number, test in tests) and final(given[-1], context)

    return match


def _never(_value: str, _context: Context) -> bool:
    return False


def _field_tests(head: list[tuple[Token, ...]]) -> tuple[tuple[int, Matcher], ...]:
    """Return the tests of the first five fields that can fail."""
    return tuple((number, matcher(part)) for number, part in enumerate(head) if part != (RUN,))


def _resolved_later(taken: tuple[Token, ...]) -> ContextMatcher:
    """Return the test where a variable stands before the sixth field: its value may hold colons."""
    resolve = resolver(taken)

    def match(value: str, context: Context) -> bool:
        filled = resolve(context, len(value))
        if filled is None:
            return False
        head, last = _split(filled)
        given = fields(value)
        if last is None or len(given) != FIELDS or given[0] != "arn":
            return False
        return all(test(given[number]) for number, test in _field_tests(head)) and matcher(last)(given[-1])

    return match


def _split(taken: tuple[Token, ...]) -> tuple[list[tuple[Token, ...]], tuple[Token, ...] | None]:
    """Split a pattern at its first five colons: the five fields, and the sixth or None."""
    head: list[tuple[Token, ...]] = []
    current: list[Token] = []
    for number, token in enumerate(taken):
        if isinstance(token, str):
            *ended, rest = token.split(":", FIELDS - 1 - len(head))
            for part in ended:
                head.append((*current, part) if part else tuple(current))
                current = []
            if rest:
                current.append(rest)
        else:
            current.append(token)
        if len(head) == FIELDS - 1:
            return head, (*current, *taken[number + 1 :])
    return head, None
