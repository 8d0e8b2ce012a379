"""Which operations are worth a notice to the person whose credentials they change: one table, used by the pipeline.

Told is whoever owns the credentials, whether they acted themselves, an administrator did, or a worker.  Operations
that change credentials and are told to nobody stand in UNTOLD with the reason.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from accounts import devices, notices
from accounts.models import Identity, MfaDevice
from iam.call import Call, Output, Params, Target
from iam.models import User

# None: this time there is nothing to tell.
Facts: TypeAlias = Callable[[Params, Output], Mapping[str, str] | None]

# Where an operation signs out several people, it leaves them here for the notices.
SIGNED_OUT: Final = "signed out"
# Where an operation takes a device away, it leaves here what the device was called.
CALLED: Final = "called"


def _none(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # one signature
    return {}


def _device(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # as above
    return {"device": str(raw.get("KeyName") or devices.name_in(str(raw.get("SerialNumber", ""))))}


def _made_key(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # as above
    answer = output or {}
    row = answer.get("AccessKey") or answer.get("KeyRotation") or {}
    return {"key": str(row.get("AccessKeyId", ""))}


def _key(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # as above
    return {"key": str(raw["AccessKeyId"]), "status": str(raw.get("Status", ""))}


def _retired_key(raw: Params, output: Output) -> Mapping[str, str] | None:  # noqa: ARG001  # as above
    answer = output or {}
    if answer.get("Step") not in ("deactivated", "deleted"):
        return None
    return {"key": str(answer["KeyRotation"]["OldAccessKeyId"]), "status": str(answer["Step"])}


def _password(raw: Params, output: Output) -> Mapping[str, str] | None:  # noqa: ARG001  # as above
    return {} if "Password" in raw else None


def _new_name(raw: Params, output: Output) -> Mapping[str, str] | None:  # noqa: ARG001  # as above
    return {"name": str(raw["NewUserName"])} if "NewUserName" in raw else None


def _was_counting(raw: Params, output: Output) -> Mapping[str, str] | None:  # noqa: ARG001  # as above
    return {} if (output or {}).get("WasCounting") else None


def _address(raw: Params, output: Output) -> Mapping[str, str] | None:
    address, before = str(raw["Address"]).strip(), (output or {})["AddressBefore"]
    return {"address": address, "before": before} if address != before else None


def _no_address(raw: Params, output: Output) -> Mapping[str, str] | None:  # noqa: ARG001  # as above
    before = (output or {})["AddressBefore"]
    return {"before": before} if before else None


def _credential(what: str, member: str) -> Facts:
    """`member` is where input or answer have the credential's id; a change without a status has deleted it."""

    def facts(raw: Params, output: Output) -> Mapping[str, str]:
        made: dict[str, Any] = next((row for row in (output or {}).values() if isinstance(row, dict)), {})
        name = raw.get(member) or made.get(member, "")
        status = "" if made else str(raw.get("Status", "deleted"))
        return {"credential": f"{what} {name}", "status": status}

    return facts


_SSH: Final = _credential("SSH public key", "SSHPublicKeyId")
_CERTIFICATE: Final = _credential("signing certificate", "CertificateId")
_SERVICE: Final = _credential("service-specific credential", "ServiceSpecificCredentialId")

TOLD: Final[Mapping[str, tuple[str, Facts]]] = {
    "iam.ChangePassword": ("password-changed", _none),
    "iam.CreateAccessKey": ("key-made", _made_key),
    "iam.CreateLoginProfile": ("password-given", _none),
    "iam.CreateServiceSpecificCredential": ("credential-made", _SERVICE),
    "iam.DeactivateMFADevice": ("mfa-removed", _device),
    "iam.DeleteAccessKey": ("key-deleted", _key),
    "iam.DeleteLoginProfile": ("password-removed", _none),
    "iam.DeleteSSHPublicKey": ("credential-changed", _SSH),
    "iam.DeleteServiceSpecificCredential": ("credential-changed", _SERVICE),
    "iam.DeleteSigningCertificate": ("credential-changed", _CERTIFICATE),
    "iam.EnableMFADevice": ("mfa-added", _device),
    "iam.ResetServiceSpecificCredential": ("credential-made", _SERVICE),
    "iam.ResyncMFADevice": ("mfa-resynced", _device),
    "iam.UpdateAccessKey": ("key-switched", _key),
    "iam.UpdateLoginProfile": ("password-given", _password),
    "iam.UpdateSSHPublicKey": ("credential-changed", _SSH),
    "iam.UpdateServiceSpecificCredential": ("credential-changed", _SERVICE),
    "iam.UpdateSigningCertificate": ("credential-changed", _CERTIFICATE),
    "iam.UpdateUser": ("name-changed", _new_name),
    "iam.UploadSSHPublicKey": ("credential-made", _SSH),
    "iam.UploadSigningCertificate": ("credential-made", _CERTIFICATE),
    "tenant.AdvanceKeyRotation": ("key-retired", _retired_key),
    "tenant.CreateRecoveryCodes": ("recovery-codes-made", _none),
    "tenant.CreateTemporaryPass": ("pass-given", _none),
    "tenant.DeleteContactAddress": ("address-removed", _no_address),
    "tenant.EnableSecurityKey": ("mfa-added", _device),
    "tenant.EndConsoleSession": ("sessions-ended", _none),
    "tenant.EndConsoleSessions": ("sessions-ended", _none),
    "tenant.PutContactAddress": ("address-changed", _address),
    "tenant.RecoverRoot": ("root-recovered", _none),
    "tenant.RevokeSession": ("sessions-ended", _none),
    "tenant.StartKeyRotation": ("key-made", _made_key),
    "tenant.StartRootRecovery": ("root-recovery-begun", _none),
    "tenant.UnlockRoot": ("unlocked", _was_counting),
    "tenant.UnlockUser": ("unlocked", _was_counting),
}

