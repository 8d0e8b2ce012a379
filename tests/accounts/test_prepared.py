from datetime import timedelta

import psycopg
import pytest
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError

from accounts.models import Account, Identity, MfaDevice, SecurityKey, SwitchedRole
from accounts.postgres.link import Link
from accounts.prepared import (
    Change,
    Prepared,
    Removal,
    insert,
    remove,
    rewrite,
)
from tests.accounts.cast import NOW, phone, user
from tests.accounts.rows import columns, switched, the, two_accounts

pytestmark = pytest.mark.django_db


def with_account(account: int, name_key: str) -> models.QuerySet[Identity]:
    return Identity.objects.select_related("account").filter(account=account, name_key=name_key)


def test_rows_are_those_of_the_ordinary_query():
    prepared = Prepared(with_account)
    for account in two_accounts():
        for name in ("alice", "bob"):
            user(account, name)
            ordinary = with_account(account.pk, name).get()
            found = prepared.one(account=account.pk, name_key=name)
            assert found == ordinary
            assert columns(found) == columns(ordinary)
            assert columns(found.account) == columns(ordinary.account)
            assert not found._state.adding


def test_joined_rows_cost_no_further_query(django_assert_num_queries):
    account = two_accounts()[0]
    user(account, "alice")
    prepared = Prepared(with_account)
    with django_assert_num_queries(1):
        assert the(prepared.one(account=account.pk, name_key="alice")).account.number == account.number


def test_a_joined_row_that_is_missing_is_none():
    account = two_accounts()[0]
    MfaDevice.objects.create(account=account, serial="arn:x", name="x", sealed_seed=b"", created_at=NOW)
    prepared = Prepared(lambda serial: MfaDevice.objects.select_related("identity").filter(serial=serial))
    assert the(prepared.one(serial="arn:x")).identity is None
    other = phone(user(account, "alice")).device
    assert the(prepared.one(serial=other.serial)).identity == other.identity


def test_values_that_identify_nothing_find_nothing():
    prepared = Prepared(with_account)
    assert prepared.one(account=1, name_key="nobody") is None
    assert prepared.one(account=1, name_key="x' OR '1'='1") is None


def test_a_change_shows_at_the_next_use():
    account = two_accounts()[0]
    identity = user(account, "alice")
    prepared = Prepared(with_account)
    prepared.one(account=account.pk, name_key="alice")
    Identity.objects.filter(pk=identity.pk).update(max_signin_seconds=900)
    assert the(prepared.one(account=account.pk, name_key="alice")).max_signin_seconds == 900


def test_order_is_kept():
    account = two_accounts()[0]
    for name in ("carol", "alice", "bob"):
        user(account, name)
    prepared = Prepared(
        lambda account: Identity.objects.filter(account=account, kind="user").order_by("-name")
    )
    assert [row.name for row in prepared.rows(account=account.pk)] == ["carol", "bob", "alice"]


def test_a_value_that_the_query_does_not_hold_is_told_at_its_first_use():
    prepared = Prepared(lambda name_key: Identity.objects.filter(name_key=name_key.upper() + "x"))
    with pytest.raises(ValueError, match="name_key"):
        prepared.one(name_key="alice")


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only():
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has no row locks")
    prepared = Prepared(lambda name_key: Identity.objects.select_for_update().filter(name_key=name_key))
    with transaction.atomic():
        prepared.one(name_key="alice")
    with pytest.raises(TransactionManagementError):
        prepared.one(name_key="alice")


def test_a_change_touches_the_rows_it_names_and_counts_them():
    first, second = two_accounts()
    alice, bob = user(first, "alice"), user(second, "alice")
    change = Change(
        lambda account, name_key: Identity.objects.filter(account=account, name_key=name_key), name="ALICE"
    )
    assert change.run(account=first.pk, name_key="alice") == 1
    assert change.run(account=first.pk, name_key="nobody") == 0
    for identity in (alice, bob):
        identity.refresh_from_db()
    assert (alice.name, bob.name) == ("ALICE", "alice")


