"""One assertion that every operation's tests make: refused and recorded without the permission, recorded with it."""

from typing import Any

from tests.world import World, last_event, refused


def holds(world: World, action: str, params: dict[str, Any]) -> None:
    """Bob, who may do nothing, is refused; Alice, who may do everything, is not; both leave an event."""
    with refused("AccessDenied", f"iam:{action}"):
        world.bob.iam(action, **params)
    event = last_event(world.account)
    assert (event.name, event.outcome, event.actor_arn) == (action, "denied", world.bob.principal.arn)
    assert event.decision_id
    world.alice.iam(action, **params)
    event = last_event(world.account)
    assert (event.name, event.outcome, event.actor_arn) == (action, "success", world.alice.principal.arn)
