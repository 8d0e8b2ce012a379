"""Notices as their owner reads them."""

from django.utils import timezone

from accounts import notices


def test_the_empty_page_says_what_will_be_told(world, browser):
    page = browser(world.bob).get("/me/notices/")
    assert page.status == 200
    assert "No notices" in page.text
    assert page.is_accessible()


def test_notices_are_read_one_by_one_and_all_at_once(world, browser):
    bob = world.account.users.get(name_key="bob").identity
    for kind in ("key-made", "password-changed", "mfa-added"):
        notices.tell(bob, kind, timezone.now(), by="yourself")
    signed_in = browser(world.bob)
    page = signed_in.get("/me/notices/")
    assert page.is_accessible()
    assert "A new access key was made" in page.text
    first = notices.newest(bob).order_by("pk")[0]
    signed_in.post(f"/me/notices/{first.pk}/read/")
    assert notices.unseen(bob.pk) == 2
    signed_in.post("/me/notices/read/")
    assert notices.unseen(bob.pk) == 0


def test_nobody_reads_or_marks_the_notices_of_others(world, browser):
    bob = world.account.users.get(name_key="bob").identity
    notices.tell(bob, "key-made", timezone.now())
    alice = browser(world.alice)
    assert "A new access key was made" not in alice.get("/me/notices/").text
    alice.post(f"/me/notices/{notices.newest(bob).get().pk}/read/")
    assert notices.unseen(bob.pk) == 1
