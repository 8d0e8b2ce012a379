"""Findings about condition operators and keys: do they exist, fit each other, and fit the actions?"""

import re
from collections.abc import Iterator
from typing import Final

from iam.policy.actions import Action, Catalogue, Key, named_by
from iam.policy.conditions import BASE_OPERATORS, IF_EXISTS
from iam.policy.findings.global_keys import DEPRECATED, GLOBAL_KEYS, TAG_KEYS, global_key
from iam.policy.findings.model import STAR, ClauseView, Findings, PolicyView, StatementView

_FORM = re.compile(r"[A-Za-z0-9._-]+(/[^:\s]+)?:[^\s]+")
_TAGGING: Final = ("tag/", "tagkeys")
_NEVER_IN_TRUST: Final = frozenset({"aws:username"})
_NOT_FOR_SERVICES_NAMES: Final = """aws:principalarn aws:principalorgid aws:principalorgpaths aws:principalaccount aws:username
    aws:multifactorauthpresent aws:multifactorauthage aws:sourceip aws:sourcevpc aws:sourcevpce"""
_NOT_FOR_SERVICES: Final = frozenset(_NOT_FOR_SERVICES_NAMES.split())

MOST_PAIRS: Final = 4000
"""Larger statements are not compared, key by action."""


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for clause in statement.clauses:
            yield from _operator(policy, clause)
            yield from _key(policy, statement, clause)
        yield from _unknown_operators(policy, statement)


def key_of(policy: PolicyView, name: str) -> Key | None:
    """Return what is known of a lower-case key."""
    if name.startswith("aws:"):
        return global_key(name)
    return policy.catalogue.key(name) if policy.catalogue is not None else None


def _unknown_operators(policy: PolicyView, statement: StatementView) -> Findings:
    seen = set[str]()
    for clause in statement.clauses:
        name = clause.operator.text
        if clause.named is None and name not in seen:
            seen.add(name)
            if name.endswith("Null" + IF_EXISTS):
                text = "Null asks whether a key exists; IfExists makes no sense with it."
                yield policy.finding("NULL_WITH_IF_EXISTS", text, clause.operator)
            else:
                hint = policy.hint(name.rpartition(":")[2].removesuffix(IF_EXISTS), BASE_OPERATORS)
                text = f"There is no condition operator {name}.{hint}"
                yield policy.finding("INVALID_CONDITION_OPERATOR", text, clause.operator)


def _operator(policy: PolicyView, clause: ClauseView) -> Findings:
    named = clause.named
    if named is None:
        return
    key = key_of(policy, clause.name)
    if named.base == "Null":
        if named.quantifier:
            always = "true" if named.quantifier == "ForAllValues" else "false"
            text = f"Null with {named.quantifier} is always {always}."
            yield policy.finding("NULL_WITH_QUALIFIER", text, clause.operator)
        return
    if key is None:
        return
    if key.multivalued and not named.quantifier:
        text = f"{key.name} has several values: ForAllValues or ForAnyValue must say how they are compared."
        yield policy.finding("MISSING_QUALIFIER", text, clause.key)
    elif not key.multivalued and named.quantifier == "ForAllValues":
        text = f"{key.name} has one value; ForAllValues also holds where it is missing."
        yield policy.finding("FOR_ALL_VALUES_WITH_SINGLE_VALUED_KEY", text, clause.operator, clause.key)


def _key(policy: PolicyView, statement: StatementView, clause: ClauseView) -> Findings:
    name = clause.name
    if not _FORM.fullmatch(clause.key.text) and not name.endswith("tag/"):
        text = 'A condition key is written "service:name".'
        yield policy.finding("INVALID_CONDITION_KEY_FORMAT", text, clause.key)
    elif name.endswith("tag/") or name in ("aws:resourcetag", "aws:requesttag", "aws:principaltag"):
        text = "The key names no tag; write the tag's key behind a slash."
        yield policy.finding("MISSING_TAG_KEY_IN_CONDITION", text, clause.key)
    elif name.startswith("aws:"):
        yield from _global(policy, statement, clause)
    elif policy.catalogue is not None:
        yield from _of_service(policy, policy.catalogue, statement, clause)


