"""Rows to try statements on, and how they are compared."""

from typing import Any

from django.db import models

from accounts import signup
from accounts.models import Account
from tests.accounts.cast import NOW


def columns(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def two_accounts() -> list[Account]:
    return [
        signup.open_account(f"Corp {number}", f"root{number}@example.com", None, None, NOW)[0]
        for number in range(2)
    ]


def the(row: models.Model | None) -> Any:
    assert row is not None
    return row


def switched(account: Account, role: str = "role") -> dict[str, Any]:
    return {
        "identity_id": account.root.pk,
        "account_number": account.number,
        "role": role,
        "label": "",
        "colour": "",
        "used_at": NOW,
    }
