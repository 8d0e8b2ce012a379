"""The account's stock of hardware tokens: brought in with their seeds, listed, and forgotten.

Who has a token is the business of EnableMFADevice and DeactivateMFADevice, as with any device.  Seeds come in and are
sealed; nothing gives them out again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts import devices, mfa, token_seeds
from accounts.models import MfaDevice
from accounts.token_seeds import Entry, ListFault, Token, TokenFault
from iam import describe, quotas, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import asks, operation
from iam.errors import DeleteConflict, EntityAlreadyExists, InvalidInput, NoSuchEntity
from iam.federation import pskc

MOST_PROBLEMS = 100
SHOWN_TOKENS = 50
_TOLD_PROBLEMS = 5


_ROOT = "arn:aws:iam::{account}:root"


@operation(
    "tenant.CreateHardwareToken",
    target=targets.account_root,
    checks=asks("wardstead:ImportHardwareTokens", about=_ROOT),
)
def create_hardware_token(
    call: Call,
    *,
    serial_number: str,
    seed: str,
    period: int = 30,
    digits: int = 6,
    manufacturer: str = "",
    model: str = "",
) -> None:
    """Put one token into the stock, by its serial number and its seed in hexadecimal or base32.

    Errors: InvalidInput (serial number, seed, period, digits), EntityAlreadyExists, LimitExceeded (devices per account).
    """
    try:
        made = token_seeds.token(
            serial_number,
            token_seeds.seed_of(seed),
            period=period,
            digits=digits,
            manufacturer=manufacturer,
            model=model,
        )
    except TokenFault as fault:
        raise InvalidInput(str(fault), member=fault.member) from None
    _stock(call, [made])


@operation(
    "tenant.ImportHardwareTokens",
    target=targets.account_root,
    checks=asks("wardstead:ImportHardwareTokens", about=_ROOT),
)
def import_hardware_tokens(
    call: Call, *, format: str, content: str, file_key: str = "", dry_run: bool = False
) -> Output:
    """Put all tokens of a list into the stock, or none where one is not in order; `dry_run`: only say how it would go.

    The first tokens and problems are told in a dry run, and whether the file carries a signature, which nobody verifies;
    an import tells the serial numbers.

    Errors: InvalidInput (a file that cannot be read; a token that is not in order, with its place),
    EntityAlreadyExists (brought in meanwhile), LimitExceeded (devices per account).
    Source: RFC 6030.
    """
    try:
        entries = pskc.read(content, file_key) if format == "pskc" else token_seeds.read_csv(content)
    except ListFault as fault:
        raise InvalidInput(str(fault), member="Content") from None
    entries = _judged(call, entries)
    tokens = [entry.token for entry in entries if entry.token is not None]
    problems = [entry for entry in entries if entry.token is None]
    if dry_run:
        return {
            "Found": len(tokens),
            "Signed": format == "pskc" and pskc.is_signed(content),
            "Problems": [_problem(entry) for entry in problems[:MOST_PROBLEMS]],
            "ProblemCount": len(problems),
            "Tokens": [_facts(token) for token in tokens[:SHOWN_TOKENS]],
        }
    if problems:
        raise InvalidInput(_told(problems, len(entries)), member="Content")
    _stock(call, tokens)
    return {"Found": len(tokens), "SerialNumbers": [token.serial for token in tokens]}


def _judged(call: Call, entries: Sequence[Entry]) -> list[Entry]:
    """The same, with what is there already faulted."""
    told = token_seeds.without_doubles(entries)
    known = devices.known_serials(call.account, (entry.serial for entry in told if entry.token))
    there = "A device of the account has this serial number already."
    return [
        Entry(entry.place, entry.serial, None, there) if entry.token and entry.serial in known else entry
        for entry in told
    ]


def _told(problems: Sequence[Entry], total: int) -> str:
    some = " ".join(f"{entry.place}: {entry.fault}" for entry in problems[:_TOLD_PROBLEMS])
    return f"{len(problems)} of {total} tokens are not in order, so none was brought in. {some}"


def _stock(call: Call, tokens: Sequence[Token]) -> None:
    quotas.take_several(call.account, "MFADevices", len(tokens))
    try:
        devices.stock(call.account, tokens, call.now)
    except mfa.SerialTaken:
        raise EntityAlreadyExists(
            "A device of the account has such a serial number already.", member="SerialNumber"
        ) from None


def _problem(entry: Entry) -> Mapping[str, Any]:
    return {"Place": entry.place, "SerialNumber": entry.serial, "Message": entry.fault}


def _facts(token: Token | MfaDevice) -> dict[str, Any]:
    return {
        "SerialNumber": token.serial,
        "Period": token.period,
        "Digits": token.digits,
        "Manufacturer": token.manufacturer,
        "Model": token.model,
    }


@operation(
    "tenant.ListHardwareTokens",
    target=targets.account_root,
    checks=asks("wardstead:ListHardwareTokens", about=_ROOT),
    reads=True,
)
def list_hardware_tokens(
    call: Call, *, page: Page, search: str = "", assignment_status: str = "Any"
) -> Output:
    """List the account's hardware tokens by serial number, with their holders.  Errors: ValidationError (marker)."""
    assigned = {"Assigned": True, "Unassigned": False}.get(assignment_status)
    rows = devices.tokens(call.account, search, assigned=assigned)
    return page.of("HardwareTokens", rows, key="serial", row=_row)


def _row(device: MfaDevice) -> dict[str, Any]:
    holder = describe.owner_name(device.identity) if device.identity is not None else None
    return {
        **_facts(device),
        "ImportDate": device.created_at,
        "UserName": holder,
        "EnableDate": device.enabled_at,
        "LastUsedDate": device.last_used_at,
    }


def _token(call: Call, params: Params, lock: bool) -> Target:
    """A hardware token by serial number; any other device is missing."""
    found = targets.mfa_device()(call, params, lock)
    if not isinstance(found.entity, MfaDevice) or found.entity.kind == "hardware":
        return found
    serial = str(params["serial_number"])
    absent = NoSuchEntity(f"The hardware token with serial number {serial} cannot be found.")
    return Target(arn=found.arn, replaces=found.replaces, absent=absent)


@operation(
    "tenant.DeleteHardwareToken",
    target=_token,
    checks=asks("wardstead:DeleteHardwareToken", about=_ROOT),
)
def delete_hardware_token(call: Call, *, device: MfaDevice) -> None:
    """Forget a token that is assigned to nobody, with its seed.  Errors: NoSuchEntity, DeleteConflict (assigned)."""
    if device.identity_id is not None:
        raise DeleteConflict("The token is assigned to somebody. It must be deactivated first.")
    device.delete()
    quotas.give_back(call.account, "MFADevices")
