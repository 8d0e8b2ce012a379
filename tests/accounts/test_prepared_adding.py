"""Statements that add rows, alone, together, on a condition, and left for the end of the transaction."""

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import F

from accounts.models import Account, Identity, MfaDevice, SignInAttempt, SwitchedRole
from accounts.prepared import (
    Addition,
    Change,
    insert,
    insert_if,
    insert_with,
)
from tests.accounts.cast import NOW, user
from tests.accounts.rows import columns, switched, the, two_accounts

pytestmark = pytest.mark.django_db


def test_an_inserted_row_is_as_a_saved_one():
    account = two_accounts()[0]
    values = {"account": account, "kind": "user", "created_at": NOW}
    saved = Identity(name="alice", name_key="alice", **values)
    saved.save()
    inserted = insert(Identity(name="bob", name_key="bob", **values))
    assert not inserted._state.adding
    assert inserted.pk != saved.pk
    kept = the(Identity.objects.filter(pk=inserted.pk).first())
    assert columns(kept) == columns(inserted)
    own = {"id", "name", "name_key"}
    assert {k: v for k, v in columns(kept).items() if k not in own} == {
        k: v for k, v in columns(saved).items() if k not in own
    }


def test_inserted_documents_bytes_and_times_come_back(django_assert_num_queries):
    account = two_accounts()[0]
    device = MfaDevice(
        account=account,
        serial="arn:x",
        name="x",
        sealed_seed=b"\x00\xff",
        created_at=NOW,
        tags=[{"Key": "ä"}],
    )
    with django_assert_num_queries(1):
        insert(device)
    kept = MfaDevice.objects.get(pk=device.pk)
    assert (bytes(kept.sealed_seed), kept.created_at, kept.tags) == (b"\x00\xff", NOW, [{"Key": "ä"}])


def test_a_broken_constraint_shows_as_with_save():
    account = two_accounts()[0]
    user(account, "alice")
    twin = Identity(account=account, kind="user", name="Alice", name_key="alice", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(twin)
    assert twin.pk is None


def test_two_rows_of_which_one_refers_to_the_other_are_added_together():
    account = two_accounts()[0]
    alice = Identity(account=account, kind="user", name="alice", name_key="alice", created_at=NOW)
    device = insert_with(
        MfaDevice(
            account=account, serial="arn:x", name="x", sealed_seed=b"\0\xff", created_at=NOW, enabled_at=NOW
        ),
        alice,
        "identity",
    )
    kept = MfaDevice.objects.select_related("identity").get()
    assert columns(kept) == columns(device)
    assert columns(the(kept.identity)) == columns(alice)
    assert not alice._state.adding


def test_neither_of_two_rows_is_added_where_one_cannot_be():
    account = two_accounts()[0]
    user(account, "alice")
    twice = Identity(account=account, kind="user", name="alice", name_key="alice", created_at=NOW)
    device = MfaDevice(
        account=account, serial="arn:x", name="x", sealed_seed=b"", created_at=NOW, enabled_at=NOW
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_with(device, twice, "identity")
    assert not MfaDevice.objects.exists()


@pytest.mark.parametrize("with_device", [True, False])
def test_a_row_that_needs_room_is_added_only_where_there_is_some(with_device):
    account = two_accounts()[0]
    counted = Change(
        lambda account, most: Account.objects.filter(pk=account, policy_revision__lt=most),
        policy_revision=F("policy_revision") + 1,
    )
    made: list[models.Model] = []
    for name in ("alice", "bob", "carol"):
        row: models.Model = Identity(account=account, kind="user", name=name, name_key=name, created_at=NOW)
        further, by = None, ""
        if with_device:
            further, by = row, "identity"
            row = MfaDevice(
                account=account, serial=name, name="x", sealed_seed=b"", created_at=NOW, enabled_at=NOW
            )
        if insert_if(counted, {"account": account.pk, "most": 3}, row, further, by):
            made.append(row)
    account.refresh_from_db()
    assert account.policy_revision == 3
    assert [columns(row) for row in type(made[0])._default_manager.exclude(kind="root").order_by("pk")] == [
        columns(row) for row in made
    ]
    assert len(made) == 2
    assert Identity.objects.filter(kind="user").count() == 2


def test_what_makes_room_is_undone_with_a_row_that_cannot_be_added():
    account = two_accounts()[0]
    user(account, "alice")
    raised = Change(lambda pk: Account.objects.filter(pk=pk), policy_revision=F("policy_revision") + 1)
    twin = Identity(account=account, kind="user", name="Alice", name_key="alice", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_if(raised, {"pk": account.pk}, twin)
    assert Account.objects.get(pk=account.pk).policy_revision == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", [True, False])
def test_a_row_that_is_left_is_there_once_its_transaction_is_and_before(look):
    account = two_accounts()[0]
    left = Addition(SwitchedRole)
    with transaction.atomic():
        left.leave(**switched(account))
        if look:
            assert SwitchedRole.objects.count() == 1
    assert SwitchedRole.objects.count() == 1
    with transaction.atomic():
        left.leave(**switched(account, "other"))
        transaction.set_rollback(True)
    assert SwitchedRole.objects.count() == 1
    left.leave(**switched(account, "third"))
    assert SwitchedRole.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_left_that_cannot_be_added_undoes_its_whole_transaction():
    account = two_accounts()[0]
    left = Addition(SwitchedRole)
    left.leave(**switched(account))
    with pytest.raises(IntegrityError):
        change_and_leave(left, account)
    assert not Account.objects.filter(name="changed").exists()
    assert SwitchedRole.objects.count() == 1


@transaction.atomic
def change_and_leave(left: Addition, account: Account) -> None:
    Account.objects.update(name="changed")
    left.leave(**switched(account))


def test_a_row_that_is_there_already_is_not_added_again():
    account = two_accounts()[0]
    alice = user(account, "alice")
    addition = Addition(SwitchedRole, unless_there=True)
    for label in ("first", "second"):
        with transaction.atomic():
            addition.leave(
                identity_id=alice.pk,
                account_number="1" * 12,
                role="r",
                label=label,
                colour="",
                used_at=NOW,
            )
    assert [row.label for row in SwitchedRole.objects.all()] == ["first"]


def test_rows_of_the_same_kind_are_added_up():
    addition = Addition(SignInAttempt, adding_up="failures", same=("scope", "subject"))
    nothing = dict.fromkeys(("locked_until", "pending_at"))
    times = {"first_failed_at": NOW, "last_failed_at": NOW}
    for subject, failures in (("a", 2), ("a", 3), ("b", 1)):
        with transaction.atomic():
            addition.leave(scope="peer", subject=subject, failures=failures, pending=0, **times, **nothing)
    assert dict(SignInAttempt.objects.values_list("subject", "failures")) == {"a": 5, "b": 1}
