"""Simulations: what policies would decide, with the statements, keys and layers behind it, as the API answers it.

Nothing is supplied on its own: a key that is not in the context is missing, as in AWS's simulator.
Source: IAM API Reference, SimulateCustomPolicy and EvaluationResult.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from iam.policy.arn import FIELDS, fields
from iam.policy.attached import AttachedPolicy, Levels, PolicySource, Request
from iam.policy.compile import CompiledDocument
from iam.policy.context import keys_of, written_keys
from iam.policy.decide import NO_IDS, Sides, weigh
from iam.policy.decision import Decision, LayerName, MatchedStatement, Outcome
from iam.policy.plan import Layer, Plan
from iam.policy.principals import Caller
from iam.policy.resources import Flavour
from iam.policy.trace import LayerTrace, trace
from iam.policy.variables import Context

EVERYTHING: Final = "*"
TEXTS_PER_STATEMENT: Final = 10
"""So many patterns, keys and values count as one statement more when work is measured."""

IDENTITY: Final = "IAM Policy"
RESOURCE: Final = "Resource Policy"
BOUNDARY: Final = "Permissions Boundary Policy"
"""How answers name the types of policy; the first is recorded from AWS, the others follow its form."""

_SHOWN: Final[Mapping[LayerName, str]] = {
    "identity-based policy": IDENTITY,
    "resource-based policy": RESOURCE,
    "role trust policy": RESOURCE,
    "permissions boundary": BOUNDARY,
}
_OF_STATEMENTS: Final = frozenset({IDENTITY, RESOURCE})


@dataclass(frozen=True, slots=True)
class Scene:
    """What stays the same from one simulated request to the next.

    `owner` is the account of resources whose ARN names none.
    """

    caller: Caller
    plan: Plan
    context: Context
    owner: str
    resource_policy: AttachedPolicy | None = None
    scps: Levels = ()


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came out for one action on one resource.

    `within_boundary` and `within_organization` are None where there is no such policy; `by_type` is None unless
    the request crosses accounts.
    """

    action: str
    resource: str
    outcome: Outcome
    matched: tuple[MatchedStatement, ...]
    missing: tuple[str, ...]
    within_boundary: bool | None
    within_organization: bool | None
    by_type: Mapping[str, Outcome] | None


def simulate(scene: Scene, action: str, resource: str) -> Simulated:
    """Decide one request of a scene, and say why."""
    request = Request(scene.caller, action, resource, _owner(scene, resource), scene.context)
    sides = Sides(request, scene.plan, scene.resource_policy, NO_IDS, scene.scps, ())
    decision = weigh(sides)
    layers = trace(sides)
    organization = _organization(layers) if scene.scps else None
    crosses = scene.caller.account != request.resource_account
    return Simulated(
        action,
        resource,
        decision.outcome,
        tuple(_matched(decision, layers)),
        _missing(scene, action),
        _allows(layers, "permissions boundary"),
        organization,
        _by_type(layers) if crosses and organization is not False else None,
    )


def _owner(scene: Scene, resource: str) -> str:
    parts = fields(resource)
    named = parts[4] if len(parts) == FIELDS else ""
    return named if len(named) == 12 and named.isdigit() else scene.owner


def _matched(decision: Decision, layers: tuple[LayerTrace, ...]) -> Iterator[MatchedStatement]:
    """Yield the statements that made the decision; those of boundaries and control policies are not shown."""
    if decision.outcome == "implicitDeny":
        return
    effect = "Allow" if decision.outcome == "allowed" else "Deny"
    for layer in layers:
        if _SHOWN.get(layer.name) in _OF_STATEMENTS:
            yield from (
                found.matched
                for found in layer.statements
                if found.applies and found.matched.effect == effect
            )


def _allows(layers: tuple[LayerTrace, ...], name: LayerName) -> bool | None:
    found = [layer.outcome == "allowed" for layer in layers if layer.name == name]
    return all(found) if found else None


def _organization(layers: tuple[LayerTrace, ...]) -> bool:
    return _allows(layers, "service control policy") is not False


