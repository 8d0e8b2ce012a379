"""The global condition keys: type, several values or one, and whether each request has them.

Source: IAM User Guide, AWS global condition context keys; aws:PrincipalOrgMasterAccountId: AWS's managed policy
AWSSSOServiceRolePolicy, which alone has it.
"""

from typing import Final

from iam.policy.actions import Key, KeyType


def _keys(kind: KeyType, names: str, *, many: bool = False) -> dict[str, Key]:
    return {name.lower(): Key(name, kind, many) for name in names.split()}


GLOBAL_KEYS: Final[dict[str, Key]] = {
    **_keys("date", "aws:CurrentTime aws:TokenIssueTime aws:EpochTime"),
    **_keys("numeric", "aws:MultiFactorAuthAge"),
    **_keys(
        "bool",
        """aws:MultiFactorAuthPresent aws:PrincipalIsAWSService aws:SecureTransport aws:ViaAWSService
        aws:AssumedRoot aws:IsMcpServiceAction aws:ViaAWSMCPService""",
    ),
    **_keys("ip", "aws:SourceIp aws:VpcSourceIp"),
    **_keys("arn", "aws:PrincipalArn aws:SourceArn aws:SourceVpcArn aws:Ec2InstanceSourceVpcArn"),
    **_keys(
        "string",
        """aws:FederatedProvider aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalServiceName aws:PrincipalType
        aws:referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:SourceAccount aws:SourceIdentity
        aws:SourceOrgID aws:SourceVpc aws:SourceVpce aws:UserAgent aws:userid aws:username aws:Ec2InstanceSourceVpc
        aws:Ec2InstanceSourcePrivateIPv4 aws:ChatbotSourceArn aws:VpceAccount aws:VpceOrgID
        aws:PrincipalOrgMasterAccountId aws:SignInSessionArn aws:CalledViaFirst aws:CalledViaLast aws:CalledViaAWSMCP""",
    ),
    **_keys(
        "string",
        """aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths
        aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths""",
        many=True,
    ),
}
TAG_KEYS: Final = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
# Keys that were replaced, each with what to use now.
DEPRECATED: Final = {
    "aws:principalservicenames": "aws:PrincipalServiceNamesList",
    "aws:securetransportpolicy": "aws:SecureTransport",
}
ALWAYS_THERE_NAMES: Final = """aws:currenttime aws:epochtime aws:principalarn aws:principalaccount aws:principaltype aws:requestedregion
    aws:securetransport aws:userid aws:viaawsservice aws:principalisawsservice aws:useragent aws:resourceaccount"""
ALWAYS_THERE: Final = frozenset(ALWAYS_THERE_NAMES.split())
CALLER_CONTROLLED: Final = frozenset({"aws:referer", "aws:useragent"})
RESTRICTING_SERVICES: Final = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths",
)  # fmt: skip
NARROWING_NAMES: Final = """aws:principalarn aws:principalaccount aws:principalorgid aws:principalorgpaths aws:sourcearn aws:sourceaccount
    aws:sourceorgid aws:sourceorgpaths aws:sourceip aws:sourcevpc aws:sourcevpce aws:userid aws:vpcsourceip
    aws:sourcevpcarn aws:vpceaccount aws:vpceorgid aws:vpceorgpaths aws:principalservicename aws:federatedprovider"""
NARROWING: Final = frozenset(NARROWING_NAMES.split())


def global_key(name: str) -> Key | None:
    """Return the global key of a lower-case name; a tag key needs its tag."""
    found = GLOBAL_KEYS.get(name)
    if found is None and any(name.startswith(prefix) and name != prefix for prefix in TAG_KEYS):
        return Key(name, "string")
    return found
