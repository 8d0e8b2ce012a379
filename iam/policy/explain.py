"""Why a request was decided as it was, as data for pages and messages, and as text for people.

Layers are judged one by one, so that the explanation also says what would still stand in the way.
"""

from collections.abc import Iterator
from typing import Any, Final

from iam.policy.attached import AttachedPolicy, Levels, Request
from iam.policy.decide import NO_IDS, Sides
from iam.policy.decision import Decision, MatchedStatement, article_of, denial_message
from iam.policy.plan import Plan
from iam.policy.principals import OF_AN_ACCOUNT, BoundIds
from iam.policy.services import needs_grant
from iam.policy.trace import ConditionTrace, LayerTrace, StatementTrace, trace

Explanation = dict[str, Any]
"""JSON-able: outcome, layer, message, request, determining, layers, needs."""

STATEMENTS_SHOWN: Final = 50
VALUES_SHOWN: Final = 20


def explain(
    decision: Decision,
    request: Request,
    plan: Plan,
    *,
    resource_policy: AttachedPolicy | None = None,
    principal_ids: BoundIds = NO_IDS,
    scps: Levels = (),
    rcps: Levels = (),
    identity_only: bool = False,
) -> Explanation:
    """Explain a decision; the arguments are those it was made with.

    Of each layer: its own outcome, the policies in it, and every statement that speaks of the action with
    what each of its conditions expected and saw.  `needs` lists what would have to change, layer by layer.
    """
    sides = Sides(request, plan, resource_policy, principal_ids, scps, rcps, identity_only)
    layers = trace(sides)
    return {
        "outcome": decision.outcome,
        "allowed": decision.allowed,
        "layer": decision.layer,
        "message": "" if decision.allowed else denial_message(decision, request),
        "request": _request(request),
        "determining": [_reference(found) for found in decision.statements],
        "layers": [_layer(layer) for layer in layers],
        "needs": [] if decision.allowed else list(_needs(decision, sides, layers)),
    }


def _request(request: Request) -> Explanation:
    caller = request.caller
    return {
        "principal": caller.arn,
        "principalType": caller.kind,
        "principalId": caller.unique_id,
        "account": caller.account,
        "action": request.action,
        "resource": request.resource,
        "resourceAccount": request.resource_account,
        "context": {key: _seen(value) for key, value in sorted(request.context.items())},
    }


def _seen(value: str | tuple[str, ...] | None) -> str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _reference(found: MatchedStatement) -> Explanation:
    return {
        "policy": found.source.id,
        "policyName": found.source.name,
        "policyType": found.source.kind,
        "owner": found.source.owner,
        "sid": found.sid,
        "index": found.index,
        "effect": found.effect,
        "start": {"line": found.start[0], "column": found.start[1]},
        "end": {"line": found.end[0], "column": found.end[1]},
    }


def _layer(layer: LayerTrace) -> Explanation:
    shown = sorted(layer.statements, key=_how_close)[:STATEMENTS_SHOWN]
    return {
        "layer": layer.name,
        "outcome": layer.outcome,
        "policies": [attached.source.id for attached in layer.policies],
        "statements": [_statement(found) for found in shown],
        "notShown": len(layer.statements) - len(shown),
    }


def _how_close(found: StatementTrace) -> tuple[bool, bool, bool]:
    """Order what applies first, then what missed by conditions only."""
    return not found.applies, found.covers_resource == "no", not found.names_caller


def _statement(found: StatementTrace) -> Explanation:
    written = found.written
    return {
        **_reference(found.matched),
        "NotAction" if written.not_action else "Action": list(written.actions[:VALUES_SHOWN]),
        "NotResource" if written.not_resource else "Resource": list((written.resources or ())[:VALUES_SHOWN]),
        "applies": found.applies,
        "doubtful": found.doubtful,
        "namesCaller": found.names_caller,
        "coversResource": found.covers_resource,
        "conditions": [_condition(item) for item in found.conditions],
    }


def _condition(item: ConditionTrace) -> Explanation:
    return {
        "operator": item.operator,
        "key": item.key,
        "expected": list(item.expected[:VALUES_SHOWN]),
        "seen": _seen(item.seen),
        "holds": item.holds,
    }


