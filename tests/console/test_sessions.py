"""The account's temporary credentials: listed, narrowed to a role, revoked."""

import json

import pytest
from django.utils import timezone

from accounts.models import ConsoleSession
from iam.models import Session
from tests.world import allow

ADDRESS = "/activity/sessions/"


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def session(world):
    """Bob's session token; its key id."""
    world.bob.now = timezone.now()
    return world.bob.sts("GetSessionToken")["Credentials"]["AccessKeyId"]


@pytest.fixture
def of_role(world):
    """A session of the role ops; its key id."""
    world.alice.now = timezone.now()
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": world.alice.principal.arn},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = world.root.iam("CreateRole", RoleName="ops", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    made = world.alice.sts("AssumeRole", RoleArn=arn, RoleSessionName="deploy")
    return made["Credentials"]["AccessKeyId"]


def test_an_empty_list_says_what_would_be_there(alice):
    shown = alice.get(ADDRESS)
    assert "No temporary credentials are out" in shown.words
    assert shown.is_accessible()


def test_sessions_of_users_and_roles_are_listed(alice, session, of_role):
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert session in shown.text
    assert "assumed-role/ops/deploy" in shown.text


def test_the_list_is_narrowed_to_a_role(alice, session, of_role):
    shown = alice.get(ADDRESS, role="ops", htmx=True)
    assert of_role in shown.text
    assert session not in shown.text
    nobody = alice.get(ADDRESS, role="nobody")
    assert "No sessions of such a role" in nobody.words
    assert nobody.is_accessible()


def test_a_session_is_revoked_once_that_is_confirmed(alice, session):
    address = f"{ADDRESS}{session}/revoke/"
    asked = alice.get(address)
    assert asked.is_accessible()
    assert Session.objects.get().revoked_at is None
    assert alice.post(address).location == ADDRESS
    assert Session.objects.get().revoked_at
    assert session not in alice.get(ADDRESS).text.partition("is revoked")[2]


def test_a_session_that_is_not_there_is_told(alice):
    shown = alice.post(f"{ADDRESS}ASIAXXXXXXXXXXXXXXXX/revoke/")
    assert shown.status == 422
    assert "cannot be found" in shown.words


def test_the_permissions_are_named_where_they_are_missing(world, browser, session, of_role):
    bob = browser(world.bob)
    shown = bob.get(ADDRESS)
    assert shown.refused_actions == ["wardstead:ListSessions"]
    assert shown.is_accessible()
    refused = bob.post(f"{ADDRESS}{of_role}/revoke/")
    assert refused.status == 422
    assert "wardstead:RevokeSession" in refused.words
    assert not Session.objects.filter(revoked_at__isnull=False).exists()


def test_listing_alone_can_be_allowed(world, browser, session):
    world.root.iam(
        "PutUserPolicy",
        UserName="bob",
        PolicyName="p",
        PolicyDocument=json.dumps(allow("wardstead:ListSessions")),
    )
    assert session in browser(world.bob).get(ADDRESS).text


BROWSERS = f"{ADDRESS}browsers/"


def numbers(actor):
    rows = ConsoleSession.objects.filter(identity_id=actor.principal.identity_pk)
    return list(rows.values_list("pk", flat=True))


def test_browsers_are_listed_for_those_who_may(world, alice, browser):
    browser(world.bob, mfa=True)
    shown = alice.get(BROWSERS)
    assert shown.status == 200
    assert "bob" in shown.words
    assert "With MFA" in shown.words
    assert shown.words.count("This one") == 1
    assert shown.is_accessible()
    assert alice.get(BROWSERS, htmx=True).is_accessible()
    assert "wardstead:ListConsoleSessions" in browser(world.bob).get(BROWSERS).refused_actions


def test_browsers_of_one_user_are_listed(world, alice, browser):
    browser(world.bob), browser(world.root)
    shown = alice.get(BROWSERS, user="bob")
    assert "Root user" not in shown.words
    assert "Sign out all of bob" in shown.words
    assert "No browser of such a user" in alice.get(BROWSERS, user="nobody").words


def test_one_browser_is_signed_out_by_an_administrator(world, alice, browser):
    bobs = browser(world.bob)
    address = f"{BROWSERS}{numbers(world.bob)[0]}/end/"
    assert alice.get(address).is_accessible()
    assert alice.post(address).location == BROWSERS
    assert bobs.get("/").location.startswith("/signin?next=%2F&why=ended")
    assert alice.post(address).status == 422


def test_all_browsers_of_a_user_are_signed_out(world, alice, browser):
    bobs = [browser(world.bob), browser(world.bob)]
    assert alice.get(f"{BROWSERS}end/?user=bob").is_accessible()
    assert alice.post(f"{BROWSERS}end/?user=bob").location == BROWSERS
    assert "2 browsers signed out." in alice.get(BROWSERS).words
    assert all(each.get("/").location.startswith("/signin") for each in bobs)
    assert alice.get("/").status == 200


def test_everybody_is_signed_out_once_that_is_typed(world, alice, browser):
    bobs = browser(world.bob)
    assert alice.post(f"{BROWSERS}end/").status == 422
    assert bobs.get("/").status == 200
    alice.post(f"{BROWSERS}end/", {"confirm": "everybody"})
    assert bobs.get("/").location.startswith("/signin")
    assert alice.get("/").status == 200


def test_who_may_not_is_told_so(world, alice, browser):
    bobs = browser(world.bob)
    page = bobs.post(f"{BROWSERS}{numbers(world.alice)[0]}/end/")
    assert page.status == 422
    assert "You need wardstead:EndConsoleSession" in page.words
    assert alice.get("/").status == 200
