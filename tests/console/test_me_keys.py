"""My own access keys by page: made, switched, deleted, and rotated ones collected."""

import base64

import pytest
from django.conf import settings

from accounts.models import Event

CREDENTIALS = "/me/credentials/"
CREATE = "/me/credentials/keys/create/"


def keys(actor):
    return {row["AccessKeyId"]: row["Status"] for row in actor.iam("ListAccessKeys")["AccessKeyMetadata"]}


def values(page):
    return [e.words for e in page.tree.walk() if e.get("class") == "secret-value"]


@pytest.fixture(params=["alice", "root"])
def person(world, request):
    """A user, and root: the pages are the same for both."""
    return getattr(world, request.param)


def test_a_key_is_made_once_confirmed_and_its_secret_shown_once(person, browser):
    opened = browser(person)
    assert opened.get(CREATE).is_accessible()
    assert not keys(person)
    page = opened.post(CREATE)
    assert page.status == 200
    key_id, secret = values(page)
    assert list(keys(person)) == [key_id]
    assert len(secret) == 40
    assert page.is_accessible()
    assert page.response.headers["Cache-Control"] == "no-store"
    assert secret not in opened.get(CREDENTIALS).text
    told = "".join(f"{e.parameters}{e.response}" for e in Event.objects.all())
    assert secret not in told


def test_the_dialogs_answer_is_a_page_of_its_own(world, browser):
    dialog = browser(world.alice).get(CREATE, htmx=True)
    form = next(e for e in dialog.tree.walk() if e.tag == "form")
    assert (form.get("method"), form.get("hx-post")) == ("post", "")


def test_the_secret_can_be_carried_away_in_three_forms(world, browser):
    page = browser(world.alice).post(CREATE)
    key_id, secret = values(page)
    files = {
        e.get("download"): base64.b64decode(e.get("href").partition(",")[2]).decode()
        for e in page.tree.walk()
        if e.get("download")
    }
    assert set(files) == {"alice_accessKeys.csv", "alice.env", "alice-credentials"}
    assert all(key_id in text and secret in text for text in files.values())
    assert f"AWS_ENDPOINT_URL={settings.PUBLIC_URL}\n" in files["alice.env"]
    assert files["alice-credentials"].startswith("[alice]\n")


def test_root_is_advised_against_it(world, browser):
    assert "cannot be limited" in browser(world.root).get(CREATE).words
    assert "cannot be limited" not in browser(world.alice).get(CREATE).words


def test_a_third_key_is_refused_in_words(world, browser):
    opened = browser(world.alice)
    for _ in range(2):
        opened.post(CREATE)
    assert "Delete one to create another" in opened.get(CREDENTIALS).words
    page = opened.post(CREATE)
    assert page.status == 422
    assert "AccessKeysPerUser" in page.words
    assert page.is_accessible()


def test_a_key_is_switched_off_and_on(person, browser):
    opened = browser(person)
    opened.post(CREATE)
    (key_id,) = keys(person)
    for status in ("Inactive", "Active"):
        address = f"/me/credentials/keys/{key_id}/edit/?status={status}"
        assert opened.get(address).is_accessible()
        assert opened.post(address).location == CREDENTIALS
        assert keys(person) == {key_id: status}


def test_a_key_is_deleted_once_its_id_is_typed(person, browser):
    opened = browser(person)
    opened.post(CREATE)
    (key_id,) = keys(person)
    address = f"/me/credentials/keys/{key_id}/delete/"
    assert opened.post(address).status == 422
    assert keys(person)
    assert opened.post(address, {"confirm": key_id}).location == CREDENTIALS
    assert not keys(person)


def test_without_permission_each_act_says_which(world, browser):
    opened = browser(world.bob)
    made = opened.post(CREATE)
    assert made.status == 422
    assert "You need iam:CreateAccessKey" in made.words
    assert made.is_accessible()


def test_another_persons_key_is_not_found(world, browser):
    key_id = world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    page = browser(world.alice).post(f"/me/credentials/keys/{key_id}/delete/", {"confirm": key_id})
    assert page.status == 422
    assert "cannot be found" in page.words
    left = world.root.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"]
    assert [row["AccessKeyId"] for row in left] == [key_id]


def test_a_rotated_key_is_collected_once(world, browser):
    world.root.iam("CreateAccessKey", UserName="bob")
    old = world.root.iam("ListAccessKeys", UserName="bob")["AccessKeyMetadata"][0]["AccessKeyId"]
    new = world.root.run("tenant.StartKeyRotation", AccessKeyId=old)["KeyRotation"]["AccessKeyId"]
    address = f"/me/credentials/keys/{new}/collect/"
    opened = browser(world.bob)
    assert opened.get(address).is_accessible()
    page = opened.post(address)
    assert page.status == 200
    key_id, secret = values(page)
    assert (key_id, len(secret)) == (new, 40)
    assert page.is_accessible()
    again = opened.post(address)
    assert again.status == 422
    assert "not there to be collected" in again.words
    assert "is ready for you" not in opened.get(CREDENTIALS).words