def _global(policy: PolicyView, statement: StatementView, clause: ClauseView) -> Findings:
    name = clause.name
    if name in DEPRECATED:
        text = f"The key was replaced by {DEPRECATED[name]}."
        yield policy.finding("DEPRECATED_GLOBAL_CONDITION_KEY", text, clause.key)
        return
    if global_key(name) is None:
        hint = policy.hint(name, [*GLOBAL_KEYS, *TAG_KEYS], _shown)
        text = f"There is no global condition key {clause.key.text}.{hint}"
        yield policy.finding("INVALID_GLOBAL_CONDITION_KEY", text, clause.key)
        return
    if policy.is_trust and name in _NEVER_IN_TRUST:
        text = f"{clause.key.text} has no value while a role is being assumed."
        yield policy.finding("UNSUPPORTED_GLOBAL_CONDITION_KEY", text, clause.key)
    if name in _NOT_FOR_SERVICES and _only_services(statement):
        text = f"Requests of AWS services have no {clause.key.text}."
        yield policy.finding("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", text, clause.key)
    if policy.catalogue is not None and any(part in name for part in _TAGGING) and _comparable(statement):
        yield from _tags(policy, policy.catalogue, statement, clause)


def _shown(name: str) -> str:
    return GLOBAL_KEYS[name].name if name in GLOBAL_KEYS else name


def _only_services(statement: StatementView) -> bool:
    kinds = {kind for kind, _ in statement.principals}
    return kinds == {"Service"} and statement.has("Principal")


def _comparable(statement: StatementView) -> bool:
    return len(statement.clauses) * len(statement.actions) <= MOST_PAIRS


def _tags(policy: PolicyView, catalogue: Catalogue, statement: StatementView, clause: ClauseView) -> Findings:
    """Tell of services none of whose actions in the statement know the tags that it asks for."""
    if clause.name.startswith("aws:principaltag/"):
        return
    for service, actions in _by_service(catalogue, statement):
        if any(action.takes(clause.name) for action in actions):
            continue
        known = catalogue.actions(service).values()
        if statement.denies and any(action.takes(clause.name) for action in known):
            continue
        effect = "DENY" if statement.denies else "ALLOW"
        without = "_NOTACTION" if statement.has("NotAction") else ""
        text = f"None of these actions of {service} has {clause.key.text}."
        code = f"{effect}{without}_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        yield policy.finding(code, text, clause.key)


def _by_service(catalogue: Catalogue, statement: StatementView) -> Iterator[tuple[str, list[Action]]]:
    """Yield the services a statement names and the actions it means; NotAction means all of a service."""
    found: dict[str, list[Action]] = {}
    for part in statement.actions:
        service, colon, name = part.text.lower().partition(":")
        if colon and STAR not in service:
            pattern = f"{service}:*" if statement.has("NotAction") else f"{service}:{name}"
            found.setdefault(service, []).extend(named_by(catalogue, pattern))
    yield from ((service, actions) for service, actions in found.items() if actions)


def _of_service(
    policy: PolicyView, catalogue: Catalogue, statement: StatementView, clause: ClauseView
) -> Findings:
    name = clause.name
    service = name.partition(":")[0]
    if catalogue.key(name) is None:
        if service in catalogue.services() and not catalogue.whole(service):
            return
        if service in catalogue.services():
            text = f"{service} has no condition key {clause.key.text}."
            yield policy.finding("INVALID_SERVICE_CONDITION_KEY", text, clause.key)
        elif not policy.is_trust:
            text = f"No service is known for the condition key {clause.key.text}."
            yield policy.finding("IRRELEVANT_CONDITION_KEY_IN_POLICY", text, clause.key)
        return
    if statement.has("NotAction") or not _comparable(statement):
        return
    yield from _of_actions(policy, catalogue, statement, clause)


def _of_actions(
    policy: PolicyView, catalogue: Catalogue, statement: StatementView, clause: ClauseView
) -> Findings:
    """Tell of actions without the key: none of them has it, or, in an Allow, some have not."""
    lacking, having = [], False
    for part in statement.actions:
        if STAR in part.text.partition(":")[0]:
            return
        actions = list(named_by(catalogue, part.text))
        if not actions or any(action.takes(clause.name) for action in actions):
            having = True
        else:
            lacking.append(part)
    if not lacking:
        return
    names = ", ".join(part.text for part in lacking[:5])
    text = f"Requests for {names} have no {clause.key.text}."
    if not having and statement.denies and clause.named is not None and not clause.named.negated:
        text += " The statement never applies."
    code = "IRRELEVANT_CONDITION_KEY_IN_POLICY" if having else "UNSUPPORTED_ACTION_FOR_CONDITION_KEY"
    yield policy.finding(code, text, clause.key, *lacking[:5])
