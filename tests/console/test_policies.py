"""Managed policies: the table, making, reading, attachments, tags, deleting."""

import json

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Event
from tests.console import policies
from tests.console.policies import BASE, TEXT, versions
from tests.world import allow, deny

AWS = "/iam/policies/aws/AdministratorAccess/"
LOOKING = allow("iam:GetPolicy", "iam:ListPolicies")


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def arn(world):
    return policies.read_buckets(world)


@pytest.fixture
def five(world):
    return policies.in_five_versions(world)


def draft(**changes):
    return {"PolicyName": "New", "PolicyDocument": TEXT, "Path": "/", **changes}


# The table


def test_the_table_lists_own_and_aws_policies(world, alice, arn):
    shown = alice.get("/iam/policies/", q="bu")
    assert "ReadBuckets" in shown.words
    assert shown.is_accessible()
    assert f'href="{BASE}"' in shown.text
    assert 'href="/iam/policies/aws/AdministratorAccess/"' in alice.get("/iam/policies/").text


def test_the_table_is_narrowed_by_type_and_use(world, alice, arn):
    own = alice.get("/iam/policies/", type="Local").words
    assert ("ReadBuckets" in own, "AdministratorAccess" in own) == (True, False)
    used = alice.get("/iam/policies/", attached="true").words
    assert ("ReadBuckets" in used, "AdministratorAccess" in used) == (False, True)


def test_the_table_is_paged(world, alice):
    first = alice.get("/iam/policies/", type="AWS")
    assert "after=" in first.text
    onward = next(e.get("href") for e in first.tree.walk() if e.tag == "a" and "Next" in e.text)
    second = alice.get(onward)
    assert second.status == 200
    assert "AdministratorAccess" not in second.words.split()


def test_a_search_by_htmx_gets_the_rows_alone(world, alice, arn):
    shown = alice.get("/iam/policies/", htmx=True, q="readbuck")
    assert "<html" not in shown.text
    assert "ReadBuckets" in shown.words
    assert shown.is_accessible()


def test_nothing_found_leads_back_to_all(world, alice):
    shown = alice.get("/iam/policies/", q="no-such-policy")
    assert "No policy fits" in shown.words
    assert shown.is_accessible()


def test_the_table_says_which_permission_it_takes(world, browser):
    shown = browser(world.bob).get("/iam/policies/")
    assert (shown.status, shown.refused_actions) == (200, ["iam:ListPolicies"])
    assert shown.is_accessible()


# Making


def test_a_policy_is_made_from_the_form(world, alice):
    assert alice.get("/iam/policies/create/").is_accessible()
    sent = draft(**{"Description": "x", "Tags.Key": ["team"], "Tags.Value": ["blue"]})
    made = alice.post("/iam/policies/create/", sent)
    assert (made.status, made.location) == (303, "/iam/policies/own/New/document/")
    assert "Policy New created." in alice.get(made.location).words
    policy = world.root.iam("GetPolicy", PolicyArn=f"arn:aws:iam::{world.account.number}:policy/New")[
        "Policy"
    ]
    assert policy["Tags"] == [{"Key": "team", "Value": "blue"}]


def test_every_beginning_can_be_saved(world, alice):
    from console import policy_starts

    for start in policy_starts.STARTS:
        assert start.label in alice.get("/iam/policies/create/", start=start.key).words
        sent = draft(PolicyName=start.key, PolicyDocument=start.text)
        assert alice.post("/iam/policies/create/", sent).status == 303, start.key


def test_a_fault_in_the_text_is_told_by_line_and_column(world, alice):
    broken = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Alow", "Action": "s3:*", "Resource": "*"}]\n}'
    shown = alice.post("/iam/policies/create/", draft(PolicyDocument=broken))
    assert shown.status == 422
    assert "Line 3, column" in shown.words
    assert shown.is_accessible()
    assert "Alow" in shown.text


def test_what_is_missing_is_named(world, alice):
    shown = alice.post("/iam/policies/create/", draft(PolicyName=""))
    assert (shown.status, "Policy name: This is needed." in shown.words) == (422, True)
    assert shown.is_accessible()


