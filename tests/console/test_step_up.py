"""Dangerous acts ask for a fresh proof: whose, which, by what, and the way there and back."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts import mfa, passwords, recovery, totp
from accounts.models import ConsoleSession, Event, Identity
from console import step_up
from console.kinds import USER
from console.secret_fields import is_secret
from iam import catalogue
from iam.models import AccessKey, User
from tests.world import ADMINISTRATOR, PASSWORD

KEY, PASSWORDS, CODE = "/me/credentials/keys/create/", "/me/proof/password/", "/me/proof/code/"
STALE = timedelta(minutes=11)
FIELDS = re.compile(r'Field\(\s*"(\w+)",\s*"[^"]*",\s*"password"')
INPUTS = re.compile(r'<input(?=[^>]*type="password")[^>]*name="([^"]+)"')
PARTS = {
    "name": "bob",
    "policy": "given",
    "kind": USER,
    "key_id": "AKIAIOSFODNN7EXAMPLE",
    "scope": "own",
    "version": "v1",
    "session_id": 1,
    "event_id": 1,
    "account": "example-corp",
}


def stale(_browser):
    """Let eleven minutes pass since the last proof of everybody."""
    ConsoleSession.objects.update(proved_at=datetime.now(UTC) - STALE)


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


def device(actor):
    """A device of the actor's, and the code that it shows two steps on."""
    owner, now = identity(actor), datetime.now(UTC)
    serial = f"arn:aws:iam::{owner.account.number}:mfa/phone"
    row, made = mfa.create(owner.account, serial=serial, name="phone", now=now)
    seed, step = totp.seed_of_text(made.secret), totp.step_at(now)
    assert mfa.enrol(row, owner, totp.code_at(seed, step - 2), totp.code_at(seed, step - 1), now)
    return row, totp.code_at(seed, step)


def keys_of(name):
    return AccessKey.objects.filter(identity__name=name).count()


def proof(page):
    """Where a page that sends to the proof wants to go on to, and back to."""
    parts = urlsplit(page.location)
    assert parts.path == "/me/proof/", (page.status, page.location)
    query = parse_qs(parts.query)
    return query["next"][0], query["back"][0]


def addresses():
    """Every address of the console by its name, with a sample in each of its parts."""

    def walk(patterns, space=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(
                    pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space
                )
            elif isinstance(pattern, URLPattern) and pattern.name:
                parts = {part: PARTS.get(part, "bob") for part in pattern.pattern.converters}
                try:
                    yield space + pattern.name, reverse(space + pattern.name, kwargs=parts)
                except NoReverseMatch:
                    continue

    return dict(walk(get_resolver().url_patterns))


def test_every_view_and_operation_on_the_lists_is_there():
    assert set(addresses()) >= step_up.VIEWS
    assert set(catalogue.offered()) >= step_up.OPERATIONS


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("name", sorted(step_up.VIEWS))
def test_a_dangerous_view_does_nothing_without_a_fresh_proof(world, browser, name, htmx):
    opened = browser(world.alice)
    stale(opened)
    before = Event.objects.count()
    address = addresses()[name]
    for page in (opened.post(address, {"confirm": "bob"}, htmx=htmx), opened.get(address, htmx=htmx)):
        onward, _ = proof(page)
        assert onward == address
        assert page.status == (204 if htmx else 303)
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(step_up.OPERATIONS))
def test_no_page_can_do_a_dangerous_operation_past_the_list_of_views(world, browser, rf, name):
    opened = browser(world.alice)
    stale(opened)
    request = rf.post("/")
    request.session = opened.client.session
    with pytest.raises(step_up.ProofNeeded):
        step_up.require(request, catalogue.offered()[name])


def test_as_root_nothing_at_all_is_changed_without_a_fresh_proof(world, browser):
    opened = browser(world.root)
    found = addresses()
    before = Event.objects.filter(read_only=False, source="console").count()
    for name, address in found.items():
        if name in ("signout", "appearance") or name.startswith(("signin", "signup")):
            continue
        stale(opened)
        opened.post(address, {"confirm": "bob", "UserName": "new", "user": "bob"})
    assert Event.objects.filter(read_only=False, source="console").count() == before


