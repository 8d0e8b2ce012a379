"""Trust policies for people: made from a few choices, read as who is trusted, and warned about where they are too wide."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from console.fields import Problem
from iam import policy

_ACCOUNT = re.compile(r"(?:arn:aws:iam::)?([0-9]{12})(?::root)?")
_ACCOUNT_IN_ARN = re.compile(r"arn:aws:(?:iam|sts)::([0-9]{12}):\S+")
_EXTERNAL_ID_KEY: Final = "sts:externalid"


@dataclass(frozen=True, slots=True)
class Trustee:
    """Somebody a trust policy names.  `words` say who that is; `narrowed`: conditions must hold as well."""

    type: str
    value: str
    words: str
    allowed: bool
    narrowed: bool
    line: int


def of_account(number: str, *, external_id: str = "", mfa: bool = False) -> str:
    """Trust whoever the account lets assume the role; with an external id or MFA where asked for."""
    condition: dict[str, Any] = {}
    if external_id:
        condition["StringEquals"] = {"sts:ExternalId": external_id}
    if mfa:
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return _document({"AWS": f"arn:aws:iam::{number}:root"}, condition)


def of_service(principal: str) -> str:
    """Trust a service, such as ec2.amazonaws.com."""
    return _document({"Service": principal}, {})


def _document(principal: Mapping[str, str], condition: Mapping[str, Any]) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": dict(principal),
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = dict(condition)
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def trustees(text: str, own_account: str) -> list[Trustee]:
    """Whom a trust policy names, in the order of the text; none where it cannot be read."""
    try:
        entries = iter(policy.trust_principals(text))
        statements = policy.parse(text).statements
    except policy.PolicySyntaxError:
        return []
    found = []
    for statement in statements:
        for _ in statement.principals or ():
            entry = next(entries, None)
            if entry is not None:
                allowed, narrowed = statement.effect == "Allow", bool(statement.clauses)
                words = _words(entry.type, entry.value, own_account)
                found.append(Trustee(entry.type, entry.value, words, allowed, narrowed, entry.line))
    return found


def warnings(text: str, own_account: str) -> list[Problem]:
    """What in a trust policy lets in more people than is usually meant, by line."""
    found = []
    for trustee in trustees(text, own_account):
        said = _warning(trustee, text, own_account) if trustee.allowed else ""
        if said:
            found.append(Problem(said, trustee.line, tone="attention"))
    return found


def _warning(trustee: Trustee, text: str, own_account: str) -> str:
    if trustee.value == "*":
        if trustee.narrowed:
            return "It trusts everybody in every account; its condition alone decides who gets in."
        return "It trusts everybody in every account, without any condition."
    whole = _ACCOUNT.fullmatch(trustee.value) if trustee.type == "AWS" else None
    if whole and whole.group(1) != own_account and _EXTERNAL_ID_KEY not in text.casefold():
        return (
            f"It trusts the whole account {whole.group(1)} without an external id. Where that account acts for"
            " several customers, it could be talked into using the role for another one."
        )
    if trustee.type == "Federated" and not trustee.narrowed:
        return "It trusts everybody whom the identity provider signs in; a condition should say who."
    return ""


def _words(kind: str, value: str, own_account: str) -> str:
    if value == "*":
        return "Everybody"
    if kind == "Service":
        return "Service"
    if kind == "Federated":
        return "Identity provider"
    whole = _ACCOUNT.fullmatch(value)
    if whole:
        return "This account" if whole.group(1) == own_account else "Another account"
    other = _ACCOUNT_IN_ARN.fullmatch(value)
    if other is None:
        return "No longer there"
    what = "Role session" if ":assumed-role/" in value else "Role" if ":role/" in value else "User"
    return what if other.group(1) == own_account else f"{what} of another account"
