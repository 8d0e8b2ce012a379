"""Findings that follow from the policy alone: parts that can never matter, and conditions that decide nothing."""

from itertools import chain, combinations
from typing import Final

from iam.policy import readings
from iam.policy.compile import action_matcher
from iam.policy.findings.global_keys import ALWAYS_THERE
from iam.policy.findings.model import STAR, ClauseView, Findings, Part, PolicyView, StatementView
from iam.policy.findings.resource_names import overlap
from iam.policy.match import glob

MOST_PATTERNS: Final = 400
"""Statements are compared pair by pair; policies with more patterns than this are spared."""
MOST_CLAUSES: Final = 30
"""Conditions on one key are compared pair by pair, this many of them."""

_LOWER: Final = ("GreaterThan", "GreaterThanEquals")
_UPPER: Final = ("LessThan", "LessThanEquals")


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        yield from _never(policy, statement)
        yield from _always(policy, statement)
        yield from _contradictions(policy, statement)
    patterns = sum(len(each.actions) + len(each.resources) for each in policy.statements)
    if patterns <= MOST_PATTERNS:
        yield from _covered(policy)
        yield from _unmet(policy)


def _never(policy: PolicyView, statement: StatementView) -> Findings:
    """Tell of conditions that no request fulfils."""
    for clause in statement.clauses:
        named = clause.named
        if named is None:
            continue
        empty = clause.listed and not clause.values and not named.if_exists
        if empty and named.quantifier != "ForAllValues" and named.base != "Null":
            text = "The statement never applies: a condition has no values."
            yield policy.finding("STATEMENT_NEVER_MATCHES", text, clause.key)
        elif named.base == "Null" and clause.name in ALWAYS_THERE and _says(clause, "true"):
            text = f"The statement never applies: every request has {clause.key.text}."
            yield policy.finding("STATEMENT_NEVER_MATCHES", text, clause.key)


def _always(policy: PolicyView, statement: StatementView) -> Findings:
    """Tell of conditions that every request fulfils."""
    condition = statement.elements.get("Condition")
    for operator in condition.members() if condition is not None else ():
        if operator.node.kind == "object" and not operator.node.members:
            text = "An operator without keys asks for nothing."
            yield policy.finding("CONDITION_ALWAYS_TRUE", text, operator.name())
    for clause in statement.clauses:
        named = clause.named
        if named is None:
            continue
        there = clause.name in ALWAYS_THERE
        if named.base == "Null" and there and _says(clause, "false"):
            text = f"Every request has {clause.key.text}."
            yield policy.finding("CONDITION_ALWAYS_TRUE", text, clause.key)
        elif named.base == "StringLike" and (named.if_exists or there) and has(clause.values, STAR):
            yield policy.finding("CONDITION_ALWAYS_TRUE", "This holds for every request.", clause.key)


def _says(clause: ClauseView, wanted: str) -> bool:
    return {part.text.lower() for part in clause.values} == {wanted}


def has(parts: tuple[Part, ...], text: str) -> bool:
    """Whether one of the parts says just that."""
    return any(part.text == text for part in parts)


def _contradictions(policy: PolicyView, statement: StatementView) -> Findings:
    pairs = chain.from_iterable(
        combinations(clauses[:MOST_CLAUSES], 2) for clauses in statement.by_key.values()
    )
    for one, other in pairs:
        if _apart(one, other) or _apart(other, one):
            text = f"No value of {one.key.text} fulfils both conditions."
            yield policy.finding("CONTRADICTORY_CONDITIONS", text, one.key, other.key)


def _apart(one: ClauseView, other: ClauseView) -> bool:
    """Whether two clauses on one single-valued key exclude each other."""
    first, second = one.named, other.named
    if first is None or second is None or first.quantifier or second.quantifier or not one.values:
        return False
    needs = first.base != "Null" and not first.negated and not first.if_exists
    if second.base == "Null":
        return needs and _says(other, "true")
    if not needs or not other.values:
        return False
    if first.base == "StringEquals" and "${" not in "".join(part.text for part in one.values):
        return _no_text_fits(one, other)
    return _no_number_fits(one, other)


