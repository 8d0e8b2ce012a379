"""Account settings by page: facts, alias, password policy, session limits, key rotation."""

import pytest
from django.conf import settings

from accounts.models import Account
from tests.world import allow, refused

BASE = "/account/settings/"
PAGES = [
    "",
    "alias/edit/",
    "passwords/",
    "passwords/edit/",
    "sessions/",
    "sessions/edit/",
    "keys/",
    "keys/edit/",
]
POLICY = {
    "MinimumPasswordLength": "14",
    "RequireNumbers": "true",
    "AllowUsersToChangePassword": "true",
    "MaxPasswordAge": "90",
    "PasswordReusePrevention": "",
}


def policy_of(world):
    return world.root.iam("GetAccountPasswordPolicy")["PasswordPolicy"]


def value(page, name):
    return next(e.get("value") for e in page.tree.walk() if e.tag == "input" and e.get("name") == name)


@pytest.mark.parametrize("part", PAGES)
def test_each_part_has_its_address_and_is_accessible(world, browser, part):
    for actor in (world.alice, world.bob):
        shown = browser(actor).get(BASE + part)
        assert shown.status == 200
        assert shown.is_accessible()


@pytest.mark.parametrize(
    ("part", "action"),
    [
        ("", "iam:ListAccountAliases"),
        ("passwords/", "iam:GetAccountPasswordPolicy"),
        ("passwords/edit/", "iam:GetAccountPasswordPolicy"),
        ("sessions/", "wardstead:GetAccountSettings"),
        ("keys/", "wardstead:GetAccountSettings"),
    ],
)
def test_what_may_not_be_seen_is_named(world, browser, part, action):
    assert browser(world.bob).get(BASE + part).refused_actions[0] == action


def test_the_account_and_its_sign_in_addresses_are_shown(world, browser):
    shown = browser(world.alice).get(BASE)
    number = world.account.number
    for part in (
        "Example Corp",
        number,
        f"{settings.PUBLIC_URL}/signin/example-corp",
        f"{settings.PUBLIC_URL}/signin/{number}",
    ):
        assert part in shown.text


def test_an_alias_is_changed_and_the_address_told(world, browser):
    opened = browser(world.alice)
    assert value(opened.get(f"{BASE}alias/edit/"), "AccountAlias") == "example-corp"
    page = opened.post(f"{BASE}alias/edit/", {"AccountAlias": "new-name"})
    assert (page.status, page.location) == (303, BASE)
    assert f"{settings.PUBLIC_URL}/signin/new-name" in opened.get(BASE).words


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("", "This is needed."),
        ("-bad-", "a letter or digit at each end"),
        ("123456789012", "cannot look like"),
    ],
)
def test_an_alias_that_will_not_do_is_refused_at_its_field(world, browser, alias, words):
    page = browser(world.alice).post(f"{BASE}alias/edit/", {"AccountAlias": alias})
    assert page.status == 422
    assert words in page.words
    assert [e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"] == [
        "field-AccountAlias"
    ]
    assert page.is_accessible()


def test_another_accounts_alias_is_refused(world, browser):
    world_of_carol = browser(world.carol)
    page = world_of_carol.post(f"{BASE}alias/edit/", {"AccountAlias": "example-corp"})
    assert page.status == 422
    assert "already exists" in page.words


def test_the_alias_goes_once_typed(world, browser):
    opened, address = browser(world.alice), f"{BASE}alias/delete/?alias=example-corp"
    assert opened.get(address).is_accessible()
    assert opened.post(address).status == 422
    assert opened.post(address, {"confirm": "example-corp"}).location == BASE
    assert Account.objects.get(pk=world.account.pk).alias is None
    assert "none: users sign in by the account number" in opened.get(BASE).words


def test_without_its_own_policy_the_built_in_rules_are_told(world, browser):
    shown = browser(world.alice).get(f"{BASE}passwords/")
    assert "the built-in one holds" in shown.words
    assert "at least 8 characters" in shown.words


def test_a_first_policy_begins_with_what_is_recommended(world, browser):
    shown = browser(world.alice).get(f"{BASE}passwords/edit/")
    assert value(shown, "MinimumPasswordLength") == "14"
    assert "CIS" in shown.words


