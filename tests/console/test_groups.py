"""User groups: the table, a new one, its users and permissions, another name, deletion."""

import pytest

from tests.world import allow, refused

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


@pytest.fixture
def dev(world):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")


def members(world, name="dev"):
    return [user["UserName"] for user in world.root.iam("GetGroup", GroupName=name)["Users"]]


def test_groups_are_listed_with_their_sizes(world, browser, dev):
    world.root.iam("AttachGroupPolicy", GroupName="dev", PolicyArn=AUDIT)
    page = browser(world.alice).get("/iam/groups/")
    numbers = [
        cell.text for cell in page.tree.walk() if cell.tag == "td" and "num" in cell.get("class").split()
    ]
    assert numbers == ["1", "1"]
    assert page.is_accessible()
    assert browser(world.alice).get("/iam/groups/", htmx=True).is_accessible()


def test_an_account_without_groups_is_taught(world, browser):
    page = browser(world.alice).get("/iam/groups/")
    assert "No groups yet" in page.words
    assert "No group fits" in browser(world.alice).get("/iam/groups/?q=x").words
    assert page.is_accessible()


def test_the_table_says_which_permission_is_missing(world, browser, dev):
    assert browser(world.bob).get("/iam/groups/").refused_actions == ["iam:ListGroups"]
    eve = world.user("eve", policy=allow("iam:ListGroups"))
    assert browser(eve).get("/iam/groups/").refused_actions == ["iam:GetGroup"]


def test_a_group_is_created_with_policies_and_users(world, browser):
    alice = browser(world.alice)
    assert alice.get("/iam/groups/create/").is_accessible()
    done = alice.post(
        "/iam/groups/create/",
        {"GroupName": "dev", "Path": "/staff/", "policy": AUDIT, "user": ["alice", "bob"]},
    )
    assert done.location == "/iam/groups/dev/users/"
    assert members(world) == ["alice", "bob"]
    attached = world.root.iam("ListAttachedGroupPolicies", GroupName="dev")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [AUDIT]


def test_a_part_that_fails_is_told_beside_what_was_done(world, browser):
    eve = world.user("eve", policy=allow("iam:CreateGroup", "iam:AddUserToGroup"))
    page = browser(eve).post("/iam/groups/create/", {"GroupName": "dev", "policy": AUDIT, "user": "bob"})
    assert (page.status, page.refused_actions) == (403, ["iam:AttachGroupPolicy"])
    assert members(world) == ["bob"]
    assert page.is_accessible()


def test_what_the_operation_refuses_creates_nothing(world, browser, dev):
    page = browser(world.alice).post("/iam/groups/create/", {"GroupName": "DEV"})
    assert page.status == 422
    assert "already exists" in page.words
    assert page.is_accessible()
    assert browser(world.bob).post("/iam/groups/create/", {"GroupName": "ops"}).status == 403


def test_searching_keeps_the_form_and_creates_nothing(world, browser):
    page = browser(world.alice).post(
        "/iam/groups/create/look/", {"GroupName": "dev", "user": "bob", "user-q": "ali"}
    )
    assert 'value="dev"' in page.text
    boxes = {box.get("value") for box in page.tree.walk() if box.get("name") == "user"}
    assert boxes == {"alice", "bob"}
    with refused("NoSuchEntity"):
        world.root.iam("GetGroup", GroupName="dev")


@pytest.mark.parametrize("tab", ["users", "permissions"])
def test_each_tab_has_its_address(world, browser, dev, tab):
    page = browser(world.alice).get(f"/iam/groups/dev/{tab}/")
    assert page.status == 200
    assert page.is_accessible()
    closed = browser(world.bob).get(f"/iam/groups/dev/{tab}/")
    assert closed.refused_actions
    assert closed.is_accessible()


def test_the_short_address_leads_to_the_users(world, browser, dev):
    assert browser(world.alice).get("/iam/groups/dev/").location == "/iam/groups/dev/users/"


