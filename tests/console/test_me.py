"""My security credentials: what is there, what is missing, and what I may do."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.world import allow

SELF_SERVICE = "arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA"
CREDENTIALS = "/me/credentials/"


def test_strangers_are_sent_to_sign_in(browser):
    assert browser().get(CREDENTIALS).location == "/signin?next=%2Fme%2Fcredentials%2F"


def test_a_user_sees_account_arn_and_sign_in_address(world, browser):
    shown = browser(world.alice).get(CREDENTIALS)
    assert shown.status == 200
    assert shown.is_accessible()
    for part in (
        world.account.number,
        "example-corp",
        world.alice.principal.unique_id,
        "/signin/example-corp",
    ):
        assert part in shown.text
    assert "No second factor yet" in shown.words
    assert "No access keys" in shown.words


def test_root_is_told_what_it_is_and_needs_no_permissions(world, browser):
    shown = browser(world.root).get(CREDENTIALS)
    assert "You are the root user." in shown.words
    assert "root@example.com" in shown.words
    assert "No access keys, as it should be" in shown.words
    assert "Which permissions these pages need" not in shown.words
    assert shown.is_accessible()


def test_a_user_without_permissions_is_told_which_and_where_to_get_them(world, browser):
    shown = browser(world.bob).get(CREDENTIALS)
    assert shown.status == 200
    assert {"iam:ListMFADevices", "iam:ListAccessKeys"} <= set(shown.refused_actions)
    assert SELF_SERVICE in shown.text
    assert f"arn:aws:iam::{world.account.number}:mfa/*" in shown.text
    assert shown.is_accessible()


def test_the_self_service_policy_shows_devices_and_asks_for_mfa_before_keys(world, browser):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=SELF_SERVICE)
    assert browser(world.bob).get(CREDENTIALS).refused_actions == ["iam:ListAccessKeys"]


def test_keys_are_shown_with_state_and_last_use(world, browser):
    dana = world.user("dana", policy=allow("iam:ListMFADevices", "iam:ListAccessKeys"))
    key_id = world.root.iam("CreateAccessKey", UserName="dana")["AccessKey"]["AccessKeyId"]
    shown = browser(dana).get(CREDENTIALS)
    assert key_id in shown.text
    assert "Active" in shown.words
    assert shown.refused_actions == ["iam:GetAccessKeyLastUsed"]
    assert shown.is_accessible()
    world.root.iam("PutUserPolicy", UserName="dana", PolicyName="given", PolicyDocument=_all())
    assert "never" in browser(dana).get(CREDENTIALS).words


def test_root_with_a_key_is_told_to_delete_it(world, browser):
    world.root.iam("CreateAccessKey")
    shown = browser(world.root).get(CREDENTIALS)
    assert "The root user has access keys." in shown.words
    assert shown.is_accessible()


def test_a_rotated_key_waits_to_be_collected(world, browser):
    old = world.root.iam("CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeyId"]
    new = world.root.run("tenant.StartKeyRotation", AccessKeyId=old)["KeyRotation"]["AccessKeyId"]
    shown = browser(world.alice).get(CREDENTIALS)
    assert "A new access key is ready for you" in shown.words
    assert f"/me/credentials/keys/{new}/collect/" in shown.text
    assert "being replaced by" in shown.words
    assert shown.is_accessible()


def test_permissions_name_policies_of_the_user_and_of_its_groups(world, browser):
    world.root.iam("CreateGroup", GroupName="Staff")
    world.root.iam("AttachGroupPolicy", GroupName="Staff", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    world.root.iam("AddUserToGroup", GroupName="Staff", UserName="alice")
    shown = browser(world.alice).get("/me/credentials/permissions/")
    for part in ("AdministratorAccess", "Staff", "ReadOnlyAccess"):
        assert part in shown.words
    assert shown.is_accessible()


def test_permissions_that_may_not_be_seen_are_named(world, browser):
    shown = browser(world.bob).get("/me/credentials/permissions/")
    assert shown.refused_actions == [
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
        "iam:ListGroupsForUser",
    ]
    assert shown.is_accessible()


def test_root_has_no_policies_to_show(world, browser):
    shown = browser(world.root).get("/me/credentials/permissions/")
    assert "may do everything" in shown.words
    assert shown.is_accessible()


@pytest.mark.parametrize("part", ["", "permissions/"])
def test_a_role_has_no_credentials_of_its_own(world, switched, part):
    shown = switched.get(CREDENTIALS + part)
    assert "You act as a role" in shown.words
    assert shown.is_accessible()


@pytest.mark.parametrize("part", ["password/edit/", "mfa/create/", "keys/create/"])
def test_acts_send_a_role_back(world, switched, part):
    shown = switched.get(CREDENTIALS + part)
    assert (shown.status, shown.location) == (303, CREDENTIALS)


@pytest.fixture
def switched(world, browser):
    """Alice's browser after she has switched to a role."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": world.account.number}, "Action": "sts:AssumeRole"}
        ],
    }
    world.root.iam("CreateRole", RoleName="Reader", AssumeRolePolicyDocument=json.dumps(trust))
    answer = replace(world.alice, now=datetime.now(UTC)).sts(
        "AssumeRole",
        RoleArn=f"arn:aws:iam::{world.account.number}:role/Reader",
        RoleSessionName="alice",
    )
    opened = browser(world.alice)
    session = opened.client.session
    session["role"] = {
        "key_id": answer["Credentials"]["AccessKeyId"],
        "label": "Reader",
        "colour": "red",
    }
    session.save()
    return opened


def _all():
    return json.dumps(allow("iam:*"))
