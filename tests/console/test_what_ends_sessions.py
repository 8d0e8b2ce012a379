"""What ends whose sessions: each act with a user's two browsers, one that acts as a role, and an access key beside them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from accounts.models import Account, ConsoleSession, Identity
from iam import principals
from iam.models import AccessKey
from tests.console.browser import Browser
from tests.operations.sts import Device, role, trusting
from tests.world import PASSWORD, World, allow

NEW = "other-Horse-8-battery"
SIGN_IN = "/signin"


@dataclass
class Scene:
    """Bob's browsers A, where things are done, B, and C, which acts as a role; a key of his; Alice's browser."""

    world: World
    a: Browser
    b: Browser
    c: Browser
    alice: Browser
    key_id: str

    def ended(self):
        """Which of Bob's browsers land at sign-in at their next step, by htmx and without."""
        found = []
        for name in ("a", "b", "c"):
            browser = getattr(self, name)
            by_htmx = browser.get("/iam/users/", htmx=True)
            gone = SIGN_IN in by_htmx.location
            assert by_htmx.status == (204 if gone else 200)
            assert (SIGN_IN in browser.get("/").location) == gone
            found += [name] if gone else []
        return "".join(found)

    def key_works(self):
        credential = principals.find_credential(self.key_id)
        return credential is not None and credential.usable

    def cookie(self, browser):
        return browser.client.cookies["session"].value


@pytest.fixture
def scene(world, browser):
    arn = role(world.root, trusting(world.bob.principal.arn), "ops")
    may = allow("iam:*", "sts:AssumeRole")
    world.root.iam("PutUserPolicy", UserName="bob", PolicyName="may", PolicyDocument=json.dumps(may))
    key = world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    a, b, c = (browser(world.bob) for _ in range(3))
    sent = {"account": world.account.number, "role": arn.rpartition("/")[2], "label": "Ops"}
    assert c.post("/me/switch-role/", sent).location == "/"
    return Scene(world, a, b, c, browser(world.alice), key)


def change_own_password(scene):
    sent = {"OldPassword": PASSWORD, "NewPassword": NEW, "again": NEW}
    page = scene.a.post("/me/credentials/password/edit/", sent)
    assert page.location == "/me/credentials/"
    assert "access keys go on working" in scene.a.get("/me/credentials/").words


def change_own_password_by_api(scene):
    scene.world.bob.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=NEW)


def reset_by_an_administrator(scene):
    scene.world.alice.iam("UpdateLoginProfile", UserName="bob", Password=NEW)


def take_the_login_profile(scene):
    scene.world.alice.iam("DeleteLoginProfile", UserName="bob")


def enable_mfa(scene):
    device = Device(scene.world, scene.world.bob)
    assert device.serial


def take_mfa(scene):
    Device(scene.world, scene.world.bob)
    revive(scene)
    serial = scene.world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"][0]["SerialNumber"]
    scene.world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=serial)


def revive(scene):
    """Sign all three in anew: what was set up before has ended them."""
    for browser in (scene.a, scene.b, scene.c):
        browser.sign_in(scene.world.bob)


def suspend_the_account(scene):
    Account.objects.filter(pk=scene.world.account.pk).update(state="suspended")


def end_the_others(scene):
    assert scene.a.post("/me/sessions/end-others/").location == "/me/sessions/"


def sign_out_everywhere(scene):
    assert scene.a.post("/me/sessions/end-all/").location == "/signin"


def end_all_of_the_user(scene):
    scene.world.alice.run("tenant.EndConsoleSessions", UserName="bob")


def make_a_key(scene):
    scene.world.alice.iam("CreateAccessKey", UserName="bob")


def change_permissions(scene):
    scene.world.alice.iam(
        "PutUserPolicy", UserName="bob", PolicyName="x", PolicyDocument=json.dumps(allow("s3:*"))
    )


@pytest.mark.parametrize(
    ("act", "ended", "key_works"),
    [
        (change_own_password, "bc", True),
        (change_own_password_by_api, "abc", True),
        (reset_by_an_administrator, "abc", True),
        (take_the_login_profile, "abc", True),
        (enable_mfa, "abc", True),
        (take_mfa, "abc", True),
        (suspend_the_account, "abc", False),
        (end_the_others, "bc", True),
        (sign_out_everywhere, "abc", True),
        (end_all_of_the_user, "abc", True),
        (make_a_key, "", True),
        (change_permissions, "", True),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_who_is_signed_out(scene, act, ended, key_works):
    before = scene.cookie(scene.a)
    act(scene)
    assert scene.ended() == ended
    assert scene.key_works() == key_works
    if "a" not in ended and ended:
        assert scene.cookie(scene.a) != before
    if act is not suspend_the_account:
        assert scene.alice.get("/").status == 200


def test_a_user_who_is_deleted_is_signed_out_and_leaves_nothing(scene):
    AccessKey.objects.all().delete()
    identity = Identity.objects.get(pk=scene.world.bob.principal.identity_pk)
    alice = scene.world.alice
    for name in alice.iam("ListUserPolicies", UserName="bob")["PolicyNames"]:
        alice.iam("DeleteUserPolicy", UserName="bob", PolicyName=name)
    alice.iam("DeleteLoginProfile", UserName="bob")
    alice.iam("DeleteUser", UserName="bob")
    assert scene.ended() == "abc"
    assert not ConsoleSession.objects.filter(identity_id=identity.pk).exists()


def test_leaving_a_role_ends_its_session_and_changes_the_id(scene):
    now = datetime.now(UTC)
    before = scene.cookie(scene.c)
    live = scene.world.account.sts_sessions.live(now)
    assert live.count() == 1
    assert scene.c.post("/me/switch-role/leave/").location == "/"
    assert scene.cookie(scene.c) != before
    assert live.count() == 0


def test_signing_out_ends_the_session_of_the_role_too(scene):
    live = scene.world.account.sts_sessions.live(datetime.now(UTC))
    assert live.count() == 1
    assert scene.c.post("/signout").location == "/signin"
    assert live.count() == 0


@pytest.mark.parametrize("label", ["grey", "#F2B0A9", "B7CA9D", "BLUE", "nonsense"])
def test_links_of_aws_lead_to_a_page_that_asks(scene, label):
    query = {
        "account": scene.world.account.number,
        "roleName": "team/ops",
        "displayName": "Dep",
        "color": label,
    }
    page = scene.a.get("/switchrole", **query)
    assert page.status == 200
    assert 'value="team/ops"' in page.text
    assert 'value="Dep"' in page.text
    colours = {"#F2B0A9": "red", "B7CA9D": "green", "BLUE": "blue"}
    assert f'value="{colours.get(label, "grey")}" checked' in page.text
    assert "Switch back to" not in page.words
    assert page.is_accessible()


def test_a_link_of_aws_leads_strangers_to_sign_in_and_back(db):
    location = Browser().get("/switchrole", account="111122223333", roleName="ops").location
    assert location.startswith("/signin?next=%2Fswitchrole%3Faccount%3D111122223333%26roleName%3Dops")
