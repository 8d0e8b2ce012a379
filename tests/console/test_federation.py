"""Console access for temporary credentials: the token, the sign-in by it, what it may and how it ends."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts import signin_tokens
from accounts.models import ConsoleSession, Event, SigninToken
from iam.models import Session
from tests.console.browser import Browser, Page
from tests.operations.sts import grant, role, trusting
from tests.world import allow

ISSUER = "https://broker.example.org/start"

SESSIONS = "/me/sessions/"


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def broker(world, now):
    """A program of Bob's that may take the role `auditor`, which may read IAM."""
    arn = role(world.root, trusting(world.bob.principal.arn), "auditor")
    grant(world.root, "auditor", allow("iam:List*", "iam:Get*"))
    world.root.iam(
        "PutUserPolicy",
        UserName="bob",
        PolicyName="may",
        PolicyDocument=json.dumps(allow("sts:*", resource="*")),
    )
    return replace(world.bob, now=now), arn


def assumed(broker, **params):
    caller, arn = broker
    return caller.sts("AssumeRole", RoleArn=arn, RoleSessionName="dana", **params)["Credentials"]


def as_session(credentials, **changes):
    given = {
        "sessionId": credentials["AccessKeyId"],
        "sessionKey": credentials["SecretAccessKey"],
        "sessionToken": credentials["SessionToken"],
    }
    return json.dumps({**given, **changes})


def ask(session, how="get", **more):
    given = {"Action": "getSigninToken", "Session": session, **more}
    client = Client(enforce_csrf_checks=True)
    return client.get("/federation", given) if how == "get" else client.post("/federation", given)


def token(credentials, **more):
    answer = ask(as_session(credentials), **more)
    assert answer.status_code == 200, answer.content
    return answer.json()["SigninToken"]


def login(person, signin_token, **more):
    given = {"Action": "login", "Issuer": ISSUER, "Destination": "/iam/users/", **more}
    return person.get("/federation", **{**given, "SigninToken": signin_token})


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_role_session_becomes_a_console_session(broker, how):
    person = Browser()
    page = login(person, token(assumed(broker), how=how))
    assert (page.status, page.location) == (303, "/iam/users/")
    shown = person.get("/iam/users/")
    assert shown.status == 200
    assert "auditor/dana" in shown.words
    assert "by temporary credentials" in shown.words
    assert "Switch back" not in shown.words
    assert shown.is_accessible()


def test_the_console_may_exactly_what_the_session_may(world, broker):
    narrow = json.dumps(allow("iam:ListUsers"))
    person = Browser()
    login(person, token(assumed(broker, Policy=narrow)))
    assert "iam:ListRoles" in person.get("/iam/roles/").refused_actions
    assert "iam:ListUsers" not in person.get("/iam/users/").refused_actions
    assert person.post("/iam/groups/create/", {"GroupName": "x"}).status == 403


def test_it_is_in_the_trail(world, broker):
    credentials = assumed(broker)
    login(Browser(), token(credentials))
    for name in ("GetSigninToken", "ConsoleLogin"):
        event = Event.objects.get(name=name)
        assert event.actor_arn.endswith(":assumed-role/auditor/dana")
        assert event.access_key_id == credentials["AccessKeyId"]
        assert event.outcome == "success"


def test_wrong_secrets_for_a_known_key_id_fill_no_trail(broker):
    wrong = as_session(assumed(broker), sessionKey="wrong")
    for _ in range(103):
        assert ask(wrong).status_code == 400
    assert Event.objects.filter(name="GetSigninToken", outcome="failed").count() == 100
    assert token(assumed(broker)), "right ones are not kept out by it"


def test_a_federated_user_signs_in(world, broker):
    caller, _ = broker
    world.root.iam(
        "PutUserPolicy",
        UserName="bob",
        PolicyName="reads",
        PolicyDocument=json.dumps(allow("iam:List*", "iam:Get*")),
    )
    policy = json.dumps(allow("iam:ListUsers"))
    given = caller.sts("GetFederationToken", Name="dana", Policy=policy)["Credentials"]
    person = Browser()
    login(person, token(given))
    shown = person.get("/iam/users/")
    assert "Federated user" in shown.words
    assert "iam:ListUsers" not in shown.refused_actions
    assert "iam:ListRoles" in person.get("/iam/roles/").refused_actions
    assert ask(as_session(given), SessionDuration="3600").status_code == 400


def test_it_is_nobodys_own_page(broker):
    person = Browser()
    login(person, token(assumed(broker)))
    assert "You act as a role" in person.get("/me/credentials/").words
    page = person.get("/me/notices/")
    assert page.status == 403
    assert "Not for temporary credentials" in page.words
    assert 'href="/me/notices/"' not in person.get("/me/credentials/").text
    assert person.get("/me/credentials/keys/create/").location == "/me/credentials/"


