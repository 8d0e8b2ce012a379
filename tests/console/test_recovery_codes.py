"""Recovery codes by page, and an administrator's unlocking."""

import base64
from datetime import UTC, datetime

import pytest

from accounts import mfa, recovery, throttle, totp
from accounts.models import Identity
from console.templatetags.console import account_number
from tests.console.browser import Browser
from tests.console.test_me_mfa import enrolled
from tests.world import PASSWORD, allow

CREDENTIALS, CREATE = "/me/credentials/", "/me/recovery-codes/create/"
RECOVERY, UNLOCK = "/signin/step/recovery", "/iam/users/bob/credentials/unlock/"


def codes_of(page):
    return [e.text.strip() for e in page.tree.walk() if "secret-value" in e.get("class").split()]


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    return getattr(world, request.param)


def at_the_factor(world, person):
    opened = Browser()
    if person.principal.kind == "root":
        first = {"as": "root", "email": "root@example.com", "password": PASSWORD}
    else:
        first = {"account": world.account.number, "user": person.principal.name, "password": PASSWORD}
    assert opened.post("/signin", first).location.startswith("/signin/step/factor")
    return opened


def test_ten_are_shown_once_and_each_signs_in_once(world, person, browser):
    opened = browser(person)
    enrolled(opened)
    assert "No recovery codes" in opened.get(CREDENTIALS).words
    assert opened.get(CREATE).is_accessible()
    page = opened.post(CREATE)
    codes = codes_of(page)
    assert len(codes) == 10
    assert page.is_accessible()
    assert page.response.headers["Cache-Control"] == "no-store"
    listed = opened.get(CREDENTIALS)
    assert "10 of 10 recovery codes left" in listed.words
    assert codes[0] not in listed.text
    assert listed.is_accessible()
    signing_in = at_the_factor(world, person)
    assert RECOVERY in signing_in.get("/signin/step/factor").text
    asked = signing_in.get(RECOVERY, next="/me/sessions/")
    assert asked.is_accessible()
    wrong = signing_in.post(RECOVERY, {"recovery": "ABCDEF"})
    assert wrong.status == 422
    assert "none of your recovery codes" in wrong.words
    assert wrong.is_accessible()
    done = signing_in.post(RECOVERY, {"recovery": codes[0], "next": "/me/sessions/"})
    assert (done.status, done.location) == (303, "/me/sessions/")
    home = signing_in.get("/me/sessions/")
    assert "You signed in with a recovery code. 9 of 10 are left." in home.words
    assert "With MFA" in home.words
    assert at_the_factor(world, person).post(RECOVERY, {"recovery": codes[0]}).status == 422


def test_the_page_and_the_file_say_whose_they_are(world, person, browser):
    opened = browser(person)
    enrolled(opened)
    page = opened.post(CREATE)
    user = person.principal.name or "root"
    account = f"{world.account.alias} ({account_number(world.account.number)})"
    said = f"Account {account} User {user} Made {datetime.now(UTC):%d %b %Y}"
    assert said in page.words
    file = next(e for e in page.tree.walk() if e.get("download") == f"{user}-recovery-codes.txt")
    text = base64.b64decode(file.get("href").partition(",")[2]).decode().splitlines()
    assert (text[0], text[1], text[-10:]) == (
        f"Recovery codes of {user}",
        f"Account: {account}",
        codes_of(page),
    )
    together = next(e for e in page.tree.walk() if e.get("data-copies"))
    assert together.get("data-copy").splitlines() == codes_of(page)


def test_without_codes_the_way_is_not_offered(world, browser):
    enrolled(browser(world.alice))
    assert RECOVERY not in at_the_factor(world, world.alice).get("/signin/step/factor").text


def test_without_a_sign_in_begun_it_starts_again(db):
    assert Browser().get(RECOVERY).location.startswith("/signin")
    assert Browser().post(RECOVERY, {"recovery": "x"}).location.startswith("/signin")


def test_without_a_device_it_says_why_not(world, browser):
    page = browser(world.alice).post(CREATE)
    assert page.status == 422
    assert "stand for an MFA device" in page.words


def test_without_permission_it_says_which(world, browser):
    assert "You need iam:EnableMFADevice" in browser(world.bob).post(CREATE).words


def test_a_locked_user_is_unlocked_by_page(world, browser):
    browser(world.bob)
    bob = Identity.objects.select_related("account").get(pk=world.bob.principal.identity_pk)
    for _ in range(10):
        throttle.admit([throttle.identity_subject(bob)], datetime.now(UTC))
    opened = browser(world.alice)
    shown = opened.get("/iam/users/bob/credentials/")
    assert UNLOCK in shown.text
    assert "Locked out Too many wrong attempts ends in 29 minutes" in shown.words
    assert opened.get(UNLOCK).is_accessible()
    assert opened.post(UNLOCK).location == "/iam/users/bob/credentials/"
    shown = opened.get("/iam/users/bob/credentials/")
    assert "bob can try to sign in again." in shown.words
    assert "Locked out" not in shown.words
    assert throttle.locked_until(bob, datetime.now(UTC)) is None
    opened.post(UNLOCK)
    assert "was not locked" in opened.get("/iam/users/bob/credentials/").words


def test_unlocking_without_permission_says_which(world, browser):
    page = browser(world.user("dana", policy=allow("iam:*"))).post(UNLOCK)
    assert page.status == 422
    assert "You need wardstead:UnlockUser" in page.words


def test_an_administrator_locked_out_of_the_device_gets_back_in_and_adds_another(world, browser):
    """The documented way: a code from the safe, then a new device in place of the lost one."""
    opened = browser(world.alice)
    lost, _ = enrolled(opened, "lost")
    codes = codes_of(opened.post(CREATE))
    back = at_the_factor(world, world.alice)
    assert back.post(RECOVERY, {"recovery": codes[0]}).status == 303
    _, seed = enrolled(back, "found")
    assert back.post(f"/me/credentials/mfa/delete/?serial={lost}").location == CREDENTIALS
    alice = Identity.objects.get(pk=world.alice.principal.identity_pk)
    assert [device.name for device in mfa.enabled_devices(alice)] == ["found"]
    assert recovery.left(alice) == 9
    code = totp.code_at(totp.seed_of_text(seed), totp.step_at(datetime.now(UTC)) + 1)
    again = at_the_factor(world, world.alice)
    assert again.post("/signin/step/factor", {"code": code}).status == 303
