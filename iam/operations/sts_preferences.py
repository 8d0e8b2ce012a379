"""The version of the session tokens that the global endpoint of STS hands out."""

from iam.call import Call
from iam.catalogue import operation

_VERSIONS = {"v1Token": 1, "v2Token": 2}


@operation("iam.SetSecurityTokenServicePreferences")
def set_security_token_service_preferences(call: Call, *, global_endpoint_token_version: str) -> None:
    """Have GetAccountSummary show this version; tokens of either are good in every region here.

    Source: IAM API Reference, SetSecurityTokenServicePreferences; docs/deviations.md.
    """
    call.account.sts_token_version = _VERSIONS[global_endpoint_token_version]
    call.account.save(update_fields=["sts_token_version"])
