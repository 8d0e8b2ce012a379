"""The table of users, its download, one user tab by tab, and another name."""

import csv
import io
import json

import pytest

from tests.world import allow

TABS = ("permissions", "groups", "credentials", "tags")


def columns(page):
    return [head.text for head in page.tree.walk() if head.tag == "th" and head.get("scope") == "col"]


def rows(page):
    return [
        head.text
        for head in page.tree.walk()
        if head.tag == "th" and head.get("scope") == "row" and head.inside("table")
    ]


def test_users_are_listed_with_what_they_have(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    world.root.iam("CreateAccessKey", UserName="bob")
    page = browser(world.alice).get("/iam/users/")
    assert rows(page) == ["alice", "bob"]
    assert "dev" in page.words
    assert "never used" in page.words
    assert page.is_accessible()


def test_search_and_filter_have_addresses(world, browser):
    alice = browser(world.alice)
    assert rows(alice.get("/iam/users/?q=BO")) == ["bob"]
    assert rows(alice.get("/iam/users/?filter=ConsoleAccess")) == ["alice"]
    assert rows(alice.get("/iam/users/?filter=NoMFA")) == ["alice"]
    assert "No user fits" in alice.get("/iam/users/?q=nobody").words
    assert rows(alice.get("/iam/users/?filter=Nonsense")) == ["alice", "bob"]


def test_columns_are_chosen_in_the_address(world, browser):
    page = browser(world.alice).get("/iam/users/?column=path&column=created")
    assert columns(page)[2:] == ["Path", "Created"]
    assert page.is_accessible()


def test_the_table_alone_is_given_to_htmx(world, browser):
    page = browser(world.alice).get("/iam/users/", htmx=True)
    assert "<html" not in page.text
    assert rows(page) == ["alice", "bob"]
    assert page.is_accessible()


def test_the_table_says_which_permission_is_missing(world, browser):
    page = browser(world.bob).get("/iam/users/")
    assert page.refused_actions == ["iam:ListUsers"]
    assert page.is_accessible()


def test_refused_columns_are_named_not_left_empty(world, browser):
    eve = world.user("eve", policy=allow("iam:ListUsers", "iam:ListGroupsForUser"))
    page = browser(eve).get("/iam/users/")
    assert set(page.refused_actions) == {"iam:ListMFADevices", "iam:GetLoginProfile", "iam:ListAccessKeys"}
    assert "No permission" in page.words


def test_pages_of_the_table_follow_each_other(world, browser, monkeypatch):
    monkeypatch.setattr("console.views.users.PAGE_SIZE", 1)
    alice = browser(world.alice)
    first = alice.get("/iam/users/")
    onward = next(a.get("href") for a in first.tree.walk() if a.tag == "a" and a.text == "Next")
    assert (rows(first), rows(alice.get(onward))) == (["alice"], ["bob"])


def test_the_download_is_whole_and_inert(world, browser, monkeypatch):
    monkeypatch.setattr("console.views.users.WHOLE_PAGE", 1)
    world.root.iam("CreateUser", UserName="=cmd")
    world.root.iam("CreateUser", UserName="@sum+1")
    response = browser(world.alice).client.get("/iam/users/download/")
    text = b"".join(response.streaming_content).decode()
    names = [row[0] for row in csv.reader(io.StringIO(text))]
    assert names[0] == "User name"
    assert sorted(names[1:]) == ["'=cmd", "'@sum+1", "alice", "bob"]
    assert "attachment" in response.headers["Content-Disposition"]


def test_the_download_needs_the_permission_of_the_table(world, browser):
    page = browser(world.bob).get("/iam/users/download/")
    assert (page.status, page.refused_actions) == (403, ["iam:ListUsers"])


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_has_its_address(world, browser, tab):
    world.root.iam("TagUser", UserName="bob", Tags=[{"Key": "team", "Value": "blue"}])
    page = browser(world.alice).get(f"/iam/users/bob/{tab}/")
    assert page.status == 200
    current = [a.text for a in page.tree.walk() if a.get("aria-current") == "page" and a.inside("main")]
    assert len(current) == 1
    assert page.is_accessible()


@pytest.mark.parametrize("tab", TABS)
def test_tabs_say_what_is_missing(world, browser, tab):
    page = browser(world.bob).get(f"/iam/users/alice/{tab}/")
    assert page.status == 200
    assert "iam:GetUser" in page.refused_actions
    assert page.is_accessible()


def test_the_short_address_leads_to_the_first_tab(world, browser):
    assert browser(world.alice).get("/iam/users/bob/").location == "/iam/users/bob/permissions/"


def test_a_user_who_is_not_there_is_not_found(world, browser):
    assert browser(world.alice).get("/iam/users/nobody/permissions/").status == 404


def test_permissions_show_what_comes_from_groups(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    world.root.iam("AttachGroupPolicy", GroupName="dev", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    world.root.iam(
        "PutGroupPolicy", GroupName="dev", PolicyName="own", PolicyDocument=json.dumps(allow("iam:GetUser"))
    )
    page = browser(world.alice).get("/iam/users/bob/permissions/")
    assert "SecurityAudit" in page.words
    assert "own inline" in page.words
    hidden = browser(world.user("mia", policy=allow("iam:ListGroupsForUser"))).get(
        "/iam/users/bob/permissions/"
    )
    assert "SecurityAudit" not in hidden.words
    assert "iam:ListAttachedGroupPolicies" in hidden.words


def test_a_user_is_renamed(world, browser):
    alice = browser(world.alice)
    assert alice.get("/iam/users/bob/edit/").is_accessible()
    done = alice.post("/iam/users/bob/edit/", {"NewUserName": "robert", "NewPath": "/staff/"})
    assert done.location == "/iam/users/robert/permissions/"
    assert world.root.iam("GetUser", UserName="robert")["User"]["Path"] == "/staff/"


def test_a_name_that_is_taken_is_refused_at_the_form(world, browser):
    page = browser(world.alice).post("/iam/users/bob/edit/", {"NewUserName": "Alice"}, htmx=True)
    assert page.status == 422
    assert "already exists" in page.words


def test_renaming_needs_its_permission(world, browser):
    eve = world.user("eve", policy=allow("iam:GetUser"))
    page = browser(eve).post("/iam/users/bob/edit/", {"NewUserName": "robert"})
    assert (page.status, page.refused_actions) == (403, ["iam:UpdateUser"])


def test_a_user_leaves_a_group(world, browser):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    alice = browser(world.alice)
    address = "/iam/users/bob/groups/remove/?group=dev"
    assert "Take bob out of dev?" in alice.get(address).words
    assert alice.post(address).location == "/iam/users/bob/groups/"
    assert world.root.iam("ListGroupsForUser", UserName="bob")["Groups"] == []


def test_tags_are_saved_as_a_whole(world, browser):
    before = [{"Key": "team", "Value": "blue"}, {"Key": "old", "Value": "1"}]
    world.root.iam("TagUser", UserName="bob", Tags=before)
    alice = browser(world.alice)
    assert alice.get("/iam/users/bob/tags/edit/").is_accessible()
    done = alice.post(
        "/iam/users/bob/tags/edit/", {"Tags.Key": ["team", "new", ""], "Tags.Value": ["red", "2", ""]}
    )
    assert done.location == "/iam/users/bob/tags/"
    after = {tag["Key"]: tag["Value"] for tag in world.root.iam("ListUserTags", UserName="bob")["Tags"]}
    assert after == {"team": "red", "new": "2"}


def test_tags_that_cannot_be_saved_stay_in_the_form(world, browser):
    eve = world.user("eve", policy=allow("iam:ListUserTags"))
    page = browser(eve).post("/iam/users/bob/tags/edit/", {"Tags.Key": "team", "Tags.Value": "red"})
    assert (page.status, page.refused_actions) == (403, ["iam:TagUser"])
    assert 'value="red"' in page.text
    assert page.is_accessible()


def test_forms_of_others_are_refused(world, browser):
    alice = browser(world.alice)
    alice.client.handler.enforce_csrf_checks = True
    assert alice.post("/iam/users/bob/edit/", {"NewUserName": "robert"}).status == 403
    assert world.root.iam("GetUser", UserName="bob")["User"]["UserName"] == "bob"


def test_the_number_of_queries_does_not_grow_with_the_users(world, browser, django_assert_max_num_queries):
    for number in range(8):
        world.root.iam("CreateUser", UserName=f"user{number}")
    alice = browser(world.alice)
    alice.get("/iam/users/")
    with django_assert_max_num_queries(30):
        assert len(rows(alice.get("/iam/users/"))) == 10


def test_what_is_typed_stays_while_the_table_is_swapped(world, browser):
    whole, part = (
        browser(world.alice).get("/iam/users/?q=b&column=path", htmx=htmx) for htmx in (False, True)
    )
    assert 'id="users-search"' in whole.text
    assert 'id="users-search"' not in part.text
    kept = [
        e.get("value") for e in whole.tree.walk() if e.get("name") == "column" and e.get("type") == "hidden"
    ]
    assert kept == ["path"]
