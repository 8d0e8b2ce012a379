"""Whoever is named where nobody may learn who exists: read, put together and described by the same steps, real or not.

Where there is nobody of that name, a double stands in: rows that are made of columns like any other's and are in no
table.  A double has the key 0, which no row has, so whatever is looked up by it is not found.  Source: docs/adr/0054.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from django.db.models import Model, QuerySet

from accounts import names
from accounts.models import Account, Identity, IdentityKind
from accounts.prepared import Prepared

M = TypeVar("M", bound=Model)
NOBODY: Final = 0
_ONCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ACCOUNT: Final = Account(
    pk=NOBODY,
    number="0" * 12,
    alias="nobodys-account",
    name="Nobody's account",
    created_at=_ONCE,
    sealed_data_key=bytes(96),
)
_PROFILE: Final = {
    "pk": NOBODY,
    "account_id": NOBODY,
    # As long as a hash and none: nothing is ever compared with it.
    "password": "-" * 100,
    "login_profile_at": _ONCE,
    "password_changed_at": _ONCE,
    "created_at": _ONCE,
}
_USER: Final = Identity(kind=IdentityKind.USER.value, name="nobody", name_key="nobody", **_PROFILE)
_ROOT: Final = Identity(
    kind=IdentityKind.ROOT.value, email="nobody@example.org", email_key="nobody@example.org", **_PROFILE
)


class _Lookups:
    """The queries by which names are looked up, with all columns or with those named alone."""

    def __init__(self, of_account: Sequence[str] = (), of_identity: Sequence[str] = ()) -> None:
        accounts = _only(Account.objects.all(), of_account)
        users = _only(Identity.objects.filter(kind=IdentityKind.USER.value), of_identity)
        joined = [f"account__{name}" for name in of_account]
        roots = _only(Identity.objects.filter(kind=IdentityKind.ROOT.value), [*of_identity, *joined])
        self.by_number = Prepared(lambda number: accounts.filter(number=number), (_ACCOUNT,))
        self.by_alias = Prepared(lambda alias: accounts.filter(alias=alias), (_ACCOUNT,))
        self.users = Prepared(
            lambda account, name_key: users.filter(account=account, name_key=name_key), (_USER,)
        )
        self.roots = Prepared(
            lambda email_key: roots.select_related("account").filter(email_key=email_key), (_ROOT, _ACCOUNT)
        )


def _only(rows: QuerySet[M], columns: Sequence[str]) -> QuerySet[M]:
    return rows.only(*columns) if columns else rows


_whole = _Lookups()
# What naming somebody in an event and a counter takes.  Each column read from a row takes its time.
_in_brief = _Lookups(
    ("number", "sign_in_failures", "sign_in_lock_minutes"), ("account", "kind", "name", "email")
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for.  `shown`: the identity, or the double in its place, to do the same work for."""

    account: Account | None
    identity: Identity | None
    shown: Identity


def user(typed_account: str, typed_name: str, *, in_brief: bool = False) -> Named:
    """The IAM user of that name, whatever its case, in the account of that number or alias, in any spelling.

    `in_brief`: with no more columns than events and counters take.
    """
    lookups = _in_brief if in_brief else _whole
    account, known = _account(lookups, typed_account)
    shown, found = lookups.users.always(account=account.pk, name_key=names.name_key(typed_name))
    shown.account = account
    return Named(account if known else None, shown if found else None, shown)


def root(typed_email: str, *, in_brief: bool = False) -> Named:
    """The root user with that e-mail address, whatever its case, and its account; `in_brief` as for `user`."""
    lookups = _in_brief if in_brief else _whole
    shown, found = lookups.roots.always(email_key=names.email_key(typed_email))
    return Named(shown.account, shown, shown) if found else Named(None, None, shown)


def _account(lookups: _Lookups, typed: str) -> tuple[Account, bool]:
    key = names.account_key(typed)
    if names.is_number(key):
        return lookups.by_number.always(number=key)
    return lookups.by_alias.always(alias=names.alias_key(key))
