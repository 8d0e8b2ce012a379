"""manage.py create_account."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import passwords
from accounts.models import Account, Event, Identity
from iam import principals

ONE = {"name": "New Corp", "email": "root@new.example"}


def created(**options) -> list[dict[str, str]]:
    out = StringIO()
    call_command("create_account", **{**ONE, "json": True, **options}, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def empty(db) -> None:
    """A database without accounts."""


def test_an_account_and_its_root_are_made(db):
    (told,) = created(alias="new-corp")
    account = Account.objects.get()
    assert told == {
        "account_id": account.number,
        "alias": "new-corp",
        "email": "root@new.example",
        "password": told["password"],
    }
    assert passwords.verify(account.root, told["password"])


def test_without_an_alias_there_is_none(db):
    assert created()[0]["alias"] is None


def test_a_password_from_a_file_is_used_and_not_printed(db, tmp_path):
    file = tmp_path / "password"
    file.write_text("correct-Horse-7-battery\nand more\n")
    (told,) = created(password_file=file)
    assert "password" not in told
    assert passwords.verify(Account.objects.get().root, "correct-Horse-7-battery")


def test_an_access_key_of_root_is_made_on_request(db):
    (told,) = created(access_key=True)
    credential = principals.find_credential(told["access_key_id"])
    assert credential is not None
    assert credential.principal.kind == "root"
    assert credential.secret == told["secret_access_key"]


def test_many_are_numbered_and_each_its_own(db):
    told = created(alias="new", count=3, access_key=True)
    assert [row["alias"] for row in told] == ["new-1", "new-2", "new-3"]
    assert [row["email"] for row in told] == [f"root+{n}@new.example" for n in (1, 2, 3)]
    names = Account.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["New Corp 1", "New Corp 2", "New Corp 3"]
    for member in ("account_id", "password", "access_key_id", "secret_access_key"):
        assert len({row[member] for row in told}) == 3


def test_a_random_password_of_many_gets_its_full_cost_when_it_is_first_used(db, settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
    told = created(count=2)
    root = Identity.objects.get(email=told[0]["email"])
    assert "m=256,t=1" in root.password
    assert passwords.verify(root, told[0]["password"])
    root.refresh_from_db()
    assert "m=19456,t=2" in root.password


def test_a_thousand_cost_a_bounded_number_of_statements_each(django_assert_max_num_queries):
    with django_assert_max_num_queries(4 * 20 + 20):
        created(count=20)


def test_what_is_wrong_is_said_and_nothing_is_made(db):
    created(alias="new-2")
    with pytest.raises(CommandError, match=r"No account was made.*New Corp 2.*alias"):
        created(alias="new", email="other@new.example", count=3)
    assert Account.objects.count() == 1


@pytest.mark.parametrize("options", [{"count": 0}, {"email": "nonsense"}, {"name": ""}, {"alias": "UPPER"}])
def test_ill_options_are_refused_in_words(db, options):
    with pytest.raises(CommandError):
        created(**options)
    assert not Account.objects.exists()


@pytest.mark.parametrize("text", [None, "", "\nsecret"])
def test_a_password_file_without_a_password_is_refused(db, tmp_path, text):
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text)
    with pytest.raises(CommandError, match="password"):
        created(password_file=file)


def test_a_weak_password_is_refused(db, tmp_path):
    file = tmp_path / "password"
    file.write_text("short")
    with pytest.raises(CommandError, match="password:"):
        created(password_file=file)


def test_people_get_plain_lines(db):
    out = StringIO()
    call_command("create_account", **ONE, stdout=out)
    assert f"account id         {Account.objects.get().number}" in out.getvalue()


def test_the_account_s_trail_begins_with_its_creation(db):
    created()
    event = Event.objects.get()
    assert (event.name, event.source, event.actor_arn) == (
        "CreateAccount",
        "system",
        "wardstead:system:create_account",
    )
