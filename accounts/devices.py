"""MFA devices beyond the codes they show: an account's stock of hardware tokens, names, and what root must have."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from accounts import mfa, mfa_requirement, site
from accounts.models import Account, DeviceKind, Identity, MfaDevice
from accounts.token_seeds import Token


def name_in(serial: str) -> str:
    """What people call a device by its serial number alone: the name in an ARN, else the number itself.

    Behind a security key's name stands an id, which is left out.
    """
    if not serial.startswith("arn:"):
        return serial
    name = serial.rpartition("/")[2]
    return name.rpartition("-")[0] or name if ":u2f/" in serial else name


def stock(account: Account, tokens: Sequence[Token], now: datetime) -> None:
    """Put tokens into the account's stock, assigned to nobody, all of them or none.  Their seeds are sealed.

    Errors: mfa.SerialTaken; the transaction is then of no more use.
    """
    rows = [
        MfaDevice(
            account=account,
            serial=token.serial,
            name=token.serial[: mfa.LONGEST_NAME],
            kind=DeviceKind.HARDWARE,
            sealed_seed=mfa.sealed_seed(account, token.serial, token.seed),
            period=token.period,
            digits=token.digits,
            manufacturer=token.manufacturer,
            model=token.model,
            created_at=now,
        )
        for token in tokens
    ]
    try:
        MfaDevice.objects.bulk_create(rows, batch_size=500)
    except IntegrityError as taken:
        raise mfa.SerialTaken from taken


def known_serials(account: Account, serials: Iterable[str]) -> set[str]:
    """Those of the serial numbers that a device of the account has already."""
    wanted = list(serials)
    found: set[str] = set()
    for start in range(0, len(wanted), 500):  # SQLite takes no more than so many parameters
        part = account.mfa_devices.filter(serial__in=wanted[start : start + 500])
        found.update(part.values_list("serial", flat=True))
    return found


def tokens(account: Account, search: str = "", *, assigned: bool | None = None) -> QuerySet[MfaDevice]:
    """The account's hardware tokens whose serial number, maker, model or holder has `search` in it, with holders."""
    rows = account.mfa_devices.filter(kind=DeviceKind.HARDWARE).select_related("identity")
    if assigned is not None:
        rows = rows.filter(identity__isnull=not assigned)
    if search:
        rows = rows.filter(
            Q(serial__icontains=search)
            | Q(manufacturer__icontains=search)
            | Q(model__icontains=search)
            | Q(identity__name_key__contains=search.casefold())
        )
    return rows


def refused_to(owner: Identity, kind: str) -> bool:
    """Whether the account forbids its root user a device of this kind; not where no other is to be had."""
    if not (owner.is_root and owner.account.root_needs_hardware and kind == DeviceKind.VIRTUAL):
        return False
    return _better_to_be_had(owner)


def _better_to_be_had(root: Identity) -> bool:
    """Whether the root user has or could add a device that is no app: otherwise nobody could sign in as root again."""
    if site.present() is not None or not lacks_hardware(root):
        return True
    return root.account.mfa_devices.filter(kind=DeviceKind.HARDWARE, identity__isnull=True).exists()


def lacks_hardware(identity: Identity) -> bool:
    """Whether this is a root user that must have a hardware token or security key, and has none."""
    if not (identity.is_root and identity.account.root_needs_hardware):
        return False
    strong = identity.mfa_devices.filter(enabled_at__isnull=False).exclude(kind=DeviceKind.VIRTUAL)
    return not strong.exists()


def better_due(identity: Identity, peer: str, now: datetime) -> datetime | None:
    """Until when a root user that must have a better device than it has may sign in without; None where for ever.

    That is where MFA is not required of it either; otherwise it has as many days as everybody has to add a device.
    """
    if not lacks_hardware(identity):
        return None
    grace = mfa_requirement.grace(identity, peer, now)
    if grace is None:
        return None
    since = identity.account.root_needs_hardware_since
    days = timedelta(days=identity.account.mfa_grace_days)
    return grace.ends if since is None else max(grace.ends, since + days)


def better_overdue(identity: Identity, peer: str, now: datetime) -> bool:
    """Whether a root user must add a better device before anything else."""
    due = better_due(identity, peer, now)
    return due is not None and now >= due and _better_to_be_had(identity)


def rename(device: MfaDevice, name: str) -> None:
    """Call a device by another name; its serial number stays."""
    device.name = name
    device.save(update_fields=["name"])
