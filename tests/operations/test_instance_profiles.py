"""Instance profiles: made, given a role, read, relieved of it, deleted."""

import json

import pytest

from tests.boto import boto_of
from tests.operations import permission
from tests.world import NOW, World, allow, last_event, refused

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
BOTH = {"InstanceProfileName": "machines", "RoleName": "app"}


@pytest.fixture
def machines(world: World) -> str:
    """An empty profile; beside it the role `app`."""
    world.alice.iam("CreateRole", RoleName="app", Path="/x/", AssumeRolePolicyDocument=json.dumps(TRUST))
    world.alice.iam("CreateInstanceProfile", InstanceProfileName="machines")
    return "machines"


@pytest.fixture
def holding(world: World, machines: str) -> str:
    """A profile that holds the role `app`."""
    world.alice.iam("AddRoleToInstanceProfile", **BOTH)
    return machines


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateInstanceProfile", {"InstanceProfileName": "new"}),
        ("GetInstanceProfile", {"InstanceProfileName": "machines"}),
        ("ListInstanceProfiles", {}),
        ("ListInstanceProfilesForRole", {"RoleName": "app"}),
        ("AddRoleToInstanceProfile", BOTH),
        ("DeleteInstanceProfile", {"InstanceProfileName": "machines"}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, machines, action, params):
    permission.holds(world, action, params)


def test_removing_a_role_needs_its_permission_and_is_recorded(world, holding):
    permission.holds(world, "RemoveRoleFromInstanceProfile", BOTH)


def test_create_shows_tags_only_where_given_and_get_always(world):
    alice, tags = world.alice, [{"Key": "team", "Value": "red"}]
    made = alice.iam("CreateInstanceProfile", InstanceProfileName="Plain")["InstanceProfile"]
    core = {"Path", "InstanceProfileName", "InstanceProfileId", "Arn", "CreateDate", "Roles"}
    assert set(made) == core
    assert made["InstanceProfileId"].startswith("AIPA")
    assert (made["Roles"], made["CreateDate"], made["Path"]) == ([], NOW, "/")
    tagged = alice.iam("CreateInstanceProfile", InstanceProfileName="t", Path="/p/", Tags=tags)
    assert tagged["InstanceProfile"]["Tags"] == tags
    assert tagged["InstanceProfile"]["Arn"] == f"arn:aws:iam::{world.account.number}:instance-profile/p/t"
    shown = alice.iam("GetInstanceProfile", InstanceProfileName="PLAIN")["InstanceProfile"]
    assert shown == {**made, "Tags": []}
    assert all("Tags" not in row for row in alice.iam("ListInstanceProfiles")["InstanceProfiles"])


def test_a_role_in_a_profile_is_shown_by_its_core(world, holding):
    (role,) = world.alice.iam("GetInstanceProfile", InstanceProfileName=holding)["InstanceProfile"]["Roles"]
    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert json.loads(role["AssumeRolePolicyDocument"]) == TRUST
    (listed,) = world.alice.iam("ListInstanceProfilesForRole", RoleName="app")["InstanceProfiles"]
    assert listed["Roles"] == [role]


def test_a_name_is_taken_whatever_its_case_and_path(world, machines):
    with refused("EntityAlreadyExists", "Instance Profile MACHINES already exists."):
        world.alice.iam("CreateInstanceProfile", InstanceProfileName="MACHINES", Path="/x/")


def test_profiles_and_roles_that_are_missing_are_named(world, machines):
    alice = world.alice
    for action in ("GetInstanceProfile", "DeleteInstanceProfile"):
        with refused("NoSuchEntity", "Instance Profile ghost cannot be found."):
            alice.iam(action, InstanceProfileName="ghost")
    for action in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"):
        with refused("NoSuchEntity", "Instance Profile ghost cannot be found."):
            alice.iam(action, InstanceProfileName="ghost", RoleName="nobody")
        with refused("NoSuchEntity", "The role with name nobody cannot be found."):
            alice.iam(action, InstanceProfileName=machines, RoleName="nobody")
    with refused("NoSuchEntity", "The role with name nobody cannot be found."):
        alice.iam("ListInstanceProfilesForRole", RoleName="nobody")
    assert alice.iam("ListInstanceProfilesForRole", RoleName="app")["InstanceProfiles"] == []


