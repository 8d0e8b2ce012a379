"""The documented ways back (docs/recovery.md), by page and by command: lost devices, lost passwords, lock-outs, root."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import mfa, passwords, recovery, throttle, totp
from accounts.models import Account, Event, Identity, MfaDevice, Notice
from tests.console.test_me_mfa import codes, hidden
from tests.console.test_required_mfa import set_up
from tests.console.test_step_up import device
from tests.world import PASSWORD

NEXT = "another-Horse-8-battery"
RECOVER, ENROL = "/signin/recover-root", "/signin/step/enrol"
EMAIL = "root@example.com"


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


def lock(actor):
    for _ in range(10):
        throttle.admit([throttle.identity_subject(identity(actor))], datetime.now(UTC))


def command(*arguments):
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def code_in(text):
    """The one-time code that a page or a command shows."""
    found = re.search(r"(?:[A-Z2-7]{6}-){3}[A-Z2-7]{6}", text)
    assert found is not None, text
    return found[0]


def sign_in(browser, name, password=PASSWORD):
    person = browser()
    return person, person.post("/signin/example-corp", {"user": name, "password": password})


def root_signs_in(browser, password):
    person = browser()
    return person, person.post("/signin?as=root", {"as": "root", "email": EMAIL, "password": password})


def pass_for(browser, world, name="bob"):
    page = browser(world.alice).post(f"/iam/users/{name}/credentials/pass/create/", {"ValidHours": "2"})
    assert page.status == 200, page.words
    assert page.is_accessible()
    return code_in(page.text)


@pytest.fixture
def bob(world):
    passwords.set_password(identity(world.bob), PASSWORD, now=datetime.now(UTC))
    row, _ = device(world.bob)
    return row


def test_a_pass_leads_to_a_new_device_and_nowhere_else(world, browser, bob):
    given = pass_for(browser, world)
    person, answer = sign_in(browser, "bob")
    assert answer.location.startswith("/signin/step/factor")
    assert "Use your temporary pass" in person.get("/signin/step/factor").words
    recovery.renew(identity(world.bob), datetime.now(UTC))
    assert "Use a recovery code" in person.get("/signin/step/factor").words
    page = person.get("/signin/step/pass")
    assert page.is_accessible()
    assert person.post("/signin/step/pass", {"pass": "wrong"}).status == 422
    assert person.post("/signin/step/pass", {"pass": given}).location.startswith(ENROL)
    assert person.get("/").location.startswith("/signin")
    assert "temporary pass is used up" in person.get(ENROL).words
    assert MfaDevice.objects.get(pk=bob.pk).enabled, "until there is a new one, the old one guards"
    done, _ = set_up(person)
    assert "The devices you had before are worth nothing now" in done.words
    assert not MfaDevice.objects.get(pk=bob.pk).enabled
    assert len(mfa.enabled_devices(identity(world.bob))) == 1
    assert person.get("/").status == 200
    told = set(Notice.objects.filter(identity=identity(world.bob)).values_list("kind", flat=True))
    assert {"pass-given", "pass-used", "mfa-added", "mfa-removed"} <= told


def test_a_pass_that_was_begun_and_left_guards_on(world, browser, bob):
    given = pass_for(browser, world)
    person, _ = sign_in(browser, "bob")
    person.post("/signin/step/pass", {"pass": given})
    again, answer = sign_in(browser, "bob")
    assert answer.location.startswith("/signin/step/factor"), "the password alone opens nothing"
    assert again.post("/signin/step/pass", {"pass": given}).status == 422


def test_a_pass_alone_opens_nothing(world, browser, bob):
    given = pass_for(browser, world)
    person = browser()
    assert person.post("/signin/step/pass", {"pass": given}).location.startswith("/signin")
    other, _ = sign_in(browser, "alice")
    assert other.post("/signin/step/pass", {"pass": given}).location.startswith("/signin")


def test_the_form_of_a_pass(world, browser, bob):
    opened = browser(world.alice)
    assert "Lost all devices" in opened.get("/iam/users/bob/credentials/").words
    assert opened.get("/iam/users/bob/credentials/pass/create/").is_accessible()
    refused = opened.post("/iam/users/bob/credentials/pass/create/", {"ValidHours": "25"})
    assert refused.status == 422
    assert refused.is_accessible()
    assert (
        browser(world.bob).post("/iam/users/alice/credentials/pass/create/", {"ValidHours": "2"}).status
        == 403
    )
    assert "Lost all devices" not in opened.get("/iam/users/alice/credentials/").words


def test_a_locked_out_administrator_is_unlocked_by_root_or_by_the_operator(world, browser):
    passwords.set_password(identity(world.alice), PASSWORD, now=datetime.now(UTC))
    lock(world.alice)
    assert sign_in(browser, "alice")[1].status == 422
    assert browser(world.root).post("/iam/users/alice/credentials/unlock/").status == 303
    assert sign_in(browser, "alice")[1].location == "/"
    lock(world.alice)
    said = command("unlock", "--account", "example-corp", "--user", "alice")
    assert "User alice of account" in said
    assert "can try to sign in again" in said
    assert sign_in(browser, "alice")[1].location == "/"
    assert "was not locked" in command("unlock", "--account", world.account.number, "--user", "alice")
    event = Event.objects.filter(name="UnlockUser").order_by("pk").last()
    assert event is not None


def test_a_locked_out_root_is_unlocked_by_the_operator(world, browser):
    lock(world.root)
    assert root_signs_in(browser, PASSWORD)[1].status == 422
    assert "can try to sign in again" in command("unlock", "--account", "example-corp", "--root")
    assert root_signs_in(browser, PASSWORD)[1].location == "/"
    event = Event.objects.filter(name="UnlockRoot").get()
    assert (event.actor_arn, event.source) == ("wardstead:system:operator", "system")


def test_a_root_who_lost_everything_gets_back_in(world, browser, caplog):
    device(world.root)
    recovery.renew(identity(world.root), datetime.now(UTC))
    lock(world.root)
    said = command("recover_root", "--account", world.account.number)
    assert f"{RECOVER}\n" in said
    assert EMAIL in said
    assert "phone" in said
    code = code_in(said)
    assert code not in caplog.text
    assert "has begun" in caplog.text
    person = browser()
    assert person.get(RECOVER).is_accessible()
    second = person.post(RECOVER, {"email": EMAIL.upper(), "code": code.lower()})
    assert second.status == 200
    assert second.is_accessible()
    assert "MFA device phone" in second.words
    assert identity(world.root).mfa_devices.count() == 1, "nothing has changed yet"
    given = {"email": hidden(second, "email"), "code": hidden(second, "code"), "new": NEXT}
    differ = person.post(f"{RECOVER}/password", {**given, "again": "other"})
    assert differ.status == 422
    assert differ.is_accessible()
    short = person.post(f"{RECOVER}/password", {**given, "new": "short", "again": "short"})
    assert short.status == 422
    done = person.post(f"{RECOVER}/password", {**given, "again": NEXT})
    assert done.location == "/signin?as=root"
    assert person.get("/").location.startswith("/signin"), "the code signs nobody in"
    signed_in, answer = root_signs_in(browser, NEXT)
    assert answer.location == "/"
    assert signed_in.get("/me/credentials/mfa/create/").status == 200
    assert root_signs_in(browser, PASSWORD)[1].status == 422
    assert person.post(RECOVER, {"email": EMAIL, "code": code}).status == 422
    assert "was recovered" in browser(world.alice).get("/").words
    assert "was recovered" not in browser(world.bob).get("/").words
    Account.objects.filter(pk=world.account.pk).update(
        root_recovered_at=datetime.now(UTC) - timedelta(days=8)
    )
    assert "was recovered" not in browser(world.alice).get("/").words


def test_address_and_code_must_belong_together_and_all_that_is_wrong_reads_alike(world, browser):
    code = code_in(command("recover_root", "--account", world.account.number))
    said = set()
    for given in (
        {"email": EMAIL, "code": "AAAAAA-AAAAAA-AAAAAA-AAAAAA"},
        {"email": "root@other.example", "code": code},
        {"email": "nobody@example.com", "code": code},
        {"email": "", "code": ""},
    ):
        page = browser().post(RECOVER, given)
        assert page.status == 422
        said.add("do not belong together" in page.words)
    assert said == {True}
    assert browser().post(RECOVER, {"email": EMAIL, "code": code}).status == 200


def test_as_much_is_looked_up_for_an_address_that_nobody_has(world, browser):
    asked = []
    for email in (EMAIL, "nobody@example.com"):
        with CaptureQueriesContext(connection) as seen:
            assert browser().post(RECOVER, {"email": email, "code": "WRONG"}).status == 422
        asked.append([re.sub(r"'[^']*'|[0-9]+", "?", query["sql"]) for query in seen])
    assert asked[0] == asked[1]


def test_guesses_at_a_code_bar_the_peer_and_not_root(world, browser):
    code = code_in(command("recover_root", "--account", world.account.number))
    for _ in range(101):
        throttle.admit([throttle.peer_subject("127.0.0.1")], datetime.now(UTC))
    assert browser().post(RECOVER, {"email": EMAIL, "code": code}).status == 422
    assert throttle.locked_until(identity(world.root), datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("recover_root", "--account", "nowhere"),
        ("unlock", "--account", "nowhere", "--root"),
        ("unlock", "--account", "example-corp", "--user", "nobody"),
    ],
)
def test_commands_say_what_is_not_there(world, arguments):
    with pytest.raises(CommandError, match="There is no"):
        command(*arguments)


def test_a_lost_device_is_replaced_with_a_recovery_code(world, browser, bob):
    world.root.iam(
        "AttachUserPolicy", UserName="bob", PolicyArn="arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA"
    )
    code = recovery.renew(identity(world.bob), datetime.now(UTC))[0]
    person, _ = sign_in(browser, "bob")
    assert person.post("/signin/step/recovery", {"recovery": code}).location == "/"
    made = person.post("/me/credentials/mfa/create/", {"VirtualMFADeviceName": "bob"})
    serial, seed = hidden(made, "SerialNumber"), hidden(made, "Seed")
    done = person.post("/me/credentials/mfa/enable/", {"SerialNumber": serial, "Seed": seed, **codes(seed)})
    assert done.location == "/me/credentials/"
    assert person.post(f"/me/credentials/mfa/delete/?serial={bob.serial}").location == "/me/credentials/"
    assert totp.seed_of_text(seed)
