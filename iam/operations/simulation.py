"""Simulations: what policies would decide about requests nobody makes.

Nothing is authorised or recorded as if it had happened; the trail shows who simulated what.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from iam import policy_sources
from iam.call import Call, Output, Page, Params
from iam.catalogue import operation
from iam.errors import InvalidInput
from iam.policy import AttachedPolicy, Caller, Context, Plan
from iam.policy.context_entries import BadEntry, context_of
from iam.policy.simulate import EVERYTHING, Scene, as_result, simulate, size_of, weight_of
from iam.policy_sources import Source

Entries: TypeAlias = Sequence[Params]

# Actions, resources, statements and values of a key multiply: this many evaluations are a few seconds of one processor.
EVALUATIONS = 200_000

# The kinds of resource that each EC2 scenario is made of, as their ARNs name them.
_COMMON = ("instance", "image", "security-group")
SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "EC2-Classic-InstanceStore": _COMMON,
    "EC2-Classic-EBS": (*_COMMON, "volume"),
    "EC2-VPC-InstanceStore": (*_COMMON, "network-interface"),
    "EC2-VPC-InstanceStore-Subnet": (*_COMMON, "network-interface", "subnet"),
    "EC2-VPC-EBS": (*_COMMON, "network-interface", "volume"),
    "EC2-VPC-EBS-Subnet": (*_COMMON, "network-interface", "subnet", "volume"),
}


@operation("iam.SimulateCustomPolicy", reads=True)
def simulate_custom_policy(
    call: Call,
    *,
    page: Page,
    policy_input_list: Sequence[str],
    action_names: Sequence[str],
    permissions_boundary_policy_input_list: Sequence[str] = (),
    ordered_organization_policy_input_list: Entries = (),
    resource_arns: Sequence[str] = (EVERYTHING,),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Entries = (),
    resource_handling_option: str | None = None,
) -> Output:
    """Decide each action on each resource by the policies given, and by nothing else.

    Errors: InvalidInput (a policy that cannot be read, an action with a wildcard, more than one boundary, a caller that
    is no user, group or role, a context value not of its type, too much at once), PolicyEvaluation.
    Source: IAM API Reference, SimulateCustomPolicy.
    """
    if resource_policy is not None and caller_arn is None:
        raise InvalidInput("CallerArn is needed where there is a ResourcePolicy.", member="CallerArn")
    caller = _caller(caller_arn or f"arn:aws:iam::{call.account.number}:user/simulated", resource_policy)
    scene = Scene(
        caller,
        Plan(
            policy_sources.given(policy_input_list, "PolicyInputList"),
            _boundary(permissions_boundary_policy_input_list),
        ),
        _context(context_entries),
        _account(resource_owner) or caller.account,
        _resource_policy(resource_policy),
        policy_sources.levels(ordered_organization_policy_input_list),
    )
    return _results(page, scene, action_names, resource_arns, resource_handling_option)


@operation("iam.SimulatePrincipalPolicy", target=policy_sources.source("policy_source_arn"), reads=True)
def simulate_principal_policy(
    call: Call,
    *,
    page: Page,
    source: Source,
    action_names: Sequence[str],
    policy_input_list: Sequence[str] = (),
    permissions_boundary_policy_input_list: Sequence[str] = (),
    policy_exclusion_list: Entries = (),
    resource_arns: Sequence[str] = (EVERYTHING,),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Entries = (),
    resource_handling_option: str | None = None,
) -> Output:
    """Decide each action on each resource by the policies of a user, group or role, and further ones given.

    A user's policies include its groups'; a boundary given replaces the entity's own.

    Errors: NoSuchEntity (user, group or role), InvalidInput (see SimulateCustomPolicy; an ARN of something else, a
    wrong exclusion), PolicyEvaluation (a stored policy that cannot be evaluated).
    Source: IAM API Reference, SimulatePrincipalPolicy.
    """
    excluded = policy_sources.exclusion(policy_exclusion_list)
    own = [found for found in policy_sources.of(source, call.account.number) if not excluded(found.source)]
    boundary = _boundary(permissions_boundary_policy_input_list)
    if boundary is None:
        boundary = policy_sources.boundary_of(source, call.account.number)
    if boundary is not None and excluded(boundary.source):
        boundary = None
    caller = _caller(caller_arn or source.arn, resource_policy)
    scene = Scene(
        caller,
        Plan([*own, *policy_sources.given(policy_input_list, "PolicyInputList")], boundary),
        _context(context_entries),
        _account(resource_owner) or caller.account,
        _resource_policy(resource_policy),
    )
    return _results(page, scene, action_names, resource_arns, resource_handling_option)


def _results(
    page: Page, scene: Scene, actions: Sequence[str], resources: Sequence[str], option: str | None
) -> Output:
    for action in actions:
        _require_action(action)
    if option is not None:
        _require_scenario(option, resources)
    asked = list(product(actions, resources or (EVERYTHING,)))
    statements = sum(size_of(each.document) for each in _documents(scene))
    work = len(asked) * max(1, statements) * weight_of(scene.context)
    if work > EVALUATIONS:
        raise InvalidInput(
            f"Actions, resources, statements and values make {work} evaluations; "
            f"a simulation has at most {EVALUATIONS}."
        )
    answer = page.of_values("EvaluationResults", asked)
    results = [as_result(simulate(scene, *pair)) for pair in answer["EvaluationResults"]]
    return {**answer, "EvaluationResults": results}


def _documents(scene: Scene) -> Iterator[AttachedPolicy]:
    for layer in (scene.plan.identity, *scene.plan.limits):
        yield from layer.attached
    if scene.resource_policy is not None:
        yield scene.resource_policy
    for level in scene.scps:
        yield from level


def _require_action(action: str) -> None:
    service, colon, name = action.partition(":")
    if not colon or not service or not name or ":" in name:
        raise InvalidInput(f'{action} is no action; one is written "service:Name".', member="ActionNames")
    if "*" in action or "?" in action:
        raise InvalidInput(f"Wildcards are not supported in the action name {action}.", member="ActionNames")


def _require_scenario(option: str, resources: Sequence[str]) -> None:
    if option not in SCENARIOS:
        raise InvalidInput(
            f"{option} is none of the options {', '.join(SCENARIOS)}.", member="ResourceHandlingOption"
        )
    kinds = {arn.rpartition(":")[2].partition("/")[0] for arn in resources if arn.startswith("arn:")}
    lacking = [kind for kind in SCENARIOS[option] if kind not in kinds]
    if lacking:
        raise InvalidInput(
            f"The option {option} needs resources of these kinds too: {', '.join(lacking)}.",
            member="ResourceArns",
        )


def _boundary(texts: Sequence[str]) -> AttachedPolicy | None:
    if len(texts) > 1:
        raise InvalidInput(
            "An entity has one permissions boundary at most.", member="PermissionsBoundaryPolicyInputList"
        )
    found = policy_sources.given(texts, "PermissionsBoundaryPolicyInputList", kind="boundary")
    return found[0] if found else None


def _resource_policy(text: str | None) -> AttachedPolicy | None:
    return None if text is None else policy_sources.one(text, "ResourcePolicy", "resource")


def _context(entries: Entries) -> Context:
    try:
        return context_of(entries)
    except BadEntry as fault:
        raise InvalidInput(str(fault), member="ContextEntries") from None


def _account(owner: str | None) -> str:
    """The account that an ARN, or an account number, stands for; nothing where none is given."""
    if owner is None:
        return ""
    account = owner.split(":")[4] if owner.count(":") >= 5 else owner
    if len(account) != 12 or not account.isdigit():
        raise InvalidInput(f"{owner} names no account.", member="ResourceOwner")
    return account


def _caller(arn: str, resource_policy: str | None) -> Caller:
    kind, _, account = policy_sources.entity_of(arn, "CallerArn")
    if resource_policy is not None and kind != "user":
        raise InvalidInput(
            "A ResourcePolicy can be simulated for a user only; CallerArn must be a user's.",
            member="CallerArn",
        )
    if kind != "role":
        return Caller(arn, account, "user")
    session = f"arn:aws:sts::{account}:assumed-role/{arn.rpartition('/')[2]}/simulated"
    return Caller(session, account, "assumed-role", principal_arn=arn)
