"""Versions of managed policies: at most five texts, of which one is in force.  Numbers only grow."""

from dataclasses import replace
from typing import TypeAlias

from accounts.prepared import rewrite
from iam import describe, documents, quotas, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from iam.managed import ManagedPolicy
from iam.models import Policy, PolicyVersion

AnyPolicy: TypeAlias = Policy | ManagedPolicy

MISSING_VERSION = "Policy {} version {} does not exist or is not attachable."


def _policy_of_version(call: Call, params: Params, lock: bool) -> Target:
    """The policy; where it is missing the error names the version that was asked for, as AWS's does."""
    found = targets.policy()(call, params, lock)
    if found.absent is None:
        return found
    return replace(found, absent=_no_version(params["policy_arn"], params["version_id"]))


def _no_version(policy_arn: str, version_id: str) -> NoSuchEntity:
    return NoSuchEntity(MISSING_VERSION.format(policy_arn, version_id), member="VersionId")


@operation("iam.CreatePolicyVersion", target=targets.policy(), revises=True)
def create_policy_version(
    call: Call, *, policy: AnyPolicy, policy_document: str, set_as_default: bool = False
) -> Output:
    """Add a text to a policy under the next number, and put it in force if asked.

    Errors: NoSuchEntity, MalformedPolicyDocument, LimitExceeded (size, versions), AccessDenied (AWS's policies),
    ValidationError (no policy's ARN).
    """
    own = targets.own_policy(policy, act="update policies")
    documents.require_managed_policy(call.account, policy_document)
    allowed = quotas.limit(call.account, "VersionsPerPolicy")
    if own.versions.count() >= allowed:
        raise LimitExceeded(
            f"A managed policy can have up to {allowed} versions. Before you create a new version, you must delete an"
            " existing version."
        )
    own.last_version += 1
    own.updated_at = call.now
    if set_as_default:
        own.default_version = own.last_version
    rewrite(own, "last_version", "updated_at", "default_version")
    version = PolicyVersion.make(own, policy_document, call.now)
    return {"PolicyVersion": describe.policy_version_row(version, own.default_version)}


@operation("iam.GetPolicyVersion", target=_policy_of_version, reads=True)
def get_policy_version(call: Call, *, policy: AnyPolicy, version_id: str) -> Output:
    """Answer a version of a policy, its text as it was given.

    Errors: NoSuchEntity (policy, version), ValidationError (no policy's ARN).
    """
    version = _version(policy, version_id)
    return {"PolicyVersion": describe.policy_version(version, policy.default_version)}


@operation("iam.ListPolicyVersions", target=targets.policy(), reads=True)
def list_policy_versions(call: Call, *, policy: AnyPolicy, page: Page) -> Output:
    """List the versions of a policy, newest first, without their texts.

    Errors: NoSuchEntity, ValidationError (marker, no policy's ARN).
    """
    if isinstance(policy, ManagedPolicy):
        return page.of_values("Versions", [describe.policy_version_row(policy, policy.number)])
    default = policy.default_version
    return page.of(
        "Versions",
        policy.versions.defer("document"),
        key="-number",
        row=lambda version: describe.policy_version_row(version, default),
    )


@operation("iam.DeletePolicyVersion", target=_policy_of_version)
def delete_policy_version(call: Call, *, policy: AnyPolicy, version_id: str) -> None:
    """Delete a version that is not in force; its number is not used again.

    Errors: NoSuchEntity (policy, version), DeleteConflict (the default version), AccessDenied (AWS's policies),
    ValidationError (no policy's ARN).
    """
    own = targets.own_policy(policy, act="delete policy versions for policies")
    version = _version(own, version_id)
    if version.number == own.default_version:
        raise DeleteConflict("Cannot delete the default version of a policy.", member="VersionId")
    own.versions.filter(number=version.number).delete()


@operation("iam.SetDefaultPolicyVersion", target=_policy_of_version, revises=True)
def set_default_policy_version(call: Call, *, policy: AnyPolicy, version_id: str) -> None:
    """Put another version in force, everywhere the policy is attached.

    Errors: NoSuchEntity (policy, version), AccessDenied (AWS's policies), ValidationError (no policy's ARN).
    """
    own = targets.own_policy(policy, act="update policies")
    own.default_version = _version(own, version_id).number
    rewrite(own, "default_version")


def _version(policy: AnyPolicy, version_id: str) -> PolicyVersion | ManagedPolicy:
    """The version of an id such as v2; ids with a suffix fit the shape, but no version has one."""
    number = version_id[1:]
    found: PolicyVersion | ManagedPolicy | None = None
    if isinstance(policy, ManagedPolicy):
        found = policy if number == str(policy.number) else None
    elif number.isdecimal():
        found = policy.versions.filter(number=number).first()
    if found is None:
        raise _no_version(policy.arn, version_id)
    return found
