"""Findings about what a policy lets happen beyond what was meant."""

from collections.abc import Callable, Iterator
from typing import Final

from iam.policy.compile import action_matcher
from iam.policy.findings.condition_keys import key_of
from iam.policy.findings.global_keys import ALWAYS_THERE, CALLER_CONTROLLED
from iam.policy.findings.model import STAR, ClauseView, Findings, Part, PolicyView, StatementView

_MFA: Final = "aws:multifactorauthpresent"
_PASSING: Final = (
    ("PASS_ROLE", "iam:passrole", "iam:passedtoservice", "passes any role; name the roles, or ask for iam:PassedToService"),
    (
        "CREATE_SLR",
        "iam:createservicelinkedrole",
        "iam:awsservicename",
        "makes service-linked roles of any service; name the roles, or ask for iam:AWSServiceName",
    ),
)  # fmt: skip
_PAIRED: Final = {
    "cognito-identity.amazonaws.com:amr": ("cognito-identity.amazonaws.com:aud",),
    "aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"),
    "aws:ec2instancesourceprivateipv4": ("aws:ec2instancesourcevpc", "aws:ec2instancesourcevpcarn"),
}
# Whoever may do one of these to others can become them, or give themselves more.
_ESCALATING_NAMES: Final = """AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy CreateAccessKey CreateLoginProfile
    CreatePolicyVersion DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary PutGroupPolicy PutRolePolicy
    PutRolePermissionsBoundary PutUserPermissionsBoundary PutUserPolicy SetDefaultPolicyVersion
    UpdateAssumeRolePolicy UpdateLoginProfile"""
_ESCALATING: Final = tuple(f"iam:{name}" for name in _ESCALATING_NAMES.split())
_OPENING: Final = ("s3:putbucketpolicy", "s3:putbucketacl")
_GUARDED: Final = "s3:deleteobject"


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for clause in statement.clauses:
            yield from _mfa(policy, statement, clause)
            yield from _pairs(policy, statement, clause)
            if statement.allows:
                yield from _open_condition(policy, statement, clause)
        if statement.allows:
            yield from _caller_controlled(policy, statement)
            if policy.kind == "IDENTITY_POLICY":
                yield from _wide(policy, statement)
                yield from _passing(policy, statement)
                yield from _escalation(policy, statement)
    if policy.kind == "IDENTITY_POLICY":
        yield from _resource_policies(policy)


def names(statement: StatementView) -> Callable[[str], bool]:
    """Return the test whether the statement speaks of a lower-case action."""
    tests = [action_matcher(part.text.lower()) for part in statement.actions]
    if statement.has("NotAction"):
        return lambda action: not any(test(action) for test in tests)
    return lambda action: any(test(action) for test in tests)


def has_star(parts: tuple[Part, ...]) -> bool:
    """Whether one of the patterns is the star alone."""
    return any(part.text == STAR for part in parts)


def _wide(policy: PolicyView, statement: StatementView) -> Findings:
    if not has_star(statement.resources) or statement.has("NotResource") or statement.clauses:
        return
    if statement.has("NotAction"):
        text = "Everything is allowed but what is listed, also what services will add."
        yield policy.finding("ALLOW_NOT_ACTION_ON_EVERYTHING", text, statement.place("NotAction"))
    elif any(part.text in (STAR, "*:*") for part in statement.actions):
        text = "Every action on every resource is allowed."
        yield policy.finding("ADMINISTRATOR_ACCESS", text, statement.part)


def _passing(policy: PolicyView, statement: StatementView) -> Findings:
    """Tell of roles that can be handed to services without limit, by how the statement is written."""
    negated = statement.has("NotResource")
    if not negated and not any(
        part.text == STAR or part.text.endswith(":role/*") for part in statement.resources
    ):
        return
    if _is_administrator(statement):
        return  # said already, in fewer words
    speaks = names(statement)
    for stem, action, guard, text in _PASSING:
        if speaks(action) and not statement.tests(guard):
            code = f"{stem}_WITH_{_how(statement, action)}"
            yield policy.finding(code, f"The statement {text}.", statement.place("Action", "NotAction"))


def _is_administrator(statement: StatementView) -> bool:
    everything = has_star(statement.actions) and not statement.has("NotAction", "NotResource")
    return everything and not statement.clauses and has_star(statement.resources)


def _how(statement: StatementView, action: str) -> str:
    resource = "NOT_RESOURCE" if statement.has("NotResource") else "STAR_IN_RESOURCE"
    if statement.has("NotAction"):
        return "NOT_ACTION_AND_NOT_RESOURCE" if "NOT" in resource else "STAR_IN_RESOURCE_AND_NOT_ACTION"
    if any(part.text.lower() == action for part in statement.actions):
        return resource
    return "STAR_IN_ACTION_AND_NOT_RESOURCE" if "NOT" in resource else "STAR_IN_ACTION_AND_RESOURCE"


