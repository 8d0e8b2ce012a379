"""A user's own contact address, by a link that only they can use."""

from django.core import mail as outbox
from django.utils import timezone

from accounts import contacts, mail
from accounts.models import Notice, OutgoingMail


def link():
    mail.send(OutgoingMail.objects.latest("pk").pk, timezone.now())
    return contacts.CONFIRM + outbox.outbox[-1].body.split(contacts.CONFIRM)[1].split("/")[0] + "/"


def test_an_address_holds_once_its_link_is_confirmed_by_the_user_themselves(world, browser):
    bob = world.account.users.get(name_key="bob").identity
    signed_in = browser(world.bob)
    assert signed_in.get("/me/contact/edit/").is_accessible()
    assert signed_in.post("/me/contact/edit/", {"address": "nonsense"}).status == 422
    signed_in.post("/me/contact/edit/", {"address": "bob@example.org"})
    address = link()
    browser(world.alice).post(address)
    assert signed_in.get(address).is_accessible()
    assert contacts.mail_address(bob) == ""
    signed_in.post(address)
    assert contacts.mail_address(bob) == "bob@example.org"
    assert Notice.objects.get(identity=bob).kind == "address-changed"
    signed_in.post("/me/contact/delete/")
    assert contacts.mail_address(bob) == ""
    assert OutgoingMail.objects.latest("pk").address == "bob@example.org"


def test_five_links_a_day_are_sent_for_one_person_wherever_they_are_to_go(world, browser):
    """A link goes to whatever mailbox is named: nobody may flood another's with them."""
    bob = browser(world.bob)
    for number in range(5):
        assert bob.post("/me/contact/edit/", {"address": f"victim{number}@example.org"}).status == 303
    refused = bob.post("/me/contact/edit/", {"address": "victim@example.org"})
    assert (refused.status, "Try again tomorrow" in refused.words) == (422, True)
    assert refused.is_accessible()
    assert OutgoingMail.objects.count() == 5
    identity = world.account.users.get(name_key="bob").identity
    assert contacts.proposed(identity, timezone.now()) == "victim4@example.org", "the last one still holds"
    assert browser(world.alice).post("/me/contact/edit/", {"address": "alice@example.org"}).status == 303