def _needs(decision: Decision, sides: Sides, layers: tuple[LayerTrace, ...]) -> Iterator[Explanation]:
    """Yield what stands in the way: each Deny that applies, each layer that must allow and does not."""
    for layer in layers:
        for found in layer.matched if layer.outcome == "explicitDeny" else ():
            yield {"layer": layer.name, "change": "deny", "statement": _reference(found)}
    for name in _must_allow(decision, sides, layers):
        yield {
            "layer": name,
            "change": "allow",
            "action": sides.request.action,
            "resource": sides.request.resource,
        }


def _must_allow(decision: Decision, sides: Sides, layers: tuple[LayerTrace, ...]) -> Iterator[str]:
    caller, request = sides.request.caller, sides.request
    own = caller.kind in OF_AN_ACCOUNT
    needs_resource = (
        not own
        or caller.account != request.resource_account
        or needs_grant(request.action.lower(), request.resource)
    )
    named = dict.fromkeys(layer.name for layer in layers if not _lets_pass(layer))
    resource_layer = sides.resource_layer
    if not needs_resource:
        named.pop(resource_layer, None)
    elif sides.resource_policy is None and not sides.identity_only:
        named[resource_layer] = None
    if caller.kind == "federated-user" and sides.plan.session is None:
        named["session policy"] = None
    if decision.outcome == "implicitDeny" and decision.layer is not None:
        named = dict.fromkeys([decision.layer, *named])
    yield from named


def _lets_pass(layer: LayerTrace) -> bool:
    """Whether some statement of the layer allows, Denies set aside."""
    return any(found.applies and found.matched.effect == "Allow" for found in layer.statements)


def explanation_text(explanation: Explanation) -> str:
    """Render an explanation as lines for people."""
    request = explanation["request"]
    asked = f"{request['principal']} asked for {request['action']} on {request['resource'] or '*'}"
    lines = [f"{asked}: {_OUTCOMES[explanation['outcome']]}{_by(explanation)}."]
    lines += [f"  by {_place(found)}" for found in explanation["determining"]]
    for layer in explanation["layers"]:
        lines.append(f"{layer['layer'].capitalize()}: {_OUTCOMES[layer['outcome']]}")
        lines += [line for found in layer["statements"] for line in _statement_lines(found)]
        if not layer["statements"]:
            lines.append(f"  none of {len(layer['policies'])} policies speaks of {request['action']}")
    lines += [_need_line(need, first=number == 0) for number, need in enumerate(explanation["needs"])]
    return "\n".join(lines)


_OUTCOMES: Final = {
    "allowed": "allowed",
    "explicitDeny": "denied by a statement",
    "implicitDeny": "not allowed by any statement",
}


def _by(explanation: Explanation) -> str:
    return f" ({explanation['layer']})" if explanation["layer"] else ""


def _place(found: Explanation) -> str:
    name = f"statement {found['sid'] or found['index'] + 1}"
    return f"{found['effect']}, {name} of {found['policyName']}, line {found['start']['line']}"


def _statement_lines(found: Explanation) -> Iterator[str]:
    state = "applies" if found["applies"] else "does not apply"
    yield f"  {_place(found)}: {state}{' (nobody can tell, and a doubt denies)' if found['doubtful'] else ''}"
    if not found["namesCaller"]:
        yield "    it does not name the caller"
    if found["coversResource"] == "no":
        yield "    it does not cover the resource"
    for item in found["conditions"]:
        seen = "nothing" if item["seen"] is None else item["seen"]
        asked = f"{item['operator']} {item['key']}"
        yield f"    {asked}: expected {item['expected']}, saw {seen}: {item['holds']}"


def _need_line(need: Explanation, *, first: bool) -> str:
    opening = "To change this" if first else "Even then"
    article = article_of(need["layer"])
    if need["change"] == "deny":
        return f"{opening}, {article} {need['layer']} must no longer deny it: {_place(need['statement'])}."
    return f"{opening}, {article} {need['layer']} must allow {need['action']} on {need['resource'] or '*'}."
