"""Advice on policies: what is wrong, dangerous or needless in a text, whether it is stored or not."""

from collections.abc import Mapping
from typing import Any

from iam import service_catalogue
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.policy.validate import PolicyType, validate


@operation("tenant.ValidatePolicy", checks=asks("wardstead:ValidatePolicy"), reads=True)
def validate_policy(
    call: Call,
    *,
    policy_document: str,
    policy_type: PolicyType = "IDENTITY_POLICY",
    validate_policy_resource_type: str = "",
) -> Output:
    """Answer the findings on a policy text, gravest first; nothing is refused for them.

    Members and codes are those of Access Analyzer's ValidatePolicy, in the case of this API.
    """
    found = validate(
        policy_document,
        policy_type,
        resource_type=validate_policy_resource_type,
        catalogue=service_catalogue.catalogue(),
        account=call.account.number,
    )
    return {"Findings": [_capitalised(finding.as_dict()) for finding in found]}


def _capitalised(value: Any) -> Any:
    """The same with every member's name in the case of the Query API."""
    if isinstance(value, Mapping):
        return {name[0].upper() + name[1:]: _capitalised(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_capitalised(item) for item in value]
    return value
