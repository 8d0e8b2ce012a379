"""Forms that make something once: sent twice, by a double click or a reload, they make nothing more."""

import re

import pytest

ALREADY = "This form was sent before"


def once(page):
    match = re.search(r'name="once" value="([^"]+)"', page.text)
    assert match is not None
    return match.group(1)


def keys(actor):
    return len(actor.iam("ListAccessKeys")["AccessKeyMetadata"])


@pytest.mark.parametrize(
    "address",
    [
        "/me/credentials/keys/create/",
        "/me/recovery-codes/create/",
        "/iam/users/bob/credentials/keys/create/",
        "/iam/users/create/",
        "/iam/users/bob/credentials/password/create/",
        "/iam/users/bob/credentials/pass/create/",
    ],
)
def test_forms_that_show_secrets_have_a_mark_of_their_own(world, browser, address):
    person = browser(world.alice)
    first, second = (person.get(address) for _ in range(2))
    assert first.status == 200
    assert once(first) != once(second)


def test_the_same_form_sent_again_makes_no_second_key(world, browser):
    person = browser(world.alice)
    sent = {"once": once(person.get("/me/credentials/keys/create/"))}
    assert "Secret access key" in person.post("/me/credentials/keys/create/", sent).words
    again = person.post("/me/credentials/keys/create/", sent)
    assert again.status == 409
    assert ALREADY in again.words
    assert "Secret access key" not in again.words
    assert again.is_accessible()
    assert keys(world.alice) == 1


def test_a_fresh_form_makes_another(world, browser):
    person = browser(world.alice)
    for _ in range(2):
        sent = {"once": once(person.get("/me/credentials/keys/create/"))}
        assert person.post("/me/credentials/keys/create/", sent).status == 200
    assert keys(world.alice) == 2


def test_the_same_mark_of_another_person_is_another_mark(world, browser):
    sent = {"once": "the-same"}
    assert browser(world.alice).post("/me/credentials/keys/create/", sent).status == 200
    assert browser(world.root).post("/me/credentials/keys/create/", sent).status == 200


def test_a_refused_form_comes_back_with_a_mark_that_works(world, browser):
    person = browser(world.alice)
    address = "/iam/users/create/"
    sent = {"once": once(person.get(address)), "UserName": "not a name"}
    refused = person.post(address, sent)
    assert refused.status == 422
    assert once(refused) != sent["once"]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_look_on_the_way_does_not_spend_the_form(world, browser, htmx):
    person = browser(world.alice)
    address = "/iam/users/create/"
    sent = {"once": once(person.get(address)), "UserName": "new", "q-group": "x"}
    person.post(f"{address}look/", sent, htmx=htmx)
    assert person.post(address, sent).status in (200, 303)
