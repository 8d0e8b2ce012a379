"""Inline policies: texts that are part of one user, group or role, and go with it.

The texts of one entity share one size limit, counted without white space and held under the locked entity.  Names are
told apart regardless of case; the spelling of the first stays.  Source: recorded answers of AWS.
"""

from collections.abc import Iterable
from typing import TypeAlias

from accounts.prepared import rewrite
from iam import documents, quotas, targets
from iam.call import Call, Output, Page
from iam.catalogue import operation
from iam.errors import LimitExceeded, NoSuchEntity
from iam.models import Group, InlinePolicy, Role, User, fold

Entity: TypeAlias = User | Group | Role


@operation("iam.PutUserPolicy", target=targets.user("user_name"), revises=True)
def put_user_policy(call: Call, *, user: User, policy_name: str, policy_document: str) -> None:
    """Give a user an inline policy; one of the same name is replaced.

    Errors: NoSuchEntity, MalformedPolicyDocument, LimitExceeded (size of all inline policies together).
    """
    _put(call, user, policy_name, policy_document)


@operation("iam.PutGroupPolicy", target=targets.group("group_name"), revises=True)
def put_group_policy(call: Call, *, group: Group, policy_name: str, policy_document: str) -> None:
    """Give a group an inline policy; one of the same name is replaced.

    Errors: NoSuchEntity, MalformedPolicyDocument, LimitExceeded (size of all inline policies together).
    """
    _put(call, group, policy_name, policy_document)


@operation("iam.PutRolePolicy", target=targets.role("role_name"), revises=True)
def put_role_policy(call: Call, *, role: Role, policy_name: str, policy_document: str) -> None:
    """Give a role an inline policy; one of the same name is replaced.

    Errors: NoSuchEntity, MalformedPolicyDocument, LimitExceeded (size of all inline policies together),
    UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    _put(call, role, policy_name, policy_document)


def _put(call: Call, entity: Entity, name: str, text: str) -> None:
    documents.require_sound(text, "inline")
    size = documents.size(text)
    present = InlinePolicy.on(entity)
    same = _called(name, present)
    others = sum(policy.size for policy in present if policy is not same)
    kind = entity.arn_kind
    allowed = quotas.limit(call.account, f"{kind.title()}PolicySize")
    if others + size > allowed:
        raise LimitExceeded(
            f"Maximum policy size of {allowed} bytes exceeded for {kind} {entity.name}",
            member="PolicyDocument",
        )
    if same is None:
        InlinePolicy.hang(call.account, entity, name=name, document=text, size=size)
    else:
        same.document, same.size = text, size
        rewrite(same, "document", "size")


@operation("iam.GetUserPolicy", target=targets.user("user_name"), reads=True)
def get_user_policy(call: Call, *, user: User, policy_name: str) -> Output:
    """Answer an inline policy of a user, its text as it was put.  Errors: NoSuchEntity (user, policy)."""
    return {"UserName": user.name, **_described(user, policy_name)}


@operation("iam.GetGroupPolicy", target=targets.group("group_name"), reads=True)
def get_group_policy(call: Call, *, group: Group, policy_name: str) -> Output:
    """Answer an inline policy of a group, its text as it was put.  Errors: NoSuchEntity (group, policy)."""
    return {"GroupName": group.name, **_described(group, policy_name)}


@operation("iam.GetRolePolicy", target=targets.role("role_name"), reads=True)
def get_role_policy(call: Call, *, role: Role, policy_name: str) -> Output:
    """Answer an inline policy of a role, its text as it was put.  Errors: NoSuchEntity (role, policy)."""
    return {"RoleName": role.name, **_described(role, policy_name)}


def _described(entity: Entity, name: str) -> dict[str, str]:
    found = _find(entity, name)
    if found is None:
        raise _missing(entity, name)
    return {"PolicyName": name, "PolicyDocument": found.document}


def _find(entity: Entity, name: str) -> InlinePolicy | None:
    return _called(name, entity.inline_policies.filter(name__iexact=name).order_by("pk"))


def _called(name: str, policies: Iterable[InlinePolicy]) -> InlinePolicy | None:
    """The policy of this name in whatever case; of several from before names were folded, the one spelled so."""
    found = [policy for policy in policies if fold(policy.name) == fold(name)]
    return next((policy for policy in found if policy.name == name), found[0] if found else None)


def _missing(entity: Entity, name: str) -> NoSuchEntity:
    return NoSuchEntity(
        f"The {entity.arn_kind} policy with name {name} cannot be found.", member="PolicyName"
    )


@operation("iam.ListUserPolicies", target=targets.user("user_name"), reads=True)
def list_user_policies(call: Call, *, user: User, page: Page) -> Output:
    """List the names of a user's inline policies.  Errors: NoSuchEntity."""
    return _names(user, page)


@operation("iam.ListGroupPolicies", target=targets.group("group_name"), reads=True)
def list_group_policies(call: Call, *, group: Group, page: Page) -> Output:
    """List the names of a group's inline policies.  Errors: NoSuchEntity."""
    return _names(group, page)


@operation("iam.ListRolePolicies", target=targets.role("role_name"), reads=True)
def list_role_policies(call: Call, *, role: Role, page: Page) -> Output:
    """List the names of a role's inline policies.  Errors: NoSuchEntity."""
    return _names(role, page)


def _names(entity: Entity, page: Page) -> Output:
    rows = entity.inline_policies.only("name")
    return page.of("PolicyNames", rows, key="name", row=lambda row: row.name)


@operation("iam.DeleteUserPolicy", target=targets.user("user_name"), revises=True)
def delete_user_policy(call: Call, *, user: User, policy_name: str) -> None:
    """Take an inline policy from a user.  Errors: NoSuchEntity (user, policy)."""
    _delete(user, policy_name)


@operation("iam.DeleteGroupPolicy", target=targets.group("group_name"), revises=True)
def delete_group_policy(call: Call, *, group: Group, policy_name: str) -> None:
    """Take an inline policy from a group.  Errors: NoSuchEntity (group, policy)."""
    _delete(group, policy_name)


@operation("iam.DeleteRolePolicy", target=targets.role("role_name"), revises=True)
def delete_role_policy(call: Call, *, role: Role, policy_name: str) -> None:
    """Take an inline policy from a role.

    Errors: NoSuchEntity (role, policy), UnmodifiableEntity (service-linked role).
    """
    targets.refuse_protected(role)
    _delete(role, policy_name)


def _delete(entity: Entity, name: str) -> None:
    found = _find(entity, name)
    if found is None:
        raise _missing(entity, name)
    found.delete()
