"""Password profiles and safeguards by page: shown beside the account, chosen, changed; and hints on every page."""

import pytest

from accounts import password_profiles
from accounts.models import Account
from tests.world import allow, refused

BASE = "/account/settings/passwords/"


def has(world) -> str:
    return world.root.run("tenant.GetPasswordProfile")["Profile"]  # type: ignore[no-any-return]  # what the fixture opens


def test_a_fresh_account_has_awss_default_and_the_page_says_so(world, browser):
    shown = browser(world.alice).get(BASE)
    assert shown.words.count("The account has it") == 1
    for profile in password_profiles.PROFILES:
        assert profile.title in shown.words
        for source in profile.sources:
            assert f"{source.document}, {source.place}." in shown.words
    assert "everybody tries first" in shown.words
    assert shown.is_accessible()


@pytest.mark.parametrize("name", ["pci-dss-4.0.1", "nist-800-63b-4"])
def test_choosing_a_profile_sets_the_policy_that_the_api_shows(world, browser, name):
    opened = browser(world.alice)
    address = f"{BASE}profiles/{name}/"
    assert opened.get(address).is_accessible()
    assert has(world) == "aws-default"
    assert opened.post(address).location == BASE
    shown = world.root.iam("GetAccountPasswordPolicy")["PasswordPolicy"]
    assert shown["MinimumPasswordLength"] == {"pci-dss-4.0.1": 12, "nist-800-63b-4": 15}[name]
    assert shown["ExpirePasswords"] == (name == "pci-dss-4.0.1")
    assert has(world) == name
    again = opened.get(BASE)
    assert again.words.count("The account has it") == 1
    assert again.is_accessible()


def test_a_change_of_the_policy_shows_as_a_difference(world, browser):
    world.root.run("tenant.ApplyPasswordProfile", Profile="pci-dss-4.0.1")
    policy = world.root.iam("GetAccountPasswordPolicy")["PasswordPolicy"]
    del policy["ExpirePasswords"]
    world.root.iam("UpdateAccountPasswordPolicy", **policy | {"PasswordReusePrevention": 2})
    shown = browser(world.alice).get(BASE)
    assert "The account has it" not in shown.words
    assert "1 setting differs" in shown.words
    assert "Passwords remembered the last 2 the last 4" in shown.words


def test_the_default_takes_the_policy_away_again(world, browser):
    world.root.run("tenant.ApplyPasswordProfile", Profile="nist-800-63b-4")
    browser(world.alice).post(f"{BASE}profiles/aws-default/")
    with refused("NoSuchEntity"):
        world.root.iam("GetAccountPasswordPolicy")
    assert has(world) == "aws-default"


def test_a_profile_that_is_none_is_not_found(world, browser):
    assert browser(world.alice).get(f"{BASE}profiles/nobody/").status == 404


def test_choosing_takes_awss_permission_as_well(world, browser):
    eve = world.user("eve", policy=allow("wardstead:*"))
    page = browser(eve).post(f"{BASE}profiles/pci-dss-4.0.1/")
    assert page.status == 422
    assert "iam:UpdateAccountPasswordPolicy" in page.words
    assert has(world) == "aws-default"


def test_safeguards_are_changed(world, browser):
    opened = browser(world.alice)
    form = f"{BASE}safeguards/edit/"
    assert opened.get(form).is_accessible()
    sent = {
        "RefuseCommonPasswords": "true",
        "GivenPasswordHours": "48",
        "SignInFailures": "5",
        "SignInLockMinutes": "60",
        "FactorFailures": "3",
        "FactorLockMinutes": "5",
    }
    assert opened.post(form, sent).location == BASE
    row = Account.objects.get(pk=world.account.pk)
    assert (row.sign_in_failures, row.given_password_hours, row.refuse_disguised_names) == (5, 48, False)
    assert has(world) == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SignInFailures", "11", "from 3 to 10"),
        ("SignInLockMinutes", "29", "from 30 to 1440"),
        ("FactorFailures", "6", "from 3 to 5"),
        ("FactorLockMinutes", "4", "from 5 to 1440"),
    ],
)
def test_locks_can_be_stricter_never_laxer(world, browser, name, value, words):
    sent = {
        "GivenPasswordHours": "0",
        "SignInFailures": "10",
        "SignInLockMinutes": "30",
        "FactorFailures": "5",
        "FactorLockMinutes": "5",
    }
    page = browser(world.alice).post(f"{BASE}safeguards/edit/", {**sent, name: value})
    assert page.status == 422
    assert words in page.words
    with refused("ValidationError"):
        world.root.run("tenant.UpdatePasswordSafeguards", **{name: int(value)})


def test_without_permission_both_say_which(world, browser):
    assert "wardstead:GetPasswordProfile" in browser(world.bob).get(BASE).refused_actions
    page = browser(world.bob).post(f"{BASE}profiles/pci-dss-4.0.1/")
    assert page.status == 422
    assert "wardstead:ApplyPasswordProfile" in page.words
