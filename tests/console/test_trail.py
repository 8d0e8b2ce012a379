"""The audit trail: who did what, and how it is narrowed."""

import pytest

from accounts.models import Event
from tests.world import allow

ADDRESS = "/activity/trail/"


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def denied(world):
    """Bob asks for what he may not have; the event of it."""
    from iam.errors import AccessDenied

    with pytest.raises(AccessDenied):
        world.bob.iam("ListUsers")
    return Event.objects.get(name="ListUsers", outcome="denied")


def test_events_are_listed_newest_first(world, alice, denied):
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert shown.text.index(">ListUsers") < shown.text.index(">CreateUser")
    assert "192.0.2.7" in shown.words


def test_a_denied_event_leads_to_its_reason(world, alice, denied):
    assert f'href="/analysis/denials/{denied.decision_id}/"' in alice.get(ADDRESS).text


def acts(shown):
    """The acts in the table."""
    rows = [element for element in shown.tree.walk() if element.tag == "th" and element.get("scope") == "row"]
    return {row.text.split()[0] for row in rows}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "CreateUser"}, {"CreateUser"}),
        ({"outcome": "denied"}, {"ListUsers"}),
        ({"name": "CreateUser", "outcome": "denied"}, set()),
    ],
)
def test_events_are_narrowed(world, alice, denied, query, expected):
    shown = alice.get(ADDRESS, **query)
    assert acts(shown) == expected
    assert shown.is_accessible()


def test_reads_can_be_left_out(world, alice, denied):
    assert "ListUsers" in acts(alice.get(ADDRESS))
    assert "ListUsers" not in acts(alice.get(ADDRESS, kind="changes"))


def test_the_events_of_one_actor(world, alice, denied):
    shown = alice.get(ADDRESS, actor=world.bob.principal.arn, outcome="denied")
    assert acts(shown) == {"ListUsers"}
    assert 'href="/activity/trail/?outcome=denied"' in shown.text
    assert shown.is_accessible()


def test_a_link_to_an_actor_keeps_the_other_filters(world, alice, denied):
    shown = alice.get(ADDRESS, outcome="denied")
    assert 'href="/activity/trail/?outcome=denied&amp;actor=arn%3Aaws%3Aiam' in shown.text


def test_nothing_found_leads_back(world, alice):
    shown = alice.get(ADDRESS, name="NoSuchAct")
    assert "No such events" in shown.words
    assert shown.is_accessible()


def test_the_trail_is_paged(world, alice):
    for number in range(55):
        world.root.iam("CreateGroup", GroupName=f"g{number}")
    first = alice.get(ADDRESS, name="CreateGroup")
    onward = next(e.get("href") for e in first.tree.walk() if e.tag == "a" and "Next" in e.text)
    second = alice.get(onward)
    rows = [e for e in second.tree.walk() if e.tag == "th" and e.get("scope") == "row"]
    assert len(rows) == 5
    assert second.is_accessible()


def test_filters_by_htmx_get_the_rows_alone(world, alice, denied):
    shown = alice.get(ADDRESS, htmx=True, outcome="denied")
    assert ("<html" in shown.text, acts(shown)) == (False, {"ListUsers"})
    assert shown.is_accessible()


def test_the_trail_takes_its_permission(world, browser):
    shown = browser(world.bob).get(ADDRESS)
    assert (shown.status, shown.refused_actions) == (200, ["wardstead:ListEvents"])
    assert shown.is_accessible()


def test_the_trail_of_another_account_is_not_shown(world, browser, denied):
    assert "192.0.2.7" in browser(world.carol).get(ADDRESS, name="CreateUser").words
    assert "bob" not in browser(world.carol).get(ADDRESS).words


def test_an_auditor_sees_the_trail_and_no_more(world, browser, denied):
    auditor = world.user("auditor", policy=allow("wardstead:ListEvents"))
    assert "ListUsers" in acts(browser(auditor).get(ADDRESS))


def test_a_marker_of_another_list_is_refused(world, alice):
    assert alice.get(ADDRESS, after="made-up").status == 400


# One event


def test_an_event_is_shown_with_all_that_was_recorded(world, alice, denied):
    address = f"{ADDRESS}{denied.pk}/"
    assert f'href="{address}"' in alice.get(ADDRESS).text
    shown = alice.get(address)
    assert shown.is_accessible()
    for part in ("192.0.2.7", "tests", "AccessDenied", "See why", world.bob.principal.arn):
        assert part in shown.text


def test_what_was_asked_is_shown_without_secrets(world, alice):
    secret = "a-Secret-9-of-bob"
    world.root.iam("CreateLoginProfile", UserName="bob", Password=secret)
    event = Event.objects.get(name="CreateLoginProfile")
    shown = alice.get(f"{ADDRESS}{event.pk}/")
    assert "What was asked" in shown.words
    assert "UserName" in shown.text
    assert secret not in shown.text
    assert shown.is_accessible()


def test_an_event_of_another_account_is_not_there(world, browser, denied):
    assert browser(world.carol).get(f"{ADDRESS}{denied.pk}/").status == 404
    assert browser(world.alice).get(f"{ADDRESS}{10**30}/").status == 404


def test_an_event_takes_the_permission_of_the_list(world, browser, denied):
    shown = browser(world.bob).get(f"{ADDRESS}{denied.pk}/")
    assert shown.refused_actions == ["wardstead:ListEvents"]
    assert shown.is_accessible()
