"""Findings about service and resource control policies."""

from typing import Final

from iam.policy.findings.model import STAR, Findings, PolicyView, StatementView

_OLD_RULES: Final = (
    ("NotAction", "SCP_SYNTAX_ERROR_ALLOW_NOTACTION", "An Allow has no NotAction."),
    ("Condition", "SCP_SYNTAX_ERROR_ALLOW_CONDITION", "An Allow has no Condition."),
)


def check(policy: PolicyView, *, old_rules: bool = False) -> Findings:
    """Yield the findings of this family; `old_rules`: those from before SCPs took the full language, too."""
    for statement in policy.statements:
        if policy.kind == "SERVICE_CONTROL_POLICY":
            yield from _service_control(policy, statement)
            if old_rules:
                yield from _before_2025(policy, statement)
        elif policy.kind == "RESOURCE_CONTROL_POLICY":
            yield from _resource_control(policy, statement)


def _service_control(policy: PolicyView, statement: StatementView) -> Findings:
    if statement.has("Principal", "NotPrincipal"):
        text = "A service control policy binds everybody in its accounts; none can be named."
        place = statement.place("Principal", "NotPrincipal")
        yield policy.finding("SCP_SYNTAX_ERROR_PRINCIPAL", text, place)


def _before_2025(policy: PolicyView, statement: StatementView) -> Findings:
    for action in statement.actions:
        if "?" in action.text or STAR in action.text.rstrip(STAR):
            text = "A wildcard stands alone or at the end of an action."
            yield policy.finding("SCP_SYNTAX_ERROR_ACTION_WILDCARD", text, action)
    if statement.has("NotResource"):
        text = "NotResource is not supported."
        yield policy.finding("SCP_SYNTAX_ERROR_NOTRESOURCE", text, statement.place("NotResource"))
    if statement.allows:
        yield from _allow_before_2025(policy, statement)


def _allow_before_2025(policy: PolicyView, statement: StatementView) -> Findings:
    for name, code, text in _OLD_RULES:
        if statement.has(name):
            yield policy.finding(code, text, statement.place(name))
    for resource in statement.resources:
        if resource.text != STAR:
            text = "An Allow has the resource * only."
            yield policy.finding("SCP_SYNTAX_ERROR_ALLOW_RESOURCE", text, resource)


def _resource_control(policy: PolicyView, statement: StatementView) -> Findings:
    if statement.allows:
        text = "Resource control policies of one's own deny only; the Allow is AWS's."
        yield policy.finding("RCP_SYNTAX_ERROR_ALLOW", text, statement.place("Effect"))
    if statement.has("NotPrincipal"):
        text = "Principals are left out by conditions, not by NotPrincipal."
        yield policy.finding("RCP_SYNTAX_ERROR_NOTPRINCIPAL", text, statement.place("NotPrincipal"))
    principal = statement.elements.get("Principal")
    if principal is not None and not (principal.node.kind == "string" and principal.text == STAR):
        text = 'The Principal of a resource control policy is "*".'
        yield policy.finding("RCP_SYNTAX_ERROR_PRINCIPAL", text, principal)
    if statement.has("NotAction"):
        yield policy.finding(
            "RCP_SYNTAX_ERROR_NOTACTION", "NotAction is not supported.", statement.place("NotAction")
        )
    yield from _reached(policy, statement)


def _reached(policy: PolicyView, statement: StatementView) -> Findings:
    for action in statement.actions:
        service, colon, _ = action.text.lower().partition(":")
        if action.text == STAR:
            text = "A resource control policy names the services it is about."
            yield policy.finding("RCP_SYNTAX_ERROR_ACTION_WILDCARD", text, action)
        elif colon and policy.catalogue and service not in policy.catalogue.bounded_by_organisations():
            text = f"Resource control policies do not reach {service}."
            yield policy.finding("RCP_UNSUPPORTED_SERVICE", text, action)
