"""Login profiles and ChangePassword."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import passwords
from accounts.models import Account, ConsoleSession, Identity
from iam.call import SessionFacts
from tests.operations import permission
from tests.world import NOW, PASSWORD, Actor, World, allow, deny, last_event, refused

OTHER = "another-Horse-8-battery"
EVERY_CALL = [
    ("CreateLoginProfile", {"UserName": "bob", "Password": PASSWORD}),
    ("GetLoginProfile", {"UserName": "eve"}),
    ("UpdateLoginProfile", {"UserName": "eve", "Password": OTHER}),
    ("DeleteLoginProfile", {"UserName": "eve"}),
]


@pytest.fixture
def eve(world: World) -> Actor:
    eve = world.user("eve")
    world.alice.iam("CreateLoginProfile", UserName="eve", Password=PASSWORD)
    return eve


def identity_of(name: str) -> Identity:
    return Identity.objects.get(name=name)


def session(world: World, name: str, key: str) -> ConsoleSession:
    return ConsoleSession.objects.create(
        key_hash=key,
        account=world.account,
        identity=identity_of(name),
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


def at_browser(actor: Actor, row: ConsoleSession) -> Actor:
    facts = SessionFacts(kind="console", issued_at=NOW, mfa_at=None, session_pk=row.pk)
    return replace(actor, principal=replace(actor.principal, session=facts), source="console")


@pytest.mark.parametrize(("action", "params"), EVERY_CALL)
def test_each_call_needs_its_permission_and_is_recorded(world, eve, action, params):
    permission.holds(world, action, params)


def test_a_login_profile_is_made_read_and_taken_away(world):
    made = world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)["LoginProfile"]
    assert made == {"UserName": "bob", "CreateDate": NOW, "PasswordResetRequired": False}
    assert world.alice.iam("GetLoginProfile", UserName="bob")["LoginProfile"] == made
    assert passwords.verify(identity_of("bob"), PASSWORD)
    world.alice.iam("DeleteLoginProfile", UserName="bob")
    with refused("NoSuchEntity", "Login Profile for User bob cannot be found."):
        world.alice.iam("GetLoginProfile", UserName="bob")
    assert not passwords.verify(identity_of("bob"), PASSWORD)


def test_no_password_is_in_the_trail(world, eve):
    world.alice.iam("UpdateLoginProfile", UserName="eve", Password=OTHER)
    assert last_event(world.account).parameters == {"UserName": "eve", "Password": "***"}


def test_a_second_profile_is_refused(world, eve):
    with refused("EntityAlreadyExists", "Login Profile for user eve already exists."):
        world.alice.iam("CreateLoginProfile", UserName="eve", Password=OTHER)


@pytest.mark.parametrize("action", ["GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"])
def test_the_user_is_missed_before_the_profile(world, action):
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam(action, UserName="ghost")
    with refused("NoSuchEntity", "Login Profile for User bob cannot be found."):
        world.alice.iam(action, UserName="bob")


def test_create_misses_the_user_and_a_password(world):
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam("CreateLoginProfile", UserName="ghost", Password=PASSWORD)
    with refused("ValidationError", "password"):
        world.alice.iam("CreateLoginProfile", UserName="bob")


def test_a_password_breaking_the_rules_is_refused_by_name_of_the_rule(world, eve):
    with refused("PasswordPolicyViolation", "at least 8 characters"):
        world.alice.iam("CreateLoginProfile", UserName="bob", Password="Short7-")
    world.alice.iam("UpdateAccountPasswordPolicy", MinimumPasswordLength=10, RequireSymbols=True)
    with refused("PasswordPolicyViolation", "one of the symbols"):
        world.alice.iam("UpdateLoginProfile", UserName="eve", Password="longerThan10")
    assert passwords.verify(identity_of("eve"), PASSWORD)


def test_update_changes_what_is_given_only(world, eve):
    world.alice.iam("UpdateLoginProfile", UserName="eve", PasswordResetRequired=True)
    assert world.alice.iam("GetLoginProfile", UserName="eve")["LoginProfile"]["PasswordResetRequired"]
    world.alice.iam("UpdateLoginProfile", UserName="eve", Password=OTHER)
    shown = world.alice.iam("GetLoginProfile", UserName="eve")["LoginProfile"]
    assert shown["PasswordResetRequired"]
    assert passwords.verify(identity_of("eve"), OTHER)


def test_a_sign_in_limit_is_given_kept_and_reset(world):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD, MaxSigninSessionDuration=3600)
    world.alice.iam("UpdateLoginProfile", UserName="bob", PasswordResetRequired=False)
    shown = world.alice.iam("GetLoginProfile", UserName="bob")["LoginProfile"]
    assert shown["MaxSigninSessionDuration"] == 3600
    both = {"MaxSigninSessionDuration": 7200, "ResetMaxSigninSessionDuration": True}
    with refused("InvalidInput"):
        world.alice.iam("UpdateLoginProfile", UserName="bob", **both)
    world.alice.iam("UpdateLoginProfile", UserName="bob", ResetMaxSigninSessionDuration=True)
    assert (
        "MaxSigninSessionDuration" not in world.alice.iam("GetLoginProfile", UserName="bob")["LoginProfile"]
    )


def test_without_a_name_the_callers_own_profile_is_meant_and_root_has_none(world):
    dora = world.user("dora", policy=allow("iam:*LoginProfile"))
    dora.iam("CreateLoginProfile", Password=PASSWORD)
    assert dora.iam("GetLoginProfile")["LoginProfile"]["UserName"] == "dora"
    with refused("ValidationError", "Must specify userName when calling with non-User credentials"):
        world.root.iam("GetLoginProfile")


def test_a_new_password_and_no_password_end_the_users_sessions(world, eve):
    session(world, "eve", "one")
    world.alice.iam("UpdateLoginProfile", UserName="eve", PasswordResetRequired=True)
    assert ConsoleSession.objects.count() == 1
    world.alice.iam("UpdateLoginProfile", UserName="eve", Password=OTHER)
    assert not ConsoleSession.objects.exists()
    session(world, "eve", "two")
    world.alice.iam("DeleteLoginProfile", UserName="eve")
    assert not ConsoleSession.objects.exists()


# ChangePassword


def test_changing_ones_password_needs_the_permission_and_is_recorded(world, eve):
    with refused("AccessDenied", "iam:ChangePassword"):
        eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    world.alice.iam(
        "AttachUserPolicy", UserName="eve", PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword"
    )
    eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    assert passwords.verify(identity_of("eve"), OTHER)
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("ChangePassword", "success")
    assert event.parameters == {"OldPassword": "***", "NewPassword": "***"}


def test_the_account_can_let_everybody_change_theirs_but_a_deny_holds(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    denied = world.user("dora", policy=deny("iam:ChangePassword"))
    world.alice.iam("CreateLoginProfile", UserName="dora", Password=PASSWORD)
    with refused("AccessDenied", "explicit deny"):
        denied.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)


def test_a_changed_password_ends_other_sessions_and_the_duty_to_change(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    world.alice.iam("UpdateLoginProfile", UserName="eve", PasswordResetRequired=True)
    here, elsewhere = session(world, "eve", "here"), session(world, "eve", "elsewhere")
    at_browser(eve, here).iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    assert list(ConsoleSession.objects.all()) == [here]
    assert elsewhere != here
    assert not identity_of("eve").must_change_password


def test_only_iam_users_have_a_password_to_change_here(world):
    with refused("InvalidUserType", "Only IAM Users can change their own password"):
        world.root.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)


def test_a_user_without_a_password_has_none_to_change(world):
    with refused("NoSuchEntity", "Login Profile for User alice cannot be found."):
        world.alice.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)


def test_a_wrong_old_password_and_a_bad_new_one_are_refused(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    with refused("AccessDenied", "The old password was incorrect."):
        eve.iam("ChangePassword", OldPassword=OTHER, NewPassword="third-Horse-9-battery")
    with refused("PasswordPolicyViolation"):
        eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword="short")
    assert passwords.verify(identity_of("eve"), PASSWORD)


def test_a_password_used_before_is_refused_where_the_policy_says_so(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True, PasswordReusePrevention=2)
    eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    with refused("PasswordPolicyViolation", "used before"):
        eve.iam("ChangePassword", OldPassword=OTHER, NewPassword=PASSWORD)


def test_guessing_the_old_password_locks(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    for number in range(10):
        with refused("AccessDenied", "The old password was incorrect."):
            eve.iam("ChangePassword", OldPassword=f"guess-{number}", NewPassword=OTHER)
    with refused("EntityTemporarilyUnmodifiable"):
        eve.iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)
    eve.later(minutes=31).iam("ChangePassword", OldPassword=PASSWORD, NewPassword=OTHER)


def test_an_expired_password_for_an_administrator_to_reset_cannot_be_changed_in_the_console(world, eve):
    world.alice.iam(
        "UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True, MaxPasswordAge=1, HardExpiry=True
    )
    late = eve.later(days=2)
    change = {"OldPassword": PASSWORD, "NewPassword": OTHER}
    with refused("PasswordPolicyViolation", "Ask an administrator"):
        at_browser(late, session(world, "eve", "k")).iam("ChangePassword", **change)
    late.iam("ChangePassword", **change)


def test_given_passwords_must_be_changed_where_the_account_says_so(world, eve):
    Account.objects.update(change_given_passwords=True)
    world.alice.iam("UpdateLoginProfile", UserName="eve", Password=OTHER, PasswordResetRequired=False)
    profile = world.alice.iam("GetLoginProfile", UserName="eve")["LoginProfile"]
    assert profile["PasswordResetRequired"]


def test_the_history_holds_for_resets_by_administrators(world, eve):
    world.alice.iam("UpdateAccountPasswordPolicy", PasswordReusePrevention=2)
    with refused("PasswordPolicyViolation", "used before"):
        world.alice.iam("UpdateLoginProfile", UserName="eve", Password=PASSWORD)
    world.alice.iam("DeleteLoginProfile", UserName="eve")
    with refused("PasswordPolicyViolation", "used before"):
        world.alice.iam("CreateLoginProfile", UserName="eve", Password=PASSWORD)


def test_a_common_password_is_refused_to_administrators_too(world):
    with refused("PasswordPolicyViolation", "everybody tries first"):
        world.alice.iam("CreateLoginProfile", UserName="bob", Password="Password1")
