"""Signing in and out through pages."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from accounts import mail, mfa, passwords, signup_by_mail, totp
from accounts.models import Account, ConsoleSession, Event, Identity, OutgoingMail
from console.session import own_path
from tests.world import PASSWORD


@pytest.fixture
def bob(world):
    """Bob's identity, with a password."""
    identity = Identity.objects.select_related("account").get(account=world.account, name="bob")
    passwords.set_password(identity, PASSWORD, now=datetime.now(UTC))
    return identity


def sent(**more):
    return {"account": "example-corp", "user": "bob", "password": PASSWORD, **more}


def test_a_user_signs_in_by_alias_and_by_number(bob, browser):
    for account in ("example-corp", bob.account.number):
        page = browser().post("/signin", sent(account=account))
        assert (page.status, page.location) == (303, "/")


def test_the_address_can_name_the_account(bob, browser):
    page = browser().get("/signin/example-corp")
    assert "example-corp" in page.words
    assert page.is_accessible()
    assert browser().post("/signin/example-corp", {"user": "bob", "password": PASSWORD}).location == "/"


def test_root_signs_in_by_mail(world, browser):
    page = browser().post("/signin", {"as": "root", "email": "root@example.com", "password": PASSWORD})
    assert page.location == "/"


def test_whatever_is_wrong_reads_the_same(bob, browser):
    wrong = [sent(password="no"), sent(user="nobody"), sent(account="no-such-account")]
    pages = [browser().post("/signin", data) for data in wrong]
    assert {page.status for page in pages} == {422}
    alerts = {next(e.text for e in page.tree.walk() if e.get("role") == "alert") for page in pages}
    assert len(alerts) == 1
    assert all(page.is_accessible() for page in pages)


def test_a_wrong_password_is_not_sent_back(bob, browser):
    assert "sesame-open" not in browser().post("/signin", sent(password="sesame-open")).text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "iam/users/"],
)
def test_next_leads_only_to_our_own_pages(bob, browser, wanted):
    assert browser().post("/signin", sent(next=wanted)).location == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/\n/evil.example",
        "/iam/\tusers/",
        "/iam/../signout",
        "/iam/%2e%2e/federation?Action=login",
        "/iam/%2E./federation?Action=login",
        "/iam\\..\\federation",
        "/iam/%5c..%5cfederation",
        "/iam/./../signout",
        "/%0d%0aSet-Cookie:x",
        "/%2F/evil.example",
    ],
)
def test_what_a_browser_would_make_another_address_of_is_none_to_come_back_to(wanted):
    assert own_path(wanted) == "/"


@pytest.mark.parametrize(
    "wanted", ["/iam/users/a.b/", "/iam/users/..a/", "/me/?a=/../x", "/iam/users/a@b/", "/iam/users/%C3%A9/"]
)
def test_dots_in_names_and_queries_are_none_of_that(wanted):
    assert own_path(wanted) == wanted


def test_next_keeps_its_query(bob, browser):
    assert (
        browser().post("/signin", sent(next="/iam/users/?q=a&after=b")).location == "/iam/users/?q=a&after=b"
    )


def test_a_second_factor_is_asked_for_and_judged(bob, browser, world):
    coming = _guarded(bob)
    person = browser()
    step = person.post("/signin", sent(next="/iam/users/"))
    assert step.location.startswith("/signin/step/factor?next=%2Fiam%2Fusers%2F")
    assert person.get("/").location.startswith("/signin")
    page = person.get(step.location)
    assert page.is_accessible()
    refused = person.post(step.location, {"code": "000000"})
    assert refused.status == 422
    assert "not valid" in refused.words
    done = person.post("/signin/step/factor", {"code": coming, "next": "/iam/users/"})
    assert done.location == "/iam/users/"


def test_root_without_its_device_is_not_sent_to_an_administrator(world, browser):
    _guarded(world.account.root)
    person = browser()
    step = person.post("/signin", {"as": "root", "email": "root@example.com", "password": PASSWORD})
    page = person.get(step.location)
    assert "whoever runs this installation can help" in page.words
    assert "An administrator of the account" not in page.words


def _guarded(identity):
    """Enrol a device now; gives the code of the coming step, the first that is still good."""
    now = datetime.now(UTC)
    serial = f"arn:aws:iam::{identity.account.number}:mfa/phone"
    device, provisioning = mfa.create(identity.account, serial=serial, name="phone", now=now)
    before, present, coming = _codes(provisioning.secret, now)
    assert mfa.enrol(device, identity, before, present, now)
    return coming