def test_it_sees_and_ends_the_browsers_of_the_same_credentials_alone(world, broker, browser):
    credentials = assumed(broker)
    here, there, other = Browser(), Browser(), Browser()
    for person, given in ((here, credentials), (there, credentials), (other, assumed(broker))):
        login(person, token(given))
    browser(world.bob)
    page = here.get(SESSIONS)
    assert page.is_accessible()
    assert "No person stands behind these credentials" in page.words
    assert (page.words.count("This one"), page.text.count('action="/me/sessions/')) == (1, 2)
    assert credentials["AccessKeyId"] in page.words
    mine, theirs, another, bobs = ConsoleSession.objects.order_by("pk").values_list("pk", flat=True)
    for foreign in (another, bobs):
        here.post(f"{SESSIONS}{foreign}/end/")
    assert here.post(f"{SESSIONS}{theirs}/end/").location == SESSIONS
    assert list(ConsoleSession.objects.order_by("pk").values_list("pk", flat=True)) == [mine, another, bobs]
    assert there.get("/").location.startswith("/signin")
    event = Event.objects.get(name="EndSession")
    assert event.access_key_id == credentials["AccessKeyId"]
    here.post(f"{SESSIONS}{mine}/end/")
    assert here.get("/").location.startswith("/signin")


def test_a_token_works_once(broker):
    given = token(assumed(broker))
    login(Browser(), given)
    page = login(Browser(), given)
    assert page.status == 400
    assert "was used already" in page.words
    assert "Sign in again at broker.example.org" in page.words
    assert page.is_accessible()


def test_a_token_is_good_for_a_quarter_of_an_hour(broker, now):
    given = token(assumed(broker))
    SigninToken.objects.update(expires_at=now - timedelta(seconds=1))
    assert login(Browser(), given).status == 400
    assert signin_tokens.tidy(now, 10) == 1


def test_only_a_digest_of_it_is_kept(broker):
    given = token(assumed(broker))
    assert given not in str(list(SigninToken.objects.values()))


@pytest.mark.parametrize(
    "change",
    [
        {"sessionKey": "wrong"},
        {"sessionToken": "wrong"},
        {"sessionId": "ASIAAAAAAAAAAAAAAAAA"},
        {"sessionId": "AKIAAAAAAAAAAAAAAAAA"},
        {"sessionId": "' OR 1=1"},
        {"sessionId": 7},
        {"sessionKey": ""},
        {"more": "x"},
    ],
)
def test_credentials_that_are_not_right_get_no_token(broker, change):
    answer = ask(as_session(assumed(broker), **change))
    assert answer.status_code == 400
    assert "SigninToken" not in answer.json()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}", "[" * 9000, "x" * 20_000])
def test_a_session_that_is_no_session_is_refused(db, text):
    assert ask(text).json()["Error"]["Code"] == "MalformedSession"


def test_a_failure_with_known_credentials_is_in_the_trail_without_them(broker):
    credentials = assumed(broker)
    ask(as_session(credentials, sessionKey="guessed-secret"))
    event = Event.objects.get(name="GetSigninToken")
    assert (event.outcome, event.error_code) == ("failed", "InvalidCredentials")
    assert "guessed-secret" not in str(Event.objects.values())


def test_long_term_and_own_temporary_credentials_are_not_for_this(broker):
    caller, _ = broker
    own = caller.sts("GetSessionToken")["Credentials"]
    assert ask(as_session(own)).json()["Error"]["Code"] == "UnsupportedCredentials"


def test_revoked_and_expired_credentials_get_no_token(broker, now):
    credentials = assumed(broker)
    Session.objects.update(revoked_at=now)
    assert ask(as_session(credentials)).status_code == 400
    Session.objects.update(revoked_at=None, expires_at=now)
    assert ask(as_session(credentials)).status_code == 400


@pytest.mark.parametrize(
    ("seconds", "status"),
    [("900", 200), ("43200", 200), ("899", 400), ("43201", 400), ("x", 400), ("9" * 99, 400), ("-900", 400)],
)
def test_the_duration_has_bounds(broker, seconds, status):
    assert ask(as_session(assumed(broker)), SessionDuration=seconds).status_code == status


def test_the_duration_is_not_for_a_chained_role(world, broker):
    caller, first = broker
    second = role(world.root, trusting(first), "second")
    grant(world.root, "auditor", allow("sts:AssumeRole", resource="*"))
    session = caller.assume(caller.sts("AssumeRole", RoleArn=first, RoleSessionName="dana"))
    chained = session.sts("AssumeRole", RoleArn=second, RoleSessionName="dana")["Credentials"]
    assert ask(as_session(chained), SessionDuration="900").status_code == 400
    assert ask(as_session(chained)).status_code == 200


def test_the_session_ends_when_it_was_to(broker, now):
    person = Browser()
    login(person, token(assumed(broker), SessionDuration="900"))
    row = ConsoleSession.objects.get()
    assert timedelta(seconds=890) < row.ends_at - now < timedelta(seconds=960)
    ConsoleSession.objects.update(ends_at=now)
    assert urlsplit(person.get("/iam/users/").location).path == "/federation/ended"


def test_the_session_ends_with_its_credentials(broker, now):
    person = Browser()
    login(person, token(assumed(broker)))
    assert person.get("/iam/users/").status == 200
    Session.objects.update(revoked_at=now)
    gone = person.get("/iam/users/", htmx=True)
    assert gone.status == 204
    page = person.get(gone.location)
    assert "Sign in again at broker.example.org" in page.words
    assert ISSUER in page.text
    assert page.is_accessible()


def test_a_role_that_is_deleted_takes_its_console_sessions_along(world, broker):
    person = Browser()
    login(person, token(assumed(broker)))
    world.root.iam("DeleteRolePolicy", RoleName="auditor", PolicyName="given")
    world.root.iam("DeleteRole", RoleName="auditor")
    assert person.get("/iam/users/").location.startswith("/federation/ended")


def test_signing_out_leads_to_the_issuer_and_leaves_the_credentials(broker):
    person = Browser()
    credentials = assumed(broker)
    login(person, token(credentials))
    assert person.post("/signout").location.startswith("/federation/ended")
    assert person.get("/iam/users/").location.startswith("/signin")
    assert ask(as_session(credentials)).status_code == 200


def test_a_made_up_issuer_is_not_led_to(db):
    assert Browser().get("/federation/ended", again="https://evil.example").location == "/signin"


@pytest.mark.parametrize(
    "issuer",
    ["http://a.example", "javascript:alert(1)", "https://", "https://a@b.example", "//a", "https://[", ""],
)
def test_an_issuer_that_is_no_https_address_is_left_out(broker, issuer):
    page = login(Browser(), "unknown", Issuer=issuer)
    assert page.status == 400
    assert "Sign in again" not in page.words


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "http://127.0.0.1:8000.evil.example/",
        "http://127.0.0.1:8000@evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%2f/evil.example",
        "/%5cevil.example",
        "/federation?Action=login",
        "evil",
    ],
)
def test_other_destinations_are_refused_before_the_token_is_used(broker, to):
    given = token(assumed(broker))
    assert login(Browser(), given, Destination=to).status == 400
    assert login(Browser(), given).status == 303


