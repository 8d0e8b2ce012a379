"""Other engines, each given the same policies in its own language, and asked in the form it likes best.

What they need to know beforehand (parsed policies, rules, entities) is prepared before the clock starts.
"""

import json
from typing import Any

import cedarpy
import vakt
from moto.iam.access_control import IAMPolicy, PermissionResult
from vakt.rules import CIDR, Eq, In, StartsWith
from vakt.rules import Any as Anything

from bench.workload import USER, Asked


def _filled(pattern: str) -> str:
    # Both other languages have no variables in texts; the principal is known here, so its name is put in.
    return pattern.replace("${aws:username}", "alice")


class Vakt:
    """vakt: attribute rules, one policy a statement, all of a principal's policies in its memory storage."""

    name = "vakt"

    def __init__(self, texts: list[str]) -> None:
        storage = vakt.MemoryStorage()
        statements = (each for text in texts for each in json.loads(text)["Statement"])
        for number, statement in enumerate(statements):
            storage.add(_vakt_policy(number, statement))
        self._guard = vakt.Guard(storage, vakt.RulesChecker())

    def prepared(self, stream: list[Asked]) -> list[Any]:
        """Return the inquiries."""
        return [
            vakt.Inquiry(action=each.action, resource=each.resource, subject=USER, context=each.context)
            for each in stream
        ]

    def allowed(self, inquiry: Any) -> bool:
        """Decide."""
        return bool(self._guard.is_allowed(inquiry))


def _vakt_policy(number: int, statement: dict[str, Any]) -> Any:
    return vakt.Policy(
        number,
        actions=[_vakt_rule(text) for text in statement["Action"]],
        resources=[_vakt_rule(_filled(text)) for text in statement["Resource"]],
        subjects=[Anything()],
        context=_vakt_context(statement.get("Condition", {})),
        effect=vakt.ALLOW_ACCESS if statement["Effect"] == "Allow" else vakt.DENY_ACCESS,
    )


def _vakt_rule(pattern: str) -> Any:
    return StartsWith(pattern[:-1]) if pattern.endswith("*") else Eq(pattern)


def _vakt_context(condition: dict[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for operator, keys in condition.items():
        for key, given in keys.items():
            values = given if isinstance(given, list) else [given]
            if operator == "IpAddress":
                rule = CIDR(values[0])
                for value in values[1:]:
                    rule = vakt.rules.Or(rule, CIDR(value))
            elif operator == "StringLike":
                rule = _vakt_rule(values[0])
            else:
                rule = In(*values)
            rules[key.lower()] = rule
    return rules


class Cedar:
    """cedarpy: one Cedar policy a statement, parsed once; the request's values are in its context."""

    name = "cedarpy"

    def __init__(self, texts: list[str]) -> None:
        statements = [each for text in texts for each in json.loads(text)["Statement"]]
        self._policies = cedarpy.PolicySet.from_str("\n".join(map(_cedar_policy, statements)))
        self._entities = cedarpy.Entities.from_json_str("[]")

    def prepared(self, stream: list[Asked]) -> list[dict[str, Any]]:
        """Return the requests."""
        return [
            {
                "principal": 'User::"alice"',
                "action": 'Action::"ask"',
                "resource": 'Resource::"it"',
                "context": {
                    "action": each.action,
                    "resource": each.resource,
                    "team": each.context["aws:principaltag/team"],
                    "region": each.context["aws:requestedregion"],
                    "secure": each.context["aws:securetransport"],
                    "address": {"__extn": {"fn": "ip", "arg": each.context["aws:sourceip"]}},
                },
            }
            for each in stream
        ]

    def allowed(self, request: dict[str, Any]) -> bool:
        """Decide."""
        return bool(cedarpy.is_authorized(request, self._policies, self._entities).allowed)


_CEDAR_NAMES = {
    "aws:PrincipalTag/team": "team",
    "aws:SourceIp": "address",
    "aws:SecureTransport": "secure",
    "aws:RequestedRegion": "region",
}


def _cedar_policy(statement: dict[str, Any]) -> str:
    effect = "permit" if statement["Effect"] == "Allow" else "forbid"
    parts = [
        _cedar_any("action", "StringLike", statement["Action"]),
        _cedar_any("resource", "StringLike", list(map(_filled, statement["Resource"]))),
    ]
    for operator, keys in statement.get("Condition", {}).items():
        for key, given in keys.items():
            values = given if isinstance(given, list) else [given]
            parts.append(_cedar_any(_CEDAR_NAMES[key], operator, values))
    return f"{effect}(principal, action, resource) when {{ {' && '.join(parts)} }};"


def _cedar_any(name: str, operator: str, values: list[str]) -> str:
    return "(" + " || ".join(_cedar_test(name, operator, value) for value in values) + ")"


def _cedar_test(name: str, operator: str, value: str) -> str:
    if operator == "IpAddress":
        return f"context.{name}.isInRange(ip({json.dumps(value)}))"
    compare = "like" if operator == "StringLike" and "*" in value else "=="
    return f"context.{name} {compare} {json.dumps(value)}"


class Moto:
    """moto's evaluator.  It knows few conditions and takes unknown ones as fulfilled: its answers differ."""

    name = "moto"

    def __init__(self, texts: list[str]) -> None:
        self._policies = [IAMPolicy(_filled(text)) for text in texts]

    def prepared(self, stream: list[Asked]) -> list[Asked]:
        """Return the requests as they are."""
        return stream

    def allowed(self, asked: Asked) -> bool:
        """Decide as moto's middleware does: any Deny denies, one Allow is needed."""
        results = [
            policy.is_action_permitted(asked.action, asked.resource, None, asked.context)
            for policy in self._policies
        ]
        return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results


PEERS = (Vakt, Cedar, Moto)
