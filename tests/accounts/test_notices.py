from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import connection

from accounts import mail, notice_kinds, notices, seen, signin_notices
from accounts.models import ContactAddress, Notice, OutgoingMail
from accounts.visitors import Visitor
from tests.accounts.cast import NOW, Browser, phone, wrong_code

HOME = Visitor(peer="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0", mark="a")


def kinds(identity):
    return [notice.kind for notice in Notice.objects.filter(identity=identity).order_by("pk")]


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("address", flat=True))


@pytest.fixture
def reachable(alice):
    ContactAddress.objects.create(identity=alice, address="alice@example.org", changed_at=NOW)
    return alice


def test_a_notice_is_kept_and_mailed_where_there_is_an_address(reachable, bob, root):
    for identity in (reachable, bob, root):
        assert notices.tell(identity, "password-changed", NOW, by="yourself")
    assert mails() == ["alice@example.org", "root@example.com"]
    assert [row.mailed for row in Notice.objects.order_by("pk")] == [True, False, True]


def test_of_one_kind_three_an_hour_are_mailed_and_all_are_shown(reachable):
    for minute in range(6):
        notices.tell(reachable, "key-made", NOW + timedelta(minutes=minute))
    notices.tell(reachable, "mfa-added", NOW + timedelta(minutes=7))
    assert len(mails()) == notices.MOST_MAILS + 1
    assert len(kinds(reachable)) == 7


def test_what_is_told_once_is_told_once(reachable):
    told = [notices.tell(reachable, "locked", NOW, once="locked x") for _ in range(3)]
    assert told == [True, False, False]
    assert len(mails()) == 1


@pytest.mark.parametrize("kind", notice_kinds.KINDS)
def test_each_kind_reads_well_by_mail(reachable, kind):
    facts = {name: f"value of {name}" for name in notice_kinds.FACTS}
    notices.tell(reachable, kind, NOW, **facts)
    mail.send(OutgoingMail.objects.get().pk, NOW)
    text = outbox.outbox[0].body
    assert outbox.outbox[0].subject == f"{notice_kinds.KINDS[kind].title} (Example Corp)"
    assert [label for label in (*notice_kinds.FACTS.values(), "At") if f"{label}: " not in text] == []
    assert max(map(len, text.splitlines())) <= 100


def test_an_unknown_fact_is_a_fault_of_ours(alice):
    with pytest.raises(KeyError):
        notices.tell(alice, "key-made", NOW, secret="x")


def test_reading_counts_down_as_far_as_was_shown(alice, bob):
    for _ in range(3):
        notices.tell(alice, "key-made", NOW)
    second = Notice.objects.filter(identity=alice).order_by("pk")[1]
    assert notices.mark_seen(bob, NOW, up_to=second.pk) == 0
    assert notices.mark_seen(alice, NOW, up_to=second.pk) == 2
    assert notices.unseen(alice.pk) == 1


def test_a_page_asks_for_the_number_of_unread_ones_once_and_no_further_than_a_hundred(
    alice, django_assert_num_queries
):
    rows = [Notice(identity=alice, kind="key-made", at=NOW) for _ in range(notices.MOST_COUNTED + 5)]
    Notice.objects.bulk_create(rows)
    with django_assert_num_queries(1) as asked:
        assert notices.unseen(alice.pk) == notices.MOST_COUNTED
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
            assert any("notice_unseen" in row[-1] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("changed", "browser", "network"),
    [
        ({}, False, False),
        ({"mark": "b"}, True, False),
        ({"user_agent": "curl/8"}, True, False),
        ({"peer": "192.0.2.200"}, False, False),
        ({"peer": "198.51.100.7"}, False, True),
    ],
)
def test_a_browser_is_known_by_mark_and_kind_and_a_network_by_prefix(alice, changed, browser, network):
    assert seen.note(alice, HOME, NOW) == seen.Seen(new_browser=False, new_network=False)
    facts = {"peer": HOME.peer, "user_agent": HOME.user_agent, "mark": HOME.mark, **changed}
    assert seen.note(alice, Visitor(**facts), NOW) == seen.Seen(browser, network)


def test_a_user_is_told_of_a_new_network_and_not_of_the_usual_one(alice, browser):
    browser.sign_in("example-corp", "alice")
    browser.sign_in("example-corp", "alice")
    assert kinds(alice) == []
    Browser(peer="198.51.100.7").sign_in("example-corp", "alice")
    assert kinds(alice) == ["network-new"]


def test_root_is_told_of_each_sign_in(root, browser):
    for _ in range(2):
        browser.sign_in_root("root@example.com")
    assert kinds(root) == ["root-signed-in", "root-signed-in"]


def test_a_lock_out_is_told_once_with_where_it_came_from(reachable, browser):
    for _ in range(10):
        browser.sign_in("example-corp", "alice", "wrong-Password-9")
    assert signin_notices.look_at_lock(reachable.pk, NOW)
    assert not signin_notices.look_at_lock(reachable.pk, NOW)
    assert Notice.objects.get(identity=reachable).facts["peer"] == browser.peer


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_a_worker_is_told_of_each_wrong_password_whoever_was_named(
    alice, browser, name, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(mail, "tell", lambda task, pk: told.append((task, pk)))
    with django_capture_on_commit_callbacks(execute=True):
        browser.sign_in("example-corp", name, "wrong-Password-9")
    known = alice.pk if name == "alice" else signin_notices.NOBODY
    assert told == [(signin_notices.LOOK_AT_LOCK, known)]


def test_wrong_codes_after_the_right_password_are_told(alice, browser):
    app = phone(alice)
    browser.sign_in("example-corp", "alice")
    for _ in range(12):
        browser.give_code(app.device, wrong_code(app, browser.now))
    assert kinds(alice) == ["factor-blocked"]
