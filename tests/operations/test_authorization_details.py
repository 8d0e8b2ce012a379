"""GetAccountAuthorizationDetails: what auditors collect."""

import json

import pytest

from iam.ids import resource_in
from tests.boto import boto_of
from tests.world import allow, last_event, refused

POLICY = json.dumps(allow("s3:GetObject"))
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@pytest.fixture
def filled(world):
    root, number = world.root, world.account.number
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    root.iam("CreateGroup", GroupName="staff")
    root.iam("AddUserToGroup", GroupName="staff", UserName="bob")
    root.iam("PutGroupPolicy", GroupName="staff", PolicyName="in-group", PolicyDocument=POLICY)
    root.iam("CreateRole", RoleName="deploy", AssumeRolePolicyDocument=trust, Description="not shown here")
    root.iam("PutRolePolicy", RoleName="deploy", PolicyName="in-role", PolicyDocument=POLICY)
    root.iam("CreateInstanceProfile", InstanceProfileName="box")
    root.iam("AddRoleToInstanceProfile", InstanceProfileName="box", RoleName="deploy")
    own = root.iam("CreatePolicy", PolicyName="own", PolicyDocument=POLICY)["Policy"]["Arn"]
    root.iam("CreatePolicyVersion", PolicyArn=own, PolicyDocument=POLICY, SetAsDefault=True)
    root.iam("AttachUserPolicy", UserName="bob", PolicyArn=own)
    root.iam("TagUser", UserName="bob", Tags=[{"Key": "team", "Value": "blue"}])
    return world


def details(world, **params):
    return world.alice.iam("GetAccountAuthorizationDetails", **params)


def test_users_come_with_groups_policies_and_tags(filled):
    bob = next(user for user in details(filled)["UserDetailList"] if user["UserName"] == "bob")
    assert bob["GroupList"] == ["staff"]
    assert [policy["PolicyName"] for policy in bob["AttachedManagedPolicies"]] == ["own"]
    assert bob["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert "UserPolicyList" not in bob


def test_a_users_inline_policies_are_there_only_when_it_has_some(filled):
    filled.root.iam("PutUserPolicy", UserName="bob", PolicyName="mine", PolicyDocument=POLICY)
    bob = next(user for user in details(filled)["UserDetailList"] if user["UserName"] == "bob")
    assert bob["UserPolicyList"] == [{"PolicyName": "mine", "PolicyDocument": POLICY}]


def test_groups_come_with_their_policies(filled):
    (staff,) = details(filled)["GroupDetailList"]
    assert staff["GroupPolicyList"] == [{"PolicyName": "in-group", "PolicyDocument": POLICY}]
    assert staff["AttachedManagedPolicies"] == []


def test_roles_come_with_trust_profiles_and_last_use_but_without_description_and_duration(filled):
    (deploy,) = details(filled)["RoleDetailList"]
    assert [profile["InstanceProfileName"] for profile in deploy["InstanceProfileList"]] == ["box"]
    assert deploy["InstanceProfileList"][0]["Roles"][0]["RoleName"] == "deploy"
    assert deploy["RoleLastUsed"] == {}
    assert deploy["Tags"] == []
    assert not {"Description", "MaxSessionDuration"} & deploy.keys()


def test_policies_come_with_all_versions_newest_first(filled):
    own = next(policy for policy in details(filled)["Policies"] if policy["PolicyName"] == "own")
    assert [version["VersionId"] for version in own["PolicyVersionList"]] == ["v2", "v1"]
    assert own["PolicyVersionList"][0]["Document"] == POLICY
    assert own["AttachmentCount"] == 1
    assert not {"Description", "Tags"} & own.keys()


def test_of_awss_policies_those_in_use_are_there(filled):
    names = {policy["PolicyName"] for policy in details(filled, Filter=["AWSManagedPolicy"])["Policies"]}
    assert names == {"AdministratorAccess"}


@pytest.mark.parametrize(
    ("kind", "filled_list"),
    [("User", 0), ("Group", 1), ("Role", 2), ("LocalManagedPolicy", 3), ("AWSManagedPolicy", 3)],
)
def test_lists_not_asked_for_are_empty_and_there(filled, kind, filled_list):
    answer = details(filled, Filter=[kind])
    assert [bool(answer[name]) for name in LISTS] == [number == filled_list for number in range(4)]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_one_marker_runs_through_all_lists(filled, size):
    seen: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = details(filled, MaxItems=size, **marker)
        assert all(name in answer for name in LISTS)
        seen += [row["Arn"] for name in LISTS for row in answer[name]]
        if not answer["IsTruncated"]:
            break
        marker = {"Marker": answer["Marker"]}
    assert len(seen) == len(set(seen)) == 2 + 1 + 1 + 2
    if size == 1:
        kinds = [resource_in(arn)[0] for arn in seen]
        assert kinds == ["user", "user", "role", "group", "policy", "policy"]


def test_boto3_pages_it_and_reads_the_documents(filled):
    client = boto_of(filled.root).iam
    pages = client.get_paginator("get_account_authorization_details").paginate(
        PaginationConfig={"PageSize": 1}
    )
    texts = [
        version["Document"]["Statement"][0]["Action"]
        for page in pages
        for policy in page["Policies"]
        for version in policy["PolicyVersionList"]
        if policy["PolicyName"] == "own"
    ]
    assert texts == [["s3:GetObject"], ["s3:GetObject"]]


def test_it_needs_its_permission(filled):
    with refused("AccessDenied"):
        filled.bob.iam("GetAccountAuthorizationDetails")
    assert last_event(filled.account).name == "GetAccountAuthorizationDetails"


def test_the_number_of_queries_does_not_grow_with_the_account(filled, django_assert_max_num_queries):
    for number in range(15):
        filled.root.iam("CreateUser", UserName=f"user-{number}")
    with django_assert_max_num_queries(24):
        details(filled)
