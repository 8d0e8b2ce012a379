"""Findings about Resource and NotResource: the form of ARNs, and what the actions of the statement can act on."""

import re
from collections.abc import Iterator
from typing import Final

from iam.policy.actions import Action, Catalogue, named_by
from iam.policy.arn import FIELDS
from iam.policy.findings.action_names import covered
from iam.policy.findings.model import STAR, Findings, Part, PolicyView, StatementView
from iam.policy.match import glob
from iam.policy.save_resource import PARTITIONS

_ACCOUNT = re.compile(r"[0-9]{12}|[0-9*?]*[*?][0-9*?]*|aws|aws-managed|\$\{.*|")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]+|global|[a-z0-9*?-]*[*?][a-z0-9*?-]*|")
_SERVICE = re.compile(r"[a-z0-9.-]+")
_GLOBAL: Final = {"iam", "s3", "sts", "cloudfront", "route53", "organizations"}
_WITHOUT_REGION: Final = {"iam", "cloudfront", "organizations"}
_WITH_REGION: Final = {"sqs", "sns", "dynamodb", "lambda", "kms", "ec2", "rds", "logs"}
_KINDS: Final = {
    "AWS::S3::Bucket": r"arn:[^:]*:s3(express)?:",
    "AWS::S3::AccessPoint": r"arn:[^:]*:s3:[^:]*:[^:]*:accesspoint/",
    "AWS::S3::MultiRegionAccessPoint": r"arn:[^:]*:s3::[^:]*:accesspoint/",
    "AWS::S3ObjectLambda::AccessPoint": r"arn:[^:]*:s3-object-lambda:",
    "AWS::DynamoDB::Table": r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table/",
}
ACTIONS_ASKED: Final = 60
"""Statements that name more actions than this are about services as wholes."""

MOST_PAIRS: Final = 2000
"""Larger statements are not compared, action by resource."""


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        for resource in statement.resources:
            yield from _form(policy, resource)
            yield from _of_policy(policy, resource)
        yield from covered(policy, statement.resources, "REDUNDANT_RESOURCE", lambda part: part.text)
        if policy.catalogue is not None:
            yield from _fitting(policy, policy.catalogue, statement)


def _form(policy: PolicyView, resource: Part) -> Findings:
    text = resource.text
    if text == STAR or text.startswith("${"):
        return
    if not text.startswith("arn:"):
        yield policy.finding("INVALID_ARN_PREFIX", 'A resource is "*" or begins with "arn:".', resource)
        return
    parts = text.split(":", FIELDS - 1)
    if len(parts) < FIELDS:
        yield policy.finding("MISSING_ARN_FIELD", "An ARN has six fields between colons.", resource)
        return
    _, partition, service, region, account, name = parts
    if not any(map(glob(partition), PARTITIONS)):
        known = ", ".join(PARTITIONS)
        yield policy.finding("INVALID_PARTITION", f"{partition or 'Nothing'} is none of {known}.", resource)
    if not name and account == STAR:
        # AWS saves it, and a policy of its own has it: a mistake of meaning, not of form.
        text = "The ARN names no resource, so that nothing matches it; was a star meant?"
        yield policy.finding("STATEMENT_NEVER_MATCHES", text, resource)
    elif not name:
        yield policy.finding("INVALID_ARN_RESOURCE", "The ARN names no resource.", resource)
    yield from _service(policy, resource, service)
    yield from _account(policy, resource, service, account)
    yield from _region(policy, resource, service, region)


def _service(policy: PolicyView, resource: Part, service: str) -> Findings:
    if service != service.lower():
        text = "The service in an ARN is written in lower case."
        yield policy.finding("INVALID_ARN_SERVICE_CASE", text, resource)
    elif policy.catalogue is not None and _is_unknown(policy.catalogue, service):
        hint = policy.hint(service, policy.catalogue.services())
        yield policy.finding("INVALID_SERVICE", f"There is no service {service}.{hint}", resource)


def _is_unknown(catalogue: Catalogue, service: str) -> bool:
    plain = _SERVICE.fullmatch(service) is not None and service not in _ARN_ONLY
    return plain and service not in catalogue.services()


# Names that services have in ARNs only.
_ARN_ONLY: Final = {
    "elasticloadbalancing",
    "ecr-public",
    "mediapackagev2",
    "aws-marketplace",
    "catalog",
    "states",
}


