"""Step three, decide: weigh every type of policy against a request.

Order: any Deny (resource control, service control, resource, identity, boundary, session policies), then
every level of control policies must allow, then the resource's own policy and the identity side, by account and by
how directly the resource names the caller; last, boundary and session policies must allow.
Source: IAM User Guide, policy evaluation logic; choices where it is silent are in docs/deviations.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from iam.policy.attached import AttachedPolicy, Levels, Request
from iam.policy.decision import Decision, Hit, LayerName
from iam.policy.plan import NOBODY, SILENCE, Candidates, Layer, Plan
from iam.policy.principals import OF_AN_ACCOUNT, BoundIds, Grant
from iam.policy.resources import Flavour
from iam.policy.services import UNCONDITIONAL, is_assuming, is_trust_action, needs_grant

NO_IDS: Final[Mapping[str, str]] = MappingProxyType({})
ALLOWED: Final = Decision("allowed", None)
_ORDINARY: Final = frozenset({"user", "assumed-role"})


def decide(
    request: Request,
    plan: Plan,
    *,
    resource_policy: AttachedPolicy | None = None,
    principal_ids: BoundIds = NO_IDS,
    scps: Levels = (),
    rcps: Levels = (),
    identity_only: bool = False,
) -> Decision:
    """Decide a request.

    `resource_policy` is the resource's own policy, a role's trust policy when a role is assumed.
    `principal_ids` are its ARNs that were bound to a unique id: such an entry names who has that id.
    `scps` are those of the caller's account, `rcps` those of the resource's.
    `identity_only` takes for granted that the resource's policy lets the caller's account in.
    """
    caller = request.caller
    if (
        resource_policy is None
        and not scps
        and not rcps
        and caller.kind in _ORDINARY
        and caller.account == request.resource_account
    ):
        denies, allows, own_rules = plan.identity.candidates(request.action)
        if not own_rules:
            rule = None if denies is NOBODY else denies.first(request.resource, request.context)
            if rule is not None:
                return plan.denied(plan.identity, rule)
            if plan.limits:
                return _within_limits(request, plan, allows)
            rule = allows.first(request.resource, request.context)
            if rule is None:
                return plan.identity.silence
            known = plan.decisions.get(rule)
            return plan.allowed_by(rule) if known is None else known
    return weigh(Sides(request, plan, resource_policy, principal_ids, scps, rcps, identity_only))


def _within_limits(request: Request, plan: Plan, allows: Candidates) -> Decision:
    """Decide what the identity side does not deny: boundary and session policies must allow it as well."""
    action, resource, context = request.action, request.resource, request.context
    for layer in plan.limits:
        rule = layer.candidates(action)[0].first(resource, context)
        if rule is not None:
            return plan.denied(layer, rule)
    rule = allows.first(resource, context)
    if rule is None:
        return plan.identity.silence
    rules = [rule]
    for layer in plan.limits:
        rule = layer.candidates(action)[1].first(resource, context)
        if rule is None:
            return layer.silence
        rules.append(rule)
    return plan.allowed(tuple(rules))


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that has a say in one decision."""

    request: Request
    plan: Plan
    resource_policy: AttachedPolicy | None
    principal_ids: BoundIds
    scps: Levels
    rcps: Levels
    identity_only: bool = False

    @property
    def binding_scps(self) -> Levels:
        """SCPs bind callers that belong to an account, but no service-linked roles."""
        caller = self.request.caller
        linked = ":role/aws-service-role/" in caller.principal_arn
        return () if linked or caller.kind not in OF_AN_ACCOUNT else self.scps

    @property
    def resource_layer(self) -> LayerName:
        """What the resource's own policy is called."""
        source = self.resource_policy.source.kind if self.resource_policy else ""
        trust = source == "trust" or (not source and is_trust_action(self.request.action.lower()))
        return "role trust policy" if trust else "resource-based policy"

    def own_layers(self) -> tuple[Layer, ...]:
        """Return the layers of the caller's own policies that can speak."""
        caller, plan = self.request.caller, self.plan
        if caller.kind not in OF_AN_ACCOUNT:
            return ()
        if caller.acts_as_root:
            return () if plan.session is None else (plan.session,)
        return (plan.identity, *plan.limits)


def weigh(sides: Sides) -> Decision:
    """Decide in full."""
    if sides.request.action.lower() == UNCONDITIONAL and sides.request.caller.kind in OF_AN_ACCOUNT:
        return ALLOWED
    denial = _explicit_denial(sides)
    if denial is not None:
        return denial
    if not _every_level_allows(sides, sides.rcps, "rcp"):
        return SILENCE["resource control policy"]
    if not _every_level_allows(sides, sides.binding_scps, "scp"):
        return SILENCE["service control policy"]
    grant, hit = resource_grant(sides)
    if sides.request.caller.kind not in OF_AN_ACCOUNT:
        return _without_identity(sides, hit)
    return _with_identity(sides, grant, hit)


