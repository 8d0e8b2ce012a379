"""Cases as data: one JSON object a line in cases/<topic>.jsonl, read into what the engine is asked.

A case names the caller by ARN, the policies as documents and the context with types; its context is complete.
"""

import json
from pathlib import Path
from typing import Any

from iam.policy import (
    AttachedPolicy,
    Caller,
    Context,
    Decision,
    Plan,
    PolicySource,
    Request,
    compile_document,
    decide,
)
from iam.policy.attached import SourceKind

CASES = Path(__file__).parent / "cases"
Case = dict[str, Any]


def load_cases() -> list[Case]:
    return [
        json.loads(line) for path in sorted(CASES.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]


def case_id(case: Case) -> str:
    return str(case["id"])


def attach(document: Any, kind: SourceKind, name: str = "p") -> AttachedPolicy:
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    return AttachedPolicy(PolicySource(f"{kind}:{name}", kind, name), compile_document(text))


def caller(arn: str, action: str = "") -> Caller:
    """Derive the whole caller from its ARN, as the reading rules of the cases say."""
    if arn == "anonymous":
        return Caller(arn, "", "anonymous")
    if not arn.startswith("arn:"):
        is_provider = action.lower() == "sts:assumerolewithwebidentity"
        return Caller(arn, "", "web-identity" if is_provider else "service")
    _, partition, _, _, account, resource = arn.split(":", 5)
    kind, _, name = resource.partition("/")
    if kind == "root":
        return Caller(arn, account, "root")
    if kind == "assumed-role":
        role = f"arn:{partition}:iam::{account}:role/{name.split('/')[0]}"
        return Caller(arn, account, "assumed-role", principal_arn=role)
    if kind == "federated-user":
        return Caller(
            arn, account, "federated-user", principal_arn=f"arn:{partition}:iam::{account}:user/{name}"
        )
    if kind == "saml-provider":
        return Caller(arn, "", "saml")
    return Caller(arn, "", "web-identity") if kind == "oidc-provider" else Caller(arn, account, "user")


def context(entries: dict[str, Any]) -> Context:
    found: dict[str, str | tuple[str, ...]] = {}
    for key, entry in entries.items():
        values = tuple(entry["values"])
        found[key.lower()] = values if entry["type"].endswith("List") else values[0]
    return found


def request_of(case: Case) -> Request:
    return Request(
        caller(case["caller_arn"], case["action"]),
        case["action"],
        case["resource"],
        case["resource_owner_account"],
        context(case.get("context", {})),
    )


def plan_of(case: Case) -> Plan:
    identity = [attach(document, "inline") for document in case.get("identity_policies", [])]
    session = [attach(document, "session") for document in case.get("session_policies", [])]
    boundary = case.get("boundary")
    return Plan(identity, attach(boundary, "boundary") if boundary else None, session or None)


def decide_case(case: Case) -> Decision:
    resource = case.get("resource_policy")
    kind: SourceKind = "trust" if case["action"].lower().startswith("sts:assumerole") else "resource"
    return decide(
        request_of(case),
        plan_of(case),
        resource_policy=attach(resource, kind) if resource else None,
        scps=[[attach(document, "scp") for document in level] for level in case.get("scps", [])],
        rcps=[[attach(document, "rcp") for document in level] for level in case.get("rcps", [])],
    )
