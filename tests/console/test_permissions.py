"""Attaching, detaching and writing policies on the pages that users, groups and roles share; and boundaries."""

import json

import pytest

from tests.world import ADMINISTRATOR, allow

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TEXT = json.dumps(allow("iam:GetUser"))
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)


@pytest.fixture
def entities(world):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("CreateRole", RoleName="deploy", AssumeRolePolicyDocument=TRUST)
    return {"users": "bob", "groups": "dev", "roles": "deploy"}


def attached(world, plural, name):
    title = plural[:-1].title()
    found = world.root.iam(f"ListAttached{title}Policies", **{f"{title}Name": name})
    return [policy["PolicyArn"] for policy in found["AttachedPolicies"]]


@pytest.mark.parametrize("plural", ["users", "groups", "roles"])
def test_policies_are_attached_to_each_kind(world, browser, entities, plural):
    name = entities[plural]
    address = f"/iam/{plural}/{name}/permissions/attach/"
    alice = browser(world.alice)
    assert alice.get(address).is_accessible()
    done = alice.post(address, {"policy": [READ_ONLY, ADMINISTRATOR]})
    assert (done.status, done.location) == (303, f"/iam/{plural}/{name}/permissions/")
    assert sorted(attached(world, plural, name)) == sorted([READ_ONLY, ADMINISTRATOR])


def test_searching_keeps_what_is_chosen(world, browser):
    page = browser(world.alice).post(
        "/iam/users/bob/permissions/attach/look/", {"policy": READ_ONLY, "policy-q": "Billing"}
    )
    boxes = {
        box.get("value"): "checked" in box.attributes
        for box in page.tree.walk()
        if box.get("name") == "policy"
    }
    assert boxes[READ_ONLY] is True
    assert any("Billing" in arn for arn in boxes)
    assert attached(world, "users", "bob") == []


def test_nothing_chosen_is_said_at_the_list(world, browser):
    page = browser(world.alice).post("/iam/users/bob/permissions/attach/", {})
    assert page.status == 422
    assert "Choose at least one policy" in page.words
    assert page.is_accessible()


def test_what_cannot_be_attached_is_told_beside_what_was(world, browser):
    page = browser(world.alice).post(
        "/iam/users/bob/permissions/attach/",
        {"policy": [READ_ONLY, "arn:aws:iam::aws:policy/NoSuchPolicy"]},
    )
    assert page.status == 422
    assert "does not exist or is not attachable" in page.words
    assert attached(world, "users", "bob") == [READ_ONLY]
    assert page.is_accessible()


def test_attaching_without_permission_names_it(world, browser):
    page = browser(world.bob).post("/iam/users/bob/permissions/attach/", {"policy": READ_ONLY})
    assert page.status == 403
    assert "iam:AttachUserPolicy" in page.refused_actions
    assert attached(world, "users", "bob") == []


def test_detaching_asks_first(world, browser):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=READ_ONLY)
    alice = browser(world.alice)
    address = f"/iam/users/bob/permissions/detach/?policy={READ_ONLY}"
    assert "Detach ReadOnlyAccess?" in alice.get(address).words
    assert alice.get(address, htmx=True).is_accessible()
    assert attached(world, "users", "bob") == [READ_ONLY]
    assert alice.post(address).status == 303
    assert attached(world, "users", "bob") == []


def test_detaching_what_is_not_attached_says_so(world, browser):
    page = browser(world.alice).post(f"/iam/users/bob/permissions/detach/?policy={READ_ONLY}")
    assert page.status == 422
    assert "was not found" in page.words


@pytest.mark.parametrize("plural", ["users", "groups", "roles"])
def test_inline_policies_are_written_changed_and_deleted(world, browser, entities, plural):
    name, title = entities[plural], plural[:-1].title()
    base = f"/iam/{plural}/{name}/permissions/inline/"
    alice = browser(world.alice)
    assert alice.get(f"{base}create/").is_accessible()
    done = alice.post(f"{base}create/", {"PolicyName": "own", "PolicyDocument": TEXT})
    assert done.location == f"/iam/{plural}/{name}/permissions/"
    assert TEXT.replace('"', "&quot;") in alice.get(f"{base}own/edit/").text
    other = json.dumps(allow("iam:ListUsers"))
    alice.post(f"{base}own/edit/", {"PolicyDocument": other})
    stored = world.root.iam(f"Get{title}Policy", **{f"{title}Name": name}, PolicyName="own")
    assert stored["PolicyDocument"] == other
    alice.post(f"{base}own/delete/")
    assert world.root.iam(f"List{title}Policies", **{f"{title}Name": name})["PolicyNames"] == []


def test_a_broken_document_is_refused_by_line_and_column(world, browser):
    page = browser(world.alice).post(
        "/iam/users/bob/permissions/inline/create/",
        {"PolicyName": "own", "PolicyDocument": '{\n  "Version": "2012-10-17",\n  "Statement": [}\n}'},
    )
    assert page.status == 422
    marks = [part for part in page.tree.walk() if part.get("data-line")]
    assert [mark.get("data-line") for mark in marks] == ["3"]
    assert page.is_accessible()


def test_a_policy_without_a_name_is_refused_at_the_name(world, browser):
    page = browser(world.alice).post(
        "/iam/users/bob/permissions/inline/create/", {"PolicyName": "", "PolicyDocument": TEXT}
    )
    assert page.status == 422
    assert "Policy name: This is needed." in page.words


@pytest.mark.parametrize("plural", ["users", "roles"])
def test_boundaries_are_set_and_removed(world, browser, entities, plural):
    name, title = entities[plural], plural[:-1].title()
    base = f"/iam/{plural}/{name}/permissions/boundary/"
    alice = browser(world.alice)
    assert alice.get(f"{base}edit/").is_accessible()
    assert alice.post(f"{base}edit/", {}).status == 422
    assert alice.post(f"{base}edit/", {"policy": READ_ONLY}).status == 303
    found = world.root.iam(f"Get{title}", **{f"{title}Name": name})[title]
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert alice.post(f"{base}delete/").status == 303
    assert "PermissionsBoundary" not in world.root.iam(f"Get{title}", **{f"{title}Name": name})[title]


def test_groups_have_no_boundary(world, browser, entities):
    assert browser(world.alice).get("/iam/groups/dev/permissions/boundary/edit/").status == 404


def test_another_account_is_out_of_reach(world, browser):
    page = browser(world.carol).post("/iam/users/bob/permissions/attach/", {"policy": READ_ONLY})
    assert page.status == 404
    assert attached(world, "users", "bob") == []
