"""Where the two servers differ, why, and who is right.  Looked at on 2026-11-25, with moto 5.2.5.

A text may hold stars, which stand for anything; "-" is what is not in an answer, an empty path the outcome of the step.
The test fails at a difference that is not here, and at one that is here and gone.
"""

from dataclasses import dataclass
from typing import Literal

from iam.policy.match import glob

Right = Literal["here", "moto", "both"]

MODEL = "service model"
REFERENCE = "IAM API Reference"
RECORDED = "recorded answers of AWS"


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference; `operations` are separated by blanks."""

    operations: str
    path: str
    ours: str
    theirs: str
    right: Right
    why: str
    source: str

    def covers(self, operation: str, path: str, ours: str, theirs: str) -> bool:
        pairs = ((self.path, path), (self.ours, ours), (self.theirs, theirs))
        return any(glob(name)(operation) for name in self.operations.split()) and all(
            glob(pattern)(text) for pattern, text in pairs
        )


def _here(operations: str, path: str, ours: str, theirs: str, why: str, source: str) -> Difference:
    return Difference(operations, path, ours, theirs, "here", why, source)


def _lax(operations: str, code: str, why: str, source: str) -> Difference:
    """A mistake that moto lets pass."""
    return _here(operations, "", code, "answered", why, source)


INVALID = "ValidationError (400)"
EXISTS = "EntityAlreadyExists (409)"
MISSING = "NoSuchEntity (404)"
UNBUILT = "no answer that can be read"
POLICY = "MalformedPolicyDocument (400)"

DIFFERENCES: tuple[Difference, ...] = (
    # Ids and lists
    _here(
        "iam.*", "*Id", "<A*>", "<another form>", "ids begin with letters that tell their kind", "IAM User Guide"
    ),
    _here("iam.list_* iam.get_group", "IsTruncated", "False", "-", "always given", RECORDED),
    _here("iam.list_* iam.get_group", "IsTruncated", "True", "*", "MaxItems is heeded", REFERENCE),
    _here("iam.list_* iam.get_group", "*[]", "1", "*", "MaxItems, a path prefix or a refusal before", REFERENCE),
    _here("iam.list_policies", "IsTruncated", "False", "True", "nothing follows on the last page", REFERENCE),
    _here(
        "iam.list_attached_*_policies",
        "IsTruncated",
        "False",
        "True",
        "nothing follows on the last page",
        REFERENCE,
    ),
    _here("iam.list_groups", "Groups[n].*", "*", "*", "a path prefix is heeded", REFERENCE),
    # Mistakes that pass at moto
    _lax("iam.create_user iam.create_group iam.create_role iam.put_*_policy", INVALID, "names, paths, limits", MODEL),
    _lax("iam.create_user iam.create_group iam.create_policy iam.create_role", EXISTS, "case does not count", REFERENCE),
    _lax("iam.update_user iam.update_group", EXISTS, "the new name is taken", REFERENCE),
    _lax("iam.list_users iam.list_policies iam.list_virtual_mfa_devices", INVALID, "limits, markers, values", MODEL),
    _lax("iam.tag_user", "*(400)", "a key twice, AWS's own prefix, too many tags", REFERENCE),
    _lax("iam.update_access_key", INVALID, "a status that there is not", MODEL),
    _lax("iam.update_account_password_policy", INVALID, "a minimum below 6", MODEL),
    _lax("iam.delete_account_alias", MISSING, "not the account's alias", REFERENCE),
    _lax("iam.delete_group", "DeleteConflict (409)", "members or policies are left", REFERENCE),
    _lax("iam.delete_user", "DeleteConflict (409)", "keys, groups or policies are left", REFERENCE),
    _lax("iam.delete_policy", "DeleteConflict (409)", "it is attached, or has versions", REFERENCE),
    _lax("iam.create_policy", POLICY, "a condition operator that there is not", RECORDED),
    _lax("iam.create_policy", "LimitExceeded (409)", "above 6,144 characters", RECORDED),
    _lax("iam.create_policy_version", "AccessDenied (403)", "a policy of AWS's own", RECORDED),
    _lax("iam.create_role", POLICY, "no trust policy", RECORDED),
    _lax("iam.list_entities_for_policy iam.list_instance_profiles_for_role", MISSING, "no such entity", REFERENCE),
    _lax("iam.put_role_permissions_boundary", MISSING, "no such policy", RECORDED),
    _lax("iam.create_open_id_connect_provider", INVALID, "a thumbprint has 40 characters", MODEL),
    _lax("iam.delete_open_id_connect_provider iam.delete_saml_provider", MISSING, "gone already", RECORDED),
    _lax("iam.create_saml_provider iam.upload_server_certificate", EXISTS, "the name is taken", REFERENCE),
    _lax("iam.create_saml_provider", "InvalidInput (400)", "no metadata", REFERENCE),
    _lax("iam.upload_server_certificate", "MalformedCertificate (400)", "no certificate", MODEL),
    _lax("iam.upload_ssh_public_key", "UnrecognizedPublicKeyEncoding (400)", "no key", MODEL),
    _lax("sts.get_session_token sts.get_federation_token sts.assume_role", INVALID, "limits and forms", MODEL),
    _lax("sts.assume_role", "AccessDenied (403)", "root assumes no role, and none that is missing", RECORDED),
    # Other codes
    _here("iam.create_policy iam.put_user_policy", "", INVALID, POLICY, "left out or empty: a matter of form", MODEL),
    _here("iam.get_policy iam.attach_user_policy", "", INVALID, MISSING, "no ARN at all", RECORDED),
    _here("iam.get_policy_version", "", INVALID, MISSING, "no version id at all", MODEL),
    _here("iam.get_access_key_last_used", "", "AccessDenied (403)", MISSING, "ids cannot be probed", RECORDED),
    _here("iam.delete_policy", "", "AccessDenied (403)", "*", "a policy of AWS's own", RECORDED),
    _here("iam.create_service_linked_role", "", "InvalidInput (400)", EXISTS, "the name is taken", RECORDED),
    _here("iam.remove_user_from_group", "", "answered", MISSING, "whoever is no member is left alone", RECORDED),
    _here("iam.delete_group_policy iam.delete_group", "", "answered", MISSING, "moto dropped the group before", REFERENCE),
    _here("iam.delete_policy", "", "DeleteConflict (409)", MISSING, "moto dropped the policy before", REFERENCE),
    # Not built at moto
    _here("iam.* sts.*", "", "*", UNBUILT, "moto has no handler, or it fails", "moto's coverage file"),
    # What answers hold
    _here("iam.get_account_password_policy", "PasswordPolicy.HardExpiry", "-", "False", "only where it is set", RECORDED),
    _here("iam.get_account_password_policy", "PasswordPolicy.MaxPasswordAge", "-", "0", "only where it is set", RECORDED),
    _here("iam.list_user_tags iam.get_account_authorization_details", "*Tags[*", "*", "*", "tag keys are compared without case", REFERENCE),
    _here("iam.get_group", "Users[n].Tags*", "-", "*", "users of a group come without tags", RECORDED),
    _here("iam.*", "*PermissionsBoundaryUsageCount", "0", "-", "always given", RECORDED),
    _here("iam.list_policy_versions iam.create_policy_version", "*Document", "-", "*", "only GetPolicyVersion has it", RECORDED),
    _here("iam.create_role iam.create_service_linked_role iam.update_role_description", "Role.MaxSessionDuration", "-", "*", "not in this answer", RECORDED),
    _here("iam.create_role", "Role.Description", "-", "Deploys.", "not in this answer", RECORDED),
    _here("iam.*", "*Tags[]", "-", "0", "only where there are any", RECORDED),
    _here("iam.*instance_profile*", "*Roles[n].*", "-", "*", "roles of a profile come in their short form", RECORDED),
    _here("iam.list_instance_profiles*", "*Tags[*", "-", "*", "lists have no tags", REFERENCE),
    _here("iam.get_policy iam.list_policies", "*AttachmentCount", "3", "5", "attached twice counts once", REFERENCE),
    _here("iam.get_role", "*PermissionsBoundaryType", "Policy", "*", "the value on the wire", RECORDED),
    _here("iam.create_open_id_connect_provider", "Tags*", "*", "-", "tags given are told", REFERENCE),
    _here("iam.get_saml_provider", "*", "*", "-", "newer members", MODEL),
    _here("iam.get_server_certificate", "*Tags[]", "0", "-", "always given here", RECORDED),
    _here("iam.list_virtual_mfa_devices", "*", "-", "<hidden>", "a seed is told once, when it is made", REFERENCE),
    _here("iam.create_service_linked_role", "Role.*", "*AWSServiceRoleForBatch", "*AWSServiceRoleForbatch", "names as AWS writes them", RECORDED),
    _here("iam.create_service_linked_role", "Role.AssumeRolePolicyDocument", "*", "*", "what is one is no list", RECORDED),
    _here("iam.delete_service_linked_role", "DeletionTaskId", "task/aws-service-role/*", "<uuid>", "the task names its role", RECORDED),
    _here("sts.get_session_token sts.get_federation_token", "*AccessKeyId", "<ASIA>", "<AKIA>", "temporary keys begin so", "IAM User Guide"),
    _here("sts.get_session_token sts.get_federation_token", "SessionToken*", "*", "-", "newer members", MODEL),
    _here("sts.get_access_key_info", "Account", "*", "*", "the id carries the account's number", RECORDED),
    _here("iam.get_account_authorization_details", "Policies[n].Description", "-", "*", "not in this answer", RECORDED),
    _here("iam.get_account_authorization_details", "Policies[n].Policy*", "*", "-", "name and id of a policy are told", MODEL),
    _here("iam.get_account_authorization_details", "*AttachmentCount", "0", "2", "attached twice counts once", REFERENCE),
    _here("iam.get_account_authorization_details", "UserDetailList[n].UserPolicyList[]", "-", "0", "only where there are any", RECORDED),
    _here("iam.list_policies", "Policies*", "*", "*", "moto dropped the policy before", REFERENCE),
    _here("iam.delete_server_certificate", "", "*", "*", "renamed before, which moto cannot", REFERENCE),
    # What only one of them has
    Difference("iam.get_policy", "Policy.DefaultVersionId", "v1", "v*", "moto", "AWS's own policies: texts of ours, in one version", "docs/deviations.md"),
    Difference("iam.get_policy", "Policy.Description", "*", "-", "both", "AWS's own policies: texts of ours", "docs/deviations.md"),
    Difference("iam.get_account_summary", "SummaryMap.Account*Present", "1", "*", "both", "another account: its root has a key and a password", REFERENCE),
    _here("iam.get_account_summary", "SummaryMap.PolicyVersionsInUse", "*", "*", "a policy attached twice is in use once, AWS's own too", RECORDED),
    Difference("iam.list_account_aliases", "AccountAliases*", "*", "*", "both", "our account had an alias from the start", REFERENCE),
    Difference("sts.get_caller_identity", "*", "*", "<AKIA>", "both", "other callers: root here, nobody there", REFERENCE),
    Difference("sts.get_caller_identity", "Arn", "*:root", "*:user/moto", "both", "other callers: root here, nobody there", REFERENCE),
    Difference("sts.get_federation_token", "PackedPolicySize", "0", "6", "here", "nothing was packed", RECORDED),
)  # fmt: skip
