"""The operations of the service models that are not offered, each with the reason; a call answers UnsupportedOperation.

docs/operations.md is made from this table and the catalogue.
"""

FEDERATION = "comes with federation"
NEWER = "newer than the service model this product was written for"
PARTNERS = "delegation requests are for AWS's own partner products"

NOT_OFFERED: dict[str, str] = {
    **dict.fromkeys(
        (
            "sts.AssumeRoleWithSAML",
            "sts.AssumeRoleWithWebIdentity",
        ),
        FEDERATION,
    ),
    **dict.fromkeys(
        (
            "iam.AcquireRole",
            "iam.GetAccountProperties",
            "iam.GetRoleTemplateVersion",
            "iam.PutAccountProperties",
            "sts.GetScopedCredentials",
        ),
        NEWER,
    ),
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
        PARTNERS,
    ),
}