def test_a_change_may_reckon_with_what_is_there():
    account = two_accounts()[0]
    change = Change(
        lambda account, most: Account.objects.filter(pk=account, policy_revision__lt=most),
        policy_revision=F("policy_revision") + 1,
    )
    assert [change.run(account=account.pk, most=3) for _ in range(3)] == [1, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_what_is_prepared_as_it_was():
    account = two_accounts()[0]
    user(account, "alice")
    prepared = Prepared(with_account)
    for _ in range(3):
        assert prepared.one(account=account.pk, name_key="alice")
        with pytest.raises(IntegrityError), transaction.atomic():
            Identity.objects.create(account=account, kind="user", name_key="alice", created_at=NOW)
        with transaction.atomic():
            with pytest.raises(IntegrityError), transaction.atomic():
                Identity.objects.create(account=account, kind="user", name_key="alice", created_at=NOW)
            assert prepared.one(account=account.pk, name_key="alice")


def test_values_with_a_nul_are_refused_and_never_cut():
    account = two_accounts()[0]
    user(account, "alice")
    prepared = Prepared(with_account)
    if connection.vendor == "postgresql":
        with pytest.raises(DataError, match="NUL"), transaction.atomic():
            prepared.one(account=account.pk, name_key="alice\0x")
    else:
        assert prepared.one(account=account.pk, name_key="alice\0x") is None
    assert prepared.one(account=account.pk, name_key="alice")


def test_times_come_back_in_utc_with_all_their_digits():
    account = two_accounts()[0]
    for number, micro in enumerate((0, 300_000, 308_990, 1)):
        moment = NOW.replace(microsecond=micro)
        insert(
            Identity(
                account=account, kind="user", name=f"u{number}", name_key=f"u{number}", created_at=moment
            )
        )
        kept = the(Prepared(with_account).one(account=account.pk, name_key=f"u{number}"))
        assert kept.created_at == moment
        assert kept.created_at.utcoffset() == timedelta(0)


def test_always_gives_the_row_or_one_that_is_made_of_the_decoys_like_it():
    account = two_accounts()[0]
    alice = user(account, "alice")
    nobody = Identity(pk=0, account_id=0, kind="user", name="nobody", created_at=NOW)
    nowhere = Account(pk=0, number="0" * 12, created_at=NOW, sealed_data_key=b"x", quotas={"a": [1]})
    prepared = Prepared(with_account, (nobody, nowhere))
    assert prepared.always(account=account.pk, name_key="alice") == (alice, True)
    made, found = prepared.always(account=account.pk, name_key="nobody")
    assert not found
    assert columns(made) == columns(nobody)
    assert columns(made.account) == columns(nowhere)


def test_always_needs_decoys():
    with pytest.raises(ValueError, match="no decoys"):
        Prepared(with_account).always(account=1, name_key="nobody")


def test_with_a_removed_row_falls_what_hangs_on_it_and_what_hangs_on_that():
    alice, bob = (user(account, "alice") for account in two_accounts())
    for identity in (alice, bob):
        device = phone(identity).device
        SecurityKey.objects.create(device=device, credential_hash=device.serial, public_key=b"")
        SwitchedRole.objects.create(**switched(identity.account) | {"identity_id": identity.pk})
    with transaction.atomic():
        remove(alice.iam_user)
        remove(alice)
    assert list(Identity.objects.filter(kind="user")) == [bob]
    assert [device.identity_id for device in MfaDevice.objects.all()] == [bob.pk]
    assert [row.identity_id for row in SwitchedRole.objects.all()] == [bob.pk]
    assert [key.device.identity_id for key in SecurityKey.objects.all()] == [bob.pk]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_something_protects_is_not_removed():
    alice = user(two_accounts()[0], "alice")
    with pytest.raises(IntegrityError), transaction.atomic():
        remove(alice)
    assert Identity.objects.filter(pk=alice.pk).exists()


def test_a_rewritten_row_has_every_column_as_it_was_set():
    account = two_accounts()[0]
    device = MfaDevice.objects.create(
        account=account, serial="arn:x", name="x", sealed_seed=b"a", created_at=NOW
    )
    device.tags, device.sealed_seed, device.last_used_at = [{"Key": "k"}], b"b", NOW
    with transaction.atomic():
        rewrite(device)
    assert columns(MfaDevice.objects.get()) == columns(device)


def test_what_is_left_is_done_by_the_end_of_the_transaction():
    for account in two_accounts():
        user(account, "alice")
    named = Change(lambda name_key: Identity.objects.filter(name_key=name_key), max_signin_seconds=60)
    with transaction.atomic():
        named.leave(name_key="alice")
    assert Identity.objects.filter(max_signin_seconds=60).count() == 2


def test_a_removal_takes_the_rows_it_names_and_no_other():
    alice = user(two_accounts()[0], "alice")
    for name in ("a", "b"):
        SwitchedRole.objects.create(
            identity=alice, account_number="1" * 12, role=name, label="", colour="", used_at=NOW
        )
    removal = Removal(lambda role: SwitchedRole.objects.filter(role=role))
    for name in ("a", "nothing"):
        with transaction.atomic():
            removal.leave(role=name)
    assert [row.role for row in SwitchedRole.objects.all()] == ["b"]


def test_what_is_not_named_is_not_rewritten():
    account = two_accounts()[0]
    alice = user(account, "alice")
    alice.name, alice.max_signin_seconds = "ALICE", 900
    with transaction.atomic():
        rewrite(alice, "max_signin_seconds")
    kept = Identity.objects.get(pk=alice.pk)
    assert (kept.name, kept.max_signin_seconds) == ("alice", 900)


def test_a_connection_that_is_lost_ends_a_trip_with_an_error():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is reached without a connection")
    other = psycopg.connect(**connection.get_connection_params())
    link = Link(other)
    assert link.rows(("SELECT 1", ()), begins=True) == [(1,)]
    other.rollback()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [other.info.backend_pid])
    with pytest.raises(psycopg.DatabaseError):
        link.rows(("SELECT 1", ()), begins=True)
    other.close()


def test_a_trip_brings_much_as_well_as_little():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes one statement after the other")
    with psycopg.connect(**connection.get_connection_params()) as other:
        link = Link(other)
        sent = "x" * 3_000_000
        link.left.append(("SELECT length(%s::text)", (sent,)))
        assert link.rows(("SELECT repeat(%s::text, 3000000)", ("y",)), begins=True) == [("y" * 3_000_000,)]
