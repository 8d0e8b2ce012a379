"""What may be saved: AWS's refusals, in AWS's words and order.

Order: JSON and shape, Version, legacy parsing (case of Effect, condition values, short ARNs), principals, Sids, actions
present, resources present, resource form, action form.  The order of elements in the text plays no part.
Source: recorded answers of AWS to CreatePolicy and CreateRole.
"""

import re
from collections.abc import Callable
from typing import Final, Literal

from iam.policy.document import parse
from iam.policy.errors import MalformedPolicy, PolicySyntaxError
from iam.policy.reader import Json, load, locate
from iam.policy.save_resource import check_form, has_wrong_partition, is_too_short
from iam.policy.save_structure import SYNTAX, Blocks, Refusal, check_statement, statements, texts
from iam.policy.save_trust import check_trust
from iam.policy.save_values import LEGACY, check_values

SaveKind = Literal["identity", "managed", "inline", "session", "trust"]
"""identity is managed by another name: both refuse the old Version, inline and session keep it."""

INVALID_JSON: Final = "This policy contains invalid Json"
OLD_VERSION: Final = "Policy document must be version 2012-10-17 or greater."
NO_PRINCIPAL: Final = "Policy document should not specify a principal."
NO_ACTIONS: Final = "Policy statement must contain actions."
NO_RESOURCES: Final = "Policy statement must contain resources."
REPEATED_SID: Final = "Statement IDs (SID) in a single policy must be unique."
ODD_SID: Final = (
    "Statement IDs (SID) must be alpha-numeric. "
    "Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
NO_VENDOR: Final = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
TWO_COLONS: Final = "Actions/Condition can contain only one colon."

_SID = re.compile(r"[0-9A-Za-z]*")
_VENDOR = re.compile(r"[0-9A-Za-z.-]+")


def check_for_save(text: str, kind: SaveKind) -> None:
    """Refuse what AWS refuses to save.  What passes, parse can read.

    Errors: MalformedPolicy.
    """
    try:
        value = load(text)
    except PolicySyntaxError as error:
        message = INVALID_JSON if kind == "trust" else SYNTAX
        raise MalformedPolicy(message, error.message, error.line, error.column) from None
    try:
        try:
            if kind == "trust":
                check_trust(value)
            else:
                _check_identity(value, kind)
        except Refusal as refusal:
            place = locate(text, refusal.path)
            raise MalformedPolicy(refusal.message, refusal.detail, *place) from None
        parse(text)
    except PolicySyntaxError as error:  # nested too deep to say where; and what passes must be readable
        raise MalformedPolicy(SYNTAX, error.message, error.line, error.column) from None


def _check_identity(value: Json, kind: SaveKind) -> None:
    blocks = statements(value)
    for path, block in blocks:
        check_statement(block, path)
    version = value.get("Version") if isinstance(value, dict) else None
    if kind not in ("inline", "session") and version != "2012-10-17":
        raise Refusal(OLD_VERSION, "Without a Version a policy is of 2008-10-17.", ("Version",))
    _check_legacy(blocks, of_session=kind == "session")
    for check in _STAGES:
        check(blocks)


def _check_legacy(blocks: Blocks, *, of_session: bool) -> None:
    for path, block in blocks:
        if block["Effect"] not in ("Allow", "Deny"):
            raise Refusal(LEGACY, 'Effect is written "Allow" or "Deny".', (*path, "Effect"))
        check_values(block, path, of_session=of_session)
        for resource, where in texts(block, "Resource", path):
            if has_wrong_partition(resource):
                break  # AWS stops reading the list here, and complains of this one later
            if is_too_short(resource):
                raise Refusal(LEGACY, "This ARN lacks fields; an ARN has six.", where)


def _check_no_principal(blocks: Blocks) -> None:
    for path, block in blocks:
        for element in ("Principal", "NotPrincipal"):
            if element in block:
                detail = "Only resource policies and trust policies name principals."
                raise Refusal(NO_PRINCIPAL, detail, (*path, element))


def _check_sids(blocks: Blocks) -> None:
    seen = set[str]()
    for path, block in blocks:
        sid = str(block.get("Sid", ""))
        if not _SID.fullmatch(sid):
            raise Refusal(ODD_SID, "A Sid is made of letters and digits.", (*path, "Sid"))
        if sid and sid in seen:
            raise Refusal(REPEATED_SID, f'The Sid "{sid}" stands here a second time.', (*path, "Sid"))
        seen.add(sid)


def _require(name: str, message: str) -> Callable[[Blocks], None]:
    def check(blocks: Blocks) -> None:
        for path, block in blocks:
            if not any(texts(block, name, path)):
                raise Refusal(message, f"{name} or Not{name} must name something.", path)

    return check


def _check_resource_form(blocks: Blocks) -> None:
    for path, block in blocks:
        for resource, where in texts(block, "Resource", path):
            check_form(resource, where)


def _check_action_form(blocks: Blocks) -> None:
    for path, block in blocks:
        for action, where in texts(block, "Action", path):
            fault = action_fault(action)
            if fault is not None:
                raise Refusal(fault, 'An action is written "service:Name", or "*".', where)


def action_fault(action: str) -> str | None:
    """Return AWS's text for an action that may not be saved, None for a good one."""
    if action == "*":
        return None
    vendor, *rest = action.split(":")
    if not rest:
        return NO_VENDOR
    if len(rest) > 1:
        return TWO_COLONS
    return None if vendor == "*" or _VENDOR.fullmatch(vendor) else f"Vendor {vendor} is not valid"


_STAGES: Final = (
    _check_no_principal,
    _check_sids,
    _require("Action", NO_ACTIONS),
    _require("Resource", NO_RESOURCES),
    _check_resource_form,
    _check_action_form,
)


def minified_size(text: str) -> int:
    """Count the characters of a policy as quotas do: blanks are free."""
    return len(text) - sum(map(text.count, " \t\r\n"))
