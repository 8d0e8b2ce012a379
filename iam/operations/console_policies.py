"""One managed policy as the console addresses it: by its name, since names are unique whatever the path."""

from typing import Any, Literal, TypeAlias

from iam import describe, managed, usage
from iam.call import Call, Output, Params, Target
from iam.catalogue import asks, operation
from iam.errors import NoSuchEntity
from iam.managed import ManagedPolicy
from iam.models import Policy, fold

AnyPolicy: TypeAlias = Policy | ManagedPolicy


def _named(call: Call, params: Params, lock: bool) -> Target:
    """The policy of a name, the account's own or AWS's; one that is missing is asked about without a path."""
    name, owner = str(params["policy_name"]), call.account.number
    found: Any
    if params["type"] == "AWS":
        owner = managed.ACCOUNT
        found = next((each for each in managed.catalogue().values() if each.name_key == fold(name)), None)
    else:
        found = call.account.policies.filter(name_key=fold(name)).first()
    replaces = ("policy_name", "type")
    if found is None:
        arn = f"arn:aws:iam::{owner}:policy/{name}"
        return Target(arn=arn, replaces=replaces, absent=NoSuchEntity(f"Policy {arn} was not found."))
    if isinstance(found, ManagedPolicy):
        return Target(arn=found.arn, given={"policy": found}, replaces=replaces)
    found.account = call.account
    return Target(arn=found.arn, entity=found, given={"policy": found}, replaces=replaces)


@operation("console.PolicyOverview", target=_named, checks=asks("iam:GetPolicy"), reads=True)
def policy_overview(call: Call, *, policy: AnyPolicy) -> Output:
    """Answer a managed policy found by name and type, without its text.  Errors: NoSuchEntity."""
    kind: Literal["AWS", "Local"] = "AWS" if isinstance(policy, ManagedPolicy) else "Local"
    used = usage.of(call.account, [policy.arn]).get(policy.arn, usage.NONE)
    return {"Policy": {**describe.policy(policy, used), "Type": kind}}
