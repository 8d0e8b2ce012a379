"""Which policies grant a service to a user, group or role."""

import json

import pytest

from tests.operations import permission
from tests.world import ADMINISTRATOR, allow, deny, refused

ACTION = "ListPoliciesGrantingServiceAccess"


def arn(actor):
    return actor.principal.arn


def granting(world, resource, *services):
    answer = world.alice.iam(ACTION, Arn=resource, ServiceNamespaces=list(services))
    assert answer["IsTruncated"] is False
    return {entry["ServiceNamespace"]: entry["Policies"] for entry in answer["PoliciesGrantingServiceAccess"]}


def test_managed_and_inline_policies_of_user_and_groups_are_told_apart(world):
    world.root.iam("CreateGroup", GroupName="devs", Path="/team/")
    world.root.iam("AddUserToGroup", GroupName="devs", UserName="bob")
    world.root.iam(
        "PutGroupPolicy", GroupName="devs", PolicyName="of-group", PolicyDocument=json.dumps(allow("s3:*"))
    )
    world.root.iam(
        "PutUserPolicy", UserName="bob", PolicyName="of-user", PolicyDocument=json.dumps(allow("s3:Get*"))
    )
    managed = world.root.iam(
        "CreatePolicy", PolicyName="shared", PolicyDocument=json.dumps(allow("s3:PutObject"))
    )
    for action, name in (
        ("AttachUserPolicy", {"UserName": "bob"}),
        ("AttachGroupPolicy", {"GroupName": "devs"}),
    ):
        world.root.iam(action, **name, PolicyArn=managed["Policy"]["Arn"])
    assert granting(world, arn(world.bob), "s3", "sqs") == {
        "s3": [
            {"PolicyName": "shared", "PolicyType": "MANAGED", "PolicyArn": managed["Policy"]["Arn"]},
            {"PolicyName": "of-group", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "devs"},
            {"PolicyName": "of-user", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "bob"},
        ],
        "sqs": [],
    }
    group = f"arn:aws:iam::{world.account.number}:group/team/devs"
    assert [policy["PolicyName"] for policy in granting(world, group, "s3")["s3"]] == ["shared", "of-group"]


def test_the_owner_of_an_inline_policy_is_told_whatever_its_path_holds(world):
    dora = world.user("dora", policy=allow("s3:*"), Path="/a:role/b:c/")
    assert granting(world, arn(dora), "s3")["s3"] == [
        {"PolicyName": "given", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "dora"}
    ]


def test_a_roles_own_policies_are_told(world):
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = world.root.iam("CreateRole", RoleName="ops", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    world.root.iam("AttachRolePolicy", RoleName="ops", PolicyArn=ADMINISTRATOR)
    found = granting(world, role, "sts")["sts"]
    assert found == [
        {"PolicyName": "AdministratorAccess", "PolicyType": "MANAGED", "PolicyArn": ADMINISTRATOR}
    ]


def test_a_policy_that_only_denies_or_names_no_action_there_is_grants_nothing(world):
    policy = allow("sqs:NoSuchAction", "s3:*")
    policy["Statement"] += deny("s3:*")["Statement"]
    dora = world.user("dora", policy=policy)
    assert granting(world, arn(dora), "s3", "sqs") == {"s3": [], "sqs": []}


def test_a_service_that_does_not_exist_is_granted_by_none(world):
    assert granting(world, arn(world.alice), "no-such") == {"no-such": []}


def test_more_than_a_hundred_services_come_by_pages(world):
    names = [f"none{number}" for number in range(101)]
    first = world.alice.iam(ACTION, Arn=arn(world.bob), ServiceNamespaces=names)
    assert (len(first["PoliciesGrantingServiceAccess"]), first["IsTruncated"]) == (100, True)
    rest = world.alice.iam(ACTION, Arn=arn(world.bob), ServiceNamespaces=names, Marker=first["Marker"])
    assert [entry["ServiceNamespace"] for entry in rest["PoliciesGrantingServiceAccess"]] == ["none100"]


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("arn:aws:iam::{}:user/nobody", "NoSuchEntity"),
        ("arn:aws:iam::{}:policy/none", "InvalidInput"),
        ("arn:aws:iam::{}:root", "InvalidInput"),
    ],
)
def test_the_identity_must_be_there(world, resource, code):
    with refused(code):
        world.alice.iam(ACTION, Arn=resource.format(world.account.number), ServiceNamespaces=["s3"])


def test_a_marker_of_another_list_is_refused(world):
    with refused("ValidationError"):
        world.alice.iam(ACTION, Arn=arn(world.bob), ServiceNamespaces=["s3"], Marker="x")


def test_it_takes_the_permission(world):
    permission.holds(world, ACTION, {"Arn": arn(world.bob), "ServiceNamespaces": ["s3"]})
