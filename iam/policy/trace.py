"""Every statement that speaks of a request's action, asked once more, slowly, with everything it saw.

For explanations and simulations; decide never comes here.  Where there can be a doubt, the same checks are asked
twice, once with each answer to it: where the two differ, nobody can tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from iam.policy.attached import AttachedPolicy, Request
from iam.policy.compile import Rule
from iam.policy.conditions import can_doubt, clause_check
from iam.policy.context import written_keys
from iam.policy.decide import Sides
from iam.policy.decision import LayerName, MatchedStatement, Outcome, matched_statement
from iam.policy.document import Clause, Statement
from iam.policy.principals import OF_AN_ACCOUNT, Grant
from iam.policy.resources import Flavour, Resources

Verdict = Literal["yes", "no", "doubtful"]


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One key under one operator: what the policy expects and what the request brought (None: nothing)."""

    operator: str
    key: str
    expected: tuple[str, ...]
    seen: str | tuple[str, ...] | None
    holds: Verdict


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """A statement that speaks of the action, and how far it got.

    `grant` is how directly a resource policy's statement names the caller, None elsewhere.
    """

    matched: MatchedStatement
    written: Statement
    names_caller: bool
    grant: Grant | None
    covers_resource: Verdict
    conditions: tuple[ConditionTrace, ...]
    applies: bool
    doubtful: bool


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What one type of policy says on its own; control policies are one layer a level."""

    name: LayerName
    outcome: Outcome
    policies: tuple[AttachedPolicy, ...]
    statements: tuple[StatementTrace, ...]

    @property
    def matched(self) -> tuple[MatchedStatement, ...]:
        """The statements that apply and have the layer's outcome as their effect."""
        effect = {"allowed": "Allow", "explicitDeny": "Deny"}.get(self.outcome)
        return tuple(
            found.matched for found in self.statements if found.applies and found.matched.effect == effect
        )


def trace(sides: Sides) -> tuple[LayerTrace, ...]:
    """Return what each layer says, in the order in which they are weighed."""
    return tuple(_layers(sides))


def _layers(sides: Sides) -> Iterator[LayerTrace]:
    for level in sides.rcps:
        yield _layer("resource control policy", level, "rcp", sides)
    for level in sides.binding_scps:
        yield _layer("service control policy", level, "scp", sides)
    if sides.resource_policy is not None:
        yield _layer(sides.resource_layer, (sides.resource_policy,), "resource", sides)
    for layer in sides.own_layers():
        yield _layer(layer.name, layer.attached, "identity", sides)


def _layer(name: LayerName, policies: Sequence[AttachedPolicy], flavour: Flavour, sides: Sides) -> LayerTrace:
    statements = tuple(found for attached in policies for found in _statements(attached, flavour, sides))
    effects = {found.matched.effect for found in statements if found.applies}
    outcome: Outcome = (
        "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"
    )
    return LayerTrace(name, outcome, tuple(policies), statements)


def _statements(attached: AttachedPolicy, flavour: Flavour, sides: Sides) -> Iterator[StatementTrace]:
    rules = attached.document.rules_for(sides.request.action.lower(), flavour)
    written = written_keys(attached.document.text)
    for rule in rules:
        yield _statement(attached, rule, flavour, sides, written)


def _statement(
    attached: AttachedPolicy, rule: Rule, flavour: Flavour, sides: Sides, written: Mapping[str, str]
) -> StatementTrace:
    request = sides.request
    statement = attached.document.source.statements[rule.number]
    variables = attached.document.source.version == "2012-10-17"
    covers = _covers(statement, flavour, request, variables=variables)
    conditions = tuple(_conditions(statement.clauses, request, written, variables=variables))
    names, grant = _names_caller(rule, sides) if flavour == "resource" else (True, None)
    applies = names and rule.applies(request.resource, request.context)
    certain = covers == "yes" and all(found.holds == "yes" for found in conditions)
    return StatementTrace(
        matched_statement(attached, rule.number),
        statement,
        names,
        grant,
        covers,
        conditions,
        applies,
        applies and not certain,
    )


def _covers(statement: Statement, flavour: Flavour, request: Request, *, variables: bool) -> Verdict:
    if statement.resources is None and flavour != "resource":
        return "doubtful"
    test = Resources.of(statement, flavour, variables=variables).test()
    return "yes" if test is None or test(request.resource, request.context) else "no"


def _names_caller(rule: Rule, sides: Sides) -> tuple[bool, Grant | None]:
    """Return whether the statement is about the caller, and how directly an Allow names it."""
    if rule.principals is None:
        return rule.deny, None
    caller, ids = sides.request.caller, sides.principal_ids
    if rule.deny:
        bounded = sides.plan.boundary is not None and caller.kind in OF_AN_ACCOUNT
        return rule.principals.denies(caller, ids, bounded=bounded), None
    grant = rule.principals.allow_grant(caller, ids)
    return grant is not Grant.NONE, grant


def _conditions(
    clauses: tuple[Clause, ...], request: Request, written: Mapping[str, str], *, variables: bool
) -> Iterator[ConditionTrace]:
    for clause in clauses:
        doubts = (False, True) if can_doubt(clause) else (False,)
        answers = {_holds(clause, request, variables=variables, doubt=doubt) for doubt in doubts}
        holds: Verdict = "doubtful" if len(answers) == 2 else "yes" if True in answers else "no"
        key = clause.key or ""
        yield ConditionTrace(
            clause.operator, written.get(key, key), clause.values, request.context.get(key), holds
        )


def _holds(clause: Clause, request: Request, *, variables: bool, doubt: bool) -> bool:
    check = clause_check(clause, variables=variables, doubt=doubt)
    return check is None or check(request.context)
