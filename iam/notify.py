"""Which operations are worth a notice to the person whose credentials they change: one table, used by the pipeline.

Told is whoever owns the credentials, whether they acted themselves, an administrator did, or a worker.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from accounts import notices
from accounts.models import Identity
from iam.call import Call, Output, Params, Target
from iam.models import User

Facts: TypeAlias = Callable[[Params, Output], Mapping[str, str]]


def _none(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # one signature
    return {}


def _device(raw: Params, output: Output) -> Mapping[str, str]:
    serial = raw.get("SerialNumber") or (output or {}).get("SerialNumber", "")
    return {"device": str(serial).rpartition("/")[2] or str(serial)}


def _made_key(raw: Params, output: Output) -> Mapping[str, str]:  # noqa: ARG001  # as above
    answer = output or {}
    row = answer.get("AccessKey") or answer.get("KeyRotation") or {}
    return {"key": str(row.get("AccessKeyId", ""))}


TOLD: Final[Mapping[str, tuple[str, Facts]]] = {
    "iam.ChangePassword": ("password-changed", _none),
    "iam.CreateAccessKey": ("key-made", _made_key),
    "iam.CreateLoginProfile": ("password-given", _none),
    "iam.DeactivateMFADevice": ("mfa-removed", _device),
    "iam.DeleteLoginProfile": ("password-removed", _none),
    "iam.EnableMFADevice": ("mfa-added", _device),
    "iam.UpdateLoginProfile": ("password-given", _none),
    "tenant.CreateRecoveryCodes": ("recovery-codes-made", _none),
    "tenant.CreateTemporaryPass": ("pass-given", _none),
    "tenant.EnableSecurityKey": ("mfa-added", _device),
    "tenant.RecoverRoot": ("root-recovered", _none),
    "tenant.StartRootRecovery": ("root-recovery-begun", _none),
    "tenant.StartKeyRotation": ("key-made", _made_key),
}

_OF_ROOT: Final = frozenset({"tenant.RecoverRoot", "tenant.StartRootRecovery"})
_WORKERS: Final = {
    "operator": "whoever runs this installation",
    "rotation": "the account's rotation of keys",
}


def succeeded(call: Call, name: str, raw: Params, target: Target, output: Output) -> None:
    """Tell the owner of what was changed, in the transaction of the change."""
    told = TOLD.get(name)
    owner = _owner(call, name, target) if told is not None else None
    if told is None or owner is None:
        return
    if name == "iam.UpdateLoginProfile" and "Password" not in raw:
        return
    kind, facts = told
    owner.account = call.account
    notices.tell(owner, kind, call.now, by=_by(call, owner), peer=call.peer, **facts(raw, output))


def _owner(call: Call, name: str, target: Target) -> Identity | None:
    owner = target.given.get("owner")
    if isinstance(owner, Identity):
        return owner
    if name in _OF_ROOT:
        return call.account.root
    return target.entity.identity if isinstance(target.entity, User) else None


def _by(call: Call, owner: Identity) -> str:
    if call.system is not None:
        return _WORKERS.get(call.system.name, call.system.arn)
    return "yourself" if call.principal.identity_pk == owner.pk else call.principal.arn
