import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actors, doubles, throttle
from accounts.models import Account, Identity
from iam.models import User
from tests.accounts.cast import user


def loaded(row: Account | Identity) -> set[str]:
    return {field.attname for field in row._meta.concrete_fields} & set(row.__dict__)


def test_a_user_is_found_whatever_the_case_but_not_from_another_account(account, other, alice):
    assert doubles.user("Example-Corp", " ALICE ").identity == alice
    named = doubles.user(other.number, "alice")
    assert named.account == other
    assert named.identity is None


def test_root_is_no_user_and_is_found_by_address(account, root):
    assert doubles.user(account.number, "").identity is None
    named = doubles.root("ROOT@Example.com")
    assert named.identity == named.shown == root
    assert named.account == account


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("example-corp", "nobody"),
        ("no-such-corp", "alice"),
        ("999999999999", "alice"),
        ("\x00", "alice"),
        ("x" * 10_000, "alice"),
    ],
    ids=["invented user", "invented alias", "invented number", "no text", "long text"],
)
def test_where_there_is_nobody_a_double_is_read_in_full(account, alice, typed, name):
    real, invented = doubles.user("example-corp", "alice"), doubles.user(typed, name)
    assert invented.identity is None
    assert (invented.account is None) == (typed != "example-corp")
    assert loaded(invented.shown) == loaded(real.shown)
    assert loaded(invented.shown.account) == loaded(real.shown.account)


@pytest.mark.parametrize("in_brief", [False, True])
def test_what_is_recorded_of_a_name_takes_no_further_query(
    account, alice, root, in_brief, django_assert_num_queries
):
    for named in (
        doubles.user("example-corp", "alice", in_brief=in_brief),
        doubles.user("example-corp", "nobody", in_brief=in_brief),
        doubles.root(root.email, in_brief=in_brief),
        doubles.root("nobody@example.com", in_brief=in_brief),
    ):
        with django_assert_num_queries(0 if named.shown.is_root else 1):
            actors.of(named.shown)
            str(named.shown)
            throttle.root_subject("x", named.shown.account)


def test_a_double_of_a_root_has_an_account_of_its_own(account, root):
    invented = doubles.root("nobody@example.com")
    assert (invented.account, invented.identity) == (None, None)
    assert invented.shown.is_root
    assert loaded(invented.shown.account) == loaded(root.account)


def test_a_double_is_in_no_table_and_cannot_be_saved_into_one(account, alice):
    for named in (doubles.user("example-corp", "nobody"), doubles.root("nobody@example.com")):
        assert named.shown.pk == doubles.NOBODY
        assert not Identity.objects.filter(pk=named.shown.pk).exists()
        assert not Account.objects.filter(pk=doubles.NOBODY).exists()


def test_each_double_is_made_anew(account, alice):
    first = doubles.user("example-corp", "nobody").shown
    first.name, first.account.name = "changed", "changed"
    again = doubles.user("no-such-corp", "nobody").shown
    assert (again.name, again.account.name) == ("nobody", "Nobody's account")


def test_describing_a_double_asks_what_describing_a_user_asks(account, alice):
    statements = []
    for name in ("alice", "nobody"):
        named = doubles.user(account.number, name)
        with CaptureQueriesContext(connection) as captured:
            actors.of(named.shown)
        statements.append([each["sql"].rpartition("=")[0] for each in captured])
    assert statements[0] == statements[1] != []


def test_an_identity_without_its_user_is_an_error_and_not_named_as_nobody(account):
    lone = user(account, "Lone")
    User.objects.filter(identity=lone).delete()
    with pytest.raises(User.DoesNotExist):
        actors.of(lone)