def _account(policy: PolicyView, resource: Part, service: str, account: str) -> Findings:
    if not _ACCOUNT.fullmatch(account):
        yield policy.finding("INVALID_ARN_ACCOUNT", "An account has twelve digits.", resource)
    elif service == "s3" and account and not any(kind in resource.text for kind in _S3_WITH_ACCOUNT):
        text = "ARNs of buckets and objects name no account."
        yield policy.finding("ARN_ACCOUNT_NOT_ALLOWED", text, resource)


_S3_WITH_ACCOUNT: Final = (":accesspoint", ":job/", ":storage-lens", ":access-grants", ":async-request", ":*")


def _region(policy: PolicyView, resource: Part, service: str, region: str) -> Findings:
    if not _REGION.fullmatch(region):
        yield policy.finding("INVALID_ARN_REGION", f"{region} is no region.", resource)
    elif region and service in _WITHOUT_REGION and region != STAR:
        yield policy.finding("ARN_REGION_NOT_ALLOWED", f"ARNs of {service} name no region.", resource)
    elif not region and service in _WITH_REGION:
        yield policy.finding("MISSING_ARN_REGION", f"ARNs of {service} name a region.", resource)


def _of_policy(policy: PolicyView, resource: Part) -> Findings:
    wanted = _KINDS.get(policy.resource_type)
    if wanted is not None and resource.text != STAR and not re.match(wanted, resource.text):
        text = "The policy speaks of another resource than the one it hangs on."
        yield policy.finding("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", text, resource)


def _fitting(policy: PolicyView, catalogue: Catalogue, statement: StatementView) -> Findings:
    """Compare actions and resources: one that no resource fits, a star where ARNs could stand."""
    if statement.has("NotAction", "NotResource") or not statement.resources:
        return
    if len(statement.actions) * len(statement.resources) > MOST_PAIRS:
        return
    texts = [part.text for part in statement.resources]
    everything = any(text == STAR or text.startswith("${") for text in texts)
    for part in statement.actions:
        found = list(named_by(catalogue, part.text)) if ":" in part.text else []
        if not found or len(found) > ACTIONS_ASKED:
            continue
        if everything:
            yield from _star(policy, statement, part, found)
        elif not any(_fits(action, text) for action in found for text in texts):
            kinds = ", ".join(sorted({kind.name for action in found for kind in action.resources}))
            needed = f"it acts on: {kinds}" if kinds else 'it needs the resource "*"'
            text = f"No resource listed here fits {part.text}; {needed}."
            yield policy.finding("RESOURCE_MISMATCH", text, part, *statement.resources[:5])


def _star(policy: PolicyView, statement: StatementView, part: Part, found: list[Action]) -> Findings:
    exact = "*" not in part.text and "?" not in part.text
    if exact and statement.allows and not statement.clauses and found[0].resources and _only_star(statement):
        kinds = ", ".join(kind.name for kind in found[0].resources)
        text = f"{part.text} can be limited to ARNs (of: {kinds}) in place of a star."
        yield policy.finding("RESOURCE_STAR", text, part)


def _only_star(statement: StatementView) -> bool:
    return all(part.text == STAR for part in statement.resources)


def _fits(action: Action, resource: str) -> bool:
    """Whether some ARN could be both of the action's kind of resource and in the pattern."""
    return any(overlap(pattern, resource) for kind in action.resources for pattern in kind.arns)


def overlap(one: str, other: str) -> bool:
    """Whether two patterns have a text in common, judged by their ends and generously between."""
    if "*" not in one and "?" not in one:
        return glob(other)(one)
    pairs = list(zip(_stars(one), _stars(other), strict=True))
    (head, first), (tail, last) = pairs
    shared = min(len(head), len(first))
    if not _alike(head[:shared], first[:shared]):
        return False
    if "*" not in other and "?" not in other and "${" not in other:
        return glob(one)(other)
    shared = min(len(tail), len(last))
    return not shared or _alike(tail[-shared:], last[-shared:])


def _stars(pattern: str) -> Iterator[str]:
    """Yield what stands before the first star and behind the last; variables are stars here."""
    plain = re.sub(r"\$\{[^}]*\}", "*", pattern)
    yield plain.partition("*")[0]
    yield plain.rpartition("*")[2] if "*" in plain else plain


def _alike(one: str, other: str) -> bool:
    return all(a == b or "?" in (a, b) for a, b in zip(one, other, strict=True))
