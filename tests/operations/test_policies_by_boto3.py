"""Policies as a program sees them: boto3's paginators, decoded documents, error codes."""

import json

import pytest

from tests.boto import boto_of
from tests.world import allow

DOCUMENT = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::a%3Ab/${aws:username}/*"), indent=2)


@pytest.fixture
def iam(world):
    """A client of the administrator."""
    return boto_of(world.alice).iam


def names(client, operation, member, field, **params):
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **params)
    return [row[field] for page in pages for row in page[member]]


def test_a_policy_lives_through_versions_attachment_and_deletion(iam):
    policy = iam.create_policy(PolicyName="own", PolicyDocument=DOCUMENT)["Policy"]
    arn = policy["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert version["Document"] == json.loads(DOCUMENT)
    assert names(iam, "list_policy_versions", "Versions", "VersionId", PolicyArn=arn) == ["v2", "v1"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_user_policy(UserName="bob", PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)


def test_inline_documents_are_decoded(iam):
    iam.put_user_policy(UserName="bob", PolicyName="inline", PolicyDocument=DOCUMENT)
    answer = iam.get_user_policy(UserName="bob", PolicyName="inline")
    assert answer["PolicyDocument"] == json.loads(DOCUMENT)
    assert names_of_inline(iam) == ["inline"]


def names_of_inline(iam):
    pages = iam.get_paginator("list_user_policies").paginate(UserName="bob")
    return [name for page in pages for name in page["PolicyNames"]]


def test_paginators_run_through(iam):
    arn = iam.create_policy(PolicyName="own", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for name in ("one", "two", "three"):
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    users = names(iam, "list_entities_for_policy", "PolicyUsers", "UserName", PolicyArn=arn)
    assert users == ["one", "three", "two"]
    assert names(iam, "list_policies", "Policies", "PolicyName", OnlyAttached=True) == [
        "own",
        "AdministratorAccess",
    ]
    attached = names(iam, "list_attached_user_policies", "AttachedPolicies", "PolicyArn", UserName="one")
    assert attached == [arn]


def test_refusals_have_their_codes(iam):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as malformed:
        iam.create_policy(PolicyName="bad", PolicyDocument="{}")
    assert malformed.value.response["Error"]["Message"] == "Syntax errors in policy."
    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary="arn:aws:iam::aws:role/Nothing")
    with pytest.raises(iam.exceptions.ClientError) as denied:
        iam.delete_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert denied.value.response["Error"]["Code"] == "AccessDenied"
    assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
