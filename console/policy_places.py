"""Where the console shows the statement that an explanation speaks of, and where what it asks for can be granted."""

import json
from collections.abc import Mapping
from typing import Any, Final

from console import managed_policy
from console.kinds import GROUP, ROLE, USER, Kind, in_address
from iam import ids

_KINDS: Final[Mapping[str, Kind]] = {kind.noun: kind for kind in (USER, GROUP, ROLE)}


def address(statement: Mapping[str, Any]) -> str:
    """The address of a statement as iam.policy.explain refers to it; "" where no page shows it."""
    start = statement["start"]
    line = f"#L{start['line']}"
    source = str(statement["policy"])
    match statement["policyType"]:
        case "managed" | "aws-managed" | "boundary" | "session" if source.startswith("arn:"):
            # By its number: a text on one long line is laid out for reading there.
            return f"{managed_policy.address_of(source)}document/?statement={statement['index'] + 1}"
        case "inline":
            kind, name = _owner(str(statement["owner"]))
            tab = f"permissions/inline/{in_address(statement['policyName'])}/edit"
            return f"{kind.address(name, tab)}{line}C{start['column']}" if kind else ""
        case "trust":
            kind, name = _owner(str(statement["owner"]) or source)
            return f"{kind.address(name, 'trust')}{line}" if kind else ""
    return ""


def linked(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation with an `href` in each statement that a page shows, and in each need that one can be met at.

    A need that something be allowed has a `statement` as well, as text: what would allow it.
    """
    return {
        **explanation,
        "determining": [_with_address(found) for found in explanation.get("determining", ())],
        "layers": [
            {**layer, "statements": [_readable(found) for found in layer["statements"]]}
            for layer in explanation.get("layers", ())
        ],
        "needs": [
            {**need, "statement": _with_address(need["statement"])}
            if need["change"] == "deny"
            else {**need, "href": _where_to_allow(need, explanation), "text": _allowing(need, explanation)}
            for need in explanation.get("needs", ())
        ],
    }


def _where_to_allow(need: Mapping[str, Any], explanation: Mapping[str, Any]) -> str:
    """The address of the page where the layer can be made to allow it; "" where none of this account is it."""
    asked = explanation["request"]
    match need["layer"]:
        case "identity-based policy":
            kind, name = _holder(asked["principal"])
            return kind.address(name) if kind else ""
        case "permissions boundary":
            layers = explanation.get("layers", ())
            bounds = next((each["policies"] for each in layers if each["layer"] == need["layer"]), ())
            return f"{managed_policy.address_of(bounds[0])}document/" if bounds else ""
        case "role trust policy" if asked["account"] == asked["resourceAccount"]:
            kind, name = _owner(need["resource"])
            return kind.address(name, "trust") if kind else ""
    return ""


def _allowing(need: Mapping[str, Any], explanation: Mapping[str, Any]) -> str:
    """The statement that would allow it, and no more."""
    trust = need["layer"] in ("role trust policy", "resource-based policy")
    whom = {"Principal": {"AWS": explanation["request"]["principal"]}} if trust else {}
    what = {"Action": need["action"]}
    where = {} if need["layer"] == "role trust policy" else {"Resource": need["resource"] or "*"}
    return json.dumps({"Effect": "Allow", **whom, **what, **where}, indent=2)


def _holder(arn: str) -> tuple[Kind | None, str]:
    """The user of an ARN, or the role of a session's ARN; root and federated users have no page."""
    noun, rest = ids.resource_in(arn)
    if noun == "assumed-role":
        return ROLE, rest.partition("/")[0]
    return (USER, rest.rpartition("/")[2]) if noun == "user" else (None, "")


def _readable(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement with its address, and with what each condition `saw` in words."""
    conditions = [{**each, "saw": _seen(each["seen"])} for each in statement["conditions"]]
    return {**_with_address(statement), "conditions": conditions}


def _seen(value: str | list[str] | None) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "an empty list"
    return "nothing" if value is None else value


def _with_address(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**statement, "href": address(statement)}


def _owner(arn: str) -> tuple[Kind | None, str]:
    """The kind and name in the ARN of a user, group or role."""
    noun, rest = ids.resource_in(arn)
    return _KINDS.get(noun), rest.rpartition("/")[2]
