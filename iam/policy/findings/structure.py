"""Findings about grammar: elements, their types, Sids, versions, empty things, size.  Source: IAM JSON policy grammar."""

import re
from collections.abc import Iterator
from typing import Final

from iam.policy.document import DOCUMENT_ELEMENTS, STATEMENT_ELEMENTS, VERSIONS
from iam.policy.findings.model import Finding, Findings, Part, PolicyView, StatementView
from iam.policy.save import minified_size

_SID = re.compile(r"[0-9A-Za-z]*")
_ODD = re.compile(r"[^\t\n\r\x20-\xff]")
_PAIRS: Final = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_TEXT_ELEMENTS: Final = ("Sid", "Effect")
_LIST_ELEMENTS: Final = ("Action", "NotAction", "Resource", "NotResource")
_QUOTAS: Final = {
    "IDENTITY_POLICY": (6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"),
    "RESOURCE_POLICY": (20480, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"),
    "SERVICE_CONTROL_POLICY": (10240, "POLICY_SIZE_EXCEEDS_SCP_QUOTA"),
    "RESOURCE_CONTROL_POLICY": (5120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA"),
}
_TRUST_QUOTA: Final = (2048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA")


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    if policy.root.node.kind != "object":
        yield policy.finding("DATA_TYPE_MISMATCH", "A policy is a JSON object.", policy.root)
        return
    yield from _document(policy)
    for statement in policy.statements:
        yield from _elements(policy, statement)
        yield from _types(policy, statement)
        yield from _condition(policy, statement)
        yield from _empty(policy, statement)
    yield from _sids(policy)
    yield from _size(policy)


def _document(policy: PolicyView) -> Findings:
    root = policy.root
    for member in root.members():
        name = str(member.path[-1])
        if name not in DOCUMENT_ELEMENTS:
            yield policy.finding(
                "INVALID_POLICY_ELEMENT", f'"{name}" is no element of a policy.', member.name()
            )
    for name in ("Version", "Id"):
        found = root.member(name)
        if found is not None and found.node.kind != "string":
            yield policy.finding("DATA_TYPE_MISMATCH", f"{name} must be a string.", found)
    yield from _version(policy)
    yield from _body(policy)
    found_odd = _ODD.search(policy.text)
    if found_odd:
        yield policy.finding(
            "UNSUPPORTED_CHARACTER",
            f"The character U+{ord(found_odd.group()):04X} at offset {found_odd.start()} cannot be stored.",
            root,
        )


def _version(policy: PolicyView) -> Findings:
    found = policy.root.member("Version")
    if found is None:
        text = "Without a Version the policy is of 2008-10-17, in which variables are plain text."
        yield policy.finding("MISSING_VERSION", text, policy.root)
    elif found.node.kind == "string" and policy.version not in VERSIONS:
        yield policy.finding("INVALID_VERSION", f"There are the versions {' and '.join(VERSIONS)}.", found)
    elif policy.version == VERSIONS[0]:
        yield policy.finding("OLD_VERSION", "Version 2008-10-17 has no variables; use 2012-10-17.", found)


def _body(policy: PolicyView) -> Findings:
    body = policy.root.member("Statement")
    if body is None or (body.node.kind == "array" and not body.node.items):
        yield policy.finding(
            "MISSING_STATEMENT", "A policy needs at least one statement.", body or policy.root
        )
        return
    for part in body:
        if part.node.kind != "object":
            yield policy.finding("DATA_TYPE_MISMATCH", "A statement is a JSON object.", part)


def _elements(policy: PolicyView, statement: StatementView) -> Findings:
    for name, member in statement.elements.items():
        if name not in STATEMENT_ELEMENTS:
            yield policy.finding(
                "INVALID_POLICY_ELEMENT", f'"{name}" is no element of a statement.', member.name()
            )
    for name, opposite in _PAIRS:
        if name in statement.elements and opposite in statement.elements:
            both = (statement.elements[name].name(), statement.elements[opposite].name())
            text = f"{name} and {opposite} exclude each other."
            yield policy.finding("UNSUPPORTED_ELEMENT_COMBINATION", text, *both)
    yield from _lacking(policy, statement)
    if statement.effect and statement.effect not in ("Allow", "Deny"):
        effect = statement.elements["Effect"]
        yield policy.finding("INVALID_EFFECT", "Effect is written Allow or Deny.", effect)


def _lacking(policy: PolicyView, statement: StatementView) -> Findings:
    if not statement.has("Effect"):
        yield policy.finding("MISSING_EFFECT", "The statement has no Effect.", statement.part)
    if not statement.has("Action", "NotAction"):
        text = "The statement has neither Action nor NotAction."
        yield policy.finding("MISSING_ACTION", text, statement.part)
    if not policy.is_trust and not statement.has("Resource", "NotResource"):
        text = "The statement has neither Resource nor NotResource."
        yield policy.finding("MISSING_RESOURCE", text, statement.part)
    named = statement.has("Principal", "NotPrincipal")
    if policy.names_principals and not named:
        yield policy.finding("MISSING_PRINCIPAL", "The statement names no Principal.", statement.part)
    if policy.kind == "IDENTITY_POLICY" and named:
        text = "The principal of an identity policy is who it is attached to; none can be named."
        yield policy.finding("UNSUPPORTED_PRINCIPAL", text, statement.place("Principal", "NotPrincipal"))


def _types(policy: PolicyView, statement: StatementView) -> Findings:
    for name in _TEXT_ELEMENTS:
        found = statement.elements.get(name)
        if found is not None and found.node.kind != "string":
            yield policy.finding("DATA_TYPE_MISMATCH", f"{name} must be a string.", found)
    for name in _LIST_ELEMENTS:
        yield from _texts(policy, name, statement.elements.get(name))
    for name in ("Principal", "NotPrincipal"):
        found = statement.elements.get(name)
        if found is None or (found.node.kind == "string" and found.text == "*"):
            continue
        if found.node.kind != "object":
            yield policy.finding("DATA_TYPE_MISMATCH", f'{name} is "*" or an object.', found)
        for member in found.members():
            yield from _texts(policy, str(member.path[-1]), member)


def _texts(policy: PolicyView, name: str, found: Part | None) -> Findings:
    for item in found if found is not None else ():
        if item.node.kind != "string":
            text = f"{name} must be a string or a list of strings."
            yield policy.finding("DATA_TYPE_MISMATCH", text, item)


def _condition(policy: PolicyView, statement: StatementView) -> Findings:
    condition = statement.elements.get("Condition")
    if condition is None:
        return
    if condition.node.kind != "object":
        yield policy.finding("DATA_TYPE_MISMATCH", "Condition must be an object.", condition)
    for operator in condition.members():
        if operator.node.kind != "object":
            yield policy.finding(
                "DATA_TYPE_MISMATCH", "A condition operator holds an object of keys.", operator
            )
        seen: dict[str, Part] = {}
        for key in operator.members():
            folded = str(key.path[-1]).lower()
            if folded in seen:
                text = f"The key {folded} stands here twice in different case."
                both = (key.name(), seen[folded].name())
                yield policy.finding("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", text, *both)
            seen.setdefault(folded, key)
            yield from _values(policy, key)


def _values(policy: PolicyView, key: Part) -> Findings:
    for item in key:
        if item.node.kind in ("object", "array") or (item.node.text == "null" and item.node.kind == "word"):
            text = "A condition value must be a string, a number or a boolean."
            yield policy.finding("DATA_TYPE_MISMATCH", text, item)


def _empty(policy: PolicyView, statement: StatementView) -> Findings:
    for name, part in _lists(statement):
        if part.node.kind == "array" and not part.node.items:
            code = f"EMPTY_ARRAY_{name.removeprefix('Not').upper()}"
            yield policy.finding(code, f"An empty {name} makes the statement do nothing.", part)
    for name, code in (
        ("Condition", "EMPTY_OBJECT_CONDITION"),
        ("Principal", "EMPTY_OBJECT_PRINCIPAL"),
        ("NotPrincipal", "EMPTY_OBJECT_PRINCIPAL"),
    ):
        found = statement.elements.get(name)
        if found is not None and found.node.kind == "object" and not found.node.members:
            yield policy.finding(code, f"An empty {name} says nothing.", found)


def _lists(statement: StatementView) -> Iterator[tuple[str, Part]]:
    for name in _LIST_ELEMENTS:
        if name in statement.elements:
            yield name, statement.elements[name]
    for name in ("Principal", "NotPrincipal"):
        if name in statement.elements:
            yield from (("Principal", member) for member in statement.elements[name].members())


def _sids(policy: PolicyView) -> Findings:
    seen: dict[str, Part] = {}
    for statement in policy.statements:
        sid = statement.elements.get("Sid")
        if sid is None or sid.node.kind != "string":
            continue
        if not sid.text:
            yield policy.finding("EMPTY_SID_VALUE", "An empty Sid can be left out.", sid)
        elif sid.text in seen:
            yield _repeated(policy, sid, seen[sid.text])
        if not policy.names_principals and not _SID.fullmatch(sid.text):
            yield policy.finding("UNSUPPORTED_SID", "A Sid is made of letters and digits.", sid)
        seen.setdefault(sid.text, sid)


def _repeated(policy: PolicyView, sid: Part, first: Part) -> Finding:
    # Services keep repeated Sids in resource policies; IAM and Organizations refuse them.
    advice = policy.kind == "RESOURCE_POLICY" and not policy.is_trust
    code = "UNIQUE_SIDS_RECOMMENDED" if advice else "UNIQUE_SIDS_REQUIRED"
    return policy.finding(code, f'The Sid "{sid.text}" stands here a second time.', sid, first)


def _size(policy: PolicyView) -> Findings:
    limit, code = _TRUST_QUOTA if policy.is_trust else _QUOTAS[policy.kind]
    size = minified_size(policy.text)
    if size > limit:
        text = f"The policy has {size} characters without white space; the quota is {limit}."
        yield policy.finding(code, text, policy.root)
