"""What concerns an AWS organization, answered as to an account that belongs to none: no account here does.

Permissions are asked as for anything else; what comes then is the refusal AWS has for such an account.
"""

from collections.abc import Mapping, Sequence

from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import AccessDenied, NoSuchEntity, OrganizationNotFound

_ANOTHER = "The organization ID in the specified entity path is different than your organization ID."


def _no_organization(call: Call) -> OrganizationNotFound:
    return OrganizationNotFound(f"No organization is associated with account {call.account.number}.")


@operation("iam.ListOrganizationsFeatures", reads=True)
def list_organizations_features(call: Call) -> Output:
    """Refuse: without an organization there is no root access to manage centrally.  Errors: OrganizationNotFound."""
    raise _no_organization(call)


@operation("iam.EnableOrganizationsRootCredentialsManagement")
def enable_organizations_root_credentials_management(call: Call) -> Output:
    """Refuse, as above.  Errors: OrganizationNotFound."""
    raise _no_organization(call)


@operation("iam.DisableOrganizationsRootCredentialsManagement")
def disable_organizations_root_credentials_management(call: Call) -> Output:
    """Refuse, as above.  Errors: OrganizationNotFound."""
    raise _no_organization(call)


@operation("iam.EnableOrganizationsRootSessions")
def enable_organizations_root_sessions(call: Call) -> Output:
    """Refuse, as above.  Errors: OrganizationNotFound."""
    raise _no_organization(call)


@operation("iam.DisableOrganizationsRootSessions")
def disable_organizations_root_sessions(call: Call) -> Output:
    """Refuse, as above.  Errors: OrganizationNotFound."""
    raise _no_organization(call)


def _report(call: Call, params: Params, lock: bool) -> Target:
    return Target(arn=f"arn:aws:iam::{call.account.number}:access-report/{params['entity_path']}")


def _policy_key(call: Call, target: Target, params: Params) -> Mapping[str, str | tuple[str, ...]]:
    policy = params.get("organizations_policy_id")
    return {"iam:organizationspolicyid": policy} if policy else {}


@operation("iam.GenerateOrganizationsAccessReport", target=_report, keys=_policy_key)
def generate_organizations_access_report(
    call: Call, *, entity_path: str, organizations_policy_id: str | None = None
) -> Output:
    """Refuse: whatever organization the path names is not the account's.  Errors: AccessDenied."""
    raise AccessDenied(_ANOTHER, action="iam:GenerateOrganizationsAccessReport", resource=entity_path)


@operation("iam.GetOrganizationsAccessReport", reads=True)
def get_organizations_access_report(
    call: Call, *, job_id: str, sort_key: str | None = None, page: Page
) -> Output:
    """Refuse: no such report was ever begun.  Errors: NoSuchEntity."""
    raise NoSuchEntity(f"The job {job_id} cannot be found.", member="JobId")


def _root(call: Call, params: Params, lock: bool) -> Target:
    wanted = str(params["target_principal"])
    return Target(arn=wanted if wanted.startswith("arn:") else f"arn:aws:iam::{wanted}:root")


def _may_assume_root(call: Call, target: Target, params: Params) -> Sequence[Check]:
    task = params["task_policy_arn"].get("arn", "")
    return [
        Check("sts:AssumeRoot", target.arn, {"sts:taskpolicyarn": task} if task else {}, hide_reason=True)
    ]


@operation("sts.AssumeRoot", target=_root, checks=_may_assume_root)
def assume_root(
    call: Call,
    *,
    target_principal: str,
    task_policy_arn: Mapping[str, str],
    duration_seconds: int | None = None,
    minimum_session_token_size: int = 0,
) -> Output:
    """Refuse: nobody's root is another account's to take, and one's own is not to be taken so.

    Errors: AccessDenied.
    Source: STS API Reference, AssumeRoot (management account or delegated administrator of an organization).
    """
    resource = _root(call, {"target_principal": target_principal}, False).arn
    raise AccessDenied(
        f"User: {call.principal.arn} is not authorized to perform: sts:AssumeRoot on resource: {resource}",
        action="sts:AssumeRoot",
        resource=resource,
    )