def _by_type(layers: tuple[LayerTrace, ...]) -> Mapping[str, Outcome]:
    return {_SHOWN[layer.name]: layer.outcome for layer in layers if layer.name in _SHOWN}


def _missing(scene: Scene, action: str) -> tuple[str, ...]:
    """Return the keys that statements about the action look at and the context lacks, as written."""
    found: dict[str, str] = {}
    for attached, flavour in _policies(scene):
        for key, name in _keys_asked(attached.document, action, flavour):
            if key not in scene.context:
                found.setdefault(key, name)
    return tuple(found.values())


def _policies(scene: Scene) -> Iterator[tuple[AttachedPolicy, Flavour]]:
    layers: tuple[Layer, ...] = (scene.plan.identity, *scene.plan.limits)
    yield from ((attached, "identity") for layer in layers for attached in layer.attached)
    if scene.resource_policy is not None:
        yield scene.resource_policy, "resource"


def _keys_asked(document: CompiledDocument, action: str, flavour: Flavour) -> Iterator[tuple[str, str]]:
    written = written_keys(document.text)
    for rule in document.rules_for(action.lower(), flavour):
        for key, name in keys_of(document.source, document.source.statements[rule.number]):
            yield key, written.get(key, name)


def size_of(document: CompiledDocument) -> int:
    """Return how many statements a policy counts as when work is measured: long ones count more than once."""
    return sum(
        1
        + (
            len(statement.actions)
            + len(statement.resources or ())
            + sum(1 + len(clause.values) for clause in statement.clauses)
        )
        // TEXTS_PER_STATEMENT
        for statement in document.source.statements
    )


def weight_of(context: Context) -> int:
    """Return how often a statement counts when work is measured: it may look at every value of the longest list."""
    longest = max((len(value) for value in context.values() if isinstance(value, tuple)), default=0)
    return 1 + longest // TEXTS_PER_STATEMENT


def as_result(found: Simulated) -> dict[str, Any]:
    """Return an EvaluationResult, in the members of the service model."""
    common = {
        "MatchedStatements": [_statement(matched) for matched in found.matched],
        "MissingContextValues": list(found.missing),
        "PermissionsBoundaryDecisionDetail": None
        if found.within_boundary is None
        else {"AllowedByPermissionsBoundary": found.within_boundary},
    }
    specific = {
        "EvalResourceName": found.resource,
        "EvalResourceDecision": found.outcome,
        **common,
        "EvalDecisionDetails": found.by_type,
    }
    everything = found.resource == EVERYTHING
    answer = {
        "EvalActionName": found.action,
        "EvalResourceName": found.resource,
        "EvalDecision": found.outcome,
        **common,
        "OrganizationsDecisionDetail": None
        if found.within_organization is None
        else {"AllowedByOrganizations": found.within_organization},
        "EvalDecisionDetails": _details(found),
        "ResourceSpecificResults": [] if everything else [_given(specific)],
    }
    return _given(answer)


def _details(found: Simulated) -> Mapping[str, Outcome] | None:
    """Return the decisions by type of policy: empty inside one account, absent for `*` or a refusing organisation."""
    if found.by_type is not None:
        return found.by_type
    return None if found.resource == EVERYTHING or found.within_organization is False else {}


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _statement(matched: MatchedStatement) -> dict[str, Any]:
    return {
        "SourcePolicyId": policy_id(matched.source),
        "SourcePolicyType": RESOURCE if matched.source.kind in ("resource", "trust") else IDENTITY,
        "StartPosition": _position(*matched.start, behind=True),
        "EndPosition": _position(*matched.end, behind=False),
    }


def _position(line: int, column: int, *, behind: bool) -> dict[str, int]:
    """Return a place as AWS counts: columns from 1, of the character behind the brace."""
    return {"Line": line, "Column": column + behind}


def policy_id(source: PolicySource) -> str:
    """Return how an answer names a policy: a managed one by name, an inline one by owner and name."""
    if source.kind == "inline" and source.owner:
        kind, _, rest = fields(source.owner)[-1].partition("/")
        return f"{kind}_{rest.rpartition('/')[2]}_{source.name}"
    return source.name
