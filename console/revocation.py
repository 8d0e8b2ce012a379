"""The policy by which AWS revokes a role's sessions: it denies everything to those that began before a moment."""

import json
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from console.panels import panel

# AWS's own name for it: its console, and programs that clean up after it, know the policy by it.
POLICY: Final = "AWSRevokeOlderSessions"
_KEY: Final = "aws:TokenIssueTime"


def document(moment: datetime) -> str:
    """The policy that denies everything to sessions begun before the moment.

    Source: IAM User Guide, revoking IAM role temporary security credentials.
    """
    condition = {
        "DateLessThan": {_KEY: moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"}
    }
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def revoked_before(request: HttpRequest, name: str) -> datetime | None:
    """Since when sessions of the role may do something; None where nothing is revoked, or it may not be seen."""
    found = panel(request, "iam.GetRolePolicy", absent_ok=True, role_name=name, policy_name=POLICY)
    return moment_of(str(found.result.get("PolicyDocument", "")))


def moment_of(text: str) -> datetime | None:
    """The moment that such a policy names; None where it is another policy."""
    try:
        policy: Any = json.loads(text)
        statements = policy["Statement"]
        first = statements[0] if isinstance(statements, list) else statements
        given = first["Condition"]["DateLessThan"][_KEY]
        found = parse_datetime(given[0] if isinstance(given, list) else given)
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return found if found is not None and found.tzinfo is not None else None
