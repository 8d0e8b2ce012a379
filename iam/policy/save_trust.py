"""Save-time checks of trust policies, and the principals they name.

Whether a principal exists is for the caller to find out: see trust_principals.
Source: recorded answers of AWS to CreateRole, and its answers quoted in public issues.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from iam.policy.arn import FIELDS, fields
from iam.policy.compile import action_matcher
from iam.policy.document import PRINCIPAL_TYPES, VERSIONS
from iam.policy.reader import Json, Lines, Node, read
from iam.policy.save_federation import check_shared_providers
from iam.policy.save_structure import Block, Blocks, Refusal, check_statement, statements, texts
from iam.policy.save_values import check_values

INVALID_VERSION: Final = "The policy must contain a valid version string"
EMPTY: Final = "Could not parse the policy: Statement is empty!"
REPEATED_SID: Final = "The Statement Ids in the policy are not unique"
MISSING: Final = "Missing required field {}"
EMPTY_PRINCIPAL: Final = "Missing required field Principal cannot be empty!"
NOT_PRINCIPAL: Final = "AssumeRole policy must not contain NotPrincipal field."
PROHIBITED: Final = "Has prohibited field {}"
OTHER_ACTIONS: Final = "AssumeRole policy may only specify STS AssumeRole actions."
STAR: Final = 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'

TRUST_ACTIONS: Final = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)
PARTITION: Final = "aws"  # all principals here are of it; those of another cannot be named

_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[0-9A-Z]{8,}")
_NAME = r"[A-Za-z0-9_+=,.@-]+"
_NAMED = re.compile(rf"(?:user|role)/(?:[!-~]*/)?{_NAME}|root")
_SESSION = re.compile(rf"assumed-role/{_NAME}/{_NAME}|federated-user/{_NAME}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_PROVIDER = re.compile(r"oidc-provider/[!-~]+|saml-provider/[A-Za-z0-9_.-]+")
# Providers that AWS knows without an ARN; Amazon Cognito is one to it.
_KNOWN_PROVIDERS: Final = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+", re.IGNORECASE)
_NO_SERVICES: Final = frozenset({"amazonaws.com", "amazonaws.com.cn"})  # the domains alone


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One name in the Principal elements of a trust policy, and where it stands."""

    type: str
    value: str
    line: int
    column: int


def check_trust(value: Json) -> None:
    """Check a trust policy.

    Errors: Refusal.
    """
    if isinstance(value, dict):
        if "Version" in value and value["Version"] not in VERSIONS:
            raise Refusal(INVALID_VERSION, f"Version must be {VERSIONS[1]}.", ("Version",))
        if value.get("Statement") in ([], {}):
            raise Refusal(EMPTY, "A trust policy needs at least one statement.", ("Statement",))
    blocks = statements(value)
    for path, block in blocks:
        _check_required(block, path)
        check_statement(block, path)
        if block["Effect"] not in ("Allow", "Deny"):
            raise Refusal(
                f"Invalid effect: {block['Effect']}", 'Effect is "Allow" or "Deny".', (*path, "Effect")
            )
        _check_trusted(block["Principal"], (*path, "Principal"))
        _check_actions(block, path)
        check_shared_providers(block, path)
    _check_sids(blocks)
    for path, block in blocks:
        check_values(block, path)


def _check_required(block: Block, path: tuple[str | int, ...]) -> None:
    if "Effect" not in block:
        raise Refusal(MISSING.format("Effect"), "A statement needs an Effect.", path)
    if "NotPrincipal" in block:
        raise Refusal(
            NOT_PRINCIPAL, "A trust policy names who may, not who may not.", (*path, "NotPrincipal")
        )
    if "Principal" not in block:
        raise Refusal(MISSING.format("Principal"), "A trust policy says who may assume the role.", path)
    if "Action" not in block and "NotAction" not in block:
        raise Refusal(MISSING.format("Action"), "A statement needs an Action.", path)
    for name in ("Resource", "NotResource"):
        if name in block:
            detail = "The resource of a trust policy is the role it hangs on."
            raise Refusal(PROHIBITED.format(name), detail, (*path, name))


def _check_trusted(principal: Json, path: tuple[str | int, ...]) -> None:
    if principal == "*":
        raise Refusal(STAR, 'Write {"AWS": "*"} to trust everybody.', path)
    if not isinstance(principal, dict) or not any(principal.values()):
        raise Refusal(EMPTY_PRINCIPAL, "Principal must name somebody.", path)
    for kind in principal:
        for name, where in texts(principal, kind, path):
            if not _is_well_formed(kind, name):
                raise Refusal(invalid_principal(kind, name), "This is no principal of this type.", where)


def _check_actions(block: Block, path: tuple[str | int, ...]) -> None:
    if not any(texts(block, "Action", path)) or "NotAction" in block:
        raise Refusal(OTHER_ACTIONS, "Name the actions that assume the role.", path)
    for action, where in texts(block, "Action", path):
        if action == "*" or not any(map(action_matcher(action.lower()), TRUST_ACTIONS)):
            raise Refusal(OTHER_ACTIONS, f'"{action}" does not assume a role.', where)


def invalid_principal(kind: str, name: str) -> str:
    """Return AWS's text for a principal that is ill-formed or does not exist."""
    return f'Invalid principal in policy: "{kind.upper()}":"{name}"'


def _is_well_formed(kind: str, name: str) -> bool:
    if kind == "AWS":
        return (
            name == "*"
            or bool(_UNIQUE_ID.fullmatch(name) or _ACCOUNT.fullmatch(name))
            or _is_arn(name, {"iam": _NAMED, "sts": _SESSION})
        )
    if kind == "Service":
        return bool(_HOST.fullmatch(name)) and name.lower() not in _NO_SERVICES
    if kind == "Federated":
        return name in _KNOWN_PROVIDERS or _is_arn(name, {"iam": _PROVIDER})
    return False


def _is_arn(name: str, forms: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether it is an ARN of this partition and some account, its resource of the form its service has here."""
    parts = fields(name)
    if len(parts) != FIELDS or parts[:2] != ["arn", PARTITION] or parts[3] or "*" in name or "?" in name:
        return False
    form = forms.get(parts[2])
    return form is not None and bool(_ACCOUNT.fullmatch(parts[4]) and form.fullmatch(parts[5]))


def _check_sids(blocks: Blocks) -> None:
    seen = set[str]()
    for path, block in blocks:
        sid = str(block.get("Sid", ""))
        if sid and sid in seen:
            raise Refusal(REPEATED_SID, f'The Sid "{sid}" stands here a second time.', (*path, "Sid"))
        seen.add(sid)


def trust_principals(text: str) -> tuple[PrincipalEntry, ...]:
    """Return everybody a trust policy names, in the order of the text; `"*"` is of type AWS.

    Errors: PolicySyntaxError.
    """
    found: list[PrincipalEntry] = []
    lines = Lines(text)
    body = read(text).child("Statement")
    for block in (body[1].items or (body[1],)) if body else ():
        principal = block.child("Principal")
        if principal is not None:
            found.extend(_entries(lines, principal[1]))
    return tuple(found)


def _entries(lines: Lines, principal: Node) -> list[PrincipalEntry]:
    if principal.kind == "string":
        return [PrincipalEntry("AWS", principal.text, *lines.position(principal.start))]
    return [
        PrincipalEntry(kind, node.text, *lines.position(node.start))
        for kind, _, member in principal.members
        if kind in PRINCIPAL_TYPES
        for node in (member.items if member.kind == "array" else (member,))
    ]
