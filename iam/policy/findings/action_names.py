"""Findings about Action and NotAction.  What exists is asked of the catalogue; without one only the form is looked at."""

from collections.abc import Callable
from typing import Final

from iam.policy.actions import Catalogue
from iam.policy.compile import action_matcher
from iam.policy.findings.model import STAR, Findings, Part, PolicyView, StatementView
from iam.policy.match import Matcher, glob

Fold = Callable[[Part], str]

_SERVICES_OF: Final = {
    "AWS::S3::Bucket": ("s3", "s3express", "s3tables"),
    "AWS::S3::AccessPoint": ("s3",),
    "AWS::S3::MultiRegionAccessPoint": ("s3",),
    "AWS::S3ObjectLambda::AccessPoint": ("s3-object-lambda",),
    "AWS::IAM::AssumeRolePolicyDocument": ("sts",),
    "AWS::DynamoDB::Table": ("dynamodb",),
}
MANY: Final = 400
"""Lists longer than this are not compared pair by pair."""


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for action in statement.actions:
            yield from _one(policy, action)
        yield from _redundant(policy, statement)


def _one(policy: PolicyView, action: Part) -> Findings:
    if action.text == STAR:
        return
    service, colon, name = action.text.partition(":")
    if not colon or not name or not service:
        yield policy.finding(
            "ACTION_WITHOUT_SERVICE", f'"{action.text}" is no action; one is written "service:Name".', action
        )
        return
    if STAR in service or "?" in service:
        text = "A wildcard in the service means whatever services there will be; name the service."
        yield policy.finding("WILDCARD_IN_SERVICE_NAME", text, action, inside=(0, len(service)))
        return
    allowed = _SERVICES_OF.get(policy.resource_type)
    if allowed is not None and service.lower() not in allowed:
        text = f"The policy of this kind of resource has no actions of {service}."
        yield policy.finding("UNSUPPORTED_ACTION_IN_POLICY", text, action)
    elif policy.catalogue is not None:
        yield from _known(policy, policy.catalogue, action, service, name)


def _known(policy: PolicyView, catalogue: Catalogue, action: Part, service: str, name: str) -> Findings:
    if service.lower() not in catalogue.services():
        hint = policy.hint(service.lower(), catalogue.services())
        text = f"There is no service {service}.{hint}"
        yield policy.finding("INVALID_SERVICE_IN_ACTION", text, action, inside=(0, len(service)))
        return
    if not catalogue.whole(service.lower()):
        return
    known, wanted = catalogue.actions(service.lower()), name.lower()
    if "*" in name or "?" in name:
        test = glob(wanted)
        if not any(map(test, known)):
            text = f"No action of {service} is matched by {name}."
            yield policy.finding("INVALID_ACTION", text, action, inside=(len(service) + 1, len(name)))
    elif wanted not in known:
        hint = policy.hint(wanted, known, lambda found: f"{service}:{known[found].name}")
        text = f"There is no action {action.text}.{hint}"
        yield policy.finding("INVALID_ACTION", text, action, inside=(len(service) + 1, len(name)))


def _redundant(policy: PolicyView, statement: StatementView) -> Findings:
    yield from covered(policy, statement.actions, "REDUNDANT_ACTION", lambda part: part.text.lower())


def covered(policy: PolicyView, parts: tuple[Part, ...], code: str, fold: Fold) -> Findings:
    """Yield a finding for each pattern that another of the list includes."""
    if not 1 < len(parts) <= MANY:
        return
    wide = [(part, fold(part)) for part in parts if "*" in part.text or "?" in part.text]
    first: dict[str, Part] = {}
    tests = [(part, text, _test(text, code)) for part, text in wide]
    for part in parts:
        text = fold(part)
        other = first.get(text) or next(
            (wider for wider, pattern, test in tests if pattern != text and "?" not in text and test(text)),
            None,
        )
        if other is not None:
            yield policy.finding(code, f'"{part.text}" is included in "{other.text}".', part, other)
        first.setdefault(text, part)


def _test(pattern: str, code: str) -> Matcher:
    return action_matcher(pattern) if code == "REDUNDANT_ACTION" else glob(pattern)
