"""Versions of a managed policy: editing, making room, putting in force, deleting, comparing."""

import json

import pytest

from tests.console import policies
from tests.console.policies import BASE, OTHER, TEXT, versions
from tests.world import allow


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def arn(world):
    return policies.read_buckets(world)


@pytest.fixture
def five(world):
    return policies.in_five_versions(world)


def test_an_edit_is_a_new_version_in_force(world, alice, arn):
    shown = alice.get(f"{BASE}document/edit/")
    assert shown.is_accessible()
    assert "s3:GetObject" in shown.text
    saved = alice.post(f"{BASE}document/edit/", {"PolicyDocument": OTHER, "SetAsDefault": "true"})
    assert saved.location == f"{BASE}document/?version=v2"
    assert "Version v2 saved. It is in force now." in alice.get(saved.location).words
    assert versions(world, arn) == {"v2": True, "v1": False}


def test_an_edit_need_not_be_in_force(world, alice, arn):
    alice.post(f"{BASE}document/edit/", {"PolicyDocument": OTHER})
    assert versions(world, arn) == {"v2": False, "v1": True}


def test_a_refused_edit_keeps_what_was_typed(world, alice, arn):
    shown = alice.post(f"{BASE}document/edit/", {"PolicyDocument": '{"Version": "2012-10-17",'})
    assert (shown.status, "Line 1, column" in shown.words) == (422, True)
    assert shown.is_accessible()
    assert versions(world, arn) == {"v1": True}


def test_the_sixth_version_is_refused_until_the_oldest_may_go(world, alice, five):
    assert "Delete v2, the oldest that is not in force" in alice.get(f"{BASE}document/edit/").words
    refused = alice.post(f"{BASE}document/edit/", {"PolicyDocument": OTHER})
    assert (refused.status, "up to 5 versions" in refused.words) == (422, True)
    assert refused.is_accessible()
    saved = alice.post(f"{BASE}document/edit/", {"PolicyDocument": OTHER, "make_room": "v2"})
    assert saved.status == 303
    assert versions(world, five) == {"v6": False, "v5": False, "v4": False, "v3": False, "v1": True}


def test_nothing_is_deleted_for_a_text_that_is_refused_anyway(world, alice, five):
    shown = alice.post(f"{BASE}document/edit/", {"PolicyDocument": "{}", "make_room": "v2"})
    assert shown.status == 422
    assert "v2" in versions(world, five)


def test_making_room_takes_its_permission(world, browser, five):
    editor = world.user(
        "editor", policy=allow("iam:GetPolicy*", "iam:ListPolicyVersions", "iam:CreatePolicyVersion")
    )
    shown = browser(editor).post(f"{BASE}document/edit/", {"PolicyDocument": OTHER, "make_room": "v2"})
    assert shown.refused_actions == ["iam:DeletePolicyVersion"]
    assert "v2" in versions(world, five)


def test_a_version_is_put_in_force_after_asking(world, alice, five):
    address = f"{BASE}versions/v3/default/"
    asked = alice.get(address, htmx=True)
    assert "Put v3 in force?" in asked.words
    assert asked.is_accessible()
    assert versions(world, five)["v3"] is False
    assert alice.post(address).location == f"{BASE}versions/"
    assert versions(world, five)["v3"] is True


def test_a_version_is_deleted_after_asking(world, alice, five):
    address = f"{BASE}versions/v3/delete/"
    assert alice.get(address).is_accessible()
    alice.post(address)
    assert "v3" not in versions(world, five)


def test_the_version_in_force_cannot_be_deleted(world, alice, five):
    shown = alice.post(f"{BASE}versions/v1/delete/")
    assert (shown.status, "Cannot delete the default version" in shown.words) == (422, True)
    assert shown.is_accessible()


@pytest.mark.parametrize("view", ["side", "unified"])
def test_two_versions_are_compared(world, alice, arn, view):
    world.root.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=OTHER)
    shown = alice.get(f"{BASE}versions/compare/", before="v1", after="v2", view=view)
    assert shown.is_accessible()
    assert "2 lines came, 1 went" in shown.words
    assert "diff-added" in shown.text


def test_layout_is_no_difference(world, alice, arn):
    minified = json.dumps(json.loads(TEXT), separators=(",", ":"))
    world.root.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=minified)
    assert "Both versions say the same." in alice.get(f"{BASE}versions/compare/").words
