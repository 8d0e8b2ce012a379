"""Where the console shows the statement that an explanation speaks of: the page of its policy, at its line."""

from collections.abc import Mapping
from typing import Any, Final

from console import managed_policy
from console.kinds import GROUP, ROLE, USER, Kind, in_address

_KINDS: Final[Mapping[str, Kind]] = {kind.noun: kind for kind in (USER, GROUP, ROLE)}


def address(statement: Mapping[str, Any]) -> str:
    """The address of a statement as iam.policy.explain refers to it; "" where no page shows it."""
    line = f"#L{statement['start']['line']}"
    source = str(statement["policy"])
    match statement["policyType"]:
        case "managed" | "aws-managed" | "boundary" | "session" if source.startswith("arn:"):
            return f"{managed_policy.address_of(source)}document/{line}"
        case "inline":
            kind, name = _owner(str(statement["owner"]))
            return (
                kind.address(name, f"permissions/inline/{in_address(statement['policyName'])}/edit")
                if kind
                else ""
            )
        case "trust":
            kind, name = _owner(str(statement["owner"]) or source)
            return f"{kind.address(name, 'trust')}{line}" if kind else ""
    return ""


def linked(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation with an `href` in each statement that a page shows."""
    return {
        **explanation,
        "layers": [
            {**layer, "statements": [_with_address(found) for found in layer["statements"]]}
            for layer in explanation.get("layers", ())
        ],
        "needs": [
            {**need, "statement": _with_address(need["statement"])} if "statement" in need else need
            for need in explanation.get("needs", ())
        ],
    }


def _with_address(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**statement, "href": address(statement)}


def _owner(arn: str) -> tuple[Kind | None, str]:
    """The kind and name in the ARN of a user, group or role."""
    noun, _, rest = arn.rpartition(":")[2].partition("/")
    return _KINDS.get(noun), rest.rpartition("/")[2]
