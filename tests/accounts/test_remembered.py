from typing import Any

import pytest

from accounts import signup
from accounts.models import Account, Identity
from accounts.prepared import Prepared, copy_of
from accounts.remembered import Remembered
from tests.accounts.cast import NOW, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return signup.open_account("Example Corp", "root@example.com", None, None, NOW)[0]


class Makers:
    """What was made, in order."""

    def __init__(self, kept: int = 10) -> None:
        self.made: list[str] = []
        rows = Prepared(lambda name_key: Identity.objects.select_related("account").filter(name_key=name_key))
        self.names: Remembered[Identity, Any] = Remembered(rows, self.make, kept)

    def make(self, row: Identity) -> str:
        self.made.append(row.name)
        return f"{row.name} of {row.account.name}"


def test_the_same_row_is_made_into_something_once_but_asked_for_each_time(account, django_assert_num_queries):
    user(account, "alice")
    makers = Makers()
    with django_assert_num_queries(3):
        seen = {makers.names.one(name_key="alice") for _ in range(3)}
    assert seen == {"alice of Example Corp"}
    assert makers.made == ["alice"]


def test_a_change_of_the_row_or_of_one_joined_to_it_shows_at_once(account):
    alice = user(account, "alice")
    makers = Makers()
    makers.names.one(name_key="alice")
    Identity.objects.filter(pk=alice.pk).update(name="Alice")
    assert makers.names.one(name_key="alice") == "Alice of Example Corp"
    Account.objects.filter(pk=account.pk).update(name="Other Corp")
    assert makers.names.one(name_key="alice") == "Alice of Other Corp"


def test_a_row_that_is_gone_is_gone(account):
    alice = account.identities.create(kind="user", name="alice", name_key="alice", created_at=NOW)
    makers = Makers()
    makers.names.one(name_key="alice")
    alice.delete()
    assert makers.names.one(name_key="alice") is None


def test_no_more_are_kept_than_there_is_room_for(account):
    names = [f"user{number}" for number in range(5)]
    for name in names:
        user(account, name)
    makers = Makers(kept=2)
    for name in names * 2:
        assert makers.names.one(name_key=name) == f"{name} of Example Corp"
    assert len(makers.names._known) <= 2


def test_a_copy_of_a_row_is_changed_without_the_row(account):
    copied = copy_of(account)
    copied.name = "Other Corp"
    assert account.name == "Example Corp"
    copied.save(update_fields=["name"])
    assert Account.objects.get(pk=account.pk).name == "Other Corp"
