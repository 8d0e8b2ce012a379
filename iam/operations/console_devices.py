"""One user's MFA devices as the console shows them: ListMFADevices joined with kind, name and last use."""

from typing import Any

from accounts.models import DeviceKind, Identity, MfaDevice
from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation


@operation("console.MFADevices", target=targets.owner(), checks=asks("iam:ListMFADevices"), reads=True)
def mfa_devices(call: Call, *, owner: Identity) -> Output:
    """List the user's devices, last enabled first; a user has eight at most.

    Errors: NoSuchEntity, ValidationError (no name given by a role or federated session).
    """
    rows = owner.mfa_devices.select_related("security_key").order_by("-enabled_at", "serial")
    return {"MFADevices": [_row(device) for device in rows]}


def _row(device: MfaDevice) -> dict[str, Any]:
    row: dict[str, Any] = {
        "SerialNumber": device.serial,
        "DeviceName": device.name,
        "Kind": device.kind,
        "EnableDate": device.enabled_at,
        "LastUsedDate": device.last_used_at,
        "Period": device.period,
        "Digits": device.digits,
    }
    if device.kind != DeviceKind.FIDO:
        return row
    key = device.security_key
    return {
        **row,
        "KnowsUser": key.user_verified,
        "BackedUp": key.backed_up,
        "CopiedDate": key.copied_at,
    }
