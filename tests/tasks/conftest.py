"""Fixtures of the task tests: the cast, living at the present moment, since tasks look at the clock."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from iam.models import AccessKey, KeyRotation
from tests import world as cast


@pytest.fixture
def world(db) -> cast.World:
    made = cast.build()
    for actor in (made.root, made.alice, made.bob, made.carol):
        actor.now = timezone.now()
    return made


@dataclass
class Rotating:
    """Bob's keys in an account that rotates them at 90 days, with 7 days of overlap and 7 of grace."""

    world: cast.World

    def key(self, *, days_old: float, user: str = "bob") -> str:
        made = self.world.root.later(days=-days_old).iam("CreateAccessKey", UserName=user)
        return str(made["AccessKey"]["AccessKeyId"])

    def statuses(self) -> dict[str, str]:
        return dict(AccessKey.objects.values_list("key_id", "status"))

    def rotation(self) -> KeyRotation:
        return KeyRotation.objects.get()

    def collect(self) -> str:
        key_id = self.rotation().new_key_id
        made = self.world.bob.run("tenant.CollectRotatedKey", AccessKeyId=key_id)
        return str(made["AccessKey"]["SecretAccessKey"])

    def passes(self, days: float) -> None:
        """So many days go by: everything is that much longer ago."""
        gone = timedelta(days=days)
        for row in KeyRotation.objects.all():
            for column in ("created_at", "collected_at", "deactivate_after", "delete_after", "ended_at"):
                if getattr(row, column) is not None:
                    setattr(row, column, getattr(row, column) - gone)
            row.save()
        for key in AccessKey.objects.all():
            key.created_at -= gone
            key.save()


@pytest.fixture
def rotating(world: cast.World) -> Rotating:
    world.alice.run("tenant.UpdateAccountSettings", AccessKeyMaxAgeDays=90)
    return Rotating(world)
