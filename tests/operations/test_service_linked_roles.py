"""Roles linked to services: made, protected, deleted through a task."""

import json
from datetime import timedelta

import pytest

from iam import service_linked
from iam.models import Session
from tests.boto import boto_of
from tests.operations import permission
from tests.world import ADMINISTRATOR, NOW, World, allow, last_event, refused

SERVICES = list(service_linked.links().values())
ECS = "ecs.amazonaws.com"
NAME = "AWSServiceRoleForECS"
SPARE = "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def linked(world: World) -> str:
    world.alice.iam("CreateServiceLinkedRole", AWSServiceName=ECS)
    return NAME


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateServiceLinkedRole", {"AWSServiceName": "batch.amazonaws.com"}),
        ("DeleteServiceLinkedRole", {"RoleName": NAME}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, linked, action, params):
    permission.holds(world, action, params)


def test_asking_for_a_deletion_needs_its_permission_and_is_recorded(world, linked):
    task = world.alice.iam("DeleteServiceLinkedRole", RoleName=linked)
    permission.holds(world, "GetServiceLinkedRoleDeletionStatus", task)


def test_a_linked_role_has_the_services_name_path_trust_and_policy(world):
    made = world.alice.iam("CreateServiceLinkedRole", AWSServiceName=ECS, Description="runs tasks")["Role"]
    assert (made["RoleName"], made["Path"]) == (NAME, f"/aws-service-role/{ECS}/")
    assert made["Arn"] == f"arn:aws:iam::{world.account.number}:role/aws-service-role/{ECS}/{NAME}"
    assert json.loads(made["AssumeRolePolicyDocument"]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": ECS}, "Action": "sts:AssumeRole"}],
    }
    shown = world.alice.iam("GetRole", RoleName=NAME)["Role"]
    assert (shown["MaxSessionDuration"], shown["Description"]) == (3600, "runs tasks")
    assert world.alice.iam("ListRolePolicies", RoleName=NAME)["PolicyNames"] == []
    policy = "AmazonECSServiceRolePolicy"
    assert world.alice.iam("ListAttachedRolePolicies", RoleName=NAME)["AttachedPolicies"] == [
        {"PolicyName": policy, "PolicyArn": f"arn:aws:iam::aws:policy/aws-service-role/{policy}"}
    ]


@pytest.mark.parametrize("link", SERVICES, ids=lambda link: link.service)
def test_each_service_has_a_role_and_a_policy_that_exists(link):
    assert link.policy.path == service_linked.PATH
    assert link.role_name.startswith("AWSServiceRoleFor")
    assert len(link.role_name) <= 64
    assert link.service.endswith(".amazonaws.com")


def test_services_and_their_roles_are_told_apart():
    assert len({link.role_name for link in SERVICES}) == len(SERVICES)
    assert [link.service for link in SERVICES] == sorted(link.service for link in SERVICES)


def test_a_second_role_of_a_service_needs_a_suffix_where_that_is_allowed(world, linked):
    text = f"Service role name {NAME} has been taken in this account, please try a different suffix."
    with refused("InvalidInput", text):
        world.alice.iam("CreateServiceLinkedRole", AWSServiceName=ECS)
    with refused("InvalidInput", f"Custom suffix is not allowed for {ECS}"):
        world.alice.iam("CreateServiceLinkedRole", AWSServiceName=ECS, CustomSuffix="two")
    scaling = {"AWSServiceName": "autoscaling.amazonaws.com"}
    world.alice.iam("CreateServiceLinkedRole", **scaling)
    made = world.alice.iam("CreateServiceLinkedRole", CustomSuffix="two", **scaling)["Role"]
    assert made["RoleName"] == "AWSServiceRoleForAutoScaling_two"
    with refused("InvalidInput", "has been taken"):
        world.alice.iam("CreateServiceLinkedRole", CustomSuffix="TWO", **scaling)
    with refused("InvalidInput", "at most 64 characters"):
        world.alice.iam("CreateServiceLinkedRole", CustomSuffix="x" * 40, **scaling)


def test_a_service_without_a_role_is_refused(world):
    with refused("InvalidInput", "Cannot find Service Linked Role template for coffee.amazonaws.com"):
        world.alice.iam("CreateServiceLinkedRole", AWSServiceName="coffee.amazonaws.com")


def test_a_linked_role_counts_among_the_roles(world, linked):
    world.account.quotas = {"Roles": 1}
    world.account.save(update_fields=["quotas"])
    with refused("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1"):
        world.alice.iam("CreateServiceLinkedRole", AWSServiceName="batch.amazonaws.com")


