"""The operations of the service models that are not offered, each with the reason; a call answers UnsupportedOperation.

docs/operations.md is made from this table and the catalogue.
"""

NOT_BUILT = "not built yet"
FEDERATION = "comes with federation"
NO_ORGANIZATION = "an installation has no AWS organization"

NOT_OFFERED: dict[str, str] = {
    **dict.fromkeys(
        (
            "iam.AcceptDelegationRequest",
            "iam.AssociateDelegationRequest",
            "iam.CreateDelegationRequest",
            "iam.GetDelegationRequest",
            "iam.GetHumanReadableSummary",
            "iam.ListDelegationRequests",
            "iam.RejectDelegationRequest",
            "iam.SendDelegationToken",
            "iam.UpdateDelegationRequest",
            "sts.GetDelegatedAccessToken",
        ),
        "delegation requests are for AWS's own partner products",
    ),
}
