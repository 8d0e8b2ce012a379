"""Query sets that keep to one account: the only way from an operation to a row.

An account's managers (`account.users`, `account.roles`, …) carry these methods.  Here alone a broken uniqueness
constraint becomes EntityAlreadyExists.
"""

import functools
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import IntegrityError, models
from django.db.models.functions import Substr

from accounts.models import Account
from accounts.prepared import Prepared, insert, new
from iam.errors import EntityAlreadyExists, NoSuchEntity
from iam.models.tallies import Room, add

M = TypeVar("M", bound="Named")
N = TypeVar("N", bound="Named")
Row = TypeVar("Row", bound=models.Model)

# Of a managed policy: arn:aws:iam::<account>:policy, a path of 512 characters, a name of 128.
LONGEST_POLICY_ARN = 672


def fold(name: str) -> str:
    """The key under which names are unique: AWS tells names apart regardless of case."""
    return name.casefold()


class TenantQuerySet(models.QuerySet[Row]):
    """Rows of one account."""

    def locked(self) -> Self:
        """Rows held until the transaction ends (SQLite: the whole database is, since writes begin IMMEDIATE)."""
        return self.select_for_update(of=("self",))

    def make(self, **values: Any) -> Row:
        """A new row.  Errors: EntityAlreadyExists where a name is taken, in whatever case."""
        row = new(self.model, **values)
        try:
            insert(row)
        except IntegrityError as taken:
            raise EntityAlreadyExists(self.taken(values)) from taken
        return row

    def taken(self, values: Mapping[str, Any]) -> str:
        """What to say where there is such a row already."""
        text: str = self.model.taken_text  # type: ignore[attr-defined]  # each model with names has one
        return text.format(values.get("name", ""))


class NamedQuerySet(TenantQuerySet[M]):
    """Rows with a name and a path."""

    def make(self, room: Room | None = None, /, **values: Any) -> M:
        """As `Named.make`."""
        return self.model.make(room, **values)

    def named(self, name: str) -> M:
        """The row of this name, in whatever case.  Errors: NoSuchEntity."""
        found = self.filter(name_key=fold(name)).first()
        if found is None:
            raise NoSuchEntity(self.model.missing_text.format(name))
        return found

    def under(self, path_prefix: str) -> Self:
        """Rows whose path starts with the prefix, case and partial segments counting as AWS counts them."""
        if path_prefix == "/":
            return self
        # SQLite's LIKE ignores case, so the start of the path is compared as text.
        return self.alias(path_start=Substr("path", 1, len(path_prefix))).filter(path_start=path_prefix)


class Named(models.Model):
    """What users, groups, roles and policies share: id, path, name, and a name_key unique in the account.

    `read_with` names the relations that are read along with a row.
    """

    missing_text: ClassVar[str]
    taken_text: ClassVar[str]
    arn_kind: ClassVar[str]
    read_with: ClassVar[tuple[str, ...]] = ()

    unique_id = models.CharField(max_length=21, unique=True)
    name = models.CharField(max_length=128)
    name_key = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.arn

    @property
    def arn(self) -> str:
        """The entity's ARN; needs `account` at hand, or costs a query."""
        account: Account = self.account  # type: ignore[attr-defined]  # each subclass has its own foreign key
        return arn(account.number, self.arn_kind, self.path, self.name)

    @classmethod
    def make(cls, room: Room | None = None, /, **values: Any) -> Self:
        """A new row of the account among the values, counted where it needs `room`.

        Errors: LimitExceeded; EntityAlreadyExists where the name is taken, in whatever case.
        """
        row = new(cls, **values)
        try:
            add(row, room)
        except IntegrityError as taken:
            raise EntityAlreadyExists(cls.taken_text.format(row.name)) from taken
        return row

    @classmethod
    def find(cls, account: Account, name: str, *, lock: bool) -> "Named":
        """The account's row of this name, in whatever case; `lock` as with `locked`.  Errors: NoSuchEntity."""
        found: Named | None = _by_name(cls, lock).one(account=account.pk, name_key=fold(name))
        if found is None:
            raise NoSuchEntity(cls.missing_text.format(name))
        found.account = account  # type: ignore[attr-defined]  # as in `arn`
        return found

    @classmethod
    def anywhere(cls, account_number: str, name: str) -> "Self | None":
        """The row of this name, in whatever case, of an account of the installation, or None; to be read only."""
        return _by_number(cls).one(account=account_number, name_key=fold(name))

    def move(self, *, path: str, name: str) -> None:
        """Another path or name.  Errors: EntityAlreadyExists."""
        self.path, self.name, self.name_key = path, name, fold(name)
        try:
            self.save(update_fields=["path", "name", "name_key"])
        except IntegrityError as taken:
            raise EntityAlreadyExists(self.taken_text.format(name)) from taken


@functools.cache
def _by_name(model: type[N], lock: bool) -> Prepared[N]:
    def build(account: int, name_key: str) -> models.QuerySet[N]:
        rows: TenantQuerySet[N] = TenantQuerySet(model).filter(account=account, name_key=name_key)
        rows = rows.select_related(*model.read_with) if model.read_with else rows
        return rows.locked() if lock else rows

    return Prepared(build)


@functools.cache
def _by_number(model: type[N]) -> Prepared[N]:
    def build(account: str, name_key: str) -> models.QuerySet[N]:
        rows = model._default_manager.select_related("account")
        return rows.filter(account__number=account, name_key=name_key)

    return Prepared(build)


def arn(account_number: str, kind: str, path: str, name: str) -> str:
    """The ARN of an IAM entity: arn:aws:iam::<account>:<kind><path><name>."""
    return f"arn:aws:iam::{account_number}:{kind}{path}{name}"
