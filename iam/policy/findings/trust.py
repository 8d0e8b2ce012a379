"""Findings about role trust policies: who may assume a role, by which action, and proving what."""

import re
from typing import Final

from iam.policy.findings.model import STAR, Findings, Part, PolicyView, StatementView
from iam.policy.match import glob

_SAML = re.compile(r"arn:[^:]+:iam::[0-9]{12}:saml-provider/[^/]+")
_OIDC = re.compile(r"arn:[^:]+:iam::[0-9]{12}:oidc-provider/.+")
_WEB: Final = frozenset(
    {"accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com"}
)
_GITHUB: Final = "token.actions.githubusercontent.com"
_ROLES_ANYWHERE: Final = "rolesanywhere.amazonaws.com"
_BY_SAML: Final = "sts:assumerolewithsaml"
_BY_WEB: Final = "sts:assumerolewithwebidentity"
_ASSUME: Final = "sts:assumerole"
_NEEDS: Final = {"sts:sourceidentity": "sts:setsourceidentity", "sts:transitivetagkeys": "sts:tagsession"}


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    if not policy.is_trust:
        return
    for statement in policy.statements:
        yield from _elements(policy, statement)
        for kind, part in statement.principals:
            if part.text != STAR:
                yield from _fits(policy, statement, kind, part)
        yield from _actions(policy, statement)
        if statement.allows:
            yield from _oidc(policy, statement)
            yield from _foreign(policy, statement)
        yield from _redundant(policy, statement)


def names(statement: StatementView, action: str) -> bool:
    """Whether the statement names a lower-case action."""
    return any(part.text == STAR or glob(part.text.lower())(action) for part in statement.actions)


def _elements(policy: PolicyView, statement: StatementView) -> Findings:
    if statement.has("NotPrincipal"):
        text = "A trust policy has no NotPrincipal."
        yield policy.finding(
            "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", text, statement.place("NotPrincipal")
        )
    if statement.has("Resource", "NotResource"):
        text = "The resource of a trust policy is its role; none is named."
        place = statement.place("Resource", "NotResource")
        yield policy.finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", text, place)


def _fits(policy: PolicyView, statement: StatementView, kind: str, part: Part) -> Findings:
    """Compare a principal with the actions: each kind assumes roles in its own way."""
    if kind == "Federated":
        saml, web = _SAML.fullmatch(part.text), _OIDC.fullmatch(part.text) or part.text in _WEB
        if not saml and not web:
            text = "A federated principal is the ARN of a SAML or OIDC provider of an account."
            yield policy.finding("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", text, part)
            return
        wanted = _BY_SAML if saml else _BY_WEB
    else:
        wanted = _ASSUME
    ways = [way for way in (_ASSUME, _BY_SAML, _BY_WEB) if names(statement, way)]
    if statement.has("Action") and ways and wanted not in ways:
        text = f"{part.text} assumes roles by {wanted}, which is not among the actions."
        yield policy.finding("MISMATCHED_ACTION_FOR_PRINCIPAL", text, part, *statement.actions[:3])


def _actions(policy: PolicyView, statement: StatementView) -> Findings:
    if not statement.has("Action"):
        return
    for clause in statement.clauses:
        needed = _NEEDS.get(clause.name)
        if needed is not None and statement.allows and not names(statement, needed):
            text = f"{clause.key.text} has a value only where {needed} is allowed too."
            yield policy.finding("MISSING_ACTION_FOR_CONDITION_KEY", text, clause.key)
    for kind, part in statement.principals:
        if kind == "Service" and part.text == _ROLES_ANYWHERE and statement.allows:
            lacking = [
                name for name in ("sts:setsourceidentity", "sts:tagsession") if not names(statement, name)
            ]
            if lacking:
                text = f"IAM Roles Anywhere also needs {' and '.join(lacking)}."
                yield policy.finding("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", text, part)


def _oidc(policy: PolicyView, statement: StatementView) -> Findings:
    for kind, part in statement.principals:
        if kind != "Federated" or not (_OIDC.fullmatch(part.text) or part.text in _WEB):
            continue
        provider = part.text.partition("oidc-provider/")[2] or part.text
        keys = {clause.name for clause in statement.clauses}
        asked = {name.rpartition(":")[2] for name in keys if name.startswith(f"{provider.lower()}:")}
        if provider.startswith(_GITHUB) and not asked & {"sub", "job_workflow_ref"}:
            text = f"Any repository of GitHub may assume the role; ask for {provider}:sub."
            yield policy.finding("MISSING_GITHUB_REPO_CONDITION_KEY", text, part)
        elif not asked & {"aud", "sub", "app_id", "amr", "id", "user_id", "email", "job_workflow_ref"}:
            text = f"Whoever the provider knows may assume the role; ask for {provider}:aud or :sub."
            yield policy.finding("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", text, part)
        yield from _claims(policy, statement, provider.lower())


def _claims(policy: PolicyView, statement: StatementView, provider: str) -> Findings:
    for clause in statement.clauses:
        if provider.startswith(_GITHUB) and clause.name == f"{_GITHUB}:sub":
            wide = [part for part in clause.values if _is_wide(part.text)]
            if wide:
                text = "Name the repository and the branch or environment."
                yield policy.finding("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", text, *wide)
        quantified = clause.named is not None and clause.named.quantifier
        if clause.name == f"{provider}:aud" and quantified:
            text = "Whether aud has one value or several is the provider's choice; make sure of it."
            yield policy.finding("CONFIRM_AUDIENCE_CLAIM_TYPE", text, clause.operator)


def _is_wide(sub: str) -> bool:
    """Whether a subject of GitHub leaves repository or branch open."""
    _, _, rest = sub.partition("repo:")
    repository, _, where = rest.partition(":")
    return not repository or STAR in repository or not where or where == STAR


def _foreign(policy: PolicyView, statement: StatementView) -> Findings:
    if not policy.account or statement.tests("sts:externalid", "aws:principalorgid", "aws:principalorgpaths"):
        return
    for kind, part in statement.principals:
        account = part.text.split(":")[4] if part.text.count(":") >= 5 else part.text
        if kind == "AWS" and len(account) == 12 and account != policy.account:
            text = (
                f"The account {account} is trusted without an external id: anybody it works for could use it."
            )
            yield policy.finding("FOREIGN_ACCOUNT_WITHOUT_EXTERNAL_ID", text, part)


def _redundant(policy: PolicyView, statement: StatementView) -> Findings:
    """Tell of principals that another of the statement includes: all but the star, or what is of a listed account."""
    listed = [part for kind, part in statement.principals if kind == "AWS"]
    star = next((part for part in listed if part.text == STAR), None)
    seen: dict[str, Part] = {}
    for part in listed:
        account = part.text.split(":")[4] if part.text.endswith(":root") else part.text
        wider = star if star is not None and part is not star else seen.get(account)
        if wider is not None and statement.allows:
            text = f"{part.text} is included in {wider.text}."
            yield policy.finding("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", text, part, wider)
        seen.setdefault(account, part)
