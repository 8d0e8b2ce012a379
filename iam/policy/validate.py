"""Validation: advice on a policy, stricter than the evaluator and apart from it.  No decision ever asks here.

Order: JSON, then every family of findings; what is sorted first is what is gravest.
Source: IAM Access Analyzer, policy check reference, for the names; the texts and the further findings are ours.
"""

from collections.abc import Callable
from itertools import islice
from typing import Final

from iam.policy.actions import Catalogue
from iam.policy.errors import PolicySyntaxError, RepeatedElement
from iam.policy.findings import (
    action_names,
    condition_keys,
    condition_values,
    control_policies,
    principal_names,
    proofs,
    resource_names,
    security,
    structure,
    trust,
    variables,
)
from iam.policy.findings.issues import ISSUES, SEVERITY
from iam.policy.findings.model import Finding, Findings, PolicyType, PolicyView
from iam.policy.reader import read

__all__ = ["FAMILIES", "Finding", "PolicyType", "validate"]

FAMILIES: Final[tuple[Callable[[PolicyView], Findings], ...]] = (
    structure.check,
    action_names.check,
    resource_names.check,
    principal_names.check,
    trust.check,
    condition_keys.check,
    condition_values.check,
    variables.check,
    control_policies.check,
    security.check,
    proofs.check,
)
MOST_FINDINGS: Final = 1000


def validate(
    text: str,
    kind: PolicyType = "IDENTITY_POLICY",
    *,
    resource_type: str = "",
    catalogue: Catalogue | None = None,
    account: str = "",
    old_scp_rules: bool = False,
) -> tuple[Finding, ...]:
    """Return what is to be said about a policy, gravest first; families after the first MOST_FINDINGS say nothing.

    `resource_type` is what the policy hangs on, AWS::IAM::AssumeRolePolicyDocument for a role's trust.  Without a
    `catalogue`, actions and keys are judged by their form.  `account`: the account it belongs to, where known.
    `old_scp_rules`: also hold SCPs to the rules from before they took the full language.
    """
    try:
        root = read(text)
    except PolicySyntaxError as fault:
        return (_unreadable(text, fault),)
    policy = PolicyView(text, root, kind, resource_type, catalogue, account)
    found = list(islice((finding for family in FAMILIES for finding in family(policy)), MOST_FINDINGS))
    if old_scp_rules:
        found = [each for each in found if not each.code.startswith("SCP_SYNTAX")]
        found += control_policies.check(policy, old_rules=True)
    found.sort(key=lambda each: (SEVERITY.index(each.type), _offset(each)))
    return tuple(found)


def _offset(finding: Finding) -> int:
    return int(finding.locations[0]["span"]["start"]["offset"]) if finding.locations else 0


def _unreadable(text: str, fault: PolicySyntaxError) -> Finding:
    code = "DUPLICATE_ELEMENT" if isinstance(fault, RepeatedElement) else "JSON_SYNTAX_ERROR"
    start = sum(len(line) + 1 for line in text.split("\n")[: fault.line - 1]) + fault.column - 1
    place = {"line": fault.line, "column": fault.column - 1, "offset": start}
    return Finding(ISSUES[code], code, fault.message, ({"path": [], "span": {"start": place, "end": place}},))
