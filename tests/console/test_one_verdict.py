"""One verdict on a password: live hints, pages and API name the same broken rules (trial: is `_` a symbol?)."""

from collections.abc import Callable

import pytest

from accounts import passwords
from accounts.models import Account, Identity
from accounts.password_rules import IS_A_NAME, IS_COMMON, IS_DISGUISED, NOT_CARRIED, describe
from iam.errors import ServiceError
from tests.console.browser import Browser, Page
from tests.world import PASSWORD, World, actor

SYMBOL = "The password must have one of the symbols"
OUTSIDE = NOT_CARRIED.text
# Sample, the first words of the rules it breaks.
SAMPLES = {
    "underscore": ("Staple9horse_", ()),
    "dash": ("Staple9horse-", ()),
    "apostrophe": ("Staple9horse'", ()),
    "no symbol": ("Staple9horse", (SYMBOL,)),
    "e acute": ("Staple9horse\u00e9", (SYMBOL,)),
    "e acute in two": ("Staple9horsee\u0301", (SYMBOL,)),
    "space": ("Staple9 horse", (SYMBOL,)),
    "tilde": ("Staple9horse~", (SYMBOL,)),
    "full stop": ("Staple9horse.", (SYMBOL,)),
    "typographic quote": ("Staple9horse\u2019", (SYMBOL, OUTSIDE)),
    "wide underscore": ("Staple9horse\uff3f", (OUTSIDE,)),
    "short": ("Sta9_", ("The password must have at least 8",)),
    "too long": ("Sta9_" * 26, ("The password must have at most 128",)),
    "two faults": (
        "staplehorse_",
        ("The password must have a digit", "The password must have an upper-case"),
    ),
    "name": ("Eve-Smith_9", (IS_A_NAME.text,)),
    "name in disguise": ("_Eve-Sm1th_9!", (IS_DISGUISED.text,)),
    "common": ("P@ssw0rd", (IS_COMMON.text,)),
}
NEVER_BY_API = (
    OUTSIDE,
    "The password must have at most 128",
)  # the shape refuses them first, without a rule's words


@pytest.fixture
def strict(world: World) -> World:
    world.root.iam(
        "UpdateAccountPasswordPolicy",
        MinimumPasswordLength=8,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        AllowUsersToChangePassword=True,
    )
    Account.objects.filter(pk=world.account.pk).update(refuse_disguised_names=True)
    world.user("Eve-Smith_9")
    return world


def eve() -> Identity:
    return Identity.objects.select_related("account").get(name="Eve-Smith_9")


def rules() -> list[str]:
    told = [rule.text for rule in describe(passwords.rules_for(eve()))]
    return [*told, OUTSIDE, "The password must have at most 128 characters."]


def named(text: str) -> set[str]:
    return {rule for rule in rules() if rule in text}


def broken(page: Page) -> set[str]:
    marked = [e.text for e in page.tree.walk() if e.get("data-state") == "broken"]
    return named(" ".join(" ".join(marked).split()))


def refused_by(act: Callable[[], object]) -> set[str] | str:
    try:
        act()
    except ServiceError as refusal:
        return named(refusal.message) if refusal.code == "PasswordPolicyViolation" else refusal.code
    return set()


def by_own_page(browser: Browser, typed: str) -> set[str]:
    page = browser.post(
        "/me/credentials/password/edit/", {"OldPassword": PASSWORD, "NewPassword": typed, "again": typed}
    )
    return set() if page.status == 303 else broken(page)


