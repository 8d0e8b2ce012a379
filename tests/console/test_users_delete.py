"""Deleting users with all that hangs on them, one and several; adding several to groups."""

import json

import pytest

from tests.world import allow, refused

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def laden(world):
    """Bob with one of everything; returns his access key's id."""
    root = world.root
    root.iam("CreateGroup", GroupName="dev")
    root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    root.iam("AttachUserPolicy", UserName="bob", PolicyArn=READ_ONLY)
    root.iam(
        "PutUserPolicy", UserName="bob", PolicyName="own", PolicyDocument=json.dumps(allow("iam:GetUser"))
    )
    root.iam("CreateLoginProfile", UserName="bob", Password="a-Long-and-own-pass-4")
    return root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]


def test_the_question_names_everything_that_goes(world, browser, laden):
    page = browser(world.alice).get("/iam/users/bob/delete/")
    for thing in (laden, "ReadOnlyAccess", "Inline policy own", "membership in dev", "console password"):
        assert thing in page.words
    assert page.is_accessible()
    assert browser(world.alice).get("/iam/users/bob/delete/", htmx=True).is_accessible()


def test_a_user_goes_with_everything(world, browser, laden):
    done = browser(world.alice).post("/iam/users/bob/delete/", {"confirm": "bob"})
    assert done.location == "/iam/users/"
    with refused("NoSuchEntity"):
        world.root.iam("GetUser", UserName="bob")


def test_nothing_goes_without_the_word(world, browser, laden):
    page = browser(world.alice).post("/iam/users/bob/delete/", {"confirm": "bo"})
    assert page.status == 422
    assert world.root.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"]


def test_where_it_stops_what_went_is_told(world, browser, laden):
    eve = world.user(
        "eve", policy=allow("iam:List*", "iam:Get*", "iam:DetachUserPolicy", "iam:DeleteUserPolicy")
    )
    page = browser(eve).post("/iam/users/bob/delete/", {"confirm": "bob"})
    assert page.status == 422
    assert "You need iam:RemoveUserFromGroup" in page.words
    assert "Done before that: Detach ReadOnlyAccess; Delete inline policy own" in page.words
    goes = next(part for part in page.tree.walk() if part.get("class") == "goes").text
    assert "ReadOnlyAccess" not in goes
    assert laden in goes


def test_what_may_not_be_seen_is_named(world, browser, laden):
    eve = world.user("eve", policy=allow("iam:ListGroupsForUser"))
    page = browser(eve).get("/iam/users/bob/delete/")
    assert "This list may not be whole" in page.words
    assert "iam:ListAccessKeys" in page.words


def test_deleting_oneself_is_warned_about(world, browser):
    assert "you are signed in as" in browser(world.alice).get("/iam/users/alice/delete/").words
    assert "you are signed in as" not in browser(world.alice).get("/iam/users/bob/delete/").words


def test_several_users_are_deleted_with_a_report(world, browser, laden):
    world.root.iam("CreateUser", UserName="dora")
    alice = browser(world.alice)
    asked = alice.get("/iam/users/delete/?user=bob&user=dora")
    assert "Delete 2 users?" in asked.words
    assert asked.is_accessible()
    page = alice.post("/iam/users/delete/", {"user": ["bob", "dora", "ghost"], "confirm": "delete"})
    assert "2 of 3 users deleted" in page.words
    assert "ghost" in page.words
    assert page.is_accessible()
    assert [user["UserName"] for user in world.root.iam("ListUsers")["Users"]] == ["alice"]


def test_choosing_nobody_is_said_on_the_table(world, browser):
    alice = browser(world.alice)
    assert alice.get("/iam/users/delete/").location == "/iam/users/"
    assert "Choose at least one user" in alice.get("/iam/users/").words


def test_several_users_are_added_to_groups(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    alice = browser(world.alice)
    asked = alice.get("/iam/users/add-to-group/?user=alice&user=bob")
    assert asked.is_accessible()
    done = alice.post("/iam/users/add-to-group/", {"user": ["alice", "bob"], "group": "dev"})
    assert done.location == "/iam/users/"
    members = world.root.iam("GetGroup", GroupName="dev")["Users"]
    assert [member["UserName"] for member in members] == ["alice", "bob"]


def test_each_user_who_could_not_be_added_is_told(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    page = browser(world.alice).post("/iam/users/add-to-group/", {"user": ["bob", "ghost"], "group": "dev"})
    assert page.status == 422
    assert "ghost" in page.words
    assert "Not done" in page.words
    assert page.is_accessible()


def test_adding_without_a_group_is_said_at_the_list(world, browser):
    page = browser(world.alice).post("/iam/users/add-to-group/", {"user": ["bob"]})
    assert page.status == 422
    assert "Choose at least one group" in page.words
    assert page.is_accessible()


def test_groups_are_searched_without_adding(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    page = browser(world.alice).post("/iam/users/add-to-group/look/", {"user": ["bob"], "group-q": "de"})
    assert "dev" in page.words
    assert world.root.iam("GetGroup", GroupName="dev")["Users"] == []