def _codes(secret, now):
    """Codes of the step before, this one and the next."""
    seed = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = totp.step_at(now)
    return [totp.code_at(seed, step + apart) for apart in (-1, 0, 1)]


def test_a_new_password_is_asked_for_when_due(bob, browser):
    passwords.set_password(bob, PASSWORD, now=datetime.now(UTC), must_change=True)
    person = browser()
    step = person.post("/signin", sent())
    assert step.location == "/signin/step/password?next=%2F"
    assert person.get("/").location.startswith("/signin")
    assert person.get(step.location).is_accessible()
    differing = person.post(step.location, {"new": "Fresh-Water-42-mill", "again": "Fresh-Water-42-milk"})
    assert (differing.status, "differ" in differing.words) == (422, True)
    assert differing.is_accessible()
    weak = person.post(step.location, {"new": "short", "again": "short"})
    assert weak.status == 422
    done = person.post(step.location, {"new": "Fresh-Water-42-mill", "again": "Fresh-Water-42-mill"})
    assert done.location == "/"
    assert person.get("/").status == 200


def test_steps_cannot_be_jumped(bob, browser):
    for step in ("factor", "password"):
        assert browser().get(f"/signin/step/{step}").location == "/signin?next=%2F"
        assert (
            browser().post(f"/signin/step/{step}", {"code": "123456", "new": "x", "again": "x"}).status == 303
        )


def test_signing_out_ends_the_session_and_is_recorded(bob, browser):
    person = browser()
    person.post("/signin", sent())
    assert person.get("/").status == 200
    page = person.post("/signout")
    assert page.location == "/signin"
    assert "You are signed out." in person.get("/signin").words
    assert person.get("/").location.startswith("/signin")
    assert Event.objects.filter(name="ConsoleLogout", account=bob.account).exists()


def test_sign_out_is_not_a_link(bob, browser):
    assert browser().get("/signout").status == 405


def test_forms_need_their_token(bob):
    client = Client(enforce_csrf_checks=True)
    without_cookies = client.post("/signin", sent())
    assert without_cookies.status_code == 403
    assert b"Allow cookies for this address" in without_cookies.content
    client.get("/signin")
    without_token = client.post("/signin", sent())
    assert without_token.status_code == 403
    assert b"This page is out of date" in without_token.content


def test_every_cookie_is_for_this_host_over_https_and_not_for_scripts(bob, browser, settings):
    for name in ("SESSION", "CSRF"):
        setattr(settings, f"{name}_COOKIE_SECURE", True)
    for name in ("ACCOUNT", "THEME"):
        setattr(settings, f"{name}_COOKIE_NAME", f"__Host-{name.lower()}")
    person = browser()
    person.get("/signin")
    person.post("/signin", sent(remember="true"))
    person.post("/appearance", {"theme": "dark"})
    kept = person.client.cookies
    assert {"__Host-account", "__Host-theme", settings.MARK_COOKIE_NAME} < set(kept)
    for cookie in kept.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax"), cookie.key
        assert (cookie["path"], cookie["domain"]) == ("/", ""), cookie.key
    person.post("/appearance", {"theme": "auto"})
    assert kept["__Host-theme"]["secure"], "without it browsers would keep what is to be forgotten"


def test_the_account_is_remembered_only_by_consent(bob, browser):
    person = browser()
    person.post("/signin", sent())
    person.post("/signout")
    assert 'value="example-corp"' not in person.get("/signin").text
    person.post("/signin", sent(remember="true"))
    person.post("/signout")
    assert 'value="example-corp"' in person.get("/signin").text


def test_a_lost_session_says_so_and_leads_back(world, browser):
    person = browser(world.alice)
    person.client.cookies["session"] = "gone"
    page = person.get("/")
    assert page.location == "/signin?next=%2F&why=ended"
    assert "Your session has ended" in person.get(page.location).words


