"""Whoever is named where nobody may learn who exists: read, put together and described by the same steps, real or not.

Where there is nobody of that name, a double stands in: rows that are made of columns like any other's and are in no
table.  A double has the key 0, which no row has, so whatever is looked up by it is not found.  Source: docs/adr/0054.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from accounts import names
from accounts.models import Account, Identity, IdentityKind
from accounts.prepared import Prepared

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

_by_number = Prepared(lambda number: Account.objects.filter(number=number), (_ACCOUNT,))
_by_alias = Prepared(lambda alias: Account.objects.filter(alias=alias), (_ACCOUNT,))
_users = Prepared(
    lambda account, name_key: Identity.objects.filter(
        account=account, kind=IdentityKind.USER.value, name_key=name_key
    ),
    (_USER,),
)
_roots = Prepared(
    lambda email_key: Identity.objects.select_related("account").filter(
        kind=IdentityKind.ROOT.value, email_key=email_key
    ),
    (_ROOT, _ACCOUNT),
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for.  `shown`: the identity, or the double in its place, to do the same work for."""

    account: Account | None
    identity: Identity | None
    shown: Identity


def user(typed_account: str, typed_name: str) -> Named:
    """The IAM user of that name, whatever its case, in the account of that number or alias, in any spelling."""
    account, known = _account(typed_account)
    shown, found = _users.always(account=account.pk, name_key=names.name_key(typed_name))
    shown.account = account
    return Named(account if known else None, shown if found else None, shown)


def root(typed_email: str) -> Named:
    """The root user with that e-mail address, whatever its case, and its account."""
    shown, found = _roots.always(email_key=names.email_key(typed_email))
    return Named(shown.account, shown, shown) if found else Named(None, None, shown)


def _account(typed: str) -> tuple[Account, bool]:
    key = names.account_key(typed)
    if names.is_number(key):
        return _by_number.always(number=key)
    return _by_alias.always(alias=names.alias_key(key))