@pytest.mark.parametrize("sample", SAMPLES)
def test_hints_pages_and_operations_name_the_same_rules(strict, browser, sample):
    typed, starts = SAMPLES[sample]
    expected = {rule for rule in rules() if rule.startswith(tuple(starts))} if starts else set()
    admin = browser(strict.alice)
    reset = "/iam/users/Eve-Smith_9/credentials/password/"
    hint = admin.post("/me/password-hints/", {"UserName": "Eve-Smith_9", "password": typed}, htmx=True)
    assert broken(hint) == expected
    by_api = refused_by(
        lambda: strict.alice.iam("CreateLoginProfile", UserName="Eve-Smith_9", Password=typed)
    )
    passwords.remove_password(eve())
    assert by_api in (expected, "ValidationError")
    assert (by_api == "ValidationError") == (
        bool(expected & {OUTSIDE})
        or any(rule.startswith(NEVER_BY_API) for rule in expected)
        or "\u0301" in typed
    )
    page = admin.post(f"{reset}create/", {"how": "own", "password": typed})
    assert page.status == (422 if expected else 303)
    assert named(page.words) >= expected
    passwords.set_password(eve(), PASSWORD, now=strict.alice.now)
    assert (
        refused_by(lambda: strict.alice.iam("UpdateLoginProfile", UserName="Eve-Smith_9", Password=typed))
        == by_api
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_ones_own_change_and_a_forced_one_name_the_same_rules(strict, browser, sample):
    typed, starts = SAMPLES[sample]
    expected = {rule for rule in rules() if rule.startswith(tuple(starts))} if starts else set()
    passwords.set_password(eve(), PASSWORD, now=strict.alice.now, must_change=True)
    stranger = Browser()
    stranger.post("/signin", {"account": "example-corp", "user": "eve-smith_9", "password": PASSWORD})
    live = stranger.post("/signin/step/password/hints", {"new": typed}, htmx=True)
    assert broken(live) == expected
    forced = stranger.post("/signin/step/password", {"new": typed, "again": typed})
    assert (set() if forced.status == 303 else broken(forced)) == expected
    passwords.set_password(eve(), PASSWORD, now=strict.alice.now)
    member = actor(strict.account, "Eve-Smith_9")
    own = browser(member)
    assert broken(own.post("/me/credentials/password/hints/", {"NewPassword": typed}, htmx=True)) == expected
    by_api = refused_by(lambda: member.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=typed))
    assert by_api in (expected, "ValidationError")
    passwords.set_password(eve(), PASSWORD, now=strict.alice.now)
    assert by_own_page(browser(member), typed) == expected


def test_every_rule_is_listed_before_anything_is_typed(strict, browser):
    passwords.set_password(eve(), PASSWORD, now=strict.alice.now, must_change=True)
    stranger = Browser()
    stranger.post("/signin", {"account": "example-corp", "user": "eve-smith_9", "password": PASSWORD})
    told = {rule.text for rule in describe(passwords.rules_for(eve()))}
    assert named(stranger.get("/signin/step/password").words) == told
    assert named(browser(strict.alice).get("/iam/users/create/").words) == told


def test_the_sign_up_page_hints_alike(db, settings):
    settings.OPEN_SIGNUP = True
    newcomer = Browser()
    assert newcomer.get("/signup").is_accessible()
    typed = {"name": "Acme Corp 9", "email": "a@acme.example", "password": "Acme Corp 9"}
    live = newcomer.post("/signup/hints", typed, htmx=True)
    sent = newcomer.post("/signup", typed)
    for page in (live, sent):
        marked = [e.text for e in page.tree.walk() if e.get("data-state") == "broken"]
        assert len(marked) == 1
        assert IS_A_NAME.text in marked[0]
    assert sent.status == 422


def test_hints_are_for_those_who_are_choosing_a_password_only(db, settings):
    settings.OPEN_SIGNUP = False
    assert Browser().post("/signup/hints", {"password": "x"}).status == 404
    assert Browser().post("/signin/step/password/hints", {"new": "x"}).status == 404
    assert Browser().post("/me/password-hints/", {"password": "x"}).location.startswith("/signin")


@pytest.mark.parametrize(
    ("address", "field"),
    [("/me/password-hints/", "password"), ("/me/credentials/password/hints/", "NewPassword")],
)
def test_hints_repeat_nothing_and_are_kept_by_nobody(world, browser, address, field, caplog):
    opened = browser(world.alice)
    page = opened.post(address, {field: "canary-Secret-1"}, htmx=True)
    assert "Strength:" in page.words
    assert "canary" not in page.text + caplog.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert opened.get(f"{address}?{field}=x").status == 405


def test_a_refused_password_is_rated_where_there_is_no_script(world, browser):
    page = browser(world.alice).post(
        "/me/credentials/password/edit/",
        {"OldPassword": PASSWORD, "NewPassword": "aaaaaaaa", "again": "aaaaaaaa"},
    )
    assert page.status == 422
    assert "Strength: very weak." in page.words
    assert page.is_accessible()


def test_an_accepted_password_that_is_easy_to_guess_is_told_so_afterwards(world, browser):
    opened = browser(world.alice)
    weak = {"OldPassword": PASSWORD, "NewPassword": "Password-1", "again": "Password-1"}
    assert opened.post("/me/credentials/password/edit/", weak).status == 303
    assert "It is easy to guess" in opened.get("/me/credentials/").words
    assert (
        opened.post(
            "/iam/users/bob/credentials/password/create/", {"how": "own", "password": "Password-1"}
        ).status
        == 303
    )
    assert "It is easy to guess" in opened.get("/iam/users/bob/credentials/").words
