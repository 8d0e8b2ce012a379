"""Where contests are held: an account of the database at hand, asked by its administrator."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from accounts.models import Account
from tests.races.contests import ROOMY
from tests.world import administrator


class Track:
    """One account, and how many race in it."""

    def __init__(self, account: Account, racers: int) -> None:
        self.racers = racers
        self.account = account
        self.account_number = account.number
        self.set_quotas()
        self.admin = replace(administrator(account, "admin"), now=datetime.now(UTC))

    def ask(self, name: str, **params: Any) -> dict[str, Any]:
        return self.admin.run(name, **params)

    def set_quotas(self, **quotas: int) -> None:
        self.account.quotas = ROOMY | quotas
        self.account.save(update_fields=["quotas"])

    def count(self, kind: str) -> int:
        rows: int = getattr(self.account, kind).count()
        return rows
