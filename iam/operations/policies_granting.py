"""Which policies of a user, group or role grant it a service: its own, and for a user those of its groups."""

from collections.abc import Iterable, Sequence
from typing import Any

from iam import ids, policy_sources, service_catalogue
from iam.call import Call, Output, Page
from iam.catalogue import operation
from iam.policy import AttachedPolicy
from iam.reports import granted


@operation(
    "iam.ListPoliciesGrantingServiceAccess", target=policy_sources.source("arn", member="Arn"), reads=True
)
def list_policies_granting_service_access(
    call: Call, *, source: policy_sources.Source, service_namespaces: Sequence[str], page: Page
) -> Output:
    """List for each service, in the order asked, the policies that allow some action of it.

    A policy that hangs on the user and on its groups too is told once.  Boundaries and other kinds of policies are not
    asked; a service that does not exist is granted by none.

    Errors: NoSuchEntity, InvalidInput (an ARN of anything else), ValidationError (marker).
    Source: IAM API Reference, ListPoliciesGrantingServiceAccess.
    """
    attached = _distinct(policy_sources.of(source, call.account.number))
    known = service_catalogue.catalogue()
    entries = [
        {
            "ServiceNamespace": service,
            "Policies": [
                _policy(policy)
                for policy in attached
                if granted.service([policy.document], service.lower(), known)
            ],
        }
        for service in dict.fromkeys(service_namespaces)
    ]
    return page.of_values("PoliciesGrantingServiceAccess", entries)


def _distinct(attached: Iterable[AttachedPolicy]) -> list[AttachedPolicy]:
    """Each managed policy once; by name, managed ones before inline ones."""
    found: dict[tuple[str, ...], AttachedPolicy] = {}
    for policy in attached:
        source = policy.source
        inline = source.kind == "inline"
        found.setdefault(("inline", source.owner, source.name) if inline else ("", source.id), policy)
    return sorted(found.values(), key=lambda one: (one.source.kind == "inline", one.source.name.casefold()))


def _policy(policy: AttachedPolicy) -> dict[str, Any]:
    source = policy.source
    if source.kind != "inline":
        return {"PolicyName": source.name, "PolicyType": "MANAGED", "PolicyArn": source.id}
    kind, rest = ids.resource_in(source.owner)
    return {
        "PolicyName": source.name,
        "PolicyType": "INLINE",
        "EntityType": kind.upper(),
        "EntityName": rest.rpartition("/")[2],
    }
