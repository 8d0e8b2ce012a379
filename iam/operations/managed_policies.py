"""Managed policies: the account's own, made, listed and deleted, beside AWS's, which are data and only read."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from django.db.models import Q, QuerySet

from iam import describe, documents, managed, quotas, tagging, targets, usage
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import operation
from iam.errors import DeleteConflict
from iam.ids import unique_id
from iam.managed import ManagedPolicy
from iam.models import Policy, fold

AnyPolicy: TypeAlias = Policy | ManagedPolicy
UsageFilter: TypeAlias = Literal["PermissionsPolicy", "PermissionsBoundary"]
Wanted: TypeAlias = UsageFilter | Literal["any"] | None


@operation("iam.CreatePolicy", target=targets.new("policy"), also=tagging.tag_on_create("iam:TagPolicy"))
def create_policy(
    call: Call,
    *,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str = "",
    tags: Tags = (),
) -> Output:
    """Create a managed policy with the text as its version v1; it is attached to nobody yet.

    Errors: EntityAlreadyExists (names differ by case or path only), MalformedPolicyDocument,
    LimitExceeded (size, policies, tags), InvalidInput (tags).
    Source: IAM API Reference, CreatePolicy.
    """
    stored_tags = tagging.added((), tags, case_sensitive=True)
    documents.require_managed_policy(call.account, policy_document)
    policy = Policy.make(
        quotas.room(call.account, "Policies", unseen=call.first_try),
        account=call.account,
        unique_id=unique_id("ANPA"),
        name=policy_name,
        name_key=fold(policy_name),
        path=path,
        description=description,
        created_at=call.now,
        updated_at=call.now,
        tags=stored_tags,
        document=policy_document,
    )
    return {"Policy": {**describe.policy_row(policy), **describe.tags_if_set(policy)}}


@operation("iam.GetPolicy", target=targets.policy(), reads=True)
def get_policy(call: Call, *, policy: AnyPolicy) -> Output:
    """Answer a managed policy without its text, and how often this account uses it.

    Errors: NoSuchEntity, ValidationError (no policy's ARN).
    """
    used = usage.of(call.account, [policy.arn]).get(policy.arn, usage.NONE)
    return {"Policy": describe.policy(policy, used)}


def _policy_path(call: Call, params: Params, lock: bool) -> Target:
    """A list of policies is no resource: its name here is AWS's, and only `*` in a policy covers it."""
    return Target(arn=f"policy path {params.get('path_prefix', '/')}")


@operation("iam.ListPolicies", target=_policy_path, reads=True)
def list_policies(
    call: Call,
    *,
    page: Page,
    scope: Literal["All", "AWS", "Local"] = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: UsageFilter | None = None,
) -> Output:
    """List managed policies by name, the account's own before AWS's.

    `only_attached` is for what is attached to something or somebody's boundary; the usage filter, with it or alone, for
    one of the two.

    Errors: ValidationError (marker).
    Source: IAM API Reference, ListPolicies; recorded answers of AWS.
    """
    wanted = policy_usage_filter or ("any" if only_attached else None)
    streams: list[tuple[str, QuerySet[Any] | Sequence[Any], str, Any]] = []
    if scope != "AWS":
        own = _own_policies(call, path_prefix, wanted)
        streams.append(("Policies", own, "name_key", _own_row))
    if scope != "Local":
        used = usage.of_aws(call.account)
        chosen = [
            policy
            for policy in managed.catalogue().values()
            if policy.path.startswith(path_prefix) and _is_used(used.get(policy.arn, usage.NONE), wanted)
        ]
        streams.append(("Policies", chosen, "name_key", lambda policy: _aws_row(policy, used)))
    return page.of_several(streams)


def _own_policies(call: Call, path_prefix: str, wanted: Wanted) -> QuerySet[Policy]:
    rows = call.account.policies.select_related("account", "usage").under(path_prefix)
    attached, bounding = Q(usage__attachments__gt=0), Q(usage__boundaries__gt=0)
    kinds = {"PermissionsPolicy": attached, "PermissionsBoundary": bounding, "any": attached | bounding}
    return rows.filter(kinds[wanted]) if wanted else rows


def _is_used(used: usage.Usage, wanted: Wanted) -> bool:
    attached, bounding = bool(used.attachments), bool(used.boundaries)
    kinds = {"PermissionsPolicy": attached, "PermissionsBoundary": bounding, "any": attached or bounding}
    return kinds[wanted] if wanted else True


def _own_row(policy: Policy) -> describe.Described:
    return describe.policy_row(policy, usage.beside(policy))


def _aws_row(policy: ManagedPolicy, used: usage.UsageByArn) -> describe.Described:
    return describe.policy_row(policy, used.get(policy.arn, usage.NONE))


@operation("iam.DeletePolicy", target=targets.policy(), revises=True)
def delete_policy(call: Call, *, policy: AnyPolicy) -> None:
    """Delete a policy that nothing uses any more and whose only version is the default one.

    Errors: NoSuchEntity, DeleteConflict (attached, boundary, versions), AccessDenied (AWS's policies),
    ValidationError (no policy's ARN).
    """
    own = targets.own_policy(policy, act="delete policies")
    if own.attachments.exists() or own.bounded_users.exists() or own.bounded_roles.exists():
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    if own.versions.count() > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
            " The default version is deleted with the policy."
        )
    own.delete()
    quotas.give_back(call.account, "Policies")


@operation("iam.ListEntitiesForPolicy", target=targets.policy(missing=targets.UNATTACHABLE), reads=True)
def list_entities_for_policy(
    call: Call,
    *,
    policy: AnyPolicy,
    page: Page,
    entity_filter: str | None = None,
    path_prefix: str = "/",
    policy_usage_filter: UsageFilter | None = None,
) -> Output:
    """List who a policy is attached to and whose boundary it is: groups, then users, then roles, each by name.

    Errors: NoSuchEntity, ValidationError (marker, no policy's ARN).
    """
    streams = []
    for kind in ("Group", "User", "Role"):
        rows = getattr(call.account, f"{kind.lower()}s").under(path_prefix)
        uses = _uses(call, policy, kind.lower(), policy_usage_filter)
        wanted = rows.filter(uses) if entity_filter in (None, kind) and uses else rows.none()
        streams.append((f"Policy{kind}s", wanted, "name_key", _named_and_id(kind)))
    return page.of_several(streams)


def _uses(call: Call, policy: AnyPolicy, kind: str, usage_filter: UsageFilter | None) -> Q:
    """What holds of the users (groups, roles) that use the policy; empty where none can."""
    uses = Q()
    if usage_filter != "PermissionsBoundary":
        attached = call.account.attachments.filter(policy_arn=policy.arn, **{f"{kind}__isnull": False})
        uses |= Q(pk__in=attached.values(f"{kind}_id"))
    if usage_filter != "PermissionsPolicy" and kind != "group":
        uses |= Q(boundary_arn=policy.arn)
    return uses


def _named_and_id(kind: str) -> Any:
    return lambda row: {f"{kind}Name": row.name, f"{kind}Id": row.unique_id}
