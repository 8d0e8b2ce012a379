"""When a rotation of access keys takes its next step: pure rules, which the worker's query (KeyRotation.due) follows.

A second key is made and its secret waits for its owner.  The old key is deactivated once the overlap has passed, or,
while nobody has collected the secret, only once the grace has passed too: long enough to be warned, and still undone by
one click.  It is deleted only when the new secret is in its owner's hands and the grace has passed since.
Source: ADR 0020.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from iam.models import AccessKey, KeyRotation, KeyStatus, RotationState

Step: TypeAlias = Literal["none", "deactivate", "delete", "end", "abandon"]


def next_step(rotation: KeyRotation, old: AccessKey | None, new: AccessKey | None, now: datetime) -> Step:
    """What is to be done with a rotation now; `old` and `new` are its keys, None where somebody deleted them.

    A rotation whose new key is gone, or whose old key somebody activated again, is given up: people's acts stand.
    """
    if rotation.ended_at is not None:
        return "none"
    if new is None:
        return "abandon"
    if old is None:
        return "end"
    active = old.status == KeyStatus.ACTIVE
    if rotation.state == RotationState.CREATED:
        return "deactivate" if not active or now >= _deactivation(rotation) else "none"
    if active:
        return "abandon"
    return "delete" if rotation.collected_at is not None and now >= rotation.delete_after else "none"


def _deactivation(rotation: KeyRotation) -> datetime:
    return rotation.deactivate_after if rotation.collected_at is not None else rotation.delete_after


def deletion_after(rotation: KeyRotation, deactivated_at: datetime) -> datetime:
    """The earliest moment to delete a key deactivated then: never without its whole grace."""
    grace = rotation.delete_after - rotation.deactivate_after
    return max(rotation.delete_after, deactivated_at + grace)
