"""The IAM entities as rows.  No rule beyond constraints lives here."""

from iam.models.entities import Group, Membership, Role, User, tag_map
from iam.models.keys import AccessKey, KeyRotation, KeyStatus, RotationState
from iam.models.policies import Attachment, InlinePolicy, Policy, PolicyVersion
from iam.models.records import Decision, Tally
from iam.models.scoped import fold
from iam.models.sessions import Session, SessionKind

__all__ = [
    "AccessKey",
    "Attachment",
    "Decision",
    "Group",
    "InlinePolicy",
    "KeyRotation",
    "KeyStatus",
    "Membership",
    "Policy",
    "PolicyVersion",
    "Role",
    "RotationState",
    "Session",
    "SessionKind",
    "Tally",
    "User",
    "fold",
    "tag_map",
]