def test_a_name_that_is_taken_is_refused(world, alice, arn):
    shown = alice.post("/iam/policies/create/", draft(PolicyName="readbuckets"))
    assert (shown.status, "already exists" in shown.words) == (422, True)


def test_a_text_that_is_too_large_is_refused_at_the_editor(world, alice):
    large = json.dumps(allow(*(f"s3:Get{number:040}" for number in range(200))))
    shown = alice.post("/iam/policies/create/", draft(PolicyDocument=large))
    assert (shown.status, "Cannot exceed quota for PolicySize: 6144" in shown.words) == (422, True)
    assert "of 6144 characters" in shown.words


def test_making_takes_the_permission(world, browser):
    shown = browser(world.bob).post("/iam/policies/create/", draft())
    assert (shown.status, shown.refused_actions) == (403, ["iam:CreatePolicy"])
    assert shown.is_accessible()


def test_forms_need_their_token(world, browser):
    signed_in = browser(world.alice).client.cookies[settings.SESSION_COOKIE_NAME].value
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = signed_in
    assert client.post("/iam/policies/create/", draft()).status_code == 403


# Reading


def test_a_policy_is_found_by_its_arn(world, alice, arn):
    assert alice.get(f"/iam/policies/{arn}/").location == f"{BASE}document/"
    assert alice.get(BASE).location == f"{BASE}document/"
    by_aws = alice.get("/iam/policies/arn:aws:iam::aws:policy/job-function/Billing/", version="v1")
    assert by_aws.location == "/iam/policies/aws/Billing/document/?version=v1"


@pytest.mark.parametrize("tab", ["document", "versions", "attached", "tags"])
def test_every_tab_is_accessible(world, alice, arn, tab):
    shown = alice.get(f"{BASE}{tab}/")
    assert shown.status == 200
    assert shown.is_accessible()
    assert arn in shown.text


@pytest.mark.parametrize("tab", ["document", "versions", "attached"])
def test_policies_of_aws_are_read_only_and_say_so(world, alice, tab):
    shown = alice.get(f"{AWS}{tab}/")
    assert "AWS managed." in shown.words
    assert "Edit policy" not in shown.words
    assert f"{AWS}delete/" not in shown.text
    assert shown.is_accessible()


def test_a_policy_that_is_not_there(world, alice):
    assert alice.get("/iam/policies/own/Nothing/document/").status == 404


def test_a_policy_takes_permission_to_see(world, browser, arn):
    shown = browser(world.bob).get(f"{BASE}document/")
    assert (shown.status, shown.refused_actions) == (403, ["iam:GetPolicy"])


def test_its_text_takes_a_permission_of_its_own(world, browser, arn):
    shown = browser(world.user("looker", policy=LOOKING)).get(f"{BASE}document/")
    assert (shown.status, shown.refused_actions) == (200, ["iam:GetPolicyVersion"])
    assert shown.is_accessible()


def test_a_text_on_one_line_is_laid_out_for_reading(world, alice):
    long = json.dumps(allow(*(f"s3:Get{number}" for number in range(40))))
    alice.post("/iam/policies/create/", draft(PolicyDocument=long))
    shown = alice.get("/iam/policies/own/New/document/")
    assert "Laid out for reading" in shown.words
    assert 'id="L40"' in shown.text
    assert 'id="L2"' not in alice.get("/iam/policies/own/New/document/", layout="stored").text


# Attachments