def test_root_proves_by_its_device_before_it_changes_its_password(world, browser):
    device(world.root)
    opened, user = browser(world.root, mfa=True), browser(world.alice)
    stale(opened)
    address = "/me/credentials/password/edit/"
    sent = {
        "OldPassword": PASSWORD,
        "NewPassword": "another-Horse-8-battery",
        "again": "another-Horse-8-battery",
    }
    assert proof(opened.post(address, sent))[0] == address
    assert passwords.verify(identity(world.root), PASSWORD)
    assert user.get(address).status == 200, "a user gives the old one, as by the API"


def test_as_root_what_was_filled_in_is_there_again_afterwards(world, browser):
    opened = browser(world.root)
    stale(opened)
    filled = {"UserName": "zelda", "Path": "/staff/", "console": "true", "password": "typed-Secret-99"}
    address = "/iam/users/create/"
    sent = opened.client.post(address, filled, headers={"Referer": f"http://testserver{address}"})
    assert sent.headers["Location"].startswith("/me/proof/?next=%2Fiam%2Fusers%2Fcreate%2F")
    assert not User.objects.filter(name="erin").exists()
    assert opened.post(PASSWORDS, {"password": PASSWORD, "next": address}).location == address
    page = opened.get(address)
    assert page.status == 200
    shown = {e.get("name"): e.get("value") for e in page.tree.walk() if e.tag == "input"}
    assert (shown["UserName"], shown["Path"]) == ("zelda", "/staff/")
    assert "typed-Secret-99" not in page.text
    assert "zelda" not in opened.get(address).text, "put back once"


def test_signing_in_is_a_proof(world, browser):
    opened = browser(world.alice)
    assert opened.post(KEY).status == 200
    assert keys_of("alice") == 1


def test_the_password_proves_who_has_no_device_and_the_key_of_the_session_changes(world, browser):
    opened = browser(world.alice)
    stale(opened)
    onward, back = proof(opened.get(KEY))
    page = opened.get("/me/proof/", next=onward, back=back)
    assert page.is_accessible()
    old = opened.client.cookies[settings.SESSION_COOKIE_NAME].value
    wrong = opened.post(PASSWORDS, {"password": "wrong", "next": onward})
    assert (wrong.status, wrong.is_accessible()) == (422, True)
    assert opened.post(KEY).location.startswith("/me/proof/")
    assert opened.post(PASSWORDS, {"password": PASSWORD, "next": onward}).location == KEY
    assert opened.client.cookies[settings.SESSION_COOKIE_NAME].value != old
    assert opened.post(KEY).status == 200
    told = [(e.error_code, e.mfa) for e in Event.objects.filter(name="ConfirmIdentity").order_by("pk")]
    assert told == [("wrong-password", False), ("", False)]


def test_who_has_a_device_proves_by_it_and_by_nothing_weaker(world, browser):
    row, code = device(world.alice)
    codes = recovery.renew(identity(world.alice), datetime.now(UTC))
    opened = browser(world.alice, mfa=True)
    stale(opened)
    page = opened.get("/me/proof/", next=KEY)
    assert "Your password" not in page.words
    assert page.is_accessible()
    assert opened.post(PASSWORDS, {"password": PASSWORD, "next": KEY}).status == 422
    assert opened.post(CODE, {"device": row.serial, "code": codes[0], "next": KEY}).status == 422
    assert opened.post(KEY).location.startswith("/me/proof/")
    before = datetime.now(UTC)
    assert opened.post(CODE, {"device": row.serial, "code": code, "next": KEY}).location == KEY
    session = ConsoleSession.objects.get(identity=identity(world.alice))
    assert session.mfa_at is not None
    assert session.mfa_at >= before
    assert opened.post(KEY).status == 200


def test_a_code_proves_once_as_at_sign_in(world, browser):
    row, code = device(world.alice)
    opened = browser(world.alice, mfa=True)
    given = {"device": row.serial, "code": code, "next": "/"}
    assert opened.post(CODE, given).location == "/"
    page = opened.post(CODE, given)
    assert page.status == 422
    assert "used already" in page.words


