"""Password profiles and safeguards, through the pipeline."""

import pytest

from accounts import password_profiles
from accounts.models import Account
from iam.shapes import spec
from tests.world import World, allow, last_event, refused

NAMES = [profile.name for profile in password_profiles.PROFILES]


def told(world: World, name: str) -> dict[str, tuple[int, int]]:
    """How the account differs from the profile: present and wanted by setting."""
    profiles = world.root.run("tenant.GetPasswordProfile")["Profiles"]
    found = next(each["Differences"] for each in profiles if each["Name"] == name)
    return {each["Setting"]: (each["Present"], each["Wanted"]) for each in found}


def test_the_shape_names_every_profile():
    shape = spec.operation("tenant.ApplyPasswordProfile").input
    assert shape is not None
    assert list(shape.members["Profile"].enum) == NAMES


def test_a_new_account_has_the_default(world):
    assert world.root.run("tenant.GetPasswordProfile")["Profile"] == "aws-default"


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_that_is_applied_is_the_one_that_is_found(world, name):
    world.root.run("tenant.ApplyPasswordProfile", Profile=name)
    answer = world.root.run("tenant.GetPasswordProfile")
    assert answer["Profile"] == name
    assert told(world, name) == {}
    event = last_event(world.account)
    assert event.name == "GetPasswordProfile"


@pytest.mark.parametrize("name", NAMES)
def test_no_profile_is_laxer_than_the_products_own_locks(name):
    guards = password_profiles.find(name).safeguards
    assert guards["refuse_common_passwords"]
    assert (guards["sign_in_failures"] or 99) <= 10
    assert (guards["sign_in_lock_minutes"] or 0) >= 30
    assert (guards["factor_failures"] or 99) <= 5
    assert (guards["factor_lock_minutes"] or 0) >= 5


def test_figures_are_those_of_the_documents(world):
    world.root.run("tenant.ApplyPasswordProfile", Profile="pci-dss-4.0.1")
    policy = world.root.iam("GetAccountPasswordPolicy")["PasswordPolicy"]
    assert policy == {
        "MinimumPasswordLength": 12,
        "RequireSymbols": False,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": True,
        "AllowUsersToChangePassword": True,
        "ExpirePasswords": True,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 4,
    }
    world.root.run("tenant.ApplyPasswordProfile", Profile="nist-800-63b-4")
    policy = world.root.iam("GetAccountPasswordPolicy")["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["ExpirePasswords"], policy["RequireNumbers"]) == (
        15,
        False,
        False,
    )


def test_the_default_differs_from_others_by_figures(world):
    assert told(world, "nist-800-63b-4") == {
        "PasswordPolicy": (0, 1),
        "MinimumPasswordLength": (8, 15),
        "AllowUsersToChangePassword": (0, 1),
        "RefuseDisguisedNames": (0, 1),
        "ChangeGivenPasswords": (0, 1),
        "GivenPasswordHours": (0, 72),
    }


def test_mfa_is_expected_not_required(world):
    world.root.run("tenant.ApplyPasswordProfile", Profile="pci-dss-4.0.1")
    expected = {each["Name"]: each for each in world.root.run("tenant.GetPasswordProfile")["Profiles"]}
    assert expected["pci-dss-4.0.1"]["MfaExpectedOf"] == "everyone"
    assert not expected["pci-dss-4.0.1"]["MfaExpectationMet"]
    assert expected["aws-default"]["MfaExpectationMet"]
    assert Account.objects.get(pk=world.account.pk).mfa_required_of == "nobody"


def test_safeguards_change_as_given_and_nothing_else(world):
    answer = world.root.run("tenant.UpdatePasswordSafeguards", GivenPasswordHours=24, SignInFailures=5)
    assert answer["Safeguards"] == {
        "RefuseCommonPasswords": True,
        "RefuseDisguisedNames": False,
        "ChangeGivenPasswords": False,
        "GivenPasswordHours": 24,
        "SpareMfaFromExpiry": False,
        "SignInFailures": 5,
        "SignInLockMinutes": 30,
        "FactorFailures": 5,
        "FactorLockMinutes": 5,
    }
    world.root.run("tenant.UpdatePasswordSafeguards", GivenPasswordHours=0, RefuseCommonPasswords=False)
    row = Account.objects.get(pk=world.account.pk)
    assert (row.given_password_hours, row.refuse_common_passwords) == (None, False)
    world.root.iam("CreateLoginProfile", UserName="bob", Password="Password1")


@pytest.mark.parametrize(
    ("name", "params", "also"),
    [
        ("GetPasswordProfile", {}, "iam:GetAccountPasswordPolicy"),
        ("ApplyPasswordProfile", {"Profile": "pci-dss-4.0.1"}, "iam:UpdateAccountPasswordPolicy"),
        ("ApplyPasswordProfile", {"Profile": "aws-default"}, "iam:DeleteAccountPasswordPolicy"),
        ("UpdatePasswordSafeguards", {"SignInFailures": 5}, ""),
    ],
)
def test_each_needs_its_permission_and_awss(world, name, params, also):
    with refused("AccessDenied", f"wardstead:{name}"):
        world.bob.run(f"tenant.{name}", **params)
    assert last_event(world.account).outcome == "denied"
    if also:
        only = world.user("only", policy=allow(f"wardstead:{name}"))
        with refused("AccessDenied", also):
            only.run(f"tenant.{name}", **params)
    both = world.user("both", policy=allow(f"wardstead:{name}", *([also] if also else [])))
    both.run(f"tenant.{name}", **params)
    event = last_event(world.account)
    assert (event.name, event.outcome) == (name, "success")


def test_another_account_is_left_alone(world):
    world.root.run("tenant.ApplyPasswordProfile", Profile="pci-dss-4.0.1")
    assert world.carol.run("tenant.GetPasswordProfile")["Profile"] == "aws-default"
