"""Changing my own password by page: rules, other sessions, this session's id, and who may."""

import pytest
from django.conf import settings
from django.test import Client

from accounts import passwords
from accounts.hashers import HashingBusyError
from accounts.models import Event, Identity
from iam.errors import ServiceError
from tests.console.browser import Browser
from tests.world import PASSWORD, allow

EDIT, HINTS = "/me/credentials/password/edit/", "/me/credentials/password/hints/"
NEW = "another-Staple-9-horse"


def sent(**more):
    return {"OldPassword": PASSWORD, "NewPassword": NEW, "again": NEW, **more}


def holds(actor, password):
    identity = Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)
    return passwords.verify(identity, password)


def cookie(browser):
    return browser.client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    """A user, and root: the page is the same for both."""
    return getattr(world, request.param)


def test_the_page_shows_the_rules(person, browser):
    shown = browser(person).get(EDIT)
    assert shown.status == 200
    assert "at least 8 characters" in shown.words
    assert shown.is_accessible()


def test_a_password_is_changed_and_the_page_says_what_holds(person, browser):
    here, there = browser(person), browser(person)
    before = cookie(here)
    page = here.post(EDIT, sent())
    assert (page.status, page.location) == (303, "/me/credentials/")
    assert holds(person, NEW)
    shown = here.get("/me/credentials/")
    assert "access keys go on working" in shown.words
    assert cookie(here) != before
    assert there.get("/").location.startswith("/signin")
    assert there.get("/", htmx=True).response.headers["HX-Redirect"].startswith("/signin")


def test_the_old_cookie_is_worth_nothing(person, browser):
    here, thief = browser(person), browser()
    thief.client.cookies[settings.SESSION_COOKIE_NAME] = cookie(here)
    here.post(EDIT, sent())
    assert thief.get("/").location.startswith("/signin")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"OldPassword": "wrong"}, "field-OldPassword", "The old password was incorrect."),
        ({"again": "something else"}, "field-NewPassword", "The two passwords differ."),
        ({"NewPassword": "short", "again": "short"}, "field-NewPassword", "at least 8 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(person, browser, changes, field, words):
    page = browser(person).post(EDIT, sent(**changes))
    assert page.status == 422
    wrong = {e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"}
    assert wrong == {field}
    assert words in page.words
    assert page.is_accessible()
    assert holds(person, PASSWORD)


def test_no_password_comes_back_in_a_page_or_lands_in_the_trail(person, browser):
    opened = browser(person)
    for changes in ({"OldPassword": "canary-Old-1"}, {"again": "canary-New-2"}, {}):
        assert "canary" not in opened.post(EDIT, sent(**changes)).text
    told = "".join(f"{e.parameters}{e.response}{e.error_message}" for e in Event.objects.all())
    assert "canary" not in told
    assert PASSWORD not in told
    assert NEW not in told


def test_guessing_locks_root_as_sign_in_does(world, browser):
    opened = browser(world.root)
    for _ in range(10):
        opened.post(EDIT, sent(OldPassword="wrong"))
    assert "Too many wrong passwords" in opened.post(EDIT, sent()).words
    assert holds(world.root, PASSWORD)
    codes = [e.error_code for e in Event.objects.filter(name="ChangePassword").order_by("-id")[:2]]
    assert codes == ["locked", "wrong-password"]


def test_without_permission_the_page_says_which(world, browser):
    page = browser(world.bob).post(EDIT, sent())
    assert page.status == 403
    assert page.refused_actions == ["iam:ChangePassword"]
    assert "IAMUserChangePassword" in page.words
    assert page.is_accessible()


def test_the_account_can_let_everybody(world, browser):
    world.root.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    assert browser(world.bob).post(EDIT, sent()).status == 303


def test_a_form_without_its_token_is_refused(world):
    opened = Browser(world.alice)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = opened.client.cookies
    assert strict.post(EDIT, sent()).status_code == 403


@pytest.mark.parametrize("symbol", ["_", "é", " ", "\u2019", "-", "~"])
def test_live_rules_page_and_operation_give_one_verdict(world, browser, symbol):
    world.root.iam(
        "UpdateAccountPasswordPolicy",
        MinimumPasswordLength=8,
        RequireSymbols=True,
        AllowUsersToChangePassword=True,
    )
    typed = f"Staple9horse{symbol}"
    opened = browser(world.bob)
    live = opened.post(HINTS, {"NewPassword": typed}, htmx=True)
    assert live.status == 200
    fine = not any(e.get("data-state") == "broken" for e in live.tree.walk())
    try:
        world.bob.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=typed)
        by_operation = True
        world.root.iam("UpdateLoginProfile", UserName="bob", Password="correct-Horse-7-battery")
        opened = browser(world.bob)
    except ServiceError:
        by_operation = False
    by_page = opened.post(EDIT, sent(NewPassword=typed, again=typed)).status == 303
    assert (fine, by_page) == (by_operation, by_operation)


def test_live_rules_do_not_repeat_what_is_typed(world, browser):
    live = browser(world.alice).post(HINTS, {"NewPassword": "canary-1-Secret"}, htmx=True)
    assert "canary" not in live.text
    assert live.is_accessible()


def test_when_hashing_is_busy_the_answer_is_503_and_says_when_to_come_back(world, browser, monkeypatch):
    def no_turn(identity, raw):
        raise HashingBusyError

    opened = browser(world.root)
    monkeypatch.setattr(passwords, "verify", no_turn)
    page = opened.post(EDIT, sent())
    assert page.status == 503
    assert page.response.headers["Retry-After"] == "10"
    assert "try again" in page.words
    fragment = opened.post(EDIT, sent(), htmx=True)
    assert fragment.status == 503
    assert fragment.response.headers["HX-Retarget"] == "#flash"


def test_a_user_with_the_permission_alone_can(world, browser):
    dana = world.user("dana", policy=allow("iam:ChangePassword"))
    assert browser(dana).post(EDIT, sent()).status == 303
