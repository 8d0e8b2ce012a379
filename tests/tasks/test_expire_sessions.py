"""The worker that forgets temporary credentials, and the one that forgets denials."""

from datetime import timedelta

import pytest

from iam.call import SystemPrincipal
from iam.models import Decision, Session
from iam.system import SYSTEM, run_system
from iam.tasks import drop_old_decisions, expire_sessions
from tests.world import last_event, refused


def test_sessions_a_week_past_their_time_are_forgotten(world):
    world.bob.later(days=-8).sts("GetSessionToken")
    world.bob.later(days=-7).sts("GetSessionToken")
    world.bob.sts("GetSessionToken")
    assert expire_sessions() == 1
    assert Session.objects.count() == 2
    assert expire_sessions() == 0


def test_a_run_takes_no_more_than_its_batch_the_oldest_first(world):
    for days in (20, 30, 10):
        world.bob.later(days=-days).sts("GetSessionToken")
    assert expire_sessions(batch=2) == 2
    assert Session.objects.get().issued_at == world.bob.later(days=-10).now


def test_the_event_names_the_worker(world):
    world.bob.later(days=-8).sts("GetSessionToken")
    expire_sessions()
    event = last_event(world.account)
    assert (event.name, event.source, event.actor_arn) == (
        "ExpireSession",
        "system",
        "wardstead:system:expiry",
    )


def test_a_worker_runs_nothing_beyond_its_list(world):
    with refused("AccessDenied"):
        run_system(SYSTEM.expiry, "iam.CreateUser", world.account, now=world.root.now, UserName="dora")


def test_no_worker_has_operations_of_iam():
    workers = [worker for worker in vars(SYSTEM).values() if isinstance(worker, SystemPrincipal)]
    assert workers
    assert all(name.startswith("tenant.") for worker in workers for name in worker.operations)


def test_what_is_not_offered_is_no_operation(world):
    with pytest.raises(LookupError):
        run_system(SYSTEM.expiry, "tenant.NoSuch", world.account, now=world.root.now)


def test_denials_past_ninety_days_are_forgotten_however_many(world):
    for _ in range(3):
        with refused("AccessDenied"):
            world.bob.later(days=-91).iam("ListUsers")
    with refused("AccessDenied"):
        world.bob.later(days=-89).iam("ListUsers")
    assert drop_old_decisions(batch=2) == 3
    assert Decision.objects.get().at == world.bob.now - timedelta(days=89)
