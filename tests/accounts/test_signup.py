from datetime import timedelta
from typing import Any

import pytest

from accounts import signup, vault
from accounts.models import Account, Identity
from tests.accounts.cast import NOW, PASSWORD


def refused(**changed) -> list[tuple[str, str]]:
    wanted: dict[str, Any] = {
        "name": "New Corp",
        "email": "new@example.org",
        "password": PASSWORD,
        "alias": "new-corp",
        "now": NOW,
    }
    with pytest.raises(signup.SignupRefused) as refusal:
        signup.open_account(**(wanted | changed))
    assert str(refusal.value)
    return [(problem.member, problem.code) for problem in refusal.value.problems]


def test_an_account_has_a_number_a_root_and_a_key_of_its_own(account, other):
    assert account.number.isdigit()
    assert len(account.number) == 12
    assert (account.alias, account.name, account.state) == ("example-corp", "Example Corp", "active")
    assert account.root.email == "root@example.com"
    assert account.sealed_data_key != other.sealed_data_key
    assert vault.unseal(account, "x", vault.seal(account, "x", b"text")) == b"text"


def test_limits_begin_at_their_defaults(account):
    assert (account.session_idle_seconds, account.session_absolute_seconds) == (900, 43_200)
    assert (account.access_key_max_age_days, account.policy_revision) == (None, 1)


def test_an_account_without_password_has_a_root_that_cannot_sign_in(db):
    _, root = signup.open_account("New Corp", "new@example.org", None, None, NOW)
    assert not root.has_password


def test_two_accounts_may_lack_an_alias(db):
    for turn in range(2):
        signup.open_account("New Corp", f"new{turn}@example.org", None, "" if turn else None, NOW)
    assert Account.objects.filter(alias=None).count() == 2


@pytest.mark.parametrize("email", ["root@example.com", "ROOT@EXAMPLE.COM"])
def test_an_address_is_taken_whatever_its_case(account, email):
    assert refused(email=email) == [("email", "taken")]


def test_an_alias_is_taken_over_the_whole_installation(account):
    assert refused(alias="example-corp") == [("alias", "taken")]


def test_every_problem_is_told_at_once(db):
    assert refused(name="", email="nobody", alias="A", password="short") == [
        ("name", "malformed"),
        ("email", "malformed"),
        ("alias", "malformed"),
        ("password", "too_short"),
        ("password", "needs_classes"),
    ]


@pytest.mark.parametrize("password", ["New-Corp1", "NEW-CORP1", "New1@example.org"])
def test_a_name_is_no_password(db, password):
    changed = {"name": "new-corp1", "email": "new1@example.org", "alias": None}
    assert refused(password=password, **changed) == [("password", "is_a_name")]


def test_a_refused_account_leaves_nothing(db):
    refused(password="short")
    assert not Account.objects.exists()
    assert not Identity.objects.exists()


def test_numbers_differ(db):
    made = [signup.open_account("Corp", f"r{n}@example.org", None, None, NOW)[0] for n in range(20)]
    assert len({account.number for account in made}) == 20


def test_thirty_accounts_an_hour_are_opened_for_one_address(db):
    for _ in range(30):
        signup.require_room("192.0.2.7", NOW)
    with pytest.raises(signup.SignupRefused) as refused:
        signup.require_room("192.0.2.7", NOW)
    assert [problem.code for problem in refused.value.problems] == ["too_many"]
    signup.require_room("192.0.2.8", NOW)
    signup.require_room("192.0.2.7", NOW + timedelta(hours=1))
