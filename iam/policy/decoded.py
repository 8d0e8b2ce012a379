"""An explanation in the form in which AWS decodes the message of a denial, for programs that read that form."""

from collections.abc import Iterable
from typing import Any

from iam.policy.explain import Explanation


def decoded(explanation: Explanation) -> dict[str, Any]:
    """Whether it was denied, by which statements, and who asked for what under which conditions.

    Source: AWS CLI reference, the example of decode-authorization-message; outputs that people published.
    """
    request = explanation["request"]
    return {
        "allowed": explanation["allowed"],
        "explicitDeny": explanation["outcome"] == "explicitDeny",
        "matchedStatements": _items(
            _statement(found, request["principalId"])
            for layer in explanation["layers"]
            for found in layer["statements"]
            if found["applies"] and found["effect"] == "Deny"
        ),
        "failures": _items(()),
        "context": {
            "principal": _principal(request),
            "action": request["action"],
            "resource": request["resource"],
            "conditions": _items(_condition(key, seen) for key, seen in request["context"].items()),
        },
    }


def _items(found: Iterable[Any]) -> dict[str, list[Any]]:
    return {"items": list(found)}


def _values(texts: Iterable[str]) -> dict[str, list[Any]]:
    return _items({"value": text} for text in texts)


def _statement(found: Explanation, caller: str) -> Explanation:
    return {
        "statementId": found["sid"],
        "effect": "DENY",
        "principals": _values((caller,)),
        "principalGroups": _items(()),
        "actions": _values(found.get("Action", ())),
        "resources": _values(found.get("Resource", ())),
        "conditions": _items(_condition(each["key"], each["expected"]) for each in found["conditions"]),
    }


def _principal(request: Explanation) -> dict[str, str]:
    arn: str = request["principal"]
    named = {"name": arn.rpartition("/")[2]} if request["principalType"] == "user" else {}
    return {"id": request["principalId"], **named, "arn": arn}


def _condition(key: str, values: str | list[str]) -> Explanation:
    return {"key": key, "values": _values([values] if isinstance(values, str) else values)}