def test_a_destination_may_be_a_whole_address_of_ours(broker, settings):
    to = f"{settings.PUBLIC_URL}/iam/roles/?q=a"
    assert login(Browser(), token(assumed(broker)), Destination=to).location == "/iam/roles/?q=a"


def test_who_is_signed_in_already_is_asked_first(world, broker, browser):
    person = browser(world.alice)
    page = login(person, token(assumed(broker)))
    assert page.location == "/federation/confirm"
    asked = person.get(page.location)
    assert "Sign in as auditor/dana?" in asked.words
    assert "Stay alice" in asked.words
    assert asked.is_accessible()
    assert "alice" in person.get("/").words
    assert person.post("/federation/confirm").location == "/iam/users/"
    assert "auditor/dana" in person.get("/").words
    assert person.post("/federation/confirm").status == 400


def test_a_form_of_another_site_goes_by_the_page_that_asks(broker):
    client = Client(enforce_csrf_checks=True)
    given = {"Action": "login", "Issuer": ISSUER, "Destination": "/", "SigninToken": token(assumed(broker))}
    first = Page(client.post("/federation", given))
    assert first.status == 303
    again = parse_qs(urlsplit(first.location).query)
    assert again["SigninToken"] != [given["SigninToken"]]
    assert Page(client.get(first.location)).location == "/"


def test_a_picture_does_not_sign_in(broker):
    given = token(assumed(broker))
    client = Client(headers={"Sec-Fetch-Mode": "no-cors"})
    assert client.get("/federation", {"Action": "login", "SigninToken": given}).status_code == 400


def test_no_answer_tells_other_sites_its_address(broker):
    answers = [ask(as_session(assumed(broker))), ask(""), login(Browser(), "x").response]
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_no_secret_reaches_a_log(broker, caplog):
    caplog.set_level(logging.DEBUG)
    credentials = assumed(broker)
    given = token(credentials)
    login(Browser(), given)
    login(Browser(), given)
    ask(as_session(credentials, sessionKey="wrong"))
    told = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    for secret in (credentials["SecretAccessKey"], credentials["SessionToken"], given):
        assert secret not in told


def test_another_action_is_refused(db):
    assert Client().get("/federation", {"Action": "logout"}).json()["Error"]["Code"] == "InvalidAction"


def test_a_federated_session_takes_a_further_role_for_an_hour(world, broker):
    _, first = broker
    role(world.root, trusting(first), "second", MaxSessionDuration=7200)
    grant(world.root, "auditor", allow("sts:AssumeRole", "iam:ListUsers", resource="*"))
    person = Browser()
    login(person, token(assumed(broker)))
    sent = {"account": world.account.number, "role": "second", "label": "Second"}
    assert person.post("/me/switch-role/", sent).location == "/"
    shown = person.get("/")
    assert "Switch back to auditor/dana" in shown.words
    assert Session.objects.get(role__name="second").name == "dana"
    assert person.post("/me/switch-role/leave/").location == "/"
    assert "Switch back" not in person.get("/").words
    assert "auditor/dana" in person.get("/").words
