"""Roles: the table, making, trust, sessions, settings, deleting."""

import json

import pytest
from django.conf import settings
from django.test import Client

from console import role_trust
from iam.models import Session
from tests.world import actor, allow

BASE = "/iam/roles/reader/"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OTHER = "210987654321"


def trust_of(*principals, **more):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": "sts:AssumeRole",
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def role(world):
    made = world.root.iam(
        "CreateRole",
        RoleName="reader",
        AssumeRolePolicyDocument=trust_of(world.account.number),
        Description="Reads",
        Tags=[{"Key": "team", "Value": "red"}],
    )
    return made["Role"]


@pytest.fixture
def session(world, role):
    """Bob's session in the role."""
    world.root.iam(
        "PutUserPolicy",
        UserName="bob",
        PolicyName="may",
        PolicyDocument=json.dumps(allow("sts:AssumeRole")),
    )
    from datetime import UTC, datetime

    bob = actor(world.account, "bob")
    bob.now = datetime.now(UTC)
    answer = bob.sts("AssumeRole", RoleArn=role["Arn"], RoleSessionName="desk")
    return answer["Credentials"]["AccessKeyId"]


def document(world, name):
    return json.loads(world.root.iam("GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"])


def draft(**changes):
    return {"RoleName": "new", "Description": "", "MaxSessionDuration": "7200", "Path": "/", **changes}


# The table


def test_the_table_says_whom_a_role_trusts(world, alice, role):
    shown = alice.get("/iam/roles/")
    assert shown.is_accessible()
    assert "This account" in shown.words
    assert 'href="/iam/roles/reader/permissions/"' in shown.text


def test_everybody_stands_out_in_the_table(world, alice):
    world.root.iam("CreateRole", RoleName="open", AssumeRolePolicyDocument=trust_of("*"))
    assert "Everybody" in alice.get("/iam/roles/").words


def test_roles_are_searched_by_htmx(world, alice, role):
    shown = alice.get("/iam/roles/", htmx=True, q="read")
    assert ("<html" in shown.text, "reader" in shown.words) == (False, True)
    assert shown.is_accessible()
    assert "No role fits" in alice.get("/iam/roles/", q="zzz").words


def test_an_account_without_roles_is_told_what_they_are_for(world, alice):
    shown = alice.get("/iam/roles/")
    assert "No roles yet" in shown.words
    assert shown.is_accessible()


def test_the_table_says_which_permission_it_takes(world, browser):
    shown = browser(world.bob).get("/iam/roles/")
    assert (shown.status, shown.refused_actions) == (200, ["iam:ListRoles"])
    assert shown.is_accessible()


# Making


@pytest.mark.parametrize("choice", [choice.key for choice in role_trust.CHOICES])
def test_every_choice_of_trust_has_its_form(world, alice, choice):
    shown = alice.get("/iam/roles/create/", trust=choice)
    assert shown.status == 200
    assert shown.is_accessible()


def test_a_role_for_this_account(world, alice):
    made = alice.post("/iam/roles/create/?trust=account", draft(mfa="true", policy=READ_ONLY))
    assert (made.status, made.location) == (303, "/iam/roles/new/permissions/")
    assert "Role new created." in alice.get(made.location).words
    statement = document(world, "new")["Statement"][0]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{world.account.number}:root"}
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = world.root.iam("GetRole", RoleName="new")["Role"]
    assert role["MaxSessionDuration"] == 7200
    attached = world.root.iam("ListAttachedRolePolicies", RoleName="new")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READ_ONLY]


def test_a_role_for_another_account_with_an_external_id(world, alice):
    alice.post("/iam/roles/create/?trust=other", draft(account=OTHER, external_id="a-shared-word"))
    statement = document(world, "new")["Statement"][0]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "a-shared-word"}}


