"""Groups: made, renamed, filled, listed, deleted."""

import json

import pytest

from tests.operations import permission
from tests.world import World, allow, deny, refused

EVERY_CALL = [
    ("CreateGroup", {"GroupName": "ops"}),
    ("GetGroup", {"GroupName": "team"}),
    ("ListGroups", {}),
    ("UpdateGroup", {"GroupName": "team", "NewGroupName": "crew"}),
    ("DeleteGroup", {"GroupName": "team"}),
    ("AddUserToGroup", {"GroupName": "team", "UserName": "bob"}),
    ("RemoveUserFromGroup", {"GroupName": "team", "UserName": "bob"}),
    ("ListGroupsForUser", {"UserName": "bob"}),
]


@pytest.fixture
def team(world: World) -> str:
    world.alice.iam("CreateGroup", GroupName="team")
    return "team"


@pytest.mark.parametrize(("action", "params"), EVERY_CALL)
def test_each_call_needs_its_permission_and_is_recorded(world, team, action, params):
    permission.holds(world, action, params)


def test_a_new_group_has_an_id_an_arn_with_its_path_and_no_members(world):
    made = world.alice.iam("CreateGroup", GroupName="Ops", Path="/eu/")["Group"]
    assert made["GroupId"].startswith("AGPA")
    assert len(made["GroupId"]) == 21
    assert made["Arn"] == f"arn:aws:iam::{world.account.number}:group/eu/Ops"
    assert made["CreateDate"] == world.alice.now
    assert world.alice.iam("GetGroup", GroupName="ops") == {"Group": made, "Users": [], "IsTruncated": False}


def test_group_names_differ_by_more_than_case(world, team):
    with refused("EntityAlreadyExists", "Group with name TEAM already exists."):
        world.alice.iam("CreateGroup", GroupName="TEAM", Path="/elsewhere/")


def test_groups_are_limited_per_account(world):
    world.account.quotas = {"Groups": 1}
    world.account.save()
    world.alice.iam("CreateGroup", GroupName="one")
    with refused("LimitExceeded", "GroupsPerAccount: 1"):
        world.alice.iam("CreateGroup", GroupName="two")
    world.alice.iam("DeleteGroup", GroupName="one")
    world.alice.iam("CreateGroup", GroupName="two")


@pytest.mark.parametrize("action", ["GetGroup", "DeleteGroup", "UpdateGroup"])
def test_a_missing_group_is_told_to_who_may_know(world, action):
    with refused("NoSuchEntity", "The group with name ghosts cannot be found."):
        world.alice.iam(action, GroupName="ghosts")
    with refused("AccessDenied"):
        world.bob.iam(action, GroupName="ghosts")


