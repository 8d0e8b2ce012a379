"""The condition operators, compiled into closures.

A clause (one key under one operator) becomes a function of the context.  Where the rules leave a doubt
(an unknown operator, a negated operator on a value nobody can read, a policy's date nobody can read) the
closure answers `doubt`, which is False in an Allow and True in a Deny: doubt never allows.  Everything
after a doubt is monotone, so this is the same as deciding with three values.
Source: IAM User Guide, condition operators, IfExists, Null, multivalued context keys.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from iam.policy import readings
from iam.policy.arn import arn_matcher, is_arn
from iam.policy.document import Clause
from iam.policy.match import ContextMatcher, text_matcher
from iam.policy.variables import Context, Token, literal, resolver, tokens

Check = Callable[[Context], bool]
Test = Callable[[str, Context], bool]
"""Whether one value of the request satisfies the operator."""
Quantifier = Literal["", "ForAllValues", "ForAnyValue"]
Builder = Callable[[Sequence[str], bool, bool], Test]
"""Makes a Test from the policy's values, whether variables are read, and the answer in doubt."""

IF_EXISTS: Final = "IfExists"
SET_WISE: Final = ("ForAllValues", "ForAnyValue")


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator by name, taken apart."""

    quantifier: Quantifier
    base: str
    if_exists: bool

    @property
    def negated(self) -> bool:
        """Whether the base operator holds for what is outside its values."""
        return "Not" in self.base

    @property
    def takes_variables(self) -> bool:
        """Whether variables in the values are filled in."""
        return self.base.startswith(("String", "Arn"))


def operator_named(name: str) -> Operator | None:
    """Take an operator's name apart.  Names are case sensitive; None: there is no such operator."""
    head, colon, rest = name.rpartition(":")
    if colon and head not in SET_WISE:
        return None
    quantifier: Quantifier = "ForAllValues" if head == SET_WISE[0] else "ForAnyValue" if head else ""
    base = rest.removesuffix(IF_EXISTS)
    if base not in _BUILDERS and rest != "Null":
        return None
    return Operator(quantifier, base, base != rest)


def clause_check(clause: Clause, *, variables: bool, doubt: bool) -> Check | None:
    """Return the check of one clause, or None for one that always holds (an operator without keys)."""
    named = operator_named(clause.operator)
    if named is None:
        return lambda _context: doubt
    if clause.key is None:
        return None
    if named.base == "Null":
        return _null(named, clause.key, clause.values)
    test = _BUILDERS[named.base](clause.values, variables, doubt) if clause.values else _no_value
    return _quantified(named, clause.key, test, has_values=bool(clause.values), doubt=doubt)


def can_doubt(clause: Clause) -> bool:
    """Whether the check of a clause depends on the answer to a doubt."""
    named = operator_named(clause.operator)
    if named is None or (named.quantifier == "ForAnyValue" and named.if_exists):
        return True
    return named.base.startswith("Date") or (named.negated and not named.base.startswith("String"))


def _no_value(_value: str, _context: Context) -> bool:
    return False


def _quantified(named: Operator, key: str, test: Test, *, has_values: bool, doubt: bool) -> Check:
    if named.quantifier == "ForAllValues":
        return _for_all(key, test)
    if named.quantifier == "ForAnyValue":
        return _for_any(key, test, when_missing=named.if_exists and doubt)
    return _plain(key, test, when_missing=named.if_exists or (named.negated and has_values))


def _plain(key: str, test: Test, *, when_missing: bool) -> Check:
    def check(context: Context) -> bool:
        value = context.get(key)
        if value.__class__ is str:
            return test(value, context)
        # A key of several values needs a set operator: without one the condition is false, negated too.
        return when_missing if value is None else False

    return check


