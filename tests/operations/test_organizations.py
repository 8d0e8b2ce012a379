"""What concerns an organization, asked by an account that belongs to none."""

import pytest

from tests.world import World, allow, last_event, refused

FEATURES = (
    "ListOrganizationsFeatures",
    "EnableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "DisableOrganizationsRootSessions",
)
PATH = "o-a1b2c3d4e5/r-f6g7/111122223333"
JOB = "00000000-0000-4000-8000-000000000000"
TASK = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}


def met(world: World, name: str, outcome: str, code: str) -> None:
    event = last_event(world.account)
    assert (event.name, event.outcome, event.error_code) == (name, outcome, code)


@pytest.mark.parametrize("action", FEATURES)
def test_there_is_no_organization_whose_features_could_be_read_or_changed(world, action):
    with refused("AccessDenied", f"iam:{action} on resource: * because no identity-based policy allows"):
        world.bob.iam(action)
    met(world, action, "denied", "AccessDenied")
    with refused("OrganizationNotFoundException", world.account.number):
        world.alice.iam(action)
    met(world, action, "failed", "OrganizationNotFoundException")


def test_a_report_is_asked_of_another_organization_whatever_its_path(world):
    with refused("AccessDenied", "iam:GenerateOrganizationsAccessReport"):
        world.bob.iam("GenerateOrganizationsAccessReport", EntityPath=PATH)
    with refused("AccessDenied", "different than your organization ID"):
        world.alice.iam("GenerateOrganizationsAccessReport", EntityPath=PATH)
    with refused("ValidationError", "entityPath"):
        world.alice.iam("GenerateOrganizationsAccessReport", EntityPath="x" * 19)


def test_the_policy_of_a_report_is_a_condition_key(world):
    condition = {"StringEquals": {"iam:OrganizationsPolicyId": "p-12345678"}}
    dana = world.user("dana", policy=allow("iam:GenerateOrganizationsAccessReport", condition=condition))
    with refused("AccessDenied", "no identity-based policy allows"):
        dana.iam("GenerateOrganizationsAccessReport", EntityPath=PATH)
    with refused("AccessDenied", "different than"):
        dana.iam("GenerateOrganizationsAccessReport", EntityPath=PATH, OrganizationsPolicyId="p-12345678")


def test_there_is_no_report_to_read(world):
    with refused("AccessDenied", "iam:GetOrganizationsAccessReport"):
        world.bob.iam("GetOrganizationsAccessReport", JobId=JOB)
    with refused("NoSuchEntity", JOB):
        world.alice.iam("GetOrganizationsAccessReport", JobId=JOB)


@pytest.mark.parametrize("whose", ["account", "other"])
def test_nobody_assumes_root(world, whose):
    number = getattr(world, whose).number
    for actor in (world.bob, world.alice, world.root):
        for target in (number, f"arn:aws:iam::{number}:root"):
            with refused("AccessDenied", f"sts:AssumeRoot on resource: arn:aws:iam::{number}:root"):
                actor.sts("AssumeRoot", TargetPrincipal=target, TaskPolicyArn=TASK)
            met(world, "AssumeRoot", "denied", "AccessDenied")
