"""The pages of a forgotten password, walked through as a browser does."""

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from accounts import mail, password_reset
from accounts.models import OutgoingMail, PasswordReset
from accounts.signup import open_account

PASSWORD, NEW = "correct-Horse-7-battery", "another-Horse-8-stable"


@pytest.fixture
def root(db):
    return open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", timezone.now())[1]


def token():
    password_reset.sweep(timezone.now(), 10)
    mail.send(OutgoingMail.objects.latest("pk").pk, timezone.now())
    return outbox.outbox[-1].body.split(password_reset.LINK)[1].split("/")[0]


@pytest.mark.parametrize(
    "named",
    [
        {"as": "root", "email": "root@example.com"},
        {"as": "root", "email": "nobody@example.com"},
        {"account": "example-corp", "user": "nobody"},
        {"account": "none", "user": "nobody"},
    ],
)
def test_the_answer_is_the_same_whoever_is_named(root, client, named):
    answer = client.post("/forgot-password/", named)
    assert (answer.status_code, answer["Location"], answer.content) == (303, "/forgot-password/sent/", b"")
    assert b"If there is such a user" in client.get(answer["Location"]).content
    assert PasswordReset.objects.count() == 1


def test_a_password_is_chosen_by_the_link_and_nobody_is_signed_in(root):
    client = Client()
    client.post("/forgot-password/", {"as": "root", "email": "root@example.com"})
    link = f"{password_reset.LINK}{token()}/"
    for _ in range(2):
        answer = client.get(link)
        assert (answer.status_code, answer["Location"]) == (303, "/forgot-password/new/")
    assert client.head(link).status_code == 303
    assert b"field-new" in client.get("/forgot-password/new/").content
    assert client.post("/forgot-password/new/", {"new": NEW, "again": "x"}).status_code == 422
    assert client.post("/forgot-password/new/", {"new": "short", "again": "short"}).status_code == 422
    assert client.post("/forgot-password/hints/", {"new": "short"}).status_code == 200
    done = client.post("/forgot-password/new/", {"new": NEW, "again": NEW})
    assert (done.status_code, done["Location"]) == (303, "/signin?as=root")
    assert client.get("/me/credentials/").status_code == 302
    assert client.get("/forgot-password/new/").status_code == 410
    assert client.get(link).status_code == 410


def test_the_form_is_for_the_browser_that_opened_the_link(root, client):
    client.post("/forgot-password/", {"as": "root", "email": "root@example.com"})
    client.get(f"{password_reset.LINK}{token()}/")
    assert Client().get("/forgot-password/new/").status_code == 410


def test_what_is_missing_is_named(root, client):
    answer = client.post("/forgot-password/", {"account": "example-corp"})
    assert answer.status_code == 422
    assert b"User name: This is needed." in answer.content


def test_forms_want_a_csrf_token(root):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/forgot-password/", {"as": "root", "email": "x@example.org"}).status_code == 403


def test_where_no_mail_is_sent_the_page_says_so(root, client, settings):
    mail.use(settings.PUBLIC_URL, on=False)
    try:
        assert b"sends no mail" in client.get("/forgot-password/").content
    finally:
        mail.use(settings.PUBLIC_URL, on=True)
