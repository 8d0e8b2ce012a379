"""Browsers that are signed in, through the pipeline: who sees them, who ends them, and whose stay."""

from datetime import timedelta

import pytest
from django.http import HttpRequest

from accounts import passwords, sessions
from accounts.models import ConsoleSession, Identity
from accounts.session_store import SessionStore
from tests.world import PASSWORD, allow, last_event, refused

NAMES = ("ListConsoleSessions", "EndConsoleSessions")


def opened(actor, peer="192.0.2.7", mfa=False):
    """A browser of the actor's, as a row."""
    identity = Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)
    if not identity.has_password:
        passwords.set_password(identity, PASSWORD, now=actor.now)
    request = HttpRequest()
    request.session = SessionStore()
    mfa_at = actor.now if mfa else None
    return sessions.start(request, identity, mfa_at=mfa_at, now=actor.now, peer=peer, user_agent="Firefox/1")


def listed(actor, **params):
    return actor.run("tenant.ListConsoleSessions", **params)["ConsoleSessions"]


def test_browsers_are_listed_with_what_tells_them_apart(world):
    opened(world.bob, "192.0.2.8", mfa=True)
    opened(world.root)
    root, bob = listed(world.alice)
    assert (root["Name"], root["IsRoot"], root["Mfa"]) == ("Root user", True, False)
    assert (bob["Name"], bob["UserName"], bob["Peer"], bob["Mfa"]) == ("bob", "bob", "192.0.2.8", True)
    assert bob["UserAgent"] == "Firefox/1"
    assert not bob["Own"]


def test_those_of_one_user_are_listed(world):
    opened(world.bob), opened(world.alice)
    assert [row["UserName"] for row in listed(world.alice, UserName="bob")] == ["bob"]
    with refused("NoSuchEntity"):
        listed(world.alice, UserName="nobody")


def test_the_list_has_pages(world):
    rows = [opened(world.bob).pk for _ in range(3)]
    first = world.alice.run("tenant.ListConsoleSessions", MaxItems=2)
    rest = world.alice.run("tenant.ListConsoleSessions", MaxItems=2, Marker=first["Marker"])
    told = [row["SessionId"] for row in first["ConsoleSessions"] + rest["ConsoleSessions"]]
    assert told == sorted(rows, reverse=True)


def test_those_whose_time_is_up_are_not_listed(world):
    opened(world.bob)
    assert listed(world.alice.later(minutes=16)) == []


def test_federated_ones_are_listed(world):
    request = HttpRequest()
    request.session = SessionStore()
    sessions.start_as(
        request,
        world.account,
        "ASIAEXAMPLEEXAMPLE00",
        acting_as="auditor/dana",
        ends_at=world.alice.now + timedelta(hours=1),
        mfa_at=None,
        now=world.alice.now,
        peer="192.0.2.7",
        user_agent="",
    )
    (row,) = listed(world.alice)
    assert (row["Name"], row["AccessKeyId"]) == ("auditor/dana", "ASIAEXAMPLEEXAMPLE00")


def test_one_browser_is_signed_out(world):
    ended, stays = opened(world.bob), opened(world.bob)
    world.alice.run("tenant.EndConsoleSession", SessionId=ended.pk)
    assert list(ConsoleSession.objects.values_list("pk", flat=True)) == [stays.pk]
    event = last_event(world.account)
    assert (event.name, event.outcome, event.actor_arn) == (
        "EndConsoleSession",
        "success",
        world.alice.principal.arn,
    )
    with refused("NoSuchEntity"):
        world.alice.run("tenant.EndConsoleSession", SessionId=ended.pk)


def test_another_accounts_browser_is_as_one_that_never_was(world):
    hers = opened(world.carol)
    with refused("NoSuchEntity"):
        world.alice.run("tenant.EndConsoleSession", SessionId=hers.pk)
    assert listed(world.alice) == []


def test_those_of_one_user_are_signed_out(world):
    opened(world.bob), opened(world.bob), opened(world.alice)
    assert world.alice.run("tenant.EndConsoleSessions", UserName="bob") == {"Ended": 2}
    assert ConsoleSession.objects.get().identity_id == world.alice.principal.identity_pk


def test_all_of_the_account_are_signed_out(world):
    for actor in (world.bob, world.alice, world.root, world.carol):
        opened(actor)
    assert world.alice.run("tenant.EndConsoleSessions") == {"Ended": 3}
    assert ConsoleSession.objects.get().account_id == world.carol.account.pk


@pytest.mark.parametrize("name", NAMES)
def test_each_needs_its_permission(world, name):
    with refused("AccessDenied", f"wardstead:{name}"):
        world.bob.run(f"tenant.{name}")
    eve = world.user("eve", policy=allow(f"wardstead:{name}"))
    eve.run(f"tenant.{name}")


def test_a_permission_can_be_for_one_user(world):
    of_bob, of_alice = opened(world.bob), opened(world.alice)
    only = allow("wardstead:EndConsoleSession", resource="arn:aws:iam::*:user/bob")
    eve = world.user("eve", policy=only)
    with refused("AccessDenied", "wardstead:EndConsoleSession"):
        eve.run("tenant.EndConsoleSession", SessionId=of_alice.pk)
    eve.run("tenant.EndConsoleSession", SessionId=of_bob.pk)
