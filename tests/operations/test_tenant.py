"""Account settings, and the temporary credentials that are out."""

import pytest

from accounts.models import Account
from iam import principals
from tests.operations import sts
from tests.world import World, allow, deny, last_event, refused


def _settings(world: World, **params):
    return world.alice.run("tenant.UpdateAccountSettings", **params)["AccountSettings"]


def test_the_settings_of_a_new_account(world):
    assert world.alice.run("tenant.GetAccountSettings")["AccountSettings"] == {
        "SessionIdleSeconds": 900,
        "SessionAbsoluteSeconds": 43_200,
        "AccessKeyMaxAgeDays": 0,
        "AccessKeyOverlapDays": 7,
        "AccessKeyGraceDays": 7,
    }


def test_only_what_is_given_changes(world):
    told = _settings(world, AccessKeyMaxAgeDays=90, SessionIdleSeconds=600)
    assert (told["AccessKeyMaxAgeDays"], told["SessionIdleSeconds"], told["AccessKeyGraceDays"]) == (
        90,
        600,
        7,
    )
    row = Account.objects.get(pk=world.account.pk)
    assert (row.access_key_max_age_days, row.session_idle_seconds) == (90, 600)


def test_an_age_of_nought_ends_rotation(world):
    _settings(world, AccessKeyMaxAgeDays=90)
    assert _settings(world, AccessKeyMaxAgeDays=0)["AccessKeyMaxAgeDays"] == 0
    assert Account.objects.get(pk=world.account.pk).access_key_max_age_days is None


def test_an_idle_limit_above_the_absolute_one_is_refused(world):
    with refused("InvalidInput", "idle limit"):
        _settings(world, SessionIdleSeconds=3600, SessionAbsoluteSeconds=1800)


@pytest.mark.parametrize(
    "params", [{"SessionIdleSeconds": 59}, {"SessionAbsoluteSeconds": 43_201}, {"AccessKeyGraceDays": 0}]
)
def test_settings_out_of_bounds_are_refused(world, params):
    with refused("ValidationError"):
        _settings(world, **params)


@pytest.mark.parametrize("name", ["GetAccountSettings", "UpdateAccountSettings", "ListSessions"])
def test_each_needs_its_permission(world, name):
    with refused("AccessDenied", f"wardstead:{name}"):
        world.bob.run(f"tenant.{name}")
    assert last_event(world.account).outcome == "denied"
    eve = world.user("eve", policy=allow(f"wardstead:{name}"))
    eve.run(f"tenant.{name}")
    assert last_event(world.account).outcome == "success"


def _key_of(actor) -> str:
    return str(actor.sts("GetSessionToken")["Credentials"]["AccessKeyId"])


def test_sessions_are_listed_newest_first_without_those_that_are_over(world):
    _key_of(world.bob.later(days=-2))
    first, second = _key_of(world.bob), _key_of(world.alice)
    listed = world.alice.run("tenant.ListSessions")["Sessions"]
    assert [row["AccessKeyId"] for row in listed] == [second, first]
    assert listed[1] == {
        "AccessKeyId": first,
        "Kind": "session-token",
        "Arn": world.bob.principal.arn,
        "Name": "",
        "IssuedTo": world.bob.principal.arn,
        "IssueDate": world.bob.now,
        "ExpireDate": world.bob.later(hours=12).now,
        "Mfa": False,
        "Narrowed": False,
        "SourceIdentity": "",
    }


def test_a_role_s_sessions_can_be_listed_alone(world):
    arn = sts.role(world.root, sts.trusting(world.bob.principal.arn))
    _key_of(world.bob)
    session = sts.assumed(world.bob, arn, "tuesday")
    (listed,) = world.alice.run("tenant.ListSessions", RoleName="deployer")["Sessions"]
    assert listed["Arn"] == session.principal.arn
    assert listed["Name"] == "tuesday"


def test_everybody_lists_and_ends_sessions_of_their_own(world):
    own, foreign = _key_of(world.bob), _key_of(world.alice)
    (listed,) = world.bob.run("tenant.ListSessions", Own=True)["Sessions"]
    assert listed["AccessKeyId"] == own
    world.bob.run("tenant.RevokeSession", AccessKeyId=own)
    for key in (foreign, "ASIA" + "A" * 16):
        with refused("AccessDenied", "wardstead:RevokeSession"):
            world.bob.run("tenant.RevokeSession", AccessKeyId=key)


def test_a_deny_keeps_people_from_their_own_sessions_too(world):
    eve = world.user("eve", policy=deny("wardstead:*"))
    with refused("AccessDenied"):
        eve.run("tenant.ListSessions", Own=True)
    with refused("AccessDenied"):
        eve.run("tenant.RevokeSession", AccessKeyId=_key_of(eve))


def test_a_revoked_session_signs_no_more(world):
    key = _key_of(world.bob)
    world.alice.run("tenant.RevokeSession", AccessKeyId=key)
    credential = principals.find_credential(key)
    assert credential is not None
    assert not credential.usable
    assert world.alice.run("tenant.ListSessions")["Sessions"] == []
    world.alice.run("tenant.RevokeSession", AccessKeyId=key)


def test_another_account_s_session_is_missing(world):
    key = _key_of(world.bob)
    with refused("NoSuchEntity"):
        world.carol.run("tenant.RevokeSession", AccessKeyId=key)


def test_a_session_is_not_forgotten_before_its_week(world):
    key = _key_of(world.bob)
    early = world.alice.later(hours=12, days=6.9)
    with refused("InvalidInput"):
        early.run("tenant.ExpireSession", AccessKeyId=key)
    early.later(days=0.2).run("tenant.ExpireSession", AccessKeyId=key)
    assert principals.find_credential(key) is None