def test_a_profile_holds_one_role(world, holding):
    with refused("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
        world.alice.iam("AddRoleToInstanceProfile", **BOTH)
    world.alice.iam("RemoveRoleFromInstanceProfile", **BOTH)
    with refused("NoSuchEntity", "Role app in Instance Profile machines cannot be found."):
        world.alice.iam("RemoveRoleFromInstanceProfile", **BOTH)
    world.alice.iam("AddRoleToInstanceProfile", **BOTH)


def test_profile_and_role_are_deleted_only_apart(world, holding):
    text = "Cannot delete entity, must remove roles from instance profile first."
    with refused("DeleteConflict", text):
        world.alice.iam("DeleteInstanceProfile", InstanceProfileName=holding)
    with refused("DeleteConflict", text):
        world.alice.iam("DeleteRole", RoleName="app")
    world.alice.iam("RemoveRoleFromInstanceProfile", **BOTH)
    world.alice.iam("DeleteInstanceProfile", InstanceProfileName=holding)
    assert last_event(world.account).resources == [
        f"arn:aws:iam::{world.account.number}:instance-profile/machines"
    ]
    world.alice.iam("DeleteRole", RoleName="app")


def test_a_role_is_given_only_by_who_may_pass_it_to_machines(world, machines):
    add = allow("iam:AddRoleToInstanceProfile")
    dora = world.user("dora", policy=add)
    with refused("AccessDenied", f"iam:PassRole on resource: arn:aws:iam::{world.account.number}:role/x/app"):
        dora.iam("AddRoleToInstanceProfile", **BOTH)
    assert last_event(world.account).outcome == "denied"


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, True),
        ({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, False),
        ({"ArnEquals": {"iam:AssociatedResourceARN": "arn:aws:ec2:*:{number}:instance/*"}}, True),
        ({"ArnEquals": {"iam:AssociatedResourceARN": "arn:aws:ec2:*:111122223333:instance/*"}}, False),
        ({"StringEquals": {"iam:ResourceTag/tier": "web"}}, True),
        ({"StringEquals": {"aws:ResourceTag/tier": "db"}}, False),
    ],
)
def test_passing_is_held_by_service_machine_and_tags_of_the_role(world, machines, condition, allowed):
    world.alice.iam("TagRole", RoleName="app", Tags=[{"Key": "tier", "Value": "web"}])
    text = json.dumps(allow("iam:PassRole", condition=condition)).replace("{number}", world.account.number)
    dora = world.user("dora", policy=text)
    add = json.dumps(allow("iam:AddRoleToInstanceProfile"))
    world.root.iam("PutUserPolicy", UserName="dora", PolicyName="add", PolicyDocument=add)
    if allowed:
        dora.iam("AddRoleToInstanceProfile", **BOTH)
    else:
        with refused("AccessDenied", "iam:PassRole"):
            dora.iam("AddRoleToInstanceProfile", **BOTH)


def test_a_role_that_is_missing_is_not_told_to_who_may_not_pass_it(world, machines):
    dora = world.user("dora", policy=allow("iam:AddRoleToInstanceProfile"))
    with refused("AccessDenied", "role/nobody"):
        dora.iam("AddRoleToInstanceProfile", InstanceProfileName=machines, RoleName="nobody")


def test_profiles_come_page_by_page_and_by_path(world):
    for name, path in (("c", "/x/"), ("A", "/x/y/"), ("b", "/")):
        world.alice.iam("CreateInstanceProfile", InstanceProfileName=name, Path=path)
    first = world.alice.iam("ListInstanceProfiles", MaxItems=2)
    rest = world.alice.iam("ListInstanceProfiles", MaxItems=2, Marker=first["Marker"])
    listed = [row["InstanceProfileName"] for row in first["InstanceProfiles"] + rest["InstanceProfiles"]]
    assert listed == ["A", "b", "c"]
    under = world.alice.iam("ListInstanceProfiles", PathPrefix="/x")["InstanceProfiles"]
    assert [row["InstanceProfileName"] for row in under] == ["A", "c"]


def test_listing_costs_the_same_however_many_there_are(world, holding, django_assert_max_num_queries):
    for number in range(5):
        world.alice.iam("CreateInstanceProfile", InstanceProfileName=f"p{number}")
        world.alice.iam("AddRoleToInstanceProfile", InstanceProfileName=f"p{number}", RoleName="app")
    world.alice.iam("ListInstanceProfiles")
    with django_assert_max_num_queries(14):
        world.alice.iam("ListInstanceProfiles")


def test_an_account_has_so_many_profiles_and_counts_them(world, machines):
    world.account.quotas = {"InstanceProfiles": 2}
    world.account.save(update_fields=["quotas"])
    world.alice.iam("CreateInstanceProfile", InstanceProfileName="two")
    with refused("LimitExceeded", "Cannot exceed quota for InstanceProfilesPerAccount: 2"):
        world.alice.iam("CreateInstanceProfile", InstanceProfileName="three")
    world.alice.iam("DeleteInstanceProfile", InstanceProfileName="two")
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["InstanceProfiles"] == 1


def test_another_account_sees_and_changes_nothing(world, holding):
    assert world.carol.iam("ListInstanceProfiles")["InstanceProfiles"] == []
    for action, params in (
        ("GetInstanceProfile", {}),
        ("RemoveRoleFromInstanceProfile", {"RoleName": "app"}),
    ):
        with refused("NoSuchEntity"):
            world.carol.iam(action, InstanceProfileName=holding, **params)


def test_boto3_makes_fills_reads_and_deletes_a_profile(world, machines):
    iam = boto_of(world.alice).iam
    iam.create_instance_profile(InstanceProfileName="web", Tags=[{"Key": "a", "Value": "b"}])
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="app")
    shown = iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    assert shown["Tags"] == [{"Key": "a", "Value": "b"}]
    assert shown["Roles"][0]["AssumeRolePolicyDocument"] == TRUST
    pages = iam.get_paginator("list_instance_profiles").paginate(PaginationConfig={"PageSize": 1})
    assert [row["InstanceProfileName"] for page in pages for row in page["InstanceProfiles"]] == [
        "machines",
        "web",
    ]
    pages = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName="app")
    assert [row["Arn"] for page in pages for row in page["InstanceProfiles"]] == [shown["Arn"]]
    pages = iam.get_paginator("list_instance_profile_tags").paginate(InstanceProfileName="web")
    assert pages.build_full_result()["Tags"] == shown["Tags"]
    iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="app")
    iam.delete_instance_profile(InstanceProfileName="web")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_instance_profile(InstanceProfileName="web")