@pytest.mark.parametrize(("who", "place"), [("alice", "/signin/example-corp?"), ("root", "/signin?as=root&")])
def test_a_session_past_its_limit_leads_to_where_its_person_signs_in(world, browser, who, place):
    person = browser(getattr(world, who))
    ConsoleSession.objects.filter(account=world.account).update(
        last_seen_at=datetime.now(UTC) - timedelta(hours=1)
    )
    page = person.get("/iam/users/")
    assert page.location == f"{place}next=%2Fiam%2Fusers%2F&why=ended"
    assert "Your session has ended" in person.get(page.location).words


def test_a_lost_session_tells_htmx_to_load_the_sign_in_page(world, browser):
    person = browser()
    response = person.client.get(
        "/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/iam/users/?q=a"}
    )
    assert response.headers["HX-Redirect"] == "/signin?next=%2Fiam%2Fusers%2F%3Fq%3Da"


def test_sign_up_is_closed_unless_opened(db, browser):
    assert browser().get("/signup").status == 404


def test_sign_up_opens_an_account_and_signs_in(db, browser, settings):
    settings.OPEN_SIGNUP = True
    person = browser()
    assert person.get("/signup").is_accessible()
    form = {"name": "New Corp", "alias": "new-corp", "email": "owner@new.example", "password": PASSWORD}
    assert person.post("/signup", form).location == "/"
    assert "new-corp" in person.get("/").words
    again = browser().post("/signup", form)
    assert again.status == 422
    assert again.is_accessible()
    event = Event.objects.get(name="CreateAccount")
    assert event.account == Account.objects.get(alias="new-corp")
    assert (event.source, event.peer) == ("signin", "127.0.0.1")


@pytest.fixture
def delivering(settings):
    settings.OPEN_SIGNUP = True
    mail.use(settings.PUBLIC_URL, on=True, delivers=True)
    yield
    mail.use(settings.PUBLIC_URL, on=True)


def test_with_mail_sign_up_answers_alike_and_a_link_opens_the_account(world, browser, delivering):
    form = {"name": "New Corp", "alias": "new-corp", "email": "owner@new.example", "password": PASSWORD}
    answers = []
    for email in ("root@example.com", "owner@new.example"):
        answer = browser().post("/signup", {**form, "email": email})
        answers.append((answer.status, answer.location, answer.text))
    assert answers == [(303, "/signup/sent/", "")] * 2
    assert browser().get("/signup/sent/").is_accessible()
    signup_by_mail.sweep(timezone.now(), 10)
    mail.send(OutgoingMail.objects.get(kind="signup").pk, timezone.now())
    token = outbox.outbox[-1].body.split(signup_by_mail.LINK)[1].split("/")[0]
    person = browser()
    assert person.get("/signup/confirm/").status == 410
    assert person.get(f"{signup_by_mail.LINK}{token}/").location == "/signup/confirm/"
    page = person.get("/signup/confirm/")
    assert page.is_accessible()
    assert "owner@new.example" in page.words
    wrong = person.post("/signup/confirm/", {"password": "another-Horse-8-battery"})
    assert (wrong.status, "not the password that was chosen" in wrong.words) == (422, True)
    assert person.post("/signup/confirm/", {"password": PASSWORD}).location == "/"
    assert "new-corp" in person.get("/").words
    assert browser().get(f"{signup_by_mail.LINK}{token}/").status == 410
    assert browser().get(f"{signup_by_mail.LINK}unknown/").is_accessible()


@pytest.mark.parametrize("address", ["sent/", "confirm/", "link/x/"])
def test_the_pages_of_sign_up_are_closed_with_it(db, browser, address):
    assert browser().get(f"/signup/{address}").status == 404


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/%2f/evil.example",
        "/%2F%2Fevil.example",
        "/%5Cevil.example",
        "%2f%2fevil.example",
        "http:evil.example",
        "https://evil.example/",
        "https://testserver@evil.example/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "/@evil.example",
        "/.//evil.example",
        "evil.example",
        "@evil.example",
        "/%00/x",
        "/signout",
        "/federation?Action=login&SigninToken=x",
        "/switch-identity/1/use/",
        "//testserver:80@evil.example/",
    ],
)
def test_only_pages_of_ours_are_gone_to(wanted):
    assert own_path(wanted) == "/"


@pytest.mark.parametrize(
    "wanted", ["/", "/iam/users/?q=%2Fa", "/signin/example-corp", "/switchrole?account=a%40b"]
)
def test_pages_of_ours_are_gone_to_with_their_query(wanted):
    assert own_path(wanted) == wanted