def test_a_role_for_a_service(world, alice):
    alice.post("/iam/roles/create/?trust=service", draft(service="ec2.amazonaws.com"))
    assert document(world, "new")["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    named = draft(RoleName="own", service="other", named="scheduler.example.com")
    alice.post("/iam/roles/create/?trust=service", named)
    assert document(world, "own")["Statement"][0]["Principal"] == {"Service": "scheduler.example.com"}


def test_a_role_with_a_trust_policy_of_ones_own(world, alice):
    text = trust_of(world.account.number)
    made = alice.post("/iam/roles/create/?trust=custom", draft(AssumeRolePolicyDocument=text))
    assert made.status == 303
    broken = text.replace("sts:AssumeRole", "s3:GetObject")
    shown = alice.post("/iam/roles/create/?trust=custom", draft(AssumeRolePolicyDocument=broken))
    assert (shown.status, "Line " in shown.words) == (422, True)
    assert shown.is_accessible()


@pytest.mark.parametrize(
    ("trust", "sent", "said"),
    [
        ("other", {"account": "12"}, "Account number: Enter the 12 digits"),
        ("other", {"account": OTHER, "external_id": "a b"}, "External id: Use 2 to 1,224"),
        ("service", {"service": "other", "named": "no service"}, "Enter the name of a service"),
        ("account", {"RoleName": ""}, "Role name: This is needed."),
    ],
)
def test_what_does_not_fit_is_named(world, alice, trust, sent, said):
    shown = alice.post(f"/iam/roles/create/?trust={trust}", draft(**sent))
    assert (shown.status, said in shown.words) == (422, True)
    assert shown.is_accessible()


def test_a_role_with_boundary_and_tags(world, alice):
    sent = draft(boundary=READ_ONLY, **{"Tags.Key": ["team"], "Tags.Value": ["blue"]})
    alice.post("/iam/roles/create/?trust=account", sent)
    role = world.root.iam("GetRole", RoleName="new")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert role["Tags"] == [{"Key": "team", "Value": "blue"}]


def test_a_role_without_all_its_policies_says_so(world, browser):
    maker = world.user("maker", policy=allow("iam:CreateRole", "iam:ListPolicies"))
    shown = browser(maker).post("/iam/roles/create/?trust=account", draft(policy=READ_ONLY))
    assert (shown.status, shown.refused_actions) == (403, ["iam:AttachRolePolicy"])
    assert "Not everything was done." in shown.words
    assert shown.is_accessible()
    assert world.root.iam("GetRole", RoleName="new")


def test_making_takes_the_permission(world, browser):
    shown = browser(world.bob).post("/iam/roles/create/?trust=account", draft())
    assert shown.status == 403
    assert "iam:CreateRole" in shown.refused_actions


def test_looking_for_a_policy_makes_nothing(world, alice):
    shown = alice.post("/iam/roles/create/look/?trust=other", draft(**{"account": "12", "policy-q": "read"}))
    assert (shown.status, "ReadOnlyAccess" in shown.words) == (200, True)
    assert 'value="12"' in shown.text
    assert not world.root.iam("ListRoles")["Roles"]


def test_forms_need_their_token(world, browser):
    client = Client(enforce_csrf_checks=True)
    name = settings.SESSION_COOKIE_NAME
    client.cookies[name] = browser(world.alice).client.cookies[name].value
    assert client.post("/iam/roles/create/?trust=account", draft()).status_code == 403


# One role


@pytest.mark.parametrize("tab", ["permissions", "trust", "sessions", "tags", "settings"])
def test_every_tab_is_accessible(world, alice, role, session, tab):
    shown = alice.get(f"{BASE}{tab}/")
    assert shown.status == 200
    assert role["Arn"] in shown.text
    assert shown.is_accessible()


def test_a_role_leads_to_its_first_tab(world, alice, role):
    assert alice.get(BASE).location == f"{BASE}permissions/"


def test_a_role_that_is_not_there(world, alice):
    assert alice.get("/iam/roles/nothing/trust/").status == 404


@pytest.mark.parametrize("tab", ["permissions", "trust", "sessions", "tags", "settings"])
def test_a_role_takes_permission_to_see(world, browser, role, tab):
    shown = browser(world.bob).get(f"{BASE}{tab}/")
    assert "iam:GetRole" in shown.refused_actions
    assert shown.is_accessible()


def test_an_unknown_boundary_is_not_called_none(world, browser, role):
    lister = world.user("lister", policy=allow("iam:List*"))
    shown = browser(lister).get(f"{BASE}permissions/")
    assert "count in full" not in shown.words
    assert shown.refused_actions == ["iam:GetRole", "iam:GetRole"]


# Trust


def test_the_trust_policy_is_changed(world, alice, role):
    assert alice.get(f"{BASE}trust/edit/").is_accessible()
    text = trust_of(f"arn:aws:iam::{world.account.number}:user/bob")
    assert alice.post(f"{BASE}trust/edit/", {"PolicyDocument": text}).location == f"{BASE}trust/"
    shown = alice.get(f"{BASE}trust/")
    assert "Trust policy saved." in shown.words
    assert "user/bob" in shown.words


def test_a_principal_that_does_not_exist_is_told_by_line(world, alice, role):
    text = trust_of(f"arn:aws:iam::{world.account.number}:user/nobody")
    shown = alice.post(f"{BASE}trust/edit/", {"PolicyDocument": text})
    assert (shown.status, "There is no user or role of this name" in shown.words) == (422, True)
    assert "Line 8, column" in shown.words
    assert shown.is_accessible()


def test_trusting_everybody_is_saved_and_warned_about(world, alice, role):
    saved = alice.post(f"{BASE}trust/edit/", {"PolicyDocument": trust_of("*")})
    shown = alice.get(saved.location)
    assert "Look again: It trusts everybody in every account" in shown.words
    assert "data-marked" in shown.text
    assert shown.is_accessible()
    assert "without any condition" in alice.get(f"{BASE}trust/edit/").words


def test_changing_trust_takes_its_permission(world, browser, role):
    looker = world.user("looker", policy=allow("iam:GetRole"))
    sent = {"PolicyDocument": trust_of(world.account.number)}
    shown = browser(looker).post(f"{BASE}trust/edit/", sent)
    assert (shown.status, shown.refused_actions) == (403, ["iam:UpdateAssumeRolePolicy"])


# Sessions


def test_a_session_is_ended_after_asking(world, alice, session):
    shown = alice.get(f"{BASE}sessions/")
    assert "desk" in shown.words
    address = f"{BASE}sessions/{session}/revoke/"
    assert alice.get(address).is_accessible()
    assert alice.post(address).location == f"{BASE}sessions/"
    assert Session.objects.get(key_id=session).revoked_at is not None
    assert "Nobody is in this role now." in alice.get(f"{BASE}sessions/").words


def test_all_sessions_are_ended_at_once(world, alice, session):
    asked = alice.get(f"{BASE}sessions/revoke/", htmx=True)
    assert "1 session" in asked.words
    assert asked.is_accessible()
    alice.post(f"{BASE}sessions/revoke/")
    assert Session.objects.get(key_id=session).revoked_at is not None


def test_ending_a_session_takes_its_permission(world, browser, session):
    looker = world.user("looker", policy=allow("iam:GetRole", "wardstead:ListSessions"))
    shown = browser(looker).post(f"{BASE}sessions/{session}/revoke/")
    assert (shown.status, "You need wardstead:RevokeSession" in shown.words) == (422, True)
    assert Session.objects.get(key_id=session).revoked_at is None


# Settings and tags


def test_settings_are_changed_and_a_description_can_be_emptied(world, alice, role):
    assert alice.get(f"{BASE}settings/edit/").is_accessible()
    sent = {"Description": "", "MaxSessionDuration": "14400"}
    assert alice.post(f"{BASE}settings/edit/", sent).location == f"{BASE}settings/"
    found = world.root.iam("GetRole", RoleName="reader")["Role"]
    assert (found.get("Description"), found["MaxSessionDuration"]) == (None, 14400)
    assert "4 hours" in alice.get(f"{BASE}settings/").words


def test_settings_take_their_permission(world, browser, role):
    looker = world.user("looker", policy=allow("iam:GetRole"))
    sent = {"Description": "x", "MaxSessionDuration": "3600"}
    shown = browser(looker).post(f"{BASE}settings/edit/", sent)
    assert (shown.status, shown.refused_actions) == (403, ["iam:UpdateRole"])


def test_tags_of_a_role_are_changed(world, alice, role):
    sent = {"Tags.Key": ["team"], "Tags.Value": ["blue"]}
    assert alice.post(f"{BASE}tags/edit/", sent).location == f"{BASE}tags/"
    assert world.root.iam("ListRoleTags", RoleName="reader")["Tags"] == [{"Key": "team", "Value": "blue"}]


# Deleting


def test_deleting_names_what_goes_and_wants_the_name(world, alice, role, session):
    world.root.iam("AttachRolePolicy", RoleName="reader", PolicyArn=READ_ONLY)
    text = json.dumps(allow("s3:*"))
    world.root.iam("PutRolePolicy", RoleName="reader", PolicyName="buckets", PolicyDocument=text)
    world.root.iam("CreateInstanceProfile", InstanceProfileName="hosts")
    world.root.iam("AddRoleToInstanceProfile", InstanceProfileName="hosts", RoleName="reader")
    asked = alice.get(f"{BASE}delete/")
    assert asked.is_accessible()
    for part in (
        "The attachment of ReadOnlyAccess",
        "Inline policy buckets",
        "instance profile hosts",
        "Session desk",
    ):
        assert part in asked.words
    assert alice.post(f"{BASE}delete/", {"confirm": "wrong"}).status == 422
    assert alice.post(f"{BASE}delete/", {"confirm": "reader"}).location == "/iam/roles/"
    assert alice.get(f"{BASE}trust/").status == 404


def test_deleting_stops_where_a_permission_is_missing(world, browser, role):
    looker = world.user("looker", policy=allow("iam:List*", "wardstead:ListSessions"))
    shown = browser(looker).post(f"{BASE}delete/", {"confirm": "reader"})
    assert (shown.status, "You need iam:DeleteRole" in shown.words) == (422, True)
    assert shown.is_accessible()
