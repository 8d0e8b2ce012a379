"""MFA devices of IAM users and of root: made with a seed shown once, enabled by two codes, taken away.

A failed code counts against the device although the rest of its call is rolled back.  Security keys are registered by
iam.operations.security_keys, hardware tokens brought in by iam.operations.hardware_tokens; both are listed and taken
away here.
"""

import re
from dataclasses import replace
from typing import Any

from accounts import devices, mfa, sessions
from accounts.models import Identity, MfaDevice
from iam import describe, notify, quotas, tagging, targets
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import Resolver, asks, operation
from iam.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    InvalidInput,
    NoSuchEntity,
    ValidationError,
)
from iam.models.scoped import arn

_PATH = re.compile(r"/(?:[A-Za-z0-9/]*/)?")
_LONGEST_SERIAL = 256
_VIRTUAL, _HARDWARE = "virtual", "hardware"
_UNPROVED = "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user."


@operation(
    "iam.CreateVirtualMFADevice",
    target=targets.new("mfa", "virtual_mfa_device_name"),
    also=tagging.tag_on_create("iam:TagMFADevice"),
)
def create_virtual_mfa_device(
    call: Call, *, virtual_mfa_device_name: str, path: str = "/", tags: Tags = ()
) -> Output:
    """Make a virtual device that belongs to nobody yet; the answer alone has its seed, as text and as QR code.

    Errors: EntityAlreadyExists, LimitExceeded (devices per account, tags), InvalidInput (tags), ValidationError
    (path; path and name too long together).
    Source: IAM API Reference, CreateVirtualMFADevice.
    """
    serial = arn(call.account.number, "mfa", path, virtual_mfa_device_name)
    _require_sound_serial(path, serial)
    stored = tagging.added((), tags, case_sensitive=True)
    quotas.take(call.account, "MFADevices")
    try:
        _, provisioning = mfa.create(
            call.account,
            serial=serial,
            name=virtual_mfa_device_name,
            path=path,
            tags=stored,
            now=call.now,
        )
    except mfa.SerialTaken:
        raise EntityAlreadyExists("MFA device already exists.") from None
    shown: dict[str, Any] = {
        "SerialNumber": serial,
        "Base32StringSeed": provisioning.secret.encode(),
        "QRCodePNG": provisioning.png(),
    }
    return {"VirtualMFADevice": {**shown, **({"Tags": stored} if stored else {})}}


def _require_sound_serial(path: str, serial: str) -> None:
    if not _PATH.fullmatch(path):
        raise ValidationError(
            "The specified value for path is invalid. It must begin and end with / and contain only "
            "alphanumeric characters and/or / characters.",
            member="Path",
        )
    if len(serial) > _LONGEST_SERIAL:
        raise ValidationError(
            f"The serial number of a device has at most {_LONGEST_SERIAL} characters.",
            member="VirtualMFADeviceName",
        )