def _escalation(policy: PolicyView, statement: StatementView) -> Findings:
    if (
        statement.clauses
        or statement.has("NotAction")
        or any(part.text == STAR for part in statement.actions)
    ):
        return
    if not any(part.text == STAR or part.text.endswith("/*") for part in statement.resources):
        return
    speaks = names(statement)
    found = [name for name in _ESCALATING if speaks(name.lower())]
    if found:
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        text = f"Whoever may {', '.join(found[:4])}{more} on others can take all their permissions."
        yield policy.finding("PRIVILEGE_ESCALATION", text, statement.place("Action"))


def _resource_policies(policy: PolicyView) -> Findings:
    """Tell of objects that may not be deleted while the policy that says so may be changed."""
    allowing = [(statement, names(statement)) for statement in policy.statements if statement.allows]
    if any(speaks(_GUARDED) for _, speaks in allowing):
        return
    for statement, speaks in allowing:
        opening = [name for name in _OPENING if speaks(name)]
        if opening and not statement.has("NotAction"):
            text = "Objects may not be deleted here, but whoever may change the bucket's policy can allow it."
            yield policy.finding("RESOURCE_POLICY_PRIVILEGE_ESCALATION", text, statement.place("Action"))


def _mfa(policy: PolicyView, statement: StatementView, clause: ClauseView) -> Findings:
    named = clause.named
    if clause.name != _MFA or named is None or named.base != "Bool":
        return
    wanted = {part.text.lower() for part in clause.values}
    if statement.denies and "false" in wanted and not named.if_exists:
        text = "Long-term keys have no aws:MultiFactorAuthPresent and are not denied; use BoolIfExists."
        yield policy.finding("BAD_PATTERN_FOR_MFA", text, clause.operator, clause.key)
    elif statement.allows and "true" in wanted and named.if_exists:
        text = "Long-term keys have no aws:MultiFactorAuthPresent and are let in; use Bool."
        yield policy.finding("BAD_PATTERN_FOR_MFA", text, clause.operator, clause.key)


def _pairs(policy: PolicyView, statement: StatementView, clause: ClauseView) -> Findings:
    wanted = _PAIRED.get(clause.name)
    if wanted is not None and not statement.tests(*wanted):
        text = f"{clause.key.text} says little without {' or '.join(wanted)}."
        yield policy.finding("MISSING_PAIRED_CONDITION_KEYS", text, clause.key)


def _open_condition(policy: PolicyView, statement: StatementView, clause: ClauseView) -> Findings:
    named = clause.named
    if named is None or named.base == "Null":
        return
    guarded = _checked_present(statement, clause.name)
    key = key_of(policy, clause.name)
    if named.quantifier == "ForAllValues" and (key is None or key.multivalued) and not guarded:
        text = f"A request without {clause.key.text} is let in; add a Null check, or ForAnyValue."
        yield policy.finding("FOR_ALL_VALUES_WITHOUT_NULL_CHECK", text, clause.operator, clause.key)
    elif named.negated and clause.name not in ALWAYS_THERE and not guarded and clause.values:
        text = f"A request without {clause.key.text} is let in by the negated operator."
        yield policy.finding("NEGATED_CONDITION_ON_ABSENT_KEY", text, clause.operator, clause.key)
    if named.base in ("StringLike", "ArnLike") and any(part.text == STAR for part in clause.values):
        text = "The value * matches whatever there is; Null asks whether a key exists."
        yield policy.finding("CONDITION_MATCHES_ANYTHING", text, clause.key)


def _checked_present(statement: StatementView, key: str) -> bool:
    """Whether another condition of the statement holds only where the key is there."""
    for clause in statement.by_key[key]:
        named = clause.named
        if named is None:
            continue
        if named.base == "Null" and any(part.text.lower() == "false" for part in clause.values):
            return True
        if named.base != "Null" and not (
            named.negated or named.if_exists or named.quantifier == "ForAllValues"
        ):
            return True
    return False


def _caller_controlled(policy: PolicyView, statement: StatementView) -> Findings:
    keys = {clause.name for clause in statement.clauses}
    if keys and keys <= CALLER_CONTROLLED:
        text = "The caller chooses these values; they keep nobody out."
        yield policy.finding("CALLER_CONTROLLED_CONDITION", text, *_keys(statement))


def _keys(statement: StatementView) -> Iterator[Part]:
    return (clause.key for clause in statement.clauses)