def test_members_come_page_by_page_with_the_group_on_each(world, team):
    for name in ("dora", "alice", "bob"):
        if name == "dora":
            world.user(name)
        world.alice.iam("AddUserToGroup", GroupName=team, UserName=name)
    first = world.alice.iam("GetGroup", GroupName=team, MaxItems=2)
    assert [user["UserName"] for user in first["Users"]] == ["alice", "bob"]
    assert first["IsTruncated"]
    rest = world.alice.iam("GetGroup", GroupName=team, MaxItems=2, Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == ["dora"]
    assert rest["Group"] == first["Group"]
    assert "Tags" not in rest["Users"][0]


def test_groups_are_listed_by_name_under_a_path(world):
    for name, path in (("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")):
        world.alice.iam("CreateGroup", GroupName=name, Path=path)
    listed = world.alice.iam("ListGroups", PathPrefix="/x")["Groups"]
    assert [group["GroupName"] for group in listed] == ["A", "b"]


def test_a_renamed_group_keeps_its_id_members_and_policies(world, team):
    before = world.alice.iam("GetGroup", GroupName=team)["Group"]
    world.alice.iam("AddUserToGroup", GroupName=team, UserName="bob")
    world.alice.iam(
        "AttachGroupPolicy", GroupName=team, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    world.alice.iam("UpdateGroup", GroupName=team, NewGroupName="crew", NewPath="/new/")
    after = world.alice.iam("GetGroup", GroupName="crew")
    assert after["Group"]["GroupId"] == before["GroupId"]
    assert after["Group"]["Arn"].endswith(":group/new/crew")
    assert [user["UserName"] for user in after["Users"]] == ["bob"]
    assert world.bob.iam("ListGroups")["Groups"]
    with refused("NoSuchEntity"):
        world.alice.iam("GetGroup", GroupName=team)


def test_a_group_cannot_take_anothers_name(world, team):
    world.alice.iam("CreateGroup", GroupName="crew")
    with refused("EntityAlreadyExists"):
        world.alice.iam("UpdateGroup", GroupName=team, NewGroupName="CREW")


def test_renaming_needs_the_permission_on_the_new_name_too(world, team):
    number = world.account.number
    dora = world.user("dora", policy=allow("iam:UpdateGroup", resource=f"arn:aws:iam::{number}:group/team"))
    with refused("AccessDenied", f"arn:aws:iam::{number}:group/admins"):
        dora.iam("UpdateGroup", GroupName=team, NewGroupName="admins")
    dora.iam("UpdateGroup", GroupName=team)


def test_a_group_is_deleted_only_once_it_is_empty(world, team):
    world.alice.iam("AddUserToGroup", GroupName=team, UserName="bob")
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    world.alice.iam("AttachGroupPolicy", GroupName=team, PolicyArn=arn)
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    world.alice.iam("PutGroupPolicy", GroupName=team, PolicyName="inline", PolicyDocument=document)
    with refused("DeleteConflict", "must remove users from group first."):
        world.alice.iam("DeleteGroup", GroupName=team)
    world.alice.iam("RemoveUserFromGroup", GroupName=team, UserName="bob")
    with refused("DeleteConflict", "must detach all policies first."):
        world.alice.iam("DeleteGroup", GroupName=team)
    world.alice.iam("DetachGroupPolicy", GroupName=team, PolicyArn=arn)
    with refused("DeleteConflict", "must delete policies first."):
        world.alice.iam("DeleteGroup", GroupName=team)
    world.alice.iam("DeleteGroupPolicy", GroupName=team, PolicyName="inline")
    world.alice.iam("DeleteGroup", GroupName=team)
    with refused("NoSuchEntity"):
        world.alice.iam("GetGroup", GroupName=team)


def test_membership_gives_and_takes_permissions_at_once(world, team):
    world.alice.iam(
        "AttachGroupPolicy", GroupName=team, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")
    world.alice.iam("AddUserToGroup", GroupName=team, UserName="bob")
    assert world.bob.iam("ListUsers")["Users"]
    world.alice.iam("RemoveUserFromGroup", GroupName=team, UserName="bob")
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")


def test_adding_and_removing_twice_changes_nothing(world, team):
    for _ in range(2):
        world.alice.iam("AddUserToGroup", GroupName=team, UserName="bob")
    assert len(world.alice.iam("GetGroup", GroupName=team)["Users"]) == 1
    for _ in range(2):
        world.alice.iam("RemoveUserFromGroup", GroupName=team, UserName="bob")
    assert world.alice.iam("ListGroupsForUser", UserName="bob")["Groups"] == []


@pytest.mark.parametrize("action", ["AddUserToGroup", "RemoveUserFromGroup"])
def test_the_user_is_looked_up_before_the_group(world, action):
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam(action, GroupName="ghosts", UserName="ghost")
    with refused("NoSuchEntity", "The group with name ghosts cannot be found."):
        world.alice.iam(action, GroupName="ghosts", UserName="bob")


def test_a_user_is_in_at_most_ten_groups(world):
    for number in range(11):
        world.alice.iam("CreateGroup", GroupName=f"g{number}")
    for number in range(10):
        world.alice.iam("AddUserToGroup", GroupName=f"g{number}", UserName="bob")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10"):
        world.alice.iam("AddUserToGroup", GroupName="g10", UserName="bob")
    world.alice.iam("AddUserToGroup", GroupName="g3", UserName="bob")
    assert len(world.alice.iam("ListGroupsForUser", UserName="bob")["Groups"]) == 10


def test_membership_is_decided_on_the_groups_arn(world, team):
    world.alice.iam("CreateGroup", GroupName="admins")
    number = world.account.number
    dora = world.user(
        "dora", policy=allow("iam:AddUserToGroup", resource=f"arn:aws:iam::{number}:group/team")
    )
    dora.iam("AddUserToGroup", GroupName=team, UserName="bob")
    with refused("AccessDenied", "group/admins"):
        dora.iam("AddUserToGroup", GroupName="admins", UserName="bob")


def test_a_groups_deny_binds_its_members(world, team):
    world.alice.iam("CreateGroup", GroupName="limited")
    world.alice.iam(
        "PutGroupPolicy",
        GroupName="limited",
        PolicyName="no",
        PolicyDocument=json.dumps(deny("iam:ListUsers")),
    )
    world.root.iam("AddUserToGroup", GroupName="limited", UserName="alice")
    with refused("AccessDenied", "with an explicit deny"):
        world.alice.iam("ListUsers")


def test_another_account_sees_nothing_of_a_group(world, team):
    with refused("NoSuchEntity"):
        world.carol.iam("GetGroup", GroupName=team)
    assert world.carol.iam("ListGroups")["Groups"] == []
