"""The IAM entities as rows.  No rule beyond constraints lives here."""

from iam.models.certificates import ServerCertificate, SigningCertificate
from iam.models.deletions import DeletionState, DeletionTask
from iam.models.entities import Group, Membership, Role, User, UserQuerySet, tag_map
from iam.models.hanging import hanging
from iam.models.instance_profiles import InstanceProfile
from iam.models.jobs import ActionUse, Job, JobKind, JobPart, JobState
from iam.models.keys import AccessKey, KeyRotation, KeyStatus, RotationState
from iam.models.policies import Attachment, InlinePolicy, Policy, PolicyUsage, PolicyVersion
from iam.models.providers import OpenIdProvider, SamlPrivateKey, SamlProvider
from iam.models.records import Decision
from iam.models.scoped import fold
from iam.models.sessions import Session, SessionKind
from iam.models.tallies import Room, Tally
from iam.models.token_issuers import TokenIssuer, TokenKey
from iam.models.user_credentials import ServiceCredential, SshPublicKey

__all__ = [
    "AccessKey",
    "ActionUse",
    "Attachment",
    "Decision",
    "DeletionState",
    "DeletionTask",
    "Group",
    "InlinePolicy",
    "InstanceProfile",
    "Job",
    "JobKind",
    "JobPart",
    "JobState",
    "KeyRotation",
    "KeyStatus",
    "Membership",
    "OpenIdProvider",
    "Policy",
    "PolicyUsage",
    "PolicyVersion",
    "Role",
    "Room",
    "RotationState",
    "SamlPrivateKey",
    "SamlProvider",
    "ServerCertificate",
    "ServiceCredential",
    "Session",
    "SessionKind",
    "SigningCertificate",
    "SshPublicKey",
    "Tally",
    "TokenIssuer",
    "TokenKey",
    "User",
    "UserQuerySet",
    "fold",
    "hanging",
    "tag_map",
]
