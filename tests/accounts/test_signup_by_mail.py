"""Opening an account by a mailed link: alike for every address, and nothing without the password that was chosen."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import mail, mailed_links, passwords, signup, signup_by_mail
from accounts.models import Account, Event, Notice, OutgoingMail, PendingSignup, SignInAttempt
from accounts.signup_by_mail import LinkGone, WrongPassword
from accounts.visitors import Visitor
from tests.accounts.cast import NOW, PASSWORD

VISITOR = Visitor("192.0.2.7", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
SOON = NOW + timedelta(minutes=1)
NEW = "owner@new.example"


def ask(email=NEW, alias="new-corp", password=PASSWORD, now=NOW, visitor=VISITOR):
    signup_by_mail.ask("New Corp", email, password, alias, now=now, visitor=visitor)


def token():
    mail.send(OutgoingMail.objects.latest("pk").pk, NOW)
    return outbox.outbox[-1].body.split(signup_by_mail.LINK)[1].split("/")[0]


def row_of(email=NEW, **more):
    ask(email, **more)
    signup_by_mail.sweep(NOW, 10)
    row = signup_by_mail.open_link(token(), SOON)
    assert row is not None
    return row


def finish(row, password=PASSWORD, now=SOON):
    return signup_by_mail.finish(row.pk, password, now=now, visitor=VISITOR)


def words(query):
    """What kind of statement it is; savepoints have names of their own."""
    return query["sql"].split(" ")[0]


def test_the_link_and_the_password_open_the_account_and_its_trail_begins(db):
    row = row_of()
    assert not Account.objects.exists()
    account = finish(row)
    assert (account.number, account.name, account.alias, account.state) == (
        row.number,
        "New Corp",
        "new-corp",
        "active",
    )
    assert passwords.verify(account.root, PASSWORD)
    assert bytes(account.sealed_data_key) != bytes(row.sealed_data_key)
    event = Event.objects.get(account=account)
    assert (event.source, event.name, event.outcome, event.peer) == (
        "signin",
        "CreateAccount",
        "success",
        VISITOR.peer,
    )
    assert event.actor_arn == f"arn:aws:iam::{account.number}:root"
    assert event.parameters == {"Name": "New Corp", "Email": NEW, "Alias": "new-corp"}
    with pytest.raises(LinkGone):
        finish(row)


def test_a_mail_names_the_account_and_hides_its_token_in_the_database(db):
    row = row_of()
    body = outbox.outbox[-1].body
    assert outbox.outbox[-1].subject == "Open the account New Corp"
    assert f"{row.number[:4]}" in body
    kept = OutgoingMail.objects.get()
    assert bytes(kept.sealed_path) == b"", "wiped once it is sent"
    assert PASSWORD not in f"{row.password}{kept.facts}{body}"


@pytest.mark.parametrize("email", ["root@example.com", "ROOT@Example.com"])
def test_a_taken_address_is_told_to_its_owner_alone(account, email):
    ask("first@new.example", alias="first")
    with CaptureQueriesContext(connection) as free:
        ask(NEW)
    with CaptureQueriesContext(connection) as taken:
        ask(email, alias="other-corp")
    assert [words(query) for query in taken] == [words(query) for query in free]
    PendingSignup.objects.filter(alias="first").delete()
    assert PendingSignup.objects.count() == 2
    signup_by_mail.sweep(NOW, 10)
    assert [notice.kind for notice in Notice.objects.filter(identity=account.root)] == ["address-claimed"]
    assert sorted(OutgoingMail.objects.values_list("kind", "address")) == [
        ("notice", "root@example.com"),
        ("signup", NEW),
    ]
    assert [row.email for row in PendingSignup.objects.all()] == [NEW]
    asked = Event.objects.filter(name="RequestSignUp")
    assert asked.count() == asked.filter(account=None, outcome="success").count() == 3


def test_what_is_wrong_with_the_form_is_told_but_no_taken_address(account):
    with pytest.raises(signup.SignupRefused) as refused:
        ask("root@example.com", alias="example-corp", password="short")
    assert {(each.member, each.code) for each in refused.value.problems} >= {("alias", "taken")}
    assert "email" not in {each.member for each in refused.value.problems}
    assert not PendingSignup.objects.exists()


def test_a_wrong_password_opens_nothing_and_counts_against_the_peer(db):
    row = row_of()
    for wrong in ("another-Horse-8-battery", "x" * 5000, ""):
        with pytest.raises(WrongPassword):
            finish(row, wrong)
    assert SignInAttempt.objects.get(scope="peer").failures == 3
    assert not Account.objects.exists()
    assert finish(row)


@pytest.mark.parametrize("hours", [24, 30])
def test_a_link_holds_for_a_day(db, hours):
    row = row_of()
    late = NOW + timedelta(hours=hours)
    assert signup_by_mail.find(row.pk, NOW + timedelta(hours=23, minutes=59)) is not None
    with pytest.raises(LinkGone):
        finish(row, now=late)
    signup_by_mail.sweep(late, 10)
    assert not PendingSignup.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_request_that_no_worker_came_to_in_time_is_dropped(db):
    ask()
    assert not signup_by_mail.mail_link(PendingSignup.objects.get().pk, NOW + timedelta(days=2))
    assert not PendingSignup.objects.exists()


def test_an_alias_that_was_taken_meanwhile_is_left_out(db):
    first, second = row_of(), row_of("second@new.example")
    assert finish(first).alias == "new-corp"
    assert finish(second).alias is None


def test_an_address_that_was_taken_meanwhile_opens_nothing_more(db):
    first, second = row_of(), row_of(alias="other-corp")
    finish(first)
    with pytest.raises(LinkGone):
        finish(second)
    assert Account.objects.count() == 1


def test_a_mail_is_made_once_however_often_a_worker_is_told(db):
    ask()
    pk = PendingSignup.objects.get().pk
    assert [signup_by_mail.mail_link(pk, NOW) for _ in range(3)] == [True, False, False]
    assert OutgoingMail.objects.count() == 1


def test_an_address_that_asks_too_often_makes_nothing_be_written(db):
    for number in range(30):
        ask(f"someone-{number}@new.example")
    before = PendingSignup.objects.count(), Event.objects.count(), SignInAttempt.objects.count()
    ask("one-more@new.example")
    assert (PendingSignup.objects.count(), Event.objects.count(), SignInAttempt.objects.count()) == before


def test_so_many_wait_at_most_and_all_that_are_old_go_at_once(db, monkeypatch):
    monkeypatch.setattr(mailed_links, "MOST_WAITING", 7)
    for number in range(9):
        ask(f"someone-{number}@new.example")
    assert PendingSignup.objects.count() == 7
    signup_by_mail.sweep(NOW + timedelta(hours=24), 2)
    assert not PendingSignup.objects.exists()


def test_five_requests_a_day_for_one_address_and_the_sixth_looks_the_same(db):
    for _ in range(6):
        ask()
    assert PendingSignup.objects.count() == 5
    assert Event.objects.get(outcome="failed").error_code == "throttled"