def _set(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values a set operator sees.  A set of nothing but empty texts counts as empty."""
    if value is None:
        return ()
    values = (value,) if isinstance(value, str) else value
    return values if any(values) else ()


def _for_all(key: str, test: Test) -> Check:
    return lambda context: all(test(value, context) for value in _set(context.get(key)))


def _for_any(key: str, test: Test, *, when_missing: bool) -> Check:
    """Return the check.  AWS does not say whether IfExists makes up for a missing key here: a doubt."""
    if not when_missing:
        return lambda context: any(test(value, context) for value in _set(context.get(key)))

    def check(context: Context) -> bool:
        values = _set(context.get(key))
        return any(test(value, context) for value in values) if key in context else True

    return check


def _null(named: Operator, key: str, wanted: tuple[str, ...]) -> Check:
    """Return the check: "true" wants the key absent, "false" present.  A set of no values is absent."""
    if named.quantifier:
        answer = named.quantifier == "ForAllValues"
        return lambda _context: answer
    readable = {readings.boolean(text) for text in wanted}
    absent, present = "true" in readable, "false" in readable
    return lambda context: absent if context.get(key, ()) == () else present


def _negate(test: Test) -> Test:
    return lambda value, context: not test(value, context)


def _equals(values: Sequence[str], variables: bool, _doubt: bool) -> Test:
    patterns = [tokens(value, variables=variables, wildcards=False) for value in values]
    texts = [literal(pattern) for pattern in patterns]
    if None not in texts:
        if len(texts) == 1:
            only = texts[0]
            return lambda value, _context: value == only
        fixed = frozenset(texts)
        return lambda value, _context: value in fixed
    return _any_of([text_matcher(pattern) for pattern in patterns])


def _any_of(tests: Sequence[ContextMatcher]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value, context: any(test(value, context) for test in tests)


def _equals_ignoring_case(values: Sequence[str], variables: bool, _doubt: bool) -> Test:
    patterns = [tokens(value, variables=variables, wildcards=False) for value in values]
    fixed = {text.lower() for text in map(literal, patterns) if text is not None}
    filled = [pattern for pattern in patterns if literal(pattern) is None]

    def test(value: str, context: Context) -> bool:
        folded = value.lower()
        if folded in fixed:
            return True
        # Variables are few here: filling them in anew each time is cheap enough.
        return any(_fill(pattern, context, len(folded)) == folded for pattern in filled)

    return test


def _fill(pattern: tuple[Token, ...], context: Context, most: int) -> str | None:
    # No text gets shorter in lower case, so one that is too long before is none.
    filled = resolver(pattern)(context, most)
    return None if filled is None else (literal(filled) or "").lower()


def _like(values: Sequence[str], variables: bool, _doubt: bool) -> Test:
    return _any_of([text_matcher(tokens(value, variables=variables)) for value in values])


def _arn(values: Sequence[str], variables: bool, _doubt: bool) -> Test:
    return _any_of([arn_matcher(value, variables=variables) for value in values])


def _not_arn(values: Sequence[str], variables: bool, doubt: bool) -> Test:
    match = _arn(values, variables, doubt)
    return lambda value, context: not match(value, context) if is_arn(value) else doubt


Reading = Callable[[str], readings.Number | None]
Comparison = Callable[[readings.Number, readings.Number], bool]


def _compared(reading: Reading, compare: Comparison, negated: bool = False) -> Builder:
    """Return a builder: the request's value stands on the left, any value of the policy may satisfy it.

    A number nobody can read is equal to nothing.  A date nobody can read is a doubt, where the others do not settle
    it: AWS saves spellings of dates of which it does not say what they mean.
    """

    def build(values: Sequence[str], _variables: bool, doubt: bool) -> Test:
        wanted = frozenset(read for read in map(reading, values) if read is not None)
        satisfied = _any_number(wanted, compare)
        unreadable = negated and doubt
        unsettled = reading is readings.instant and None in map(reading, values)
        otherwise = doubt if unsettled else negated

        def test(value: str, _context: Context) -> bool:
            given = reading(value)
            if given is None:
                return unreadable
            return not negated if satisfied(given) else otherwise

        return test

    return build


def _any_number(wanted: frozenset[readings.Number], compare: Comparison) -> Callable[[readings.Number], bool]:
    """Return the test whether a number compares so with any of these, in one step however many there are."""
    if not wanted:
        return lambda _given: False
    if compare is operator.eq:
        return wanted.__contains__
    # Below any of them is below the largest, above any of them is above the smallest.
    limit = max(wanted) if compare in (operator.lt, operator.le) else min(wanted)
    return lambda given: compare(given, limit)


def _address(values: Sequence[str], _variables: bool, _doubt: bool) -> Test:
    blocks: dict[tuple[int, int], set[int]] = {}
    for found in map(readings.block, values):
        if found is not None:
            family, free, prefix = found
            blocks.setdefault((family, free), set()).add(prefix)
    sizes = tuple(blocks.items())

    def test(value: str, _context: Context) -> bool:
        given = readings.address_of_request(value)
        if given is None:
            return False
        bits, number = given
        return any(family == bits and number >> free in prefixes for (family, free), prefixes in sizes)

    return test


def _not_address(values: Sequence[str], variables: bool, doubt: bool) -> Test:
    inside = _address(values, variables, doubt)
    return lambda value, context: not inside(value, context) if readings.address(value) else doubt


def _boolean(values: Sequence[str], _variables: bool, _doubt: bool) -> Test:
    """Return the test.  Whatever of a request is not "true" is false, as AWS reads it."""
    wanted = {readings.boolean(text) for text in values}
    return lambda value, _context: ("true" if value.lower() == "true" else "false") in wanted


def _read_alike(reading: Callable[[str], object]) -> Builder:
    def build(values: Sequence[str], _variables: bool, _doubt: bool) -> Test:
        wanted = {read for read in map(reading, values) if read is not None}
        return lambda value, _context: reading(value) in wanted

    return build


def _negation_of(builder: Builder) -> Builder:
    return lambda values, variables, doubt: _negate(builder(values, variables, doubt))


def _comparisons(family: str, reading: Reading) -> dict[str, Builder]:
    return {
        f"{family}Equals": _compared(reading, operator.eq),
        f"{family}NotEquals": _compared(reading, operator.eq, negated=True),
        f"{family}LessThan": _compared(reading, operator.lt),
        f"{family}LessThanEquals": _compared(reading, operator.le),
        f"{family}GreaterThan": _compared(reading, operator.gt),
        f"{family}GreaterThanEquals": _compared(reading, operator.ge),
    }


_BUILDERS: Final[dict[str, Builder]] = {
    "StringEquals": _equals,
    "StringNotEquals": _negation_of(_equals),
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringNotEqualsIgnoreCase": _negation_of(_equals_ignoring_case),
    "StringLike": _like,
    "StringNotLike": _negation_of(_like),
    **_comparisons("Numeric", readings.number),
    **_comparisons("Date", readings.instant),
    "Bool": _boolean,
    "BinaryEquals": _read_alike(readings.octets),
    "IpAddress": _address,
    "NotIpAddress": _not_address,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "ArnNotEquals": _not_arn,
    "ArnNotLike": _not_arn,
}

BASE_OPERATORS: Final = (*_BUILDERS, "Null")
