"""Findings that follow from the policy alone: parts that can never matter, and conditions that decide nothing."""

from dataclasses import dataclass
from itertools import chain, combinations, islice
from typing import Final

from iam.policy import readings
from iam.policy.compile import action_matcher
from iam.policy.findings.global_keys import ALWAYS_THERE
from iam.policy.findings.model import STAR, ClauseView, Findings, Part, PolicyView, StatementView
from iam.policy.findings.resource_names import overlap
from iam.policy.match import Matcher, glob

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


@dataclass(frozen=True, slots=True)
class _Reach:
    """A statement that can be compared with others, and the tests whether something is within it."""

    statement: StatementView
    who: tuple[frozenset[tuple[str, str]], bool]
    actions: tuple[Matcher, ...]
    resources: tuple[Matcher, ...]
    texts: frozenset[str]

    @classmethod
    def of(cls, statement: StatementView) -> "_Reach":
        people = frozenset((kind, part.text) for kind, part in statement.principals)
        wide = [part.text for part in statement.resources]
        return cls(
            statement,
            (people, statement.has("NotPrincipal")),
            tuple(action_matcher(part.text.lower()) for part in statement.actions if "?" not in part.text),
            tuple(glob(text) for text in wide if "?" not in text and "${" not in text),
            frozenset(wide),
        )

    def includes(self, other: "_Reach") -> bool:
        """Whether the actions and resources of the other are all among those of this one."""
        for part in other.statement.actions:
            name = part.text.lower()
            if not any(test(name) for test in self.actions):
                return False
        if not self.statement.has("Resource"):
            return not other.statement.has("Resource")
        return bool(other.texts) and all(
            text in self.texts or any(test(text) for test in self.resources) for text in other.texts
        )


def _covered(policy: PolicyView) -> Findings:
    """Tell of statements that another makes needless, or void."""
    groups: dict[object, list[_Reach]] = {}
    for each in policy.statements:
        if _comparable(each):
            reach = _Reach.of(each)
            groups.setdefault(reach.who, []).append(reach)
    for group in groups.values():
        for one in group:
            yield from islice(_covering(policy, one, group), 1)


def _covering(policy: PolicyView, one: _Reach, group: list[_Reach]) -> Findings:
    this = one.statement
    for other in group:
        that = other.statement
        if one is other or not other.includes(one):
            continue
        if that.denies and this.allows and not that.clauses:
            text = "Whatever this allows, another statement denies."
            yield policy.finding("ALLOW_COVERED_BY_DENY", text, this.part, that.part)
        elif this.effect == that.effect and _same_conditions(this, that):
            if this.number < that.number and _same_conditions(that, this) and one.includes(other):
                continue  # the same twice: the second is the one to leave out
            text = "Another statement includes all of this one."
            yield policy.finding("REDUNDANT_STATEMENT", text, this.part, that.part)


def _comparable(each: StatementView) -> bool:
    usable = each.effect in ("Allow", "Deny") and bool(each.actions)
    return usable and not each.has("NotAction", "NotResource")


def _same_conditions(one: StatementView, other: StatementView) -> bool:
    """Whether whatever fulfils the conditions of the first fulfils those of the second."""
    return other.conditions <= one.conditions


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