def test_pages_of_members_follow_each_other(world, browser, dev, monkeypatch):
    monkeypatch.setattr("console.views.groups.MEMBERS_SHOWN", 1)
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="alice")
    alice = browser(world.alice)
    first = alice.get("/iam/groups/dev/users/")
    onward = next(a.get("href") for a in first.tree.walk() if a.tag == "a" and a.text == "Next")
    second = alice.get(onward, htmx=True)
    assert "Select bob" in second.text
    assert "Select alice" not in second.text


def test_users_are_added_and_removed(world, browser, dev):
    alice = browser(world.alice)
    asked = alice.get("/iam/groups/dev/users/add/")
    assert asked.is_accessible()
    assert "already so" in asked.words
    assert alice.post("/iam/groups/dev/users/add/", {"user": "alice"}).location == "/iam/groups/dev/users/"
    assert members(world) == ["alice", "bob"]
    question = alice.get("/iam/groups/dev/users/remove/?user=alice&user=bob")
    assert "Take 2 users out of dev?" in question.words
    assert question.is_accessible()
    alice.post("/iam/groups/dev/users/remove/", {"user": ["alice", "bob"]})
    assert members(world) == []


def test_choosing_nobody_is_said(world, browser, dev):
    alice = browser(world.alice)
    assert alice.post("/iam/groups/dev/users/add/", {}).status == 422
    assert alice.get("/iam/groups/dev/users/remove/").location == "/iam/groups/dev/users/"


def test_membership_needs_its_permissions(world, browser, dev):
    eve = world.user("eve", policy=allow("iam:GetGroup", "iam:ListUsers"))
    added = browser(eve).post("/iam/groups/dev/users/add/", {"user": "alice"})
    assert (added.status, added.refused_actions) == (403, ["iam:AddUserToGroup"])
    removed = browser(eve).post("/iam/groups/dev/users/remove/", {"user": "bob"})
    assert removed.status == 422
    assert "You need iam:RemoveUserFromGroup" in removed.words
    assert members(world) == ["bob"]


def test_a_group_is_renamed(world, browser, dev):
    alice = browser(world.alice)
    assert alice.get("/iam/groups/dev/edit/").is_accessible()
    done = alice.post("/iam/groups/dev/edit/", {"NewGroupName": "ops"})
    assert done.location == "/iam/groups/ops/users/"
    assert members(world, "ops") == ["bob"]


def test_a_group_goes_with_everything(world, browser, dev):
    world.root.iam("AttachGroupPolicy", GroupName="dev", PolicyArn=AUDIT)
    alice = browser(world.alice)
    asked = alice.get("/iam/groups/dev/delete/")
    assert "The membership of bob" in asked.words
    assert "SecurityAudit" in asked.words
    assert asked.is_accessible()
    assert alice.post("/iam/groups/dev/delete/", {"confirm": "no"}).status == 422
    assert alice.post("/iam/groups/dev/delete/", {"confirm": "dev"}).location == "/iam/groups/"
    with refused("NoSuchEntity"):
        world.root.iam("GetGroup", GroupName="dev")


def test_where_deleting_stops_what_went_is_told(world, browser, dev):
    eve = world.user("eve", policy=allow("iam:GetGroup", "iam:List*", "iam:RemoveUserFromGroup"))
    page = browser(eve).post("/iam/groups/dev/delete/", {"confirm": "dev"})
    assert page.status == 422
    assert "You need iam:DeleteGroup" in page.words
    assert "Take bob out of dev" in page.words


def test_the_number_of_queries_does_not_grow_with_the_groups(world, browser, django_assert_max_num_queries):
    for number in range(10):
        world.root.iam("CreateGroup", GroupName=f"group{number}")
    alice = browser(world.alice)
    alice.get("/iam/groups/")
    with django_assert_max_num_queries(30):
        assert "group9" in alice.get("/iam/groups/").words
