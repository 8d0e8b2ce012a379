"""Several people signed in in one browser, by page; forms that were made for another of them."""

import re

import pytest
from django.test import Client

from accounts import passwords
from accounts.models import ConsoleSession, Event, Identity
from console.refusals import kept
from tests.console.browser import Page
from tests.world import PASSWORD

FOREIGN = "This form was somebody else's"


def found(pattern, text):
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match.group(1)


def give_password(actor):
    identity = Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)
    passwords.set_password(identity, PASSWORD, now=actor.now)
    return identity


class Chrome:
    """A browser that signs in by the form, and checks tokens as browsers do."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)

    def get(self, address, **headers):
        return Page(self.client.get(address, headers=headers))

    def token(self):
        return self.client.cookies["csrf"].value

    def post(self, address, data=None, token=None, **headers):
        sent = {"csrfmiddlewaretoken": token or self.token(), **(data or {})}
        return Page(self.client.post(address, sent, headers=headers))

    def sign_in(self, user, *, add=False, account="example-corp"):
        self.get("/signin")
        query = "?add=1" if add else ""
        return self.post(f"/signin{query}", {"account": account, "user": user, "password": PASSWORD})

    def mark(self, address="/"):
        return found(r'name="acting-as" value="([^"]+)"', self.get(address).text)


@pytest.fixture
def chrome(world):
    give_password(world.alice), give_password(world.bob)
    browser = Chrome()
    browser.sign_in("alice")
    return browser


def of(actor):
    return ConsoleSession.objects.get(identity_id=actor.principal.identity_pk)


def who(browser):
    return found(r'class="who">([^<]*)', browser.get("/").text)


def test_another_signs_in_beside_and_the_menu_lists_both(world, chrome):
    shown = chrome.get("/signin?add=1")
    assert "Also signed in here" not in shown.words
    assert chrome.sign_in("bob", add=True).location == "/"
    page = chrome.get("/")
    assert "Also signed in here Switch to alice in example-corp" in page.words
    assert "Sign out of all 2" in page.words
    assert page.is_accessible()


def test_one_switches_to_the_other(world, chrome):
    chrome.sign_in("bob", add=True)
    assert who(chrome) == "bob"
    assert chrome.post(f"/switch-identity/{of(world.alice).pk}/use/").location == "/"
    assert who(chrome) == "alice"
    assert Event.objects.filter(name="SwitchIdentity").get().actor_arn == world.alice.principal.arn


def test_a_wrong_password_leaves_the_one_who_adds_signed_in(chrome):
    wrong = {"account": "example-corp", "user": "bob", "password": "wrong"}
    assert chrome.post("/signin?add=1", wrong).status == 422
    assert who(chrome) == "alice"


def test_the_sign_in_page_offers_to_go_on_as_those_who_are(world, chrome):
    chrome.sign_in("bob", add=True)
    assert chrome.post("/signout").location == "/signin"
    page = chrome.get("/signin?next=/iam/users/")
    assert "Go on as alice in example-corp" in page.words
    assert page.is_accessible()
    went = chrome.post(f"/switch-identity/{of(world.alice).pk}/use/", {"next": "/iam/users/"})
    assert went.location == "/iam/users/"


def test_nobody_is_offered_who_may_not_go_on_without_mfa(world, chrome):
    world.root.run("tenant.UpdateMFARequirement", RequiredOf="everyone", GraceDays=0)
    ended = chrome.get("/iam/users/")
    assert ended.location.startswith("/signin/example-corp?")
    assert "Go on as" not in chrome.get(ended.location).words


def test_all_are_signed_out_at_once(world, chrome):
    chrome.sign_in("bob", add=True)
    assert chrome.post("/switch-identity/all/sign-out/").location == "/signin"
    assert not ConsoleSession.objects.filter(account__isnull=False).exists()
    assert "All 2 sessions" in chrome.get("/signin").words
    assert sorted(event.actor_arn for event in Event.objects.filter(name="ConsoleLogout")) == sorted(
        [world.alice.principal.arn, world.bob.principal.arn]
    )


def test_one_of_the_others_is_signed_out(world, chrome):
    chrome.sign_in("bob", add=True)
    chrome.post(f"/switch-identity/{of(world.alice).pk}/sign-out/")
    assert "Also signed in here" not in chrome.get("/").words


def test_a_sixth_has_no_room(world, chrome):
    names = ("u1", "u2", "u3", "u4")
    for name in names:
        world.root.iam("CreateUser", UserName=name)
        world.root.iam("CreateLoginProfile", UserName=name, Password=PASSWORD)
        chrome.sign_in(name, add=True)
    assert chrome.get("/signin?add=1").location == "/"
    assert "5 are signed in in this browser already" in chrome.get("/").words


def test_somebody_elses_session_is_not_to_be_used(world, chrome, browser):
    browser(world.bob)
    chrome.post(f"/switch-identity/{of(world.bob).pk}/use/")
    assert who(chrome) == "alice"


def test_a_form_of_another_is_refused_and_its_input_kept(world, chrome):
    mark = chrome.mark()
    chrome.sign_in("bob", add=True)
    sent = {"acting-as": mark, "UserName": "<new>", "Password": "secret-word"}
    page = chrome.post("/iam/users/create/", sent)
    assert page.status == 409
    assert FOREIGN in page.words
    assert "UserName <new>" in page.words
    assert "secret-word" not in page.text
    assert "Switch to alice and send it" in page.words
    assert page.is_accessible()


def test_the_kept_form_is_sent_after_switching_back(world, chrome):
    mark = chrome.mark()
    chrome.sign_in("bob", add=True)
    page = chrome.post("/iam/groups/create/", {"acting-as": mark, "GroupName": "late"})
    kept = found(r'name="kept" value="([^"]+)"', page.text)
    again = chrome.post(f"/switch-identity/{of(world.alice).pk}/use/", {"kept": kept})
    assert again.status == 200
    assert 'name="GroupName" value="late"' in again.text
    assert 'action="/iam/groups/create/"' in again.text
    assert f'name="acting-as" value="{mark}"' in again.text
    assert again.is_accessible()


def test_a_form_of_somebody_who_is_gone_offers_no_way_back(world, chrome):
    mark = chrome.mark()
    chrome.post("/signout")
    chrome.sign_in("bob")
    page = chrome.post("/iam/users/create/", {"acting-as": mark, "UserName": "new"})
    assert page.status == 409
    assert "Switch to" not in page.words


def test_a_fragment_of_another_is_refused_into_the_messages(world, chrome):
    mark = chrome.mark()
    chrome.sign_in("bob", add=True)
    page = chrome.post("/appearance", {"acting-as": mark, "theme": "dark"}, **{"HX-Request": "true"})
    assert page.status == 409
    assert page.response.headers["HX-Retarget"] == "#flash"
    assert "<html" not in page.text
    assert "Switch back to alice" in page.words


def test_a_fragment_asked_for_by_a_page_of_another_reloads_it(chrome):
    mark = chrome.mark()
    chrome.sign_in("bob", add=True)
    page = chrome.get("/iam/users/", **{"HX-Request": "true", "X-Acting-As": mark})
    assert (page.status, page.response.headers["HX-Refresh"]) == (204, "true")


def test_switching_back_by_a_fragment_renews_its_page(world, chrome):
    chrome.sign_in("bob", add=True)
    page = chrome.post(f"/switch-identity/{of(world.alice).pk}/use/", **{"HX-Request": "true"})
    assert page.status == 200
    assert "data-fresh-token" in page.text


def test_the_same_person_signed_in_anew_is_asked_to_send_it_again(world, chrome):
    mark, old = chrome.mark(), chrome.token()
    chrome.post("/signout")
    chrome.sign_in("alice")
    sent = {"acting-as": mark, "GroupName": "late", "code": "123456"}
    page = chrome.post("/iam/groups/create/", sent, token=old)
    assert page.status == 403
    assert "This page is out of date" in page.words
    assert "Send it again" in page.words
    assert 'name="GroupName" value="late"' in page.text
    assert "123456" not in page.text
    assert page.is_accessible()


def test_a_fragment_of_the_same_person_keeps_its_page(chrome):
    mark, old = chrome.mark(), chrome.token()
    chrome.post("/signout")
    chrome.sign_in("alice")
    headers = {"HX-Request": "true", "X-Acting-As": mark}
    page = chrome.post("/iam/groups/create/", {"GroupName": "late"}, token=old, **headers)
    assert page.status == 403
    assert page.response.headers["HX-Retarget"] == "#flash"
    assert "data-fresh-token" in page.text
    assert "<html" not in page.text


def test_a_form_of_somebody_who_signed_out_leads_to_sign_in(chrome):
    mark, old = chrome.mark(), chrome.token()
    chrome.post("/signout")
    page = chrome.post("/iam/groups/create/", {"acting-as": mark}, token=old)
    assert page.location.startswith("/signin?next=%2Fiam%2Fgroups%2Fcreate%2F")


def test_another_sites_form_is_told_apart(chrome):
    page = chrome.post("/iam/groups/create/", {}, Origin="https://evil.example")
    assert page.status == 403
    assert "page of another site" in page.words
    assert "Send it again" not in page.words


def test_without_cookies_it_is_said(world):
    page = Page(Client(enforce_csrf_checks=True).post("/signin", {"user": "x"}))
    assert page.status == 403
    assert "Your browser sent no cookies" in page.words
    assert page.is_accessible()


def test_a_sign_in_page_that_is_out_of_date_says_so(chrome):
    old = chrome.token()
    chrome.post("/signout")
    page = chrome.post("/signin", {"user": "x"}, token=old)
    assert page.status == 403
    assert "You have signed in or out since this page was opened" in page.words


def test_signing_out_over_https_tells_the_browser_to_forget_its_pages(world, browser):
    answer = browser(world.bob).client.post("/signout", secure=True)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in browser(world.bob).client.post("/signout").headers


def test_no_secret_of_a_form_that_is_out_of_date_is_written_back(rf):
    sent = rf.post(
        "/somewhere/", {"pass": "A", "recovery": "B", "file_key": "C", "OldPassword": "D", "name": "E"}
    )
    found = kept(sent)
    assert found is not None
    assert found.fields == (("name", "E"),)
    assert set(found.secrets) == {"pass", "recovery", "file_key", "OldPassword"}
    assert kept(rf.post("/somewhere/", {"content": "a list of seeds", "format": "csv"})) is None