def test_anothers_device_proves_nothing(world, browser):
    device(world.alice)
    other, code = device(world.carol)
    opened = browser(world.alice, mfa=True)
    assert opened.post(CODE, {"device": other.serial, "code": code, "next": "/"}).status == 422


def test_wrong_passwords_lock_as_at_sign_in(world, browser):
    opened = browser(world.alice)
    for _ in range(10):
        opened.post(PASSWORDS, {"password": "wrong", "next": "/"})
    assert "Too many wrong passwords" in opened.post(PASSWORDS, {"password": PASSWORD, "next": "/"}).words
    stranger = browser()
    page = stranger.post("/signin/example-corp", {"user": "alice", "password": PASSWORD})
    assert page.status == 422


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/signout"])
def test_the_proof_leads_nowhere_else(world, browser, to):
    opened = browser(world.alice)
    assert opened.post(PASSWORDS, {"password": PASSWORD, "next": to}).location in ("/", "/signout"[:1])
    assert "evil" not in opened.get("/me/proof/", next=to, back=to).text


def test_a_stranger_is_sent_to_sign_in(world, browser):
    for address in ("/me/proof/", KEY):
        assert browser().get(address).location.startswith("/signin")


def test_in_a_role_the_proof_is_that_of_who_signed_in(world, browser):
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": world.alice.principal.arn},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    world.root.iam("CreateRole", RoleName="admin", AssumeRolePolicyDocument=trust)
    world.root.iam("AttachRolePolicy", RoleName="admin", PolicyArn=ADMINISTRATOR)
    opened = browser(world.alice)
    switched = opened.post("/me/switch-role/", {"account": world.account.number, "role": "admin"})
    assert switched.status == 303, switched.words
    address = "/iam/users/bob/credentials/keys/create/"
    assert opened.get(address).status == 200, "signing in was a proof"
    stale(opened)
    assert proof(opened.post(address))[0] == address
    assert opened.post(PASSWORDS, {"password": PASSWORD, "next": address}).location == address
    assert opened.post(address).status == 200
    event = Event.objects.filter(name="ConfirmIdentity").get()
    assert event.actor_arn == world.alice.principal.arn
    assert keys_of("bob") == 1


def test_ordinary_acts_ask_for_nothing(world, browser):
    opened = browser(world.alice)
    stale(opened)
    assert opened.post("/iam/users/create/", {"UserName": "erin"}).status == 303
    assert User.objects.filter(name="erin").exists()


def test_what_looks_secret_is_never_kept():
    names = (
        "password",
        "NewPassword",
        "AuthenticationCode1",
        "Seed",
        "credential",
        "new",
        "again",
        "code",
        "pass",
    )
    assert all(
        is_secret(name) for name in (*names, "recovery", "content", "file_key", "OldPassword", "PrivateKey")
    )
    plain = ("UserName", "PolicyDocument", "Path", "Tags.Key", "group", "confirm", "AccessKeyId", "PublicKey")
    assert [name for name in plain if is_secret(name)] == []


def test_every_field_that_hides_what_is_typed_is_known_to_be_secret():
    """In whatever module a field is made, and in whatever template."""
    root = Path(__file__).parents[2]
    made = [text for file in (root / "console").rglob("*.py") for text in FIELDS.findall(file.read_text())]
    shown = [
        text for file in (root / "templates").rglob("*.html") for text in INPUTS.findall(file.read_text())
    ]
    assert {"password", "file_key"} <= {*made}
    assert [name for name in (*made, *shown) if "{" not in name and not is_secret(name)] == []


def test_seeds_that_were_pasted_are_neither_kept_nor_shown_again(world, browser):
    seeds = "serial,seed\nGAKT12345,3132333435363738393031323334353637383930"
    opened = browser(world.root, mfa=True)
    stale(opened)
    address = "/account/settings/devices/import/"
    sent = opened.client.post(
        address,
        {"format": "csv", "content": seeds, "file_key": "its-key"},
        headers={"Referer": f"http://testserver{address}"},
    )
    assert sent["Location"].startswith("/me/proof/")
    kept = str(opened.client.session.get("kept-input"))
    assert "313233" not in kept
    assert "its-key" not in kept
