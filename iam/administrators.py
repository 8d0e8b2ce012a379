"""Who is an administrator: whoever can make themselves one, or act as somebody who is.  Asked of the policy engine.

The question is what the person could do once signed in with MFA, so that a guard that asks for MFA hides nobody.
Source: ADR 0036; facts of privilege escalation as Rhino Security lists them.
"""

from datetime import datetime
from typing import Final

from accounts.models import Identity
from iam import principals
from iam.authorize import Check, may
from iam.call import Call, SessionFacts

# Actions, and the resource they would be done to in one's own account; {own} is the person's user.
PROBES: Final = (
    ("iam:AttachUserPolicy", "{own}"),
    ("iam:PutUserPolicy", "{own}"),
    ("iam:AddUserToGroup", "group/*"),
    ("iam:AttachGroupPolicy", "group/*"),
    ("iam:PutGroupPolicy", "group/*"),
    ("iam:AttachRolePolicy", "role/*"),
    ("iam:PutRolePolicy", "role/*"),
    ("iam:UpdateAssumeRolePolicy", "role/*"),
    ("iam:CreatePolicyVersion", "policy/*"),
    ("iam:SetDefaultPolicyVersion", "policy/*"),
    ("iam:CreateAccessKey", "user/*"),
    ("iam:CreateLoginProfile", "user/*"),
    ("iam:UpdateLoginProfile", "user/*"),
)


def is_administrator(identity: Identity, peer: str, now: datetime) -> bool:
    """Whether the identity is the root user or may do one of PROBES, from the address `peer`."""
    if identity.is_root:
        return True
    account = identity.account
    facts = SessionFacts(kind="console", issued_at=now, mfa_at=now)
    principal = principals.of_identity(identity, session=facts)
    asking = Call(
        account=account,
        principal=principal,
        now=now,
        request_id="",
        source="console",
        peer=peer,
        secure=True,
    )

    def resource(place: str) -> str:
        return principal.arn if place == "{own}" else f"arn:aws:iam::{account.number}:{place}"

    return any(may(asking, Check(action, resource(place))).allowed for action, place in PROBES)