def _owner_and_device(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the owner, who is looked up first; then the device, whoever has it."""
    owner = targets.owner()(call, params, lock)
    device = targets.mfa_device()(call, params, lock)
    return replace(
        owner,
        given={**owner.given, **device.given},
        replaces=(*owner.replaces, *device.replaces),
        absent=owner.absent or device.absent,
    )


def _owner_with_device(call: Call, params: Params, lock: bool) -> Target:
    """As above, but a device that the owner does not have is missing."""
    found = _owner_and_device(call, params, lock)
    if found.absent is not None or found.given["device"].identity_id == found.given["owner"].pk:
        return found
    return replace(found, absent=NoSuchEntity("MFA Device invalid for user."))


def _proved(resolver: Resolver) -> Resolver:
    """Refuse users who add to their devices, or take one away, by a long-term key: stolen, it shall not undo MFA.

    Told before a device is missing.  Who manages another's devices is asked for a permission only; pages of the console
    ask for a fresh proof of their own (console.step_up).
    Source: AWS security bulletin AWS-2023-001; recorded answers of AWS.
    """

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        found = resolver(call, params, lock)
        owner = found.given.get("owner")
        by_key = call.principal.kind == "user" and call.principal.session is None
        if owner is None or not by_key or owner.pk != call.principal.identity_pk:
            return found
        return replace(found, absent=AccessDenied(_UNPROVED)) if owner.mfa_devices.exists() else found

    return resolve


@operation("iam.EnableMFADevice", target=_proved(_owner_and_device))
def enable_mfa_device(
    call: Call, *, owner: Identity, device: MfaDevice, authentication_code1: str, authentication_code2: str
) -> None:
    """Make the device stand guard for the user, once two consecutive codes have proved that they hold it.

    The user's console sessions end, save the one the call comes from: they were begun without the device.

    Errors: NoSuchEntity (user, device), EntityAlreadyExists (assigned already), LimitExceeded (devices per user),
    AccessDenied (one's own second device by a long-term key; an app for a root user that must have better),
    InvalidAuthenticationCode (wrong, used, equal or not consecutive; too many wrong ones).
    Source: IAM API Reference, EnableMFADevice; ADR 0039.
    """
    if device.identity_id == owner.pk:
        raise EntityAlreadyExists(f"MFA Device for user {describe.owner_name(owner)} already exists.")
    if device.identity_id is not None:
        raise EntityAlreadyExists("MFA Device is already in use.")
    if devices.refused_to(owner, device.kind):
        raise AccessDenied("The account requires a hardware token or a security key of its root user.")
    quotas.require_room(call.account, "MFADevicesPerUser", owner.mfa_devices.count())
    verdict = mfa.enrol(device, owner, authentication_code1, authentication_code2, call.now)
    _require(call, device, verdict)
    quotas.count(call.account, "MFADevicesInUse")
    sessions.end_all_of(owner, keep=call.console_session)


@operation("iam.ResyncMFADevice", target=_owner_with_device)
def resync_mfa_device(
    call: Call, *, owner: Identity, device: MfaDevice, authentication_code1: str, authentication_code2: str
) -> None:
    """Learn from two consecutive codes how far the device's clock is off.

    Errors: NoSuchEntity (user, device; a device of someone else), InvalidAuthenticationCode (also of a security key,
    which has no codes).
    """
    verdict = mfa.resync(device, authentication_code1, authentication_code2, call.now)
    _require(call, device, verdict)


@operation("iam.DeactivateMFADevice", target=_proved(_owner_with_device))
def deactivate_mfa_device(call: Call, *, owner: Identity, device: MfaDevice) -> None:
    """Take the device from its user, whose console sessions end, save the one the call comes from.

    The device stays, assigned to nobody; a hardware token is in the stock again, a security key is forgotten.

    Errors: NoSuchEntity (user, device; a device of someone else), AccessDenied (one's own by a long-term key),
    ValidationError (no name given by a role or federated session).
    """
    call.memo[notify.CALLED] = device.name
    if not mfa.deactivate(device):
        quotas.give_back(call.account, "MFADevices")
    quotas.give_back(call.account, "MFADevicesInUse")
    sessions.end_all_of(owner, keep=call.console_session)


@operation("iam.ListMFADevices", target=targets.owner(), reads=True)
def list_mfa_devices(call: Call, *, owner: Identity, page: Page) -> Output:
    """List the user's devices, oldest first: a serial number may be longer than a marker.

    Errors: NoSuchEntity, ValidationError (marker; no name given by a role or federated session).
    """

    def row(device: MfaDevice) -> dict[str, Any]:
        return {
            "UserName": describe.owner_name(owner),
            "SerialNumber": device.serial,
            "EnableDate": device.enabled_at,
        }

    return page.of("MFADevices", owner.mfa_devices.all(), key="pk", row=row)


def _device_and_its_owner(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the user named, or else about whoever has the device."""
    if "user_name" in params:
        return _owner_with_device(call, params, lock)
    device = targets.mfa_device()(call, params, lock)
    row = device.entity
    if not isinstance(row, MfaDevice) or row.identity is None:
        return Target(arn="*", absent=_missing(str(params["serial_number"])))
    if row.identity.is_root:
        arn_of_owner = targets.account_root(call, params, lock).arn
        return replace(device, arn=arn_of_owner, entity=None, given={**device.given, "owner": row.identity})
    owner = targets.entity_target(call, "user", row.identity.name, "user_name", lock)
    return replace(owner, given={**device.given, "owner": row.identity}, replaces=device.replaces)


@operation("iam.GetMFADevice", target=_device_and_its_owner, reads=True)
def get_mfa_device(call: Call, *, owner: Identity, device: MfaDevice) -> Output:
    """Answer whose device it is and since when.  Errors: NoSuchEntity (user, device; unassigned; of someone else)."""
    return {
        "UserName": describe.owner_name(owner),
        "SerialNumber": device.serial,
        "EnableDate": device.enabled_at,
    }


@operation("iam.ListVirtualMFADevices", reads=True)
def list_virtual_mfa_devices(call: Call, *, page: Page, assignment_status: str = "Any") -> Output:
    """List virtual devices, oldest first, without seeds.  Errors: ValidationError (marker)."""
    devices = call.account.mfa_devices.filter(kind=_VIRTUAL).select_related("identity__iam_user")
    if assignment_status != "Any":
        devices = devices.filter(identity__isnull=assignment_status == "Unassigned")
    return page.of("VirtualMFADevices", devices, key="pk", row=lambda device: _virtual(call, device))


def _virtual(call: Call, device: MfaDevice) -> dict[str, Any]:
    shown: dict[str, Any] = {"SerialNumber": device.serial}
    if device.identity is None:
        return shown
    if device.identity.is_root:
        return {
            **shown,
            "User": describe.root(call.account, device.identity),
            "EnableDate": device.enabled_at,
        }
    user = device.identity.iam_user
    user.account, user.identity = call.account, device.identity
    return {**shown, "User": describe.user_row(user), "EnableDate": device.enabled_at}


def _virtual_device(call: Call, params: Params, lock: bool) -> Target:
    """Whatever is no hardware token: those are forgotten by DeleteHardwareToken, and no virtual devices to AWS."""
    found = targets.mfa_device()(call, params, lock)
    if isinstance(found.entity, MfaDevice) and found.entity.kind == _HARDWARE:
        return replace(found, absent=_missing(str(params["serial_number"])))
    return found


@operation("iam.DeleteVirtualMFADevice", target=_virtual_device)
def delete_virtual_mfa_device(call: Call, *, device: MfaDevice) -> None:
    """Forget a device that is assigned to nobody, with its seed.  Errors: NoSuchEntity, DeleteConflict (assigned)."""
    if device.identity_id is not None:
        raise DeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
    device.delete()
    quotas.give_back(call.account, "MFADevices")


@operation("tenant.RenameMFADevice", target=_owner_with_device, checks=asks("iam:EnableMFADevice"))
def rename_mfa_device(call: Call, *, owner: Identity, device: MfaDevice, device_name: str) -> None:
    """Call the user's security key or hardware token by this name; its serial number stays.

    Errors: NoSuchEntity (user, device; a device of someone else), InvalidInput (a virtual device, whose name is part
    of its serial number).
    """
    if device.kind == _VIRTUAL:
        raise InvalidInput("The name of a virtual device is part of its serial number.", member="DeviceName")
    devices.rename(device, device_name)


def _require(call: Call, device: MfaDevice, verdict: mfa.CodeVerdict) -> None:
    if verdict:
        return
    if verdict.reason == "blocked":
        raise InvalidAuthenticationCode("Too many wrong authentication codes were given. Try again later.")
    refusal = InvalidAuthenticationCode("Authentication code for device is not valid.")
    raise refusal.followed_by(lambda: mfa.count_failure(device.pk, call.now))


def _missing(serial: str) -> NoSuchEntity:
    return NoSuchEntity(f"MFA Device with serial number {serial} does not exist.")