def _explicit_denial(sides: Sides) -> Decision | None:
    levels: tuple[tuple[LayerName, Levels, Flavour], ...] = (
        ("resource control policy", sides.rcps, "rcp"),
        ("service control policy", sides.binding_scps, "scp"),
    )
    for name, policies, flavour in levels:
        for level in policies:
            hit = _first_in(sides.request, level, flavour, deny=True)
            if hit is not None:
                return Decision("explicitDeny", name, (hit,))
    hit = _resource_denial(sides)
    if hit is not None:
        return Decision("explicitDeny", sides.resource_layer, (hit,))
    request = sides.request
    for layer in sides.own_layers():
        rule = layer.candidates(request.action)[0].first(request.resource, request.context)
        if rule is not None:
            return sides.plan.denied(layer, rule)
    return None


def _first_in(
    request: Request, policies: Sequence[AttachedPolicy], flavour: Flavour, *, deny: bool
) -> Hit | None:
    for attached in policies:
        for rule in attached.document.matching(request.action, flavour):
            if rule.deny is deny and rule.applies(request.resource, request.context):
                return attached, rule.number
    return None


def _every_level_allows(sides: Sides, levels: Levels, flavour: Flavour) -> bool:
    return all(_first_in(sides.request, level, flavour, deny=False) is not None for level in levels)


def _resource_denial(sides: Sides) -> Hit | None:
    attached, request = sides.resource_policy, sides.request
    if attached is None:
        return None
    bounded = sides.plan.boundary is not None and request.caller.kind in OF_AN_ACCOUNT
    for rule in attached.document.matching(request.action, "resource"):
        if not rule.deny or not rule.applies(request.resource, request.context):
            continue
        # Without a Principal element it is not said who is meant: a doubt, which denies.
        if rule.principals is None or rule.principals.denies(
            request.caller, sides.principal_ids, bounded=bounded
        ):
            return attached, rule.number
    return None


def resource_grant(sides: Sides) -> tuple[Grant, Hit | None]:
    """Return the most direct grant of the resource's own policy, and the statement that gives it."""
    attached, request = sides.resource_policy, sides.request
    best, hit = (Grant.ACCOUNT if sides.identity_only else Grant.NONE), None
    if attached is None:
        return best, hit
    for rule in attached.document.matching(request.action, "resource"):
        if rule.deny or rule.principals is None:
            continue
        grant = rule.principals.allow_grant(request.caller, sides.principal_ids)
        if grant > best and rule.applies(request.resource, request.context):
            best, hit = grant, (attached, rule.number)
    return best, hit


def _without_identity(sides: Sides, hit: Hit | None) -> Decision:
    """Decide for services, anonymous callers and identity providers: the resource's policy alone counts.

    Whatever names them grants outright: no account or role stands behind them.
    """
    if hit is None:
        return SILENCE[sides.resource_layer]
    return Decision("allowed", sides.resource_layer, (hit,))


def _with_identity(sides: Sides, grant: Grant, hit: Hit | None) -> Decision:
    request = sides.request
    caller, action = request.caller, request.action.lower()
    same_account = caller.account == request.resource_account
    if is_assuming(action) and caller.acts_as_root:
        return SILENCE[sides.resource_layer]  # AWS: roles may not be assumed by root
    if grant is Grant.NONE and (not same_account or needs_grant(action, request.resource)):
        return SILENCE[sides.resource_layer]
    if same_account and grant is Grant.DIRECT and hit is not None:
        return Decision("allowed", sides.resource_layer, (hit,))
    if same_account and grant is Grant.LIMITED and hit is not None:
        return _limited(sides, sides.resource_layer, (hit,), granted=True)
    layer: LayerName | None = None if caller.acts_as_root else "identity-based policy"
    return _limited(sides, layer, () if hit is None else (hit,), granted=False)


def _limited(sides: Sides, granting: LayerName | None, hits: tuple[Hit, ...], *, granted: bool) -> Decision:
    """Decide what is left: the identity side unless the resource granted it, then boundary and session."""
    request = sides.request
    if request.caller.kind == "federated-user" and sides.plan.session is None:
        return SILENCE["session policy"]
    for layer in sides.own_layers():
        if granted and layer is sides.plan.identity:
            continue
        rule = layer.candidates(request.action)[1].first(request.resource, request.context)
        if rule is None:
            return layer.silence
        hits = (*hits, layer.hit(rule))
    return Decision("allowed", granting, hits)