def _no_text_fits(one: ClauseView, other: ClauseView) -> bool:
    assert other.named is not None  # noqa: S101  # asked by the caller
    base = other.named.base
    if base not in ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike"):
        return False
    if any("${" in part.text for part in other.values):
        return False
    tests = [glob(part.text) if "Like" in base else part.text.__eq__ for part in other.values]
    hits = [any(test(part.text) for test in tests) for part in one.values]
    return all(hits) if "Not" in base else not any(hits)


def _no_number_fits(one: ClauseView, other: ClauseView) -> bool:
    """Whether a lower bound lies above an upper one."""
    assert one.named is not None  # noqa: S101  # asked by the caller
    assert other.named is not None  # noqa: S101
    for family, reading in (("Numeric", readings.number), ("Date", readings.instant)):
        lower, upper = one.named.base.removeprefix(family), other.named.base.removeprefix(family)
        if lower not in _LOWER or upper not in _UPPER or lower == one.named.base:
            continue
        low = [reading(part.text) for part in one.values]
        high = [reading(part.text) for part in other.values]
        if None in low or None in high:
            return False
        least = min(value for value in low if value is not None)
        most = max(value for value in high if value is not None)
        return least > most or (least == most and (lower == "GreaterThan" or upper == "LessThan"))
    return False


def _covered(policy: PolicyView) -> Findings:
    """Tell of statements that another makes needless, or void."""
    found = set[int]()
    for one in policy.statements:
        for other in policy.statements:
            if one is other or one.number in found or not _comparable(one, other):
                continue
            if other.denies and one.allows and not other.clauses and _within(one, other):
                found.add(one.number)
                text = "Whatever this allows, another statement denies."
                yield policy.finding("ALLOW_COVERED_BY_DENY", text, one.part, other.part)
            elif one.effect == other.effect and _same_conditions(one, other) and _within(one, other):
                if _within(other, one) and one.number < other.number and _same_conditions(other, one):
                    continue  # the same twice: the second is the one to leave out
                found.add(one.number)
                text = "Another statement includes all of this one."
                yield policy.finding("REDUNDANT_STATEMENT", text, one.part, other.part)


def _comparable(one: StatementView, other: StatementView) -> bool:
    usable = all(each.effect in ("Allow", "Deny") and each.actions for each in (one, other))
    plain = not (one.has("NotAction", "NotResource") or other.has("NotAction", "NotResource"))
    return usable and plain and _who(one) == _who(other)


def _who(statement: StatementView) -> tuple[frozenset[tuple[str, str]], bool]:
    people = frozenset((kind, part.text) for kind, part in statement.principals)
    return people, statement.has("NotPrincipal")


def _same_conditions(one: StatementView, other: StatementView) -> bool:
    """Whether whatever fulfils the conditions of the first fulfils those of the second."""
    return other.conditions <= one.conditions


def _within(one: StatementView, other: StatementView) -> bool:
    """Whether the actions and resources of the first are all among those of the second."""
    actions = [action_matcher(part.text.lower()) for part in other.actions if "?" not in part.text]
    if not all(any(test(part.text.lower()) for test in actions) for part in one.actions):
        return False
    if not other.has("Resource"):
        return not one.has("Resource")
    wide = [part.text for part in other.resources]
    tests = [glob(text) for text in wide if "?" not in text and "${" not in text]
    return bool(one.resources) and all(
        part.text in wide or any(test(part.text) for test in tests) for part in one.resources
    )


def _unmet(policy: PolicyView) -> Findings:
    """Tell of Denies beside Allows that have no action or no resource in common with any of them."""
    allows = [each for each in policy.statements if each.allows]
    if not allows or policy.kind != "IDENTITY_POLICY":
        return
    for statement in policy.statements:
        if statement.denies and not any(_meet(statement, allow) for allow in allows):
            text = "Nothing that this policy allows is denied here; it matters for other policies only."
            yield policy.finding("DENY_WITHOUT_ALLOW", text, statement.part)


def _meet(one: StatementView, other: StatementView) -> bool:
    if one.has("NotAction", "NotResource") or other.has("NotAction", "NotResource"):
        return True
    actions = any(overlap(a.text.lower(), b.text.lower()) for a in one.actions for b in other.actions)
    return actions and any(overlap(a.text, b.text) for a in one.resources for b in other.resources)
