"""Required MFA by page: the setting, the days left, and adding a device before one is in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import passwords, recovery, totp
from accounts.models import Account, ConsoleSession, Event, Identity, MfaDevice
from iam.authorize import ENROLMENT, admit
from iam.call import Call, Principal, SessionFacts
from iam.catalogue import offered
from iam.errors import AccessDenied
from tests.console.test_me_mfa import codes, hidden
from tests.console.test_step_up import addresses
from tests.world import PASSWORD, allow

EDIT, ENROL = "/account/settings/mfa/edit/", "/signin/step/enrol"
HOME = "/iam/users/"


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


def require(world, of="everyone", days=0):
    world.root.run("tenant.UpdateMFARequirement", RequiredOf=of, GraceDays=days)


def with_password(actor):
    passwords.set_password(identity(actor), PASSWORD, now=datetime.now(UTC))


def sign_in(browser, name, to="/"):
    """Give the password in a fresh browser; where it leads."""
    person = browser()
    return person, person.post("/signin/example-corp", {"user": name, "password": PASSWORD, "next": to})


def set_up(person):
    """Add an app while signing in; the answer, and its seed."""
    page = person.post(f"{ENROL}/app", {"next": HOME})
    assert page.status == 200, page.words
    assert page.is_accessible()
    serial, seed = hidden(page, "SerialNumber"), hidden(page, "Seed")
    given = {"SerialNumber": serial, "Seed": seed, "next": HOME, **codes(seed)}
    return person.post(f"{ENROL}/codes", given), seed


def test_it_is_set_by_page_and_shown(world, browser):
    opened = browser(world.alice, mfa=True)
    page = opened.get(EDIT)
    assert page.status == 200
    assert page.is_accessible()
    done = opened.post(EDIT, {"RequiredOf": "administrators", "GraceDays": "7"})
    assert done.location == "/account/settings/"
    shown = opened.get("/account/settings/")
    assert "The root user and administrators" in shown.words
    assert "7 days" in shown.words
    assert shown.is_accessible()


@pytest.mark.parametrize("days", ["31", "-1", "x", ""])
def test_days_are_0_to_30(world, browser, days):
    page = browser(world.alice, mfa=True).post(EDIT, {"RequiredOf": "everyone", "GraceDays": days})
    assert page.status == 422
    assert page.is_accessible()
    assert Account.objects.get(pk=world.account.pk).mfa_required_of == "nobody"


def test_it_takes_a_permission(world, browser):
    page = browser(world.bob).post(EDIT, {"RequiredOf": "everyone", "GraceDays": "0"})
    assert page.status == 403
    assert "wardstead:UpdateMFARequirement" in page.words


def test_during_grace_every_page_says_how_many_days_are_left(world, browser):
    require(world, days=3)
    Account.objects.filter(pk=world.account.pk).update(mfa_required_since=datetime.now(UTC))
    opened = browser(world.bob)
    for address in ("/", HOME):
        page = opened.get(address)
        assert "3 days left to add a device" in page.words
        assert page.is_accessible()
    assert "left to add a device" not in browser(world.bob, mfa=True).get("/").words


def test_a_session_without_mfa_ends_with_the_grace(world, browser):
    opened, with_mfa = browser(world.bob), browser(world.alice, mfa=True)
    assert opened.get("/").status == 200
    require(world)
    assert opened.get("/").location.startswith("/signin")
    assert opened.post("/iam/users/create/", {"UserName": "new"}).location.startswith("/signin")
    assert with_mfa.get("/").status == 200


def test_somebody_without_any_permission_adds_an_app_and_is_in(world, browser):
    with_password(world.bob)
    require(world)
    person, answer = sign_in(browser, "bob", HOME)
    assert answer.location.startswith(ENROL)
    page = person.get(ENROL)
    assert page.is_accessible()
    assert "Example Corp asks for more than a password" in page.words
    done, _ = set_up(person)
    assert done.status == 200, done.words
    assert done.is_accessible()
    assert "You are signed in with it" in done.words
    assert recovery.left(identity(world.bob)) == 10
    assert hidden_link(done, HOME)
    assert person.get("/").status == 200
    assert ConsoleSession.objects.get(identity=identity(world.bob)).mfa_at is not None
    told = list(Event.objects.filter(actor_id=world.bob.principal.unique_id).values_list("name", flat=True))
    wanted = ["RequireMfaDevice", "CreateVirtualMFADevice", "EnableMFADevice", "CreateRecoveryCodes"]
    assert [name for name in told if name in wanted] == wanted


def hidden_link(page, to):
    return any(e.tag == "a" and e.get("href") == to for e in page.tree.walk())


def test_the_next_sign_in_asks_for_the_device(world, browser):
    with_password(world.bob)
    require(world)
    person, _ = sign_in(browser, "bob")
    _, seed = set_up(person)
    other, answer = sign_in(browser, "bob")
    assert answer.location.startswith("/signin/step/factor")
    code = totp.code_at(totp.seed_of_text(seed), totp.step_at(datetime.now(UTC)) + 1)
    assert other.post("/signin/step/factor", {"code": code}).location == "/"


def test_before_the_device_is_added_no_address_of_the_console_lets_one_in(world, browser):
    with_password(world.alice)
    require(world)
    person, _ = sign_in(browser, "alice")
    open_to_all = {"healthz", "readyz", "metrics", "appearance", "signup", "issuers"}
    before = Event.objects.filter(source="console").count()
    let_in = {}
    for name, address in addresses().items():
        if name in open_to_all or name.startswith(
            ("signin", "forgot", "signout", "mail", "root-recovery", "password-hints")
        ):
            continue
        for page in (person.get(address), person.post(address, {"UserName": "new"})):
            if page.status == 200:
                let_in[name] = page.words[:80]
    assert let_in == {}
    assert Event.objects.filter(source="console").count() == before


def test_wrong_codes_leave_one_outside(world, browser):
    with_password(world.bob)
    require(world)
    person, _ = sign_in(browser, "bob")
    page = person.post(f"{ENROL}/app")
    serial, seed = hidden(page, "SerialNumber"), hidden(page, "Seed")
    given = {"SerialNumber": serial, "Seed": seed, "AuthenticationCode1": "000000"}
    refused = person.post(f"{ENROL}/codes", {**given, "AuthenticationCode2": "000001"})
    assert refused.status == 422
    assert refused.is_accessible()
    assert hidden(refused, "Seed") == seed, "the picture stays"
    assert person.get("/").location.startswith("/signin")


def test_a_device_left_over_is_forgotten_for_another(world, browser):
    with_password(world.bob)
    require(world)
    person, _ = sign_in(browser, "bob")
    for _ in range(3):
        assert person.post(f"{ENROL}/app").status == 200
    assert MfaDevice.objects.filter(account=world.account).count() == 1


def test_another_s_device_cannot_be_taken_there(world, browser):
    with_password(world.bob)
    require(world)
    made = world.alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="alice")["VirtualMFADevice"]
    seed = bytes(made["Base32StringSeed"]).decode()
    person, _ = sign_in(browser, "bob")
    # Known seed, two right codes: it becomes Bob's own device only because it is nobody's, and he proves it.
    page = person.post(f"{ENROL}/codes", {"SerialNumber": made["SerialNumber"], "Seed": seed, **codes(seed)})
    assert page.status == 200
    assert MfaDevice.objects.get(serial=made["SerialNumber"]).identity == identity(world.bob)


def test_an_explicit_deny_still_counts(world, browser):
    with_password(world.bob)
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    require(world)
    person, _ = sign_in(browser, "bob")
    page = person.post(f"{ENROL}/app")
    assert page.status == 422
    assert "iam:CreateVirtualMFADevice" in page.words


def test_enrolling_can_do_nothing_else_in_the_pipeline():
    now = datetime.now(UTC)
    facts = SessionFacts(kind="console", issued_at=now, mfa_at=None, enrolling=True)
    root = Principal("root", "1" * 12, "arn", "1", "1", "arn", session=facts)
    call = Call(account=None, principal=root, now=now, request_id="", source="console")  # type: ignore[arg-type]  # not looked at
    for name in offered():
        if name not in ENROLMENT:
            with pytest.raises(AccessDenied):
                admit(call, name)
    for name in ENROLMENT:
        admit(call, name)


def test_root_adds_its_device_likewise(world, browser):
    require(world, of="root")
    person = browser()
    answer = person.post("/signin?as=root", {"as": "root", "email": "root@example.com", "password": PASSWORD})
    assert answer.location.startswith(ENROL)
    done, _ = set_up(person)
    assert "You are signed in with it" in done.words
    assert person.get("/").status == 200


ADMINISTRATION = {
    "all": (allow("*"), True),
    "iam": (allow("iam:*"), True),
    "attach": (allow("iam:AttachUserPolicy", resource="arn:aws:iam::*:user/*"), True),
    "passwords": (allow("iam:UpdateLoginProfile"), True),
    "with-mfa-only": (
        allow("iam:*", condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        True,
    ),
    "reads": (allow("iam:Get*", "iam:List*"), False),
    "own-keys": (allow("iam:CreateAccessKey", resource="arn:aws:iam::*:user/${aws:username}"), False),
    "power": (allow("s3:*", "ec2:*"), False),
}


@pytest.mark.parametrize("case", sorted(ADMINISTRATION))
def test_who_is_an_administrator_is_asked_of_the_engine(world, browser, case):
    policy, is_one = ADMINISTRATION[case]
    dana = world.user("dana", policy=policy)
    require(world, of="administrators")
    opened = browser(dana)
    assert opened.get("/").location.startswith("/signin") is is_one


def test_a_boundary_makes_no_administrator(world, browser):
    dana = world.user("dana", policy=allow("*"))
    world.root.iam(
        "PutUserPermissionsBoundary",
        UserName="dana",
        PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    )
    require(world, of="administrators")
    assert browser(dana).get("/").status == 200


def test_days_begin_anew_with_a_change_only(world):
    require(world, days=3)
    since = Account.objects.get(pk=world.account.pk).mfa_required_since
    assert since is not None
    later = world.root.later(days=2)
    later.run("tenant.UpdateMFARequirement", RequiredOf="everyone", GraceDays=3)
    assert Account.objects.get(pk=world.account.pk).mfa_required_since == since
    later.run("tenant.UpdateMFARequirement", RequiredOf="everyone", GraceDays=4)
    assert Account.objects.get(pk=world.account.pk).mfa_required_since == since + timedelta(days=2)


def test_the_addresses_are_there():
    assert reverse("signin-enrol") == ENROL
