"""Creating a user with password, groups, policies, boundary and tags; and what is told when part of it fails."""

import base64
import re
from datetime import UTC, datetime

import pytest

from accounts import passwords
from accounts.models import ConsoleSession, Identity
from tests.console.test_step_up import STALE
from tests.world import allow, refused

CREATE = "/iam/users/create/"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
OWN = "a-Long-and-own-pass-4"


@pytest.fixture
def dev(world):
    world.root.iam("CreateGroup", GroupName="dev")


def test_the_form_can_be_used_by_everybody(world, browser):
    page = browser(world.alice).get(CREATE)
    assert page.is_accessible()


def test_a_user_is_created_with_all_that_was_chosen(world, browser, dev):
    done = browser(world.alice).post(
        CREATE,
        {
            "UserName": "dora",
            "Path": "/staff/",
            "Tags.Key": "team",
            "Tags.Value": "blue",
            "group": "dev",
            "policy": [READ_ONLY, AUDIT],
            "boundary": AUDIT,
        },
    )
    assert (done.status, done.location) == (303, "/iam/users/dora/permissions/")
    user = world.root.iam("GetUser", UserName="dora")["User"]
    assert user["Path"] == "/staff/"
    assert user["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == AUDIT
    assert len(world.root.iam("ListAttachedUserPolicies", UserName="dora")["AttachedPolicies"]) == 2
    groups = world.root.iam("ListGroupsForUser", UserName="dora")["Groups"]
    assert [group["GroupName"] for group in groups] == ["dev"]
    with refused("NoSuchEntity"):
        world.root.iam("GetLoginProfile", UserName="dora")


def test_a_generated_password_is_shown_once_with_a_file(world, browser):
    page = browser(world.alice).post(
        CREATE, {"UserName": "dora", "console": "true", "how": "generated", "must_change": "true"}
    )
    assert page.status == 200
    assert page.is_accessible()
    assert f"/signin/{world.account.alias}" in page.text
    (encoded,) = re.findall(r"data:text/csv;base64,([A-Za-z0-9+/=]+)", page.text)
    csv = base64.b64decode(encoded).decode()
    shown = [code.text for code in page.tree.walk() if code.get("class") == "secret-value"]
    assert shown[1] == "dora"
    assert shown[2] in csv.replace('""', '"')
    dora = Identity.objects.get(account=world.account, name="dora")
    assert passwords.verify(dora, shown[2])
    assert dora.must_change_password
    assert shown[2] not in browser(world.alice).get("/iam/users/dora/credentials/").text


def test_a_password_of_ones_own_is_not_shown(world, browser):
    done = browser(world.alice).post(
        CREATE, {"UserName": "dora", "console": "true", "how": "own", "password": OWN}
    )
    assert done.status == 303
    dora = Identity.objects.get(account=world.account, name="dora")
    assert passwords.verify(dora, OWN)
    assert not dora.must_change_password


def test_a_weak_password_stops_everything(world, browser):
    page = browser(world.alice).post(
        CREATE, {"UserName": "dora", "console": "true", "how": "own", "password": "short"}
    )
    assert page.status == 422
    assert "at least 8 characters" in page.words
    assert page.is_accessible()
    with refused("NoSuchEntity"):
        world.root.iam("GetUser", UserName="dora")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"UserName": ""}, "User name: This is needed."),
        ({"UserName": "Bob"}, "already exists"),
        ({"UserName": "not a name"}, "User name:"),
        ({"UserName": "dora", "boundary": "arn:aws:iam::aws:policy/None"}, "None"),
    ],
)
def test_what_the_operation_refuses_creates_nothing(world, browser, data, words):
    page = browser(world.alice).post(CREATE, {**data, "policy": READ_ONLY})
    assert page.status == 422
    assert words in page.words
    assert page.is_accessible()
    assert len(world.root.iam("ListUsers")["Users"]) == 2


def test_creating_needs_its_permission(world, browser):
    page = browser(world.bob).post(CREATE, {"UserName": "dora"})
    assert page.status == 403
    assert page.refused_actions[0] == "iam:CreateUser"


def test_a_part_that_fails_is_told_beside_what_was_done(world, browser, dev):
    eve = world.user("eve", policy=allow("iam:CreateUser", "iam:AddUserToGroup", "iam:ListGroups"))
    page = browser(eve).post(
        CREATE, {"UserName": "dora", "console": "true", "group": "dev", "policy": READ_ONLY}
    )
    assert page.status == 403
    assert set(page.refused_actions) == {"iam:CreateLoginProfile", "iam:AttachUserPolicy"}
    assert "Done Add to group dev" in page.words
    assert "This is the only time" not in page.words
    assert page.is_accessible()
    assert world.root.iam("ListGroupsForUser", UserName="dora")["Groups"]


def test_searching_keeps_the_form_and_creates_nothing(world, browser, dev):
    page = browser(world.alice).post(
        f"{CREATE}look/",
        {"UserName": "dora", "policy": READ_ONLY, "policy-q": "Audit", "console": "true", "password": OWN},
    )
    assert page.status == 200
    assert 'value="dora"' in page.text
    assert OWN not in page.text
    assert "This is needed" not in page.words
    assert "SecurityAudit" in page.words
    assert page.is_accessible()
    with refused("NoSuchEntity"):
        world.root.iam("GetUser", UserName="dora")


def test_those_who_may_not_list_policies_can_name_them(world, browser):
    eve = world.user("eve", policy=allow("iam:CreateUser", "iam:AttachUserPolicy"))
    asked = browser(eve).get(CREATE)
    assert "iam:ListPolicies" in asked.refused_actions
    assert asked.is_accessible()
    assert browser(eve).post(CREATE, {"UserName": "dora", "policy": f"{READ_ONLY}\n{AUDIT}"}).status == 303
    assert len(world.root.iam("ListAttachedUserPolicies", UserName="dora")["AttachedPolicies"]) == 2


def test_a_user_named_by_dots_alone_has_pages_like_any_other(world, browser):
    opened = browser(world.alice)
    made = opened.post(CREATE, {"UserName": ".."})
    assert made.location == "/iam/users/~../permissions/"
    assert ">..</h1>" in "".join(opened.get(made.location).text.split())
    assert 'href="/iam/users/~../delete/"' in opened.get(made.location).text
    assert 'href="/iam/users/~../permissions/"' in opened.get("/iam/users/").text
    gone = opened.post("/iam/users/~../delete/", {"confirm": ".."})
    assert gone.status == 303
    with refused("NoSuchEntity"):
        world.root.iam("GetUser", UserName="..")


def test_a_password_asks_for_a_fresh_proof_and_nothing_is_done_before(world, browser):
    alice = browser(world.alice)
    ConsoleSession.objects.update(proved_at=datetime.now(UTC) - STALE)
    asked = alice.post(CREATE, {"UserName": "dora", "console": "true", "how": "generated"})
    assert asked.location.startswith("/me/proof/")
    assert not world.account.users.filter(name="dora").exists()
    assert 'value="dora"' in alice.get(CREATE).text, "what was filled in is there again"
    assert alice.post(CREATE, {"UserName": "dora"}).location.startswith("/iam/users/dora/")
