"""Adding an MFA device while signing in: operations run as the person whose sign-in is halted, before they are in.

The pipeline holds such a call to a closed list (iam.authorize.ENROLMENT); the trail names the person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from accounts import devices
from accounts.models import Identity, MfaDevice
from accounts.signin import NeedsDevice
from console.calls import answer
from iam import catalogue, pipeline, principals
from iam.call import Call, SessionFacts
from iam.errors import AccessDenied, DeleteConflict, EntityAlreadyExists, NotImplementedHere, ServiceError
from iam.shapes import names

ROOT_DEVICE: Final = "root-account-mfa-device"
MOST_NAMES: Final = 9


@dataclass(frozen=True, slots=True)
class Virtual:
    """A virtual device made just now; its seed is in the page that shows it and nowhere else."""

    serial: str
    seed: str

    def __repr__(self) -> str:
        return f"Virtual({self.serial!r})"


def run(
    request: HttpRequest, who: NeedsDevice, operation: str, *, mfa_at: datetime | None = None, **params: Any
) -> dict[str, Any]:
    """Run an operation as the person whose sign-in waits; `mfa_at`: they have proved a device just now.

    Errors: every ServiceError of the operation.
    """
    found = catalogue.find(operation)
    if found is None:
        raise NotImplementedHere(f"{operation} is not offered.")
    facts = SessionFacts(kind="console", issued_at=who.since, mfa_at=mfa_at, enrolling=True)
    made = Call(
        account=who.identity.account,
        principal=principals.of_identity(who.identity, session=facts),
        now=timezone.now(),
        request_id=getattr(request, "request_id", ""),
        source="console",
        peer=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        secure=request.is_secure(),
    )
    return answer(pipeline.perform(made, found, names.params(found.spec.input, params)))


def user_name(identity: Identity) -> str:
    """How operations name the person: a user by name, root by the account's number."""
    return identity.account.number if identity.is_root else identity.name


def new_virtual(request: HttpRequest, who: NeedsDevice) -> Virtual:
    """A virtual device under a name of the person's own; one left over from an earlier attempt is forgotten.

    Errors: ServiceErrors of CreateVirtualMFADevice.
    """
    identity = who.identity
    name = ROOT_DEVICE if identity.is_root else identity.name
    for candidate in (name, *(f"{name}-{number}" for number in range(2, MOST_NAMES + 1))):
        if _is_free(request, who, f"arn:aws:iam::{identity.account.number}:mfa/{candidate}"):
            return _made(request, who, candidate)
    raise EntityAlreadyExists("MFA device already exists.")


def finish(request: HttpRequest, who: NeedsDevice, serial: str) -> list[str]:
    """Take off the devices whose place the new one takes, and hand out recovery codes for it; [] where refused."""
    mfa_at = timezone.now()
    for device in _replaced(who, serial):
        given = {"user_name": user_name(who.identity), "serial_number": device.serial}
        run(request, who, "iam.DeactivateMFADevice", mfa_at=mfa_at, **given)
    try:
        codes = run(request, who, "tenant.CreateRecoveryCodes", mfa_at=mfa_at)["RecoveryCodes"]
    except ServiceError as refusal:
        if refusal.status >= 500:
            raise
        return []
    return list(codes)


def _replaced(who: NeedsDevice, serial: str) -> list[MfaDevice]:
    """Those that a pass stood in for; of a root user that must have better, its apps."""
    others = who.identity.mfa_devices.exclude(serial=serial)
    if who.passed:
        return list(others)
    return [row for row in others if devices.refused_to(who.identity, row.kind)]


def _is_free(request: HttpRequest, who: NeedsDevice, serial: str) -> bool:
    """Whether no device has the serial number, or none any more: one that nobody uses is forgotten, if it may be."""
    if not who.identity.account.mfa_devices.filter(serial=serial).exists():
        return True
    try:
        run(request, who, "iam.DeleteVirtualMFADevice", serial_number=serial)
    except (AccessDenied, DeleteConflict):
        return False
    return True


def _made(request: HttpRequest, who: NeedsDevice, name: str) -> Virtual:
    device = run(request, who, "iam.CreateVirtualMFADevice", virtual_mfa_device_name=name)["VirtualMFADevice"]
    return Virtual(device["SerialNumber"], bytes(device["Base32StringSeed"]).decode())
