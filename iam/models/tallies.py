"""How many of a kind an account has, and whether there is room for one more."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, models
from django.db.models import F

from accounts.models import Account
from accounts.prepared import Change, Value, insert, insert_if, insert_with, leave_if
from iam.errors import LimitExceeded


class Tally(models.Model):
    """How many of a kind an account has, kept so that no quota check and no summary has to count."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tallies")
    kind = models.CharField(max_length=32)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="uniq_tally_account_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.count}"


@dataclass(frozen=True, slots=True)
class Room:
    """Room for one more of a kind in an account, as long as it has fewer than `allowed`.

    `unseen`: a row whose key nobody needs is added by a statement that nobody waits for.  Where there is no room, or a
    constraint is broken, this is told as an IntegrityError by the next trip to the database, be it the commit.
    """

    account: Account
    kind: str
    allowed: int
    unseen: bool = False

    def take(self) -> None:
        """Count one more.  Errors: LimitExceeded, and then nothing is counted."""
        self._make_sure(lambda: _counted.run(**self._values) > 0)

    def add(self, row: models.Model, further: models.Model | None = None, by: str = "") -> None:
        """Count one more and add its row; `further` before it, to which it refers by the relation `by`.

        Errors: LimitExceeded, and then nothing is counted or added; IntegrityError.
        """
        if self.unseen and connection.vendor == "postgresql":
            leave_if(_counted, self._values, "account", row, further, by)
        else:
            self._make_sure(lambda: insert_if(_counted, self._values, row, further, by))

    @property
    def _values(self) -> dict[str, Value]:
        return {"account": self.account.pk, "kind": self.kind, "allowed": self.allowed}

    def _make_sure(self, counts: Callable[[], bool]) -> None:
        if counts():
            return
        # Full, or the first of its kind: others may be the first at the same moment.
        Tally.objects.get_or_create(account=self.account, kind=self.kind)
        if not counts():
            raise LimitExceeded(f"Cannot exceed quota for {self.kind}PerAccount: {self.allowed}")


_counted = Change(
    lambda account, kind, allowed: Tally.objects.filter(account=account, kind=kind, count__lt=allowed),
    count=F("count") + 1,
)


def add(row: models.Model, room: Room | None, further: models.Model | None = None, by: str = "") -> None:
    """Add a row as `Room.add` does, counted only where it needs room.  Errors: as there."""
    if room is not None:
        room.add(row, further, by)
    elif further is not None:
        insert_with(row, further, by)
    else:
        insert(row)