def test_a_policy_is_set_shown_and_changed_as_a_whole(world, browser):
    opened = browser(world.alice)
    assert opened.post(f"{BASE}passwords/edit/", POLICY).location == f"{BASE}passwords/"
    assert policy_of(world) == {
        "MinimumPasswordLength": 14,
        "RequireSymbols": False,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": True,
        "ExpirePasswords": True,
        "MaxPasswordAge": 90,
        "HardExpiry": False,
    }
    shown = opened.get(f"{BASE}passwords/")
    assert "after 90 days" in shown.words
    assert "A digit" in shown.words
    assert shown.is_accessible()
    assert value(opened.get(f"{BASE}passwords/edit/"), "MaxPasswordAge") == "90"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"MinimumPasswordLength": "5"}, "field-MinimumPasswordLength", "Enter a number from 6 to 128."),
        ({"MinimumPasswordLength": ""}, "field-MinimumPasswordLength", "This is needed."),
        ({"MaxPasswordAge": "soon"}, "field-MaxPasswordAge", "Enter a whole number."),
        ({"PasswordReusePrevention": "25"}, "field-PasswordReusePrevention", "Enter a number from 1 to 24."),
    ],
)
def test_numbers_outside_their_limits_are_refused_at_their_field(world, browser, changes, field, words):
    page = browser(world.alice).post(f"{BASE}passwords/edit/", {**POLICY, **changes})
    assert page.status == 422
    assert [e.get("id") for e in page.tree.walk() if e.get("aria-invalid") == "true"] == [field]
    assert words in page.words
    assert page.is_accessible()


def test_a_policy_is_deleted_once_confirmed(world, browser):
    opened = browser(world.alice)
    opened.post(f"{BASE}passwords/edit/", POLICY)
    assert opened.get(f"{BASE}passwords/delete/").is_accessible()
    assert opened.post(f"{BASE}passwords/delete/").location == f"{BASE}passwords/"
    with refused("NoSuchEntity"):
        policy_of(world)


def test_session_limits_are_shown_and_sent_in_minutes(world, browser):
    opened = browser(world.alice)
    assert "15 minutes" in opened.get(f"{BASE}sessions/").words
    edit = f"{BASE}sessions/edit/"
    assert value(opened.get(edit), "SessionIdleSeconds") == "15"
    assert opened.post(edit, {"SessionIdleSeconds": "30", "SessionAbsoluteSeconds": "480"}).status == 303
    account = Account.objects.get(pk=world.account.pk)
    assert (account.session_idle_seconds, account.session_absolute_seconds) == (1800, 28800)


@pytest.mark.parametrize(
    ("idle", "absolute", "words"),
    [
        ("0", "480", "Enter a number from 1 to 720."),
        ("30", "721", "Enter a number from 15 to 720."),
        ("60", "30", "cannot be longer than the session itself"),
    ],
)
def test_session_limits_that_will_not_do_are_refused(world, browser, idle, absolute, words):
    page = browser(world.alice).post(
        f"{BASE}sessions/edit/", {"SessionIdleSeconds": idle, "SessionAbsoluteSeconds": absolute}
    )
    assert page.status == 422
    assert words in page.words
    assert page.is_accessible()


def test_key_ages_are_changed(world, browser):
    opened = browser(world.alice)
    sent = {"AccessKeyMaxAgeDays": "90", "AccessKeyOverlapDays": "10", "AccessKeyGraceDays": "5"}
    assert opened.post(f"{BASE}keys/edit/", sent).location == f"{BASE}keys/"
    shown = opened.get(f"{BASE}keys/")
    assert "90 days after they were made" in shown.words
    assert shown.is_accessible()


@pytest.mark.parametrize(
    ("part", "sent", "action"),
    [
        ("alias/edit/", {"AccountAlias": "mine-now"}, "iam:CreateAccountAlias"),
        ("passwords/edit/", POLICY, "iam:UpdateAccountPasswordPolicy"),
        (
            "sessions/edit/",
            {"SessionIdleSeconds": "30", "SessionAbsoluteSeconds": "480"},
            "wardstead:UpdateAccountSettings",
        ),
    ],
)
def test_without_permission_each_change_says_which(world, browser, part, sent, action):
    page = browser(world.bob).post(BASE + part, sent)
    assert page.status == 403
    assert page.refused_actions == [action]
    assert page.is_accessible()


def test_someone_who_may_change_but_not_see_the_policy_is_warned(world, browser):
    dana = world.user("dana", policy=allow("iam:UpdateAccountPasswordPolicy"))
    assert "Saving replaces it as a whole" in browser(dana).get(f"{BASE}passwords/edit/").words


@pytest.mark.parametrize("part", ["alias/edit/", "passwords/edit/", "sessions/edit/", "keys/edit/"])
def test_errors_come_as_the_form_alone_to_htmx(world, browser, part):
    page = browser(world.alice).post(BASE + part, {}, htmx=True)
    assert page.status == 422
    assert page.text.lstrip().startswith("<form")
    assert page.is_accessible()