def test_a_policy_is_attached_to_users_groups_and_roles(world, alice, arn):
    world.root.iam("CreateGroup", GroupName="readers")
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": world.account.number}, "Action": "sts:AssumeRole"}
            ],
        }
    )
    world.root.iam("CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust)
    assert alice.get(f"{BASE}attached/attach/").is_accessible()
    done = alice.post(f"{BASE}attached/attach/", {"user": "bob", "group": "readers", "role": "reader"})
    assert done.location == f"{BASE}attached/"
    shown = alice.get(done.location)
    assert "Attached to 3 users, groups and roles." in shown.words
    assert shown.is_accessible()
    for href in (
        "/iam/users/bob/permissions/",
        "/iam/groups/readers/permissions/",
        "/iam/roles/reader/permissions/",
    ):
        assert f'href="{href}"' in shown.text
    only = alice.get(f"{BASE}attached/", htmx=True, kind="Group")
    assert ("readers" in only.words, "bob" in only.words) == (True, False)


def test_attaching_to_nobody_is_refused(world, alice, arn):
    shown = alice.post(f"{BASE}attached/attach/")
    assert (shown.status, "Choose at least one" in shown.words) == (422, True)
    assert shown.is_accessible()


def test_looking_for_someone_attaches_nothing(world, alice, arn):
    shown = alice.post(f"{BASE}attached/attach/look/", {"user": "bob", "user-q": "ali"})
    assert shown.status == 200
    assert 'value="bob" checked' in " ".join(shown.text.split())
    assert not world.root.iam("ListAttachedUserPolicies", UserName="bob")["AttachedPolicies"]


def test_a_policy_is_detached_after_asking(world, alice, arn):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=arn)
    address = f"{BASE}attached/detach/?kind=users&name=bob"
    asked = alice.get(address)
    assert "Detach ReadBuckets from bob?" in asked.words
    assert asked.is_accessible()
    assert alice.post(address).location == f"{BASE}attached/"
    again = alice.post(address)
    assert (again.status, "was not found" in again.words) == (422, True)


def test_those_it_bounds_are_shown(world, alice, arn):
    world.root.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=arn)
    shown = alice.get(f"{BASE}attached/")
    assert "Permissions boundary of" in shown.words
    assert shown.is_accessible()


# Tags


def test_tags_are_changed(world, alice, arn):
    assert alice.get(f"{BASE}tags/edit/").is_accessible()
    sent = {"Tags.Key": ["Team", "stage"], "Tags.Value": ["red", "test"]}
    assert alice.post(f"{BASE}tags/edit/", sent).location == f"{BASE}tags/"
    found = world.root.iam("ListPolicyTags", PolicyArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"Team": "red", "stage": "test"}


def test_tags_that_cannot_be_saved_say_why(world, alice, arn):
    shown = alice.post(f"{BASE}tags/edit/", {"Tags.Key": ["aws:x"], "Tags.Value": ["y"]})
    assert shown.status == 422
    assert shown.is_accessible()


# Deleting


def test_deleting_names_what_goes_and_wants_the_name(world, alice, five):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=five)
    asked = alice.get(f"{BASE}delete/")
    assert asked.is_accessible()
    for part in ("Its attachment to the user bob", "Version v5", "To confirm, type ReadBuckets"):
        assert part in asked.words
    assert alice.post(f"{BASE}delete/", {"confirm": "no"}).status == 422
    assert alice.post(f"{BASE}delete/", {"confirm": "ReadBuckets"}).location == "/iam/policies/"
    assert alice.get(f"{BASE}document/").status == 404
    assert Event.objects.filter(name="DeletePolicy", outcome="success").exists()


def test_a_boundary_cannot_be_deleted_and_says_so(world, alice, arn):
    world.root.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=arn)
    assert "It is the permissions boundary of 1 user or role." in alice.get(f"{BASE}delete/").words
    shown = alice.post(f"{BASE}delete/", {"confirm": "ReadBuckets"})
    assert (shown.status, "Nothing was changed." in shown.words) == (422, True)
    assert shown.is_accessible()


def test_deleting_stops_where_a_permission_is_missing(world, browser, five):
    keeper = world.user("keeper", policy=deny("iam:DeletePolicyVersion"))
    world.root.iam(
        "AttachUserPolicy", UserName="keeper", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    shown = browser(keeper).post(f"{BASE}delete/", {"confirm": "ReadBuckets"})
    assert shown.status == 422
    assert "You need iam:DeletePolicyVersion" in shown.words
    assert len(versions(world, five)) == 5
