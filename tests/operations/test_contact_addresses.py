"""Contact addresses of users, set by administrators: who may, who is told, and what it does not open."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone

from accounts import mail, password_reset, signin
from accounts.models import ContactAddress, Notice, OutgoingMail
from accounts.session_store import SessionStore
from accounts.visitors import Visitor
from tests.operations.test_mfa_devices import Phone
from tests.world import PASSWORD, allow, last_event, refused

ADDRESS = "bob@example.org"
PUT, UPDATE = "wardstead:PutContactAddress", "iam:UpdateLoginProfile"
VISITOR = Visitor("192.0.2.7", "Mozilla/5.0 (X11; Linux) Firefox/140.0")


@pytest.fixture
def bob(world):
    return world.account.users.get(name_key="bob").identity


def put(actor, address=ADDRESS, user="bob"):
    return actor.run("tenant.PutContactAddress", UserName=user, Address=address)


def got(actor):
    return actor.run("tenant.GetContactAddress", UserName="bob")["ContactAddress"]


def told(identity):
    return [(row.kind, row.facts["by"]) for row in Notice.objects.filter(identity=identity).order_by("pk")]


def mailed():
    return list(OutgoingMail.objects.order_by("pk").values_list("address", flat=True))


def link_for_bob(now):
    """The token of a link that was mailed to Bob, and where to."""
    password_reset.ask(signin.identify_user("example-corp", "bob"), now=now, visitor=VISITOR)
    password_reset.sweep(now, 10)
    row = OutgoingMail.objects.get(kind="password_reset")
    mail.send(row.pk, now)
    return outbox.outbox[-1].body.split(password_reset.LINK)[1].split("/")[0], row.address


def test_an_address_holds_at_once_unconfirmed_and_both_mailboxes_are_told(world, bob):
    assert got(world.alice) == {"Address": "", "Confirmed": False}
    assert put(world.alice) == {"AddressBefore": ""}
    assert put(world.alice, " robert@example.org ") == {"AddressBefore": ADDRESS}
    assert got(world.alice)["Address"] == "robert@example.org"
    assert not got(world.alice)["Confirmed"]
    assert told(bob) == [("address-changed", world.alice.principal.arn)] * 2
    assert mailed() == [ADDRESS, "robert@example.org", ADDRESS]
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("GetContactAddress", "success")


def test_it_is_in_the_trail(world):
    put(world.alice)
    event = last_event(world.account)
    assert (event.name, event.parameters) == ("PutContactAddress", {"UserName": "bob", "Address": ADDRESS})


def test_the_same_address_again_changes_and_tells_nothing(world, bob):
    ContactAddress.objects.create(
        identity=bob, address=ADDRESS, confirmed=True, changed_at=world.alice.now - timedelta(days=1)
    )
    put(world.alice)
    assert got(world.alice)["Confirmed"]
    assert told(bob) == []


def test_a_removed_address_is_told_of_its_removal(world, bob):
    put(world.alice)
    for before in (ADDRESS, ""):
        answer = world.alice.run("tenant.DeleteContactAddress", UserName="bob")
        assert answer == {"AddressBefore": before}
    assert got(world.alice)["Address"] == ""
    assert [kind for kind, _ in told(bob)] == ["address-changed", "address-removed"]
    assert mailed() == [ADDRESS, ADDRESS]


@pytest.mark.parametrize(
    ("actions", "missing"), [((PUT,), UPDATE), ((UPDATE,), PUT), (("wardstead:GetContactAddress",), PUT)]
)
def test_who_sets_an_address_must_be_let_to_set_the_password_too(world, bob, actions, missing):
    dana = world.user("dana", policy=allow(*actions))
    with refused("AccessDenied", missing):
        put(dana)
    assert not ContactAddress.objects.filter(identity=bob).exists()


def test_permissions_hold_for_the_users_they_name(world):
    dana = world.user("dana", policy=allow(PUT, UPDATE, resource="arn:aws:iam::*:user/b*"))
    put(dana)
    with refused("AccessDenied"):
        put(dana, user="alice")


@pytest.mark.parametrize("action", ["Get", "Delete"])
def test_reading_and_removing_take_permissions_of_their_own(world, action):
    with refused("AccessDenied", f"wardstead:{action}ContactAddress"):
        world.bob.run(f"tenant.{action}ContactAddress", UserName="alice")


def test_nobody_reaches_a_user_of_another_account_nor_any_root(world, bob):
    put(world.alice)
    before = told(bob)
    for actor in (world.carol, world.alice):
        for name in (world.account.number, "root", "nobody"):
            with refused("NoSuchEntity"):
                put(actor, user=name)
    for name, more in (("Put", {"Address": "carol@other.example"}), ("Get", {}), ("Delete", {})):
        with refused("NoSuchEntity"):
            world.carol.run(f"tenant.{name}ContactAddress", UserName="bob", **more)
    assert (got(world.alice)["Address"], told(bob)) == (ADDRESS, before)


@pytest.mark.parametrize("address", ["bob", "bob@", "a@b..org", "x@example.org\nBcc: y@example.org"])
def test_what_is_no_address_is_refused(world, address):
    with refused("InvalidInput", "not an e-mail address"):
        put(world.alice, address)


def test_a_password_reset_by_the_new_address_still_meets_mfa(world, bob, rf):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    Phone(world.alice, "bob").enable(world.alice, "bob")
    put(world.alice)
    now = timezone.now()
    token, address = link_for_bob(now)
    assert address == ADDRESS
    row = password_reset.open_link(token, now=now, visitor=VISITOR)
    assert row is not None
    password_reset.use(row.pk, "another-Horse-8-stable", now=now, visitor=VISITOR)
    request = rf.get("/")
    request.session = SessionStore()
    claim = signin.identify_user("example-corp", "bob")
    step = signin.check_password(request, claim, "another-Horse-8-stable", now=now, visitor=VISITOR)
    assert isinstance(step, signin.NeedsFactor)


def test_a_link_that_was_mailed_before_the_change_is_worth_nothing(world, bob):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    put(world.alice)
    now = timezone.now()
    token, _ = link_for_bob(now)
    assert password_reset.open_link(token, now=now, visitor=VISITOR) is not None
    put(world.alice, "robert@example.org")
    assert password_reset.open_link(token, now=now, visitor=VISITOR) is None