@pytest.mark.parametrize(
    ("condition", "resource", "allowed"),
    [
        ({"StringEquals": {"iam:AWSServiceName": ECS}}, "*", True),
        ({"StringEquals": {"iam:AWSServiceName": "batch.amazonaws.com"}}, "*", False),
        (None, f"arn:aws:iam::*:role/aws-service-role/{ECS}/{NAME}", True),
        (None, "arn:aws:iam::*:role/aws-service-role/batch.amazonaws.com/*", False),
    ],
)
def test_who_may_link_is_held_by_service_and_name(world, condition, resource, allowed):
    policy = allow("iam:CreateServiceLinkedRole", resource=resource, condition=condition)
    dora = world.user("dora", policy=policy)
    if allowed:
        dora.iam("CreateServiceLinkedRole", AWSServiceName=ECS)
    else:
        with refused("AccessDenied"):
            dora.iam("CreateServiceLinkedRole", AWSServiceName=ECS)


def test_ordinary_calls_change_nothing_but_tags_and_description(world, linked):
    role = {"RoleName": linked}
    trust = world.alice.iam("GetRole", **role)["Role"]["AssumeRolePolicyDocument"]
    for action, params in (
        ("DeleteRole", {}),
        ("AttachRolePolicy", {"PolicyArn": ADMINISTRATOR}),
        ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": json.dumps(allow("s3:*"))}),
        ("PutRolePermissionsBoundary", {"PermissionsBoundary": ADMINISTRATOR}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": trust}),
        ("UpdateRole", {"MaxSessionDuration": 7200}),
    ):
        with refused("UnmodifiableEntity", f"Cannot perform the operation on the protected role '{NAME}'"):
            world.alice.iam(action, **role, **params)
    world.alice.iam("CreateInstanceProfile", InstanceProfileName="machines")
    with refused("UnmodifiableEntity"):
        world.alice.iam("AddRoleToInstanceProfile", InstanceProfileName="machines", **role)
    world.alice.iam("UpdateRole", Description="mine", **role)
    world.alice.iam("TagRole", Tags=[{"Key": "a", "Value": "b"}], **role)


def test_a_deletion_takes_role_and_attachment_away_and_says_so(world, linked):
    task = world.alice.iam("DeleteServiceLinkedRole", RoleName=linked)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{ECS}/{NAME}/")
    assert world.alice.iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) == {
        "Status": "SUCCEEDED"
    }
    with refused("NoSuchEntity", f"The role with name {NAME} cannot be found."):
        world.alice.iam("DeleteServiceLinkedRole", RoleName=linked)
    policy = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    assert world.alice.iam("GetPolicy", PolicyArn=policy)["Policy"]["AttachmentCount"] == 0
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["Roles"] == 0
    world.alice.iam("CreateServiceLinkedRole", AWSServiceName=ECS)


def test_a_role_with_live_sessions_stays_and_the_task_says_why(world, linked):
    role = world.account.roles.get(name=linked)
    Session.objects.create(
        account=world.account,
        kind="assumed-role",
        key_id="ASIAEXAMPLEEXAMPLE77",
        sealed_secret=b"",
        token_hash=b"",
        role=role,
        name="s",
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    task = world.alice.iam("DeleteServiceLinkedRole", RoleName=linked)["DeletionTaskId"]
    status = world.alice.iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert status["Status"] == "FAILED"
    assert "active sessions" in status["Reason"]["Reason"]
    assert last_event(world.account).outcome == "success"
    later = world.alice.later(hours=2)
    task = later.iam("DeleteServiceLinkedRole", RoleName=linked)["DeletionTaskId"]
    assert later.iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "SUCCEEDED"


def test_an_ordinary_role_is_no_linked_one(world, linked):
    trust = world.alice.iam("GetRole", RoleName=linked)["Role"]["AssumeRolePolicyDocument"]
    world.alice.iam("CreateRole", RoleName="plain", AssumeRolePolicyDocument=trust)
    with refused("NoSuchEntity", "The service-linked role with name plain cannot be found."):
        world.alice.iam("DeleteServiceLinkedRole", RoleName="plain")


def test_tasks_are_known_by_ids_of_their_own_account(world, linked):
    with refused("InvalidInput", "nonsense is not the id of a deletion task."):
        world.alice.iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId="nonsense")
    with refused("NoSuchEntity", f"Deletion task {SPARE} cannot be found."):
        world.alice.iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=SPARE)
    task = world.alice.iam("DeleteServiceLinkedRole", RoleName=linked)
    with refused("NoSuchEntity"):
        world.carol.iam("GetServiceLinkedRoleDeletionStatus", **task)


def test_boto3_links_and_unlinks_as_terraform_does(world):
    iam = boto_of(world.alice).iam
    made = iam.create_service_linked_role(AWSServiceName=ECS, Description="d")["Role"]
    assert made["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ECS}
    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.create_service_linked_role(AWSServiceName=ECS)
    task = iam.delete_service_linked_role(RoleName=made["RoleName"])["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "SUCCEEDED"
