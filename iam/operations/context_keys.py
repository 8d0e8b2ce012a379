"""Which context keys policies look at: what a simulation needs to be given."""

from collections.abc import Iterable, Sequence

from iam import policy_sources
from iam.call import Call, Output
from iam.catalogue import operation
from iam.policy import AttachedPolicy, context_keys
from iam.policy_sources import Source


@operation("iam.GetContextKeysForCustomPolicy", reads=True)
def get_context_keys_for_custom_policy(call: Call, *, policy_input_list: Sequence[str]) -> Output:
    """List the keys in the conditions and variables of the policies given, as written, each once.

    Errors: InvalidInput (a policy that cannot be read).
    """
    return _names(policy_sources.given(policy_input_list, "PolicyInputList"))


@operation(
    "iam.GetContextKeysForPrincipalPolicy", target=policy_sources.source("policy_source_arn"), reads=True
)
def get_context_keys_for_principal_policy(
    call: Call, *, source: Source, policy_input_list: Sequence[str] = ()
) -> Output:
    """List the keys that the policies and the boundary of a user, group or role look at, and further policies given.

    Errors: NoSuchEntity (user, group or role), InvalidInput (a policy that cannot be read, an ARN of something else).
    Source: IAM API Reference, GetContextKeysForPrincipalPolicy; recorded answers of AWS (boundaries).
    """
    own = policy_sources.of(source, call.account.number)
    boundary = policy_sources.boundary_of(source, call.account.number)
    own += [boundary] if boundary is not None else []
    return _names([*own, *policy_sources.given(policy_input_list, "PolicyInputList")])


def _names(policies: Iterable[AttachedPolicy]) -> Output:
    found: dict[str, str] = {}
    for attached in policies:
        for name in context_keys(attached.document.text):
            found.setdefault(name.lower(), name)
    return {"ContextKeyNames": list(found.values())}
