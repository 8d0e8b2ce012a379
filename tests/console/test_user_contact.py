"""The contact address of a user, set and removed by an administrator in the console."""

from datetime import UTC, datetime

from accounts import contacts, mail
from accounts.models import ConsoleSession, Notice
from tests.console.test_step_up import STALE
from tests.world import allow

TAB = "/iam/users/bob/credentials/"
EDIT, DELETE = f"{TAB}contact/edit/", f"{TAB}contact/delete/"


def test_an_address_is_set_shown_changed_and_removed(world, browser):
    bob = world.account.users.get(name_key="bob").identity
    alice = browser(world.alice)
    page = alice.get(TAB)
    assert "None: the user gets no mail" in page.words
    assert alice.get(EDIT).is_accessible()
    wrong = alice.post(EDIT, {"Address": "nonsense"})
    assert (wrong.status, "E-mail address: This is not an e-mail address" in wrong.words) == (422, True)
    assert wrong.is_accessible()
    assert alice.post(EDIT, {"Address": "bob@example.org"}).location == TAB
    page = alice.get(TAB)
    assert page.is_accessible()
    assert "bob@example.org" in page.words
    assert "No: set by an administrator" in page.words
    assert 'value="bob@example.org"' in alice.get(EDIT).text
    assert alice.get(DELETE).is_accessible()
    assert contacts.mail_address(bob) == "bob@example.org"
    assert alice.post(DELETE).location == TAB
    assert contacts.mail_address(bob) == ""
    kinds = list(Notice.objects.filter(identity=bob).order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["address-changed", "address-removed"]


def test_who_may_not_is_told_what_it_takes(world, browser):
    dana = browser(world.user("dana", policy=allow("iam:GetUser", "wardstead:PutContactAddress")))
    assert "wardstead:GetContactAddress" in dana.get(TAB).refused_actions
    refused = dana.post(EDIT, {"Address": "bob@example.org"})
    assert (refused.status, refused.refused_actions) == (403, ["iam:UpdateLoginProfile"])
    assert "You need wardstead:DeleteContactAddress" in dana.post(DELETE).words
    assert browser(world.carol).post(EDIT, {"Address": "carol@other.example"}).status == 404


def test_both_ask_for_a_fresh_proof(world, browser):
    alice = browser(world.alice)
    ConsoleSession.objects.update(proved_at=datetime.now(UTC) - STALE)
    for address in (EDIT, DELETE, "/me/contact/edit/", "/me/contact/delete/"):
        assert alice.post(address, {"Address": "bob@example.org"}).location.startswith("/me/proof/")


def test_where_no_mail_is_sent_the_page_says_so(world, browser, settings):
    mail.use(settings.PUBLIC_URL, on=False)
    try:
        assert "No mail is sent" in browser(world.alice).get(EDIT).words
    finally:
        mail.use(settings.PUBLIC_URL, on=True)
