"""Notices as their owner reads them."""

import pytest
from django.utils import timezone

from accounts import notices
from accounts.models import Notice
from tests.console.test_switch_role import make_role, switch


def test_the_empty_page_says_what_will_be_told(world, browser):
    page = browser(world.bob).get("/me/notices/")
    assert page.status == 200
    assert "No notices" in page.text
    assert page.is_accessible()


NEW = '<span class="state" data-tone="attention">'
UNREAD = '<span class="unread">{}</span>'


@pytest.fixture
def bob(world):
    return world.account.users.get(name_key="bob").identity


def test_the_menu_counts_what_is_unread_until_the_page_is_opened(world, browser, bob):
    signed_in = browser(world.bob)
    before = signed_in.get("/me/credentials/")
    assert 'class="unread' not in before.text
    for kind in ("key-made", "password-changed", "mfa-added"):
        notices.tell(bob, kind, timezone.now(), by="yourself")
    page = signed_in.get("/me/credentials/")
    assert UNREAD.format(3) in page.text
    assert "account menu, unread notices: </span>" in page.text
    assert page.is_accessible()
    page = signed_in.get("/me/notices/")
    assert page.is_accessible()
    assert "A new access key was made" in page.text
    assert page.text.count(NEW) == 3
    assert 'class="unread' not in page.text
    again = signed_in.get("/me/notices/")
    assert NEW not in again.text
    assert 'class="unread' not in again.text


def test_more_than_can_be_counted_is_said_so(world, browser, bob):
    rows = [Notice(identity=bob, kind="key-made", at=timezone.now()) for _ in range(notices.MOST_COUNTED)]
    Notice.objects.bulk_create(rows)
    assert UNREAD.format("99+") in browser(world.bob).get("/me/credentials/").text


def test_who_acts_in_a_role_still_sees_how_many_wait_for_them(world, browser):
    make_role(world.root, trusts=world.account.number)
    signed_in = browser(world.alice)
    assert switch(signed_in, world).location == "/"
    alice = world.account.users.get(name_key="alice").identity
    notices.tell(alice, "key-made", timezone.now())
    assert UNREAD.format(1) in signed_in.get("/").text


def test_nobody_reads_or_marks_the_notices_of_others(world, browser, bob):
    notices.tell(bob, "key-made", timezone.now())
    alice = browser(world.alice)
    assert "A new access key was made" not in alice.get("/me/notices/").text
    assert notices.unseen(bob.pk) == 1