UNTOLD: Final[Mapping[str, str]] = {
    "iam.CreateUser": "a new user has no credentials",
    "iam.CreateVirtualMFADevice": "the device belongs to nobody yet",
    "iam.DeleteUser": "nobody is left to read it, and the last credential was told of before",
    "iam.DeleteVirtualMFADevice": "the device belongs to nobody any more",
    "iam.DisableOrganizationsRootCredentialsManagement": "a setting of the account",
    "iam.DisableOrganizationsRootSessions": "a setting of the account",
    "iam.EnableOrganizationsRootCredentialsManagement": "a setting of the account",
    "iam.EnableOrganizationsRootSessions": "a setting of the account",
    "iam.GenerateCredentialReport": "says what is there",
    "iam.SetSecurityTokenServicePreferences": "a setting of the account",
    "iam.UpdateAccountPasswordPolicy": "a setting of the account",
    "iam.DeleteAccountPasswordPolicy": "a setting of the account",
    "sts.AssumeRole": "temporary credentials, made by whoever gets them",
    "sts.AssumeRoot": "not built: always refused",
    "sts.GetFederationToken": "temporary credentials, made by whoever gets them",
    "sts.GetSessionToken": "temporary credentials, made by whoever gets them",
    "sts.GetWebIdentityToken": "a token for others, made by whoever gets it",
    "tenant.ApplyPasswordProfile": "a setting of the account",
    "tenant.CollectRotatedKey": "the key was told of when it was made",
    "tenant.CreateHardwareToken": "the token belongs to nobody yet",
    "tenant.DeleteHardwareToken": "the token belongs to nobody any more",
    "tenant.ExpireSession": "the credentials ended a week ago",
    "tenant.ImportHardwareTokens": "the tokens belong to nobody yet",
    "tenant.RenameMFADevice": "a name to know the device by, nothing that is proved",
    "tenant.RotateTokenKeys": "the account's own keys",
    "tenant.UpdateAccountSettings": "a setting of the account",
    "tenant.UpdateMFARequirement": "a setting of the account",
    "tenant.UpdatePasswordSafeguards": "a setting of the account",
    "tenant.UpdateSignInSettings": "a setting of the account",
}

_OF_ROOT: Final = frozenset({"tenant.RecoverRoot", "tenant.StartRootRecovery", "tenant.UnlockRoot"})
_WORKERS: Final = {
    "operator": "whoever runs this installation",
    "rotation": "the account's rotation of keys",
}
# Nobody needs to be told that they ended a session of their own.
_OF_OTHERS: Final = "sessions-ended"


def succeeded(call: Call, name: str, raw: Params, target: Target, output: Output) -> None:
    """Tell the owner of what was changed, in the transaction of the change."""
    told = TOLD.get(name)
    if told is None:
        return
    kind, read = told
    facts = read(raw, output)
    if facts is None:
        return
    if "device" in facts:
        facts = {**facts, "device": _called(call, target) or facts["device"]}
    owners = [owner for owner in _owners(call, name, target) if _concerns(call, kind, owner)]
    if len(owners) > 1:
        notices.keep_for(owners, kind, call.now, by=_by(call, None), peer=call.peer, **facts)
    for owner in owners if len(owners) == 1 else ():
        owner.account = call.account
        before = (facts["before"],) if facts.get("before") else ()
        notices.tell(owner, kind, call.now, also_to=before, by=_by(call, owner), peer=call.peer, **facts)


def _called(call: Call, target: Target) -> str:
    """What its holder called the device, also where the name went with the holder; "" where there is no row."""
    row = target.given.get("device")
    return str(call.memo.pop(CALLED, row.name)) if isinstance(row, MfaDevice) else ""


def _concerns(call: Call, kind: str, owner: Identity) -> bool:
    return kind != _OF_OTHERS or call.system is not None or call.principal.identity_pk != owner.pk


def _owners(call: Call, name: str, target: Target) -> list[Identity]:
    if SIGNED_OUT in call.memo:
        return list(call.memo.pop(SIGNED_OUT))
    owner = _owner(call, name, target)
    return [] if owner is None else [owner]


def _owner(call: Call, name: str, target: Target) -> Identity | None:
    given = target.given
    owner = given.get("owner") or getattr(given.get("session", given.get("row")), "identity", None)
    if isinstance(owner, Identity):
        return owner
    if name in _OF_ROOT:
        return call.account.root
    return target.entity.identity if isinstance(target.entity, User) else None


def _by(call: Call, owner: Identity | None) -> str:
    if call.system is not None:
        return _WORKERS.get(call.system.name, call.system.arn)
    oneself = owner is not None and call.principal.identity_pk == owner.pk
    return "yourself" if oneself else call.principal.arn
