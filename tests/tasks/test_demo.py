"""The account a newcomer finds."""

import pytest
from django.utils import timezone

from accounts import passwords
from accounts.models import Account, Event, Identity
from iam import demo, principals
from iam.models import User
from tests.operations import sts
from tests.world import Actor, actor, root_of


@pytest.fixture
def made(db) -> demo.Demo:
    return demo.seed(timezone.now())


@pytest.fixture
def account(made: demo.Demo) -> Account:
    return Account.objects.get()


def test_root_and_administrator_have_the_passwords_told(made, account):
    assert passwords.verify(account.root, made.root_password)
    admin = User.objects.get(name=made.admin_name)
    assert passwords.verify(admin.identity, made.admin_password)


def test_nothing_told_is_what_another_installation_is_told(made):
    """OWASP ASVS 5.0, 6.3.2: there are no default accounts, since no two have the same secrets."""
    Account.objects.update(alias=None)
    Identity.objects.filter(kind="root").update(email="other@example.org", email_key="other@example.org")
    again = demo.seed(timezone.now())
    for name in ("root_password", "admin_password", "access_key_id", "secret_access_key"):
        assert getattr(made, name) != getattr(again, name)
    assert len(made.root_password) >= 20


def test_the_key_told_is_the_administrators(made):
    credential = principals.find_credential(made.access_key_id)
    assert credential is not None
    assert credential.usable
    assert credential.secret == made.secret_access_key
    administrator = Actor(credential.own_account(), credential.principal, timezone.now())
    assert administrator.iam("GetUser")["User"]["UserName"] == "admin"
    assert len(administrator.iam("ListUsers")["Users"]) == 4


def test_alice_can_assume_the_role_and_bob_can_see_who_is_here(made, account):
    role_arn = f"arn:aws:iam::{account.number}:role/Deployment"
    assert sts.assumed(actor(account, "alice"), role_arn).principal.name == "Deployment"
    assert actor(account, "bob").iam("ListGroups")["Groups"]


def test_there_is_one_of_everything_to_look_at(made, account):
    root = root_of(account)
    groups = [group["GroupName"] for group in root.iam("ListGroups")["Groups"]]
    assert groups == ["Administrators", "Auditors", "Developers"]
    assert len(root.iam("ListPolicies", Scope="Local")["Policies"]) == 2
    assert root.iam("ListRolePolicies", RoleName="Deployment")["PolicyNames"] == ["Releases"]


def test_everything_was_done_by_operations_as_root(made, account):
    events = Event.objects.filter(account=account, service="iam")
    assert events.count() > 20
    assert set(events.values_list("actor_arn", flat=True)) == {f"arn:aws:iam::{account.number}:root"}


def test_the_banner_has_a_line_to_paste(made):
    lines = "\n".join(made.lines("http://127.0.0.1:8000"))
    assert "aws --endpoint-url http://127.0.0.1:8000 iam get-user" in lines
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:8000" in lines
    for told in (made.root_password, made.admin_password, made.access_key_id, made.secret_access_key):
        assert told in lines
        assert told == made.access_key_id or told not in repr(made)
    assert "http://127.0.0.1:8000/signin/demo" in lines
