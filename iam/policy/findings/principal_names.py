"""Findings about Principal and NotPrincipal: how they are written, whom they let in, and under which conditions."""

import re
from typing import Final

from iam.policy.arn import FIELDS, fields
from iam.policy.document import PRINCIPAL_TYPES
from iam.policy.findings.global_keys import NARROWING, RESTRICTING_SERVICES
from iam.policy.findings.model import STAR, Findings, Part, PolicyView, StatementView

_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIQUE = re.compile(r"A(?P<kind>ROA|IDA)[0-9A-Z]{12,}")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|internal|aws\.internal)")
_ENTITY = re.compile(r"(user|role|assumed-role|federated-user)/.+|root")
_CANONICAL = re.compile(r"[0-9a-f]{64}")
# Services that act for whoever configured them, and so can be made to act for somebody else.
_DEPUTIES_NAMES: Final = """sns s3 events cloudtrail config logs delivery.logs ses lambda apigateway cloudwatch backup scheduler
    ssm iot states firehose replication.ecr guardduty inspector vpc-flow-logs"""
_DEPUTIES: Final = frozenset(_DEPUTIES_NAMES.split())


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for kind, part in statement.principals:
            yield from _form(policy, kind, part)
        yield from _keys(policy, statement)
        yield from _whom(policy, statement)
        yield from _services(policy, statement)


def _keys(policy: PolicyView, statement: StatementView) -> Findings:
    for name in ("Principal", "NotPrincipal"):
        element = statement.elements.get(name)
        for member in element.members() if element is not None else ():
            kind = str(member.path[-1])
            if kind not in PRINCIPAL_TYPES:
                known = ", ".join(PRINCIPAL_TYPES)
                text = f"{kind} is none of the types of principal: {known}."
                yield policy.finding("INVALID_PRINCIPAL_KEY", text, member.name())


def _form(policy: PolicyView, kind: str, part: Part) -> Findings:
    text = part.text
    if text == STAR:
        return
    if STAR in text or "?" in text:
        hint = "A principal has no wildcards; name everybody by * and narrow it by a condition on aws:PrincipalArn."
        code = "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
        yield policy.finding("ROLE_TRUST_POLICY_" + code if policy.is_trust else code, hint, part)
    elif kind == "AWS":
        yield from _aws(policy, part)
    elif kind == "Service" and not _SERVICE.fullmatch(text):
        hint = "A service principal is written like ec2.amazonaws.com."
        yield policy.finding("INVALID_SERVICE_PRINCIPAL_FORMAT", hint, part)
    elif kind == "CanonicalUser" and not _CANONICAL.fullmatch(text):
        hint = "A canonical user id has 64 hexadecimal digits."
        yield policy.finding("INVALID_PRINCIPAL_FORMAT", hint, part)
    elif kind == "Federated" and not policy.is_trust:
        hint = "Identity providers are principals of trust policies only."
        yield policy.finding("FEDERATED_PRINCIPAL_NOT_SUPPORTED", hint, part)


def _aws(policy: PolicyView, part: Part) -> Findings:
    unique = _UNIQUE.fullmatch(part.text)
    if unique:
        code = "INVALID_ROLE_REFERENCE" if unique["kind"] == "ROA" else "INVALID_USER_REFERENCE"
        text = "This id stands for somebody who was deleted, or will be read so; name the ARN."
        yield policy.finding(code, text, part)
    elif not _ACCOUNT.fullmatch(part.text) and not _is_arn(part.text):
        text = "An AWS principal is an account, or the ARN of an account's root, user, role or session."
        yield policy.finding("INVALID_PRINCIPAL_FORMAT", text, part)


def _is_arn(text: str) -> bool:
    parts = fields(text)
    named = len(parts) == FIELDS and parts[0] == "arn" and parts[2] in ("iam", "sts")
    return named and bool(_ACCOUNT.fullmatch(parts[4]) and _ENTITY.fullmatch(parts[5]))


def _whom(policy: PolicyView, statement: StatementView) -> Findings:
    if statement.allows and statement.has("NotPrincipal"):
        text = "An Allow with NotPrincipal lets everybody else in, the anonymous too."
        yield policy.finding("ALLOW_WITH_NOT_PRINCIPAL", text, statement.place("NotPrincipal"))
    if statement.denies and statement.has("NotPrincipal"):
        text = "Whoever is listed here and has a permissions boundary is denied all the same."
        yield policy.finding("NOT_PRINCIPAL_WITH_BOUNDARY", text, statement.place("NotPrincipal"))
    if not statement.allows or not statement.has("Principal") or policy.kind != "RESOURCE_POLICY":
        return
    everybody = [part for _, part in statement.principals if part.text == STAR]
    if everybody and not any(clause.name in NARROWING for clause in statement.clauses):
        text = "Everybody is let in, and no condition narrows it."
        yield policy.finding("PUBLIC_PRINCIPAL", text, *everybody)


def _services(policy: PolicyView, statement: StatementView) -> Findings:
    """Tell of services that could be made to act for strangers: the confused deputy."""
    if not statement.allows or statement.tests(*RESTRICTING_SERVICES):
        return
    named = [part for kind, part in statement.principals if kind == "Service"]
    deputies = [part for part in named if part.text.partition(".amazonaws")[0] in _DEPUTIES]
    if deputies and not policy.is_trust:
        text = "The service may act for strangers; ask for aws:SourceArn or aws:SourceAccount."
        yield policy.finding("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", text, *deputies)
    elif named:
        text = "aws:SourceAccount or aws:SourceArn says for whom the service may act."
        yield policy.finding("RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", text, *named)
