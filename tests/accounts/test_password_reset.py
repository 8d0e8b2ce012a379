"""Recovery does not step over MFA; its link is for one use, one person and half an hour (trial 9)."""

from datetime import timedelta

import pytest
from django.core import mail as outbox

from accounts import mail, mailed_links, password_reset, passwords, signin
from accounts.models import (
    ConsoleSession,
    ContactAddress,
    Event,
    Notice,
    OutgoingMail,
    PasswordPolicy,
    PasswordReset,
    SignInAttempt,
)
from accounts.password_reset import LinkGone
from accounts.visitors import Visitor
from tests.accounts.cast import NOW, PASSWORD, phone, reasons, user

VISITOR = Visitor("192.0.2.7", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
NEW = "another-Horse-8-stable"
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def reachable(alice):
    ContactAddress.objects.create(identity=alice, address="alice@example.org", changed_at=NOW)
    return alice


def ask(name="alice", account="example-corp", now=NOW, peer=VISITOR.peer):
    claim = signin.identify_root(name) if "@" in name else signin.identify_user(account, name)
    password_reset.ask(claim, now=now, visitor=Visitor(peer, VISITOR.user_agent))
    password_reset.sweep(now, 100)


def mailed_tokens():
    for pk in OutgoingMail.objects.filter(kind="password_reset", state="waiting").values_list(
        "pk", flat=True
    ):
        mail.send(pk, NOW)
    bodies = [message.body for message in outbox.outbox if "Choose a new password" in message.subject]
    return [body.split(password_reset.LINK)[1].split("/")[0] for body in bodies]


def token_of(name="alice"):
    ask(name)
    return mailed_tokens()[-1]


def opened(token, now=SOON):
    return password_reset.open_link(token, now=now, visitor=VISITOR)


def use(row, raw=NEW, now=SOON):
    password_reset.use(row.pk, raw, now=now, visitor=VISITOR)


def test_a_new_password_is_set_and_no_session_begun_and_mfa_still_asked(reachable, browser):
    app = phone(reachable)
    browser.sign_in("example-corp", "alice")
    browser.give_code(app.device, app.code(NOW))
    assert browser.who() == reachable
    use(opened(token_of()))
    assert browser.who() is None
    assert not ConsoleSession.objects.filter(identity=reachable).exists()
    step = browser.later(minutes=2).sign_in("example-corp", "alice", NEW)
    assert isinstance(step, signin.NeedsFactor)
    assert "password-reset" in Notice.objects.values_list("kind", flat=True)


def test_root_is_mailed_at_the_address_it_signs_in_by(root, browser):
    use(opened(token_of("ROOT@example.com")))
    assert outbox.outbox[0].to == ["root@example.com"]
    assert isinstance(browser.sign_in_root("root@example.com", NEW), signin.Done)


def test_the_link_can_be_opened_again_and_used_once(reachable):
    token = token_of()
    row = [opened(token) for _ in range(3)][-1]
    use(row)
    assert opened(token) is None
    with pytest.raises(LinkGone):
        use(row, NEW + "-2")
    assert reasons(name="OpenPasswordReset") == ["link-used"]


def test_the_link_is_over_after_half_an_hour(reachable):
    token = token_of()
    last = NOW + password_reset.LIFE
    assert opened(token, last - timedelta(seconds=1))
    assert opened(token, last) is None


def test_the_link_dies_when_the_password_or_the_address_changes_another_way(reachable):
    first, second = token_of(), token_of()
    row = opened(first)
    passwords.set_password(reachable, NEW, now=NOW)
    assert opened(first) is None
    with pytest.raises(LinkGone):
        use(row)
    third = token_of()
    ContactAddress.objects.update(address="eve@example.org")
    assert opened(third) is None
    assert opened(second) is None


def test_the_link_of_one_is_not_that_of_another(reachable, account):
    carol = user(account, "carol", password=PASSWORD)
    ContactAddress.objects.create(identity=carol, address="alice@example.org", changed_at=NOW)
    use(opened(token_of("carol")))
    reachable.refresh_from_db()
    assert passwords.verify(reachable, PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 500])
def test_a_made_up_link_holds_nothing(reachable, token):
    ask()
    assert opened(token) is None


def test_a_refused_password_leaves_the_link_as_it_was(reachable):
    row = opened(token_of())
    for raw in ("short", PASSWORD):
        with pytest.raises(passwords.PasswordRefused):
            use(row, raw)
    use(row)


def test_only_digests_are_kept(reachable):
    token = token_of()
    row = PasswordReset.objects.get()
    assert token not in f"{row.digest} {row.bound_to} {OutgoingMail.objects.get().facts}"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda alice: PasswordPolicy.objects.create(account=alice.account), "not-allowed"),
        (passwords.remove_password, "no-password"),
        (lambda _alice: ContactAddress.objects.all().delete(), "no-address"),
        (lambda alice: type(alice.account).objects.update(state="suspended"), "account-suspended"),
    ],
)
def test_who_may_not_have_a_link_gets_none(reachable, spoil, reason):
    spoil(reachable)
    ask()
    assert not OutgoingMail.objects.filter(kind="password_reset").exists()
    assert reasons(name="MailPasswordReset") == [reason]


@pytest.mark.parametrize(("name", "place"), [("nobody", "example-corp"), ("x", "none"), ("a@b.org", "")])
def test_nobody_is_mailed_where_nobody_is_found(reachable, name, place):
    ask(name, place)
    assert not PasswordReset.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("name", ["alice", "bob", "nobody"])
def test_what_is_done_at_once_is_the_same_whoever_is_named(
    reachable, bob, name, django_assert_num_queries, monkeypatch
):
    told = []
    monkeypatch.setattr(mail, "tell", lambda task, _pk: told.append(task))
    claim = signin.identify_user("example-corp", name)
    with django_assert_num_queries(16) as seen:
        password_reset.ask(claim, now=NOW, visitor=VISITOR)
    assert [query["sql"].split()[0] for query in seen.captured_queries].count("INSERT") >= 3


def test_an_address_that_asks_too_often_makes_nothing_be_written(reachable):
    for number in range(30):
        ask(f"made-up-{number}")
    before = Event.objects.count(), SignInAttempt.objects.count()
    for number in range(5):
        ask(f"another-{number}")
    ask()
    assert (Event.objects.count(), SignInAttempt.objects.count()) == before
    ask(peer="192.0.2.8")
    assert mailed_tokens()


def test_so_many_requests_wait_at_most(reachable, monkeypatch, caplog):
    monkeypatch.setattr(mailed_links, "MOST_WAITING", 2)
    claim = signin.identify_user("example-corp", "alice")
    for _ in range(4):
        password_reset.ask(claim, now=NOW, visitor=VISITOR)
    assert PasswordReset.objects.count() == 2
    assert [record.name for record in caplog.records] == ["accounts.mailed_links"] * 2
    password_reset.sweep(NOW, 10)
    password_reset.ask(claim, now=NOW, visitor=VISITOR)
    assert PasswordReset.objects.count() == 3, "those that are mailed do not wait"


def test_five_a_day_for_one_name_in_any_spelling(reachable, account):
    for number, name in enumerate(["alice", "ALICE", " alice ", "alice", "Alice", "alice", "alice"]):
        place = account.number if number % 2 else "Example-Corp"
        ask(name, place, peer=f"192.0.2.{number}")
    assert reasons(name="RequestPasswordReset") == [""] * 5 + ["throttled"] * 2
