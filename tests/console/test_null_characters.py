"""A null character in what a browser sends: PostgreSQL takes none, and nobody has to find out by an error of ours."""

import pytest
from django.test import Client

SIGN_IN = {"account": "example-corp", "user": "bob", "password": "correct-Horse-7-battery"}


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/signin", SIGN_IN | {"user": "bob\x00"}),
        ("/signin", SIGN_IN | {"account": "\x00"}),
        ("/signin", SIGN_IN | {"password": "\x00"}),
        ("/signin", SIGN_IN | {"next\x00": "/"}),
        ("/signin?as=root", {"as": "root", "email": "root\x00@example.com", "password": "x"}),
        ("/signin/example-corp%00", SIGN_IN),
        ("/forgot-password/", {"account": "example-corp", "user": "bob\x00"}),
        ("/signin/recover-root", {"email": "root@example.com\x00", "code": "x"}),
        ("/signin?next=%2F%00", None),
        ("/forgot-password/link/%00/", None),
        ("/federation?Action=login&SigninToken=%00", None),
    ],
)
def test_a_stranger_is_told_that_the_request_is_bad(world, address, form):
    client = Client()
    answer = client.get(address) if form is None else client.post(address, form)
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "address", ["/iam/users/?q=%00", "/iam/users/b%00b/credentials/", "/me/switch-role/?role=%00"]
)
def test_so_is_one_who_is_signed_in(world, browser, address):
    assert browser(world.alice).get(address).status in (400, 404)


def test_nothing_is_done_by_a_form_with_one(world, browser):
    assert (
        browser(world.alice).post("/iam/users/create/", {"UserName": "new", "Path": "/\x00/"}).status == 400
    )


@pytest.mark.parametrize("name", ["PolicyDocument", "document"])
def test_in_a_document_it_is_told_where(world, browser, name):
    sent = {"PolicyName": "new", name: '{"Version":"2012-10-17",\x00}'}
    page = browser(world.alice).post("/iam/policies/create/", sent)
    assert page.status == 422
