"""The frame of every page, its headers, its errors and the choice of appearance."""

import pytest
from django.urls import path

from console import urls
from console.page import go, page
from console.panels import panel
from console.session import signed_in
from iam.errors import NoSuchEntity
from tests.world import allow

PEOPLE = "/test/people"


@signed_in
def people(request):
    return page(request, "console/home.html", users=panel(request, "iam.ListUsers"))


@signed_in
def refused(request):
    from console.calls import run

    return page(request, "console/home.html", users=run(request, "iam.ListUsers"))


@signed_in
def absent(request):
    raise NoSuchEntity("The user with name x cannot be found.")


@signed_in
def broken(request):
    raise RuntimeError("a secret of the inside")


@signed_in
def done(request):
    return go("home", say="User <b>bob</b> created")


@pytest.fixture(autouse=True)
def pages_of_this_test(monkeypatch):
    """Views that show what the plumbing does with what views do."""
    views = {"people": people, "refused": refused, "absent": absent, "broken": broken, "done": done}
    extra = [path(f"test/{name}", view) for name, view in views.items()]
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, *extra])
    from django.urls import clear_url_caches

    clear_url_caches()
    yield
    monkeypatch.undo()
    clear_url_caches()


def test_strangers_are_sent_to_sign_in(browser):
    assert browser().get("/").location == "/signin?next=%2F"


def test_the_shell_says_whose_account_and_who_acts(world, browser):
    shown = browser(world.alice).get("/")
    assert shown.status == 200
    number = world.account.number
    for part in ("example-corp", f"{number[:4]}-{number[4:8]}-{number[8:]}", "alice", "IAM user"):
        assert part in shown.words
    assert shown.is_accessible()


def test_root_is_named_as_such(world, browser):
    assert "Root user" in browser(world.root).get("/").words


def test_the_present_place_is_marked(world, browser):
    marked = [e for e in browser(world.alice).get("/").tree.walk() if e.get("aria-current") == "page"]
    assert [e.text for e in marked] == ["Dashboard"]


def test_the_dashboard_says_which_permissions_are_missing(world, browser):
    shown = browser(world.bob).get("/")
    assert shown.status == 200
    assert "iam:GetAccountSummary" in shown.refused_actions
    assert shown.is_accessible()


def test_what_root_alone_can_do_is_offered_to_root_alone(world, browser):
    world.root.iam("CreateAccessKey")
    own = browser(world.root).get("/")
    assert ("Add a device" in own.words, "Remove them" in own.words) == (True, True)
    assert "Sign in as root" not in own.words
    shown = browser(world.alice).get("/")
    assert "Only the root user can add a device. Sign in as root" in shown.words
    assert "Only the root user can remove them. Sign in as root" in shown.words
    assert 'href="/signin?as=root&amp;add=1"' in shown.text
    assert ("Add a device" in shown.words, "Remove them" in shown.words) == (False, False)
    assert shown.is_accessible()


def test_headers_of_pages(world, browser):
    headers = browser(world.alice).get("/").response.headers
    policy = headers["Content-Security-Policy"]
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"]
    assert "HX-Request" in headers["Vary"]


def test_a_refused_page_says_what_it_takes(world, browser):
    shown = browser(world.bob).get("/test/refused")
    assert (shown.status, shown.refused_actions) == (403, ["iam:ListUsers"])
    assert shown.is_accessible()


def test_a_refused_fragment_goes_to_the_flash_region(world, browser):
    shown = browser(world.bob).get("/test/refused", htmx=True)
    assert shown.status == 403
    assert shown.response.headers["HX-Retarget"] == "#flash"
    assert shown.response.headers["X-Fragment"] == "true"
    assert shown.refused_actions == ["iam:ListUsers"]
    assert "<html" not in shown.text


def test_what_is_not_there_is_a_404_in_the_shell(world, browser):
    shown = browser(world.alice).get("/test/absent")
    assert shown.status == 404
    assert "cannot be found" in shown.words
    assert "example-corp" in shown.words
    assert shown.is_accessible()


def test_an_address_of_nothing_is_a_404(world, browser):
    shown = browser(world.alice).get("/no/such/page")
    assert shown.status == 404
    assert shown.is_accessible()


def test_a_fault_of_ours_shows_a_number_and_no_inside(world, browser):
    person = browser(world.alice)
    person.client.raise_request_exception = False
    for htmx in (False, True):
        shown = person.get("/test/broken", htmx=htmx)
        assert shown.status == 500
        assert shown.response.headers["X-Request-Id"] in shown.text
        assert "secret of the inside" not in shown.text


def test_faults_are_seen_by_tests(world, browser):
    with pytest.raises(RuntimeError):
        browser(world.alice).get("/test/broken")


def test_go_tells_what_was_done_once_and_escapes_it(world, browser):
    person = browser(world.alice)
    answer = person.get("/test/done")
    assert (answer.status, answer.location) == (303, "/")
    first, second = person.get("/"), person.get("/")
    assert "User &lt;b&gt;bob&lt;/b&gt; created" in first.text
    assert "created" not in second.words


def test_go_makes_htmx_load_the_next_page_whole(world, browser):
    answer = browser(world.alice).get("/test/done", htmx=True)
    assert answer.status == 204
    assert answer.response.headers["HX-Redirect"] == "/"


def test_the_appearance_is_kept(browser):
    person = browser()
    assert "data-bs-theme" not in person.get("/signin").text
    assert person.post("/appearance", {"theme": "dark", "next": "/signin"}).location == "/signin"
    assert 'data-bs-theme="dark"' in person.get("/signin").text
    person.post("/appearance", {"theme": "auto"})
    assert "data-bs-theme" not in person.get("/signin").text
    person.client.cookies["theme"] = '"><script>'
    assert "<script>" not in person.get("/signin").text.replace("<script src", "")


def test_the_dashboard_asks_the_database_a_bounded_number_of_times(
    world, browser, django_assert_max_num_queries
):
    person = browser(world.user("dora", policy=allow("iam:*", "wardstead:*")))
    person.get("/")
    with django_assert_max_num_queries(60):
        person.get("/")


def test_a_person_can_stay_signed_in(world, browser):
    person = browser(world.alice)
    assert 'data-seconds-left="' in person.get("/").text
    answer = person.post("/still-here", htmx=True)
    assert answer.status == 204
    assert 800 < int(answer.response.headers["X-Seconds-Left"]) <= 900
    assert person.get("/still-here").status == 405
    assert browser().post("/still-here", htmx=True).location.startswith("/signin")


def test_every_fragment_says_how_long_the_session_lasts(world, browser):
    answer = browser(world.alice).get("/iam/users/", htmx=True)
    assert 800 < int(answer.response.headers["X-Seconds-Left"]) <= 900
