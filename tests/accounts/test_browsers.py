"""Several sessions side by side in one browser: who may go from one to another, and who never."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from accounts import browsers, sessions
from accounts.models import ConsoleSession
from console.browser_sessions import BrowserSessions
from tests.accounts.cast import NOW, PASSWORD, Browser, phone, user


class Shared(Browser):
    """A browser that keeps the second cookie too."""

    def visit(self, step):
        answers = []

        def view(request):
            answers.append(step(request))
            return HttpResponse()

        request = RequestFactory().post("/signin")
        request.COOKIES.update(self.cookies)
        response = BrowserSessions(view)(request)
        assert isinstance(response, HttpResponse)
        for name, morsel in response.cookies.items():
            self.cookies[name] = morsel.value
        return answers[0]

    @property
    def browser_key(self):
        return self.cookies.get(settings.BROWSER_COOKIE_NAME, "")

    def names(self):
        rows = self.visit(lambda request: browsers.beside(sessions.store_of(request), self.now))
        return [str(row.identity) for row in rows]

    def use(self, name):
        def step(request):
            store = sessions.store_of(request)
            row = next(row for row in browsers.beside(store, self.now) if str(row.identity) == name)
            return browsers.use(request, store, row.pk, self.now)

        return self.visit(step)


@pytest.fixture
def people(account):
    return [user(account, name, password=PASSWORD) for name in ("ann", "ben", "cy", "dee", "eve", "fay")]


@pytest.fixture
def two(people):
    browser = Shared()
    browser.sign_in("example-corp", "ann")
    browser.sign_in("example-corp", "ben")
    return browser


def test_a_second_sign_in_leaves_the_first_beside_it(two):
    assert str(two.who()) == "ben"
    assert two.names() == ["ann"]


def test_one_may_go_from_one_to_the_other_and_back(two):
    before = two.key
    assert str(two.use("ann").identity) == "ann"
    assert str(two.who()) == "ann"
    assert two.names() == ["ben"]
    assert two.key != before
    two.use("ben")
    assert str(two.who()) == "ben"


def test_no_key_of_before_a_change_is_worth_anything(two):
    of_ben = Browser(cookies={"session": two.key})
    two.use("ann")
    of_ann = Browser(cookies={"session": two.key})
    assert of_ben.who() is None
    two.use("ben")
    assert of_ann.who() is None


def test_the_sessions_wait_under_keys_that_nobody_holds(two):
    alone = Browser(cookies={"session": two.browser_key})
    assert alone.who() is None
    assert two.browser_key not in str(list(ConsoleSession.objects.values()))


def test_the_browser_key_changes_at_each_sign_in(people):
    browser = Shared()
    browser.sign_in("example-corp", "ann")
    planted = browser.browser_key
    browser.sign_in("example-corp", "ben")
    thief = Shared(cookies={settings.BROWSER_COOKIE_NAME: planted})
    assert thief.names() == []


def test_a_browser_key_that_was_planted_leads_to_nobody(people):
    victim = Shared(cookies={settings.BROWSER_COOKIE_NAME: "planted" * 6})
    victim.sign_in("example-corp", "ann")
    assert Shared(cookies={settings.BROWSER_COOKIE_NAME: "planted" * 6}).names() == []
    assert victim.browser_key != "planted" * 6


def test_another_browsers_session_is_not_to_be_had(two, people):
    elsewhere = Shared()
    elsewhere.sign_in("example-corp", "cy")
    pk = elsewhere.own_session().pk
    assert two.visit(lambda request: browsers.use(request, sessions.store_of(request), pk, NOW)) is None
    assert str(two.who()) == "ben"


def test_the_same_person_again_takes_the_earlier_sessions_place(two):
    two.sign_in("example-corp", "ann")
    assert two.names() == ["ben"]
    assert ConsoleSession.objects.filter(account__isnull=False).count() == 2


def test_five_stand_side_by_side_and_no_more(people):
    browser = Shared()
    for person in people[:5]:
        browser.sign_in("example-corp", person.name)
        browser.later(seconds=1)
    assert browser.visit(lambda request: browsers.full(sessions.store_of(request), browser.now))
    browser.sign_in("example-corp", "fay")
    assert browser.names() == ["eve", "dee", "cy", "ben"]
    assert ConsoleSession.objects.filter(account__isnull=False).count() == 5


def test_each_has_limits_of_its_own(two, account):
    later = two.later(minutes=14)
    sessions.touch(later.own_session(), later.now)
    assert two.later(minutes=2).names() == []
    assert str(two.who()) == "ben"


def test_signing_out_of_one_leaves_the_others(two):
    two.visit(sessions.end)
    assert two.who() is None
    assert two.names() == ["ann"]


def test_signing_out_of_all_leaves_nothing(two):
    ended = two.visit(lambda request: browsers.end_all(request, sessions.store_of(request)))
    assert ended == 2
    assert two.browser_key == two.key == ""
    assert not ConsoleSession.objects.exists()


def test_a_session_that_ended_meanwhile_is_not_gone_on_with(two, people):
    row = ConsoleSession.objects.get(identity=people[0])
    sessions.end_all_of(people[0])
    assert two.visit(lambda request: browsers.use(request, sessions.store_of(request), row.pk, NOW)) is None
    assert str(two.who()) == "ben"


def test_one_without_a_password_any_more_is_not_beside(two, people):
    type(people[0]).objects.filter(pk=people[0].pk).update(password="")
    assert two.names() == []


def test_a_half_done_sign_in_keeps_the_other(two, people):
    phone(people[2])
    two.sign_in("example-corp", "cy")
    assert two.who() is None
    assert two.names() == ["ben", "ann"]
    two.use("ben")
    assert str(two.who()) == "ben"


def test_federated_sessions_end_when_they_were_to_end(account):
    browser = Shared()
    browser.visit(
        lambda request: sessions.start_as(
            request,
            account,
            "ASIAEXAMPLEEXAMPLE00",
            acting_as="auditor/ann",
            ends_at=NOW + timedelta(minutes=5),
            mfa_at=None,
            now=NOW,
            peer="192.0.2.7",
            user_agent="tests",
        )
    )
    assert browser.own_session().identity is None
    assert browser.later(minutes=4, seconds=59).session() is not None
    assert browser.later(seconds=1).session() is None


def test_a_form_is_spent_once(two):
    row = two.own_session()
    assert [sessions.spend_form(row, mark) for mark in ("a", "a", "b")] == [True, False, True]


def test_a_session_that_ends_in_mid_request_leads_to_sign_in(two, people):
    def ended_meanwhile(request):
        request.session["note"] = "x"
        sessions.end_all_of(people[1])

    two.visit(ended_meanwhile)
    assert two.who() is None
    assert two.key == "", "the next answer takes the cookie away"
    assert two.names() == ["ann"]
