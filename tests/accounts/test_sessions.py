from datetime import timedelta

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted

from accounts import passwords, sessions
from accounts.models import Account, ConsoleSession, Identity
from accounts.session_store import SessionStore
from tests.accounts.cast import NOW, Browser


@pytest.fixture
def signed_in(alice, browser: Browser) -> Browser:
    browser.sign_in("example-corp", "alice")
    return browser


def set_limits(**values: int) -> None:
    Account.objects.update(**values)


def test_the_row_says_whose_from_where_and_since_when(account, alice, signed_in):
    row = signed_in.own_session()
    assert (row.account, row.identity, row.peer, row.user_agent) == (account, alice, "192.0.2.7", "tests")
    assert row.created_at == row.last_seen_at == NOW
    assert row.mfa_at is None


def test_the_key_is_stored_only_as_a_digest(signed_in):
    assert len(signed_in.key) >= 43
    assert signed_in.key not in str(list(ConsoleSession.objects.values()))


def test_an_idle_session_is_refused_after_its_limit(signed_in):
    assert signed_in.later(minutes=14, seconds=59).who() is not None
    assert signed_in.later(seconds=1).who() is None


def test_touching_moves_the_idle_limit_but_not_the_absolute_one(signed_in):
    for _ in range(71):
        signed_in.later(minutes=10)
        sessions.touch(signed_in.own_session(), signed_in.now)
    assert signed_in.now == NOW + timedelta(hours=11, minutes=50)
    assert signed_in.later(minutes=9).who() is not None
    assert signed_in.later(minutes=1).who() is None


def test_touching_is_written_at_most_twice_a_minute(signed_in, django_assert_num_queries):
    session = signed_in.own_session()
    with django_assert_num_queries(0):
        sessions.touch(session, NOW + timedelta(seconds=29))
    with django_assert_num_queries(1):
        sessions.touch(session, NOW + timedelta(seconds=30))


def test_a_shorter_limit_holds_for_sessions_that_exist(signed_in):
    set_limits(session_idle_seconds=60, session_absolute_seconds=120)
    assert signed_in.later(seconds=60).who() is None


def test_a_users_own_limit_is_shorter_than_the_accounts(alice, browser):
    Identity.objects.filter(pk=alice.pk).update(max_signin_seconds=600)
    browser.sign_in("example-corp", "alice")
    assert browser.later(seconds=599).who() == alice
    assert browser.later(seconds=1).who() is None


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_an_account_that_is_not_active_refuses_its_sessions(signed_in, state):
    Account.objects.update(state=state)
    assert signed_in.who() is None


def test_an_identity_that_is_gone_takes_its_sessions_along(alice, signed_in):
    alice.iam_user.delete()
    Identity.objects.filter(pk=alice.pk).delete()
    assert signed_in.who() is None


def test_a_session_costs_one_query(signed_in, django_assert_num_queries):
    with django_assert_num_queries(1):
        row = signed_in.own_session()
        assert row.identity is not None
        assert row.identity.account.name == "Example Corp"


def test_an_anonymous_visit_costs_none_and_leaves_no_row(db, browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.who() is None
    assert not browser.cookies


@pytest.mark.parametrize("key", ["x" * 43, "short", "\u00e9" * 43, "x" * 100_000, "' OR 1=1 --"])
def test_a_made_up_cookie_is_nobody(alice, key):
    assert Browser(cookies={"session": key}).who() is None


def test_signing_out_ends_the_row_and_the_cookie(signed_in):
    thief = Browser(cookies=dict(signed_in.cookies))
    signed_in.visit(sessions.end)
    assert signed_in.key == ""
    assert thief.who() is None
    assert not ConsoleSession.objects.exists()


def test_rotating_keeps_the_row_and_data_under_another_key(alice, signed_in):
    signed_in.visit(lambda request: request.session.update({"role": "auditor"}))
    thief, row = Browser(cookies=dict(signed_in.cookies)), signed_in.own_session()
    signed_in.visit(sessions.rotate)
    assert signed_in.own_session().pk == row.pk
    assert signed_in.visit(lambda request: request.session["role"]) == "auditor"
    assert signed_in.key != thief.key
    assert thief.who() is None


def test_a_session_ended_in_mid_request_is_not_revived(alice, signed_in):
    def ended_meanwhile(request):
        request.session["note"] = "x"
        sessions.end_all_of(alice)

    with pytest.raises(SessionInterrupted):
        signed_in.visit(ended_meanwhile)
    assert signed_in.who() is None


def test_a_touch_does_not_revive_an_ended_session(alice, signed_in):
    session = signed_in.own_session()
    sessions.end_all_of(alice)
    sessions.touch(session, NOW + timedelta(minutes=1))
    assert not ConsoleSession.objects.exists()


def test_sessions_are_listed_per_identity_and_per_account(account, other, alice, root, signed_in):
    second = Browser(peer="192.0.2.8").later(minutes=1)
    second.sign_in("example-corp", "alice")
    Browser().sign_in_root("root@example.com")
    Browser().sign_in_root("root@other.example")
    assert [row.peer for row in sessions.list_of(alice, NOW)] == ["192.0.2.8", "192.0.2.7"]
    assert sessions.list_in(account, NOW).count() == 3
    assert sessions.list_in(account, NOW + timedelta(minutes=15)).count() == 1


def test_one_session_can_be_ended_but_not_from_another_account(account, other, alice, signed_in):
    row = signed_in.own_session()
    assert sessions.end_one(other, row.pk) is None
    assert signed_in.who() == alice
    assert sessions.end_one(account, row.pk) == row
    assert signed_in.who() is None


def test_all_but_one_session_can_be_ended(alice, signed_in):
    others = [Browser() for _ in range(2)]
    for browser in others:
        browser.sign_in("example-corp", "alice")
    assert sessions.end_all_of(alice, keep=signed_in.own_session().pk) == 2
    assert signed_in.who() == alice
    assert [browser.who() for browser in others] == [None, None]


def test_a_login_profile_taken_away_and_given_anew_does_not_revive_sessions(alice, signed_in):
    passwords.remove_password(alice)
    passwords.set_password(alice, "another-Horse-8-battery", now=NOW)
    assert signed_in.who() is None


def test_tidying_drops_what_is_past_in_batches(alice, signed_in):
    for _ in range(2):
        Browser().sign_in("example-corp", "alice")
    assert sessions.tidy(NOW + timedelta(minutes=14), 10) == 0
    assert sessions.tidy(NOW + timedelta(minutes=15), 2) == 2
    assert sessions.tidy(NOW + timedelta(minutes=15), 2) == 1


def test_another_engine_is_refused(rf):
    request = rf.get("/")
    request.session = object()
    with pytest.raises(TypeError):
        sessions.current(request, NOW)


def test_the_store_makes_and_knows_its_keys(db):
    store = SessionStore()
    store["a"] = 1
    store.save()
    key = store.session_key
    assert key is not None
    assert SessionStore().exists(key)
    assert SessionStore(key)["a"] == 1
    store.delete()
    assert not SessionStore().exists(key)
