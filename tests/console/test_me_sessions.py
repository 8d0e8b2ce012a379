"""My own sessions by page: where I am signed in, and ending them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts import agents
from accounts.models import ConsoleSession, Event
from tests.console.test_step_up import stale

HERE = "/me/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME_PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
    "Safari/537.36"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def of(actor):
    return list(ConsoleSession.objects.filter(identity_id=actor.principal.identity_pk).order_by("pk"))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME_PHONE, "Chrome on Android"),
        (EDGE, "Edge on Windows"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named_in_words(agent, words):
    assert agents.describe(agent) == words


def test_my_sessions_are_listed_and_nobody_elses(world, browser):
    here, _ = browser(world.bob), browser(world.bob)
    browser(world.alice)
    shown = here.get(HERE)
    assert shown.status == 200
    assert shown.words.count("Password only") == 2
    assert "This one" in shown.words
    assert "127.0.0.1" in shown.words
    assert shown.is_accessible()


def test_one_session_is_ended(world, browser):
    there, here = browser(world.bob), browser(world.bob)
    page = here.post(f"{HERE}{of(world.bob)[0].pk}/end/")
    assert (page.status, page.location) == (303, HERE)
    assert there.get("/").location.startswith("/signin")
    assert here.get("/").status == 200
    assert Event.objects.filter(name="EndSession").get().actor_arn == world.bob.principal.arn


def test_ending_another_takes_a_fresh_proof_and_signing_out_none(world, browser):
    """OWASP ASVS 5.0, 7.5.2: whoever finds a browser open cannot put its owner out elsewhere."""
    there, here = browser(world.bob), browser(world.bob)
    first, present = of(world.bob)
    stale(here)
    page = here.post(f"{HERE}{first.pk}/end/")
    assert page.location.startswith("/me/proof/")
    assert there.get("/").status == 200
    assert here.post(f"{HERE}{present.pk}/end/").location == "/signin"


def test_ending_this_one_signs_out(world, browser):
    here = browser(world.bob)
    assert here.post(f"{HERE}{of(world.bob)[0].pk}/end/").location == "/signin"
    assert here.get("/").location.startswith("/signin")


def test_another_persons_session_stays(world, browser):
    hers = browser(world.alice)
    browser(world.bob).post(f"{HERE}{of(world.alice)[0].pk}/end/")
    assert hers.get("/").status == 200


def test_all_others_are_ended_once_confirmed(world, browser):
    here, there, elsewhere = browser(world.bob), browser(world.bob), browser(world.bob)
    assert here.get(f"{HERE}end-others/").is_accessible()
    assert there.get("/").status == 200
    assert here.post(f"{HERE}end-others/").location == HERE
    assert "2 other sessions ended." in here.get(HERE).words
    for ended in (there, elsewhere):
        assert ended.get("/").location.startswith("/signin")


def test_temporary_credentials_are_listed_and_revoked(world, browser):
    now = replace(world.alice, now=datetime.now(UTC))
    key_id = now.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
    opened = browser(world.alice)
    shown = opened.get(HERE)
    assert key_id in shown.text
    assert shown.is_accessible()
    address = f"{HERE}temporary/{key_id}/revoke/"
    assert opened.get(address).is_accessible()
    assert opened.post(address).location == HERE
    assert "None are out" in opened.get(HERE).words


def test_another_persons_credentials_are_not_mine_to_revoke(world, browser):
    now = replace(world.alice, now=datetime.now(UTC))
    key_id = now.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
    page = browser(world.bob).post(f"{HERE}temporary/{key_id}/revoke/")
    assert page.status == 422
    assert "You need wardstead:RevokeSession" in page.words


def test_all_are_ended_once_confirmed(world, browser):
    here, there = browser(world.bob), browser(world.bob)
    assert here.get(f"{HERE}end-all/").is_accessible()
    assert here.post(f"{HERE}end-all/").location == "/signin"
    assert not of(world.bob)
    assert there.get("/").location.startswith("/signin")


def test_the_role_of_a_session_is_shown(world, browser):
    here = browser(world.bob)
    ConsoleSession.objects.update(acting_as="Deploy")
    assert "acts as Deploy" in here.get(HERE).words
