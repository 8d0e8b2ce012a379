"""Why denied: the list, and the explanation down to statement, line and condition."""

import html
import json
import re
import uuid

import pytest

from console import policy_places
from iam.errors import AccessDenied
from tests.world import allow

ADDRESS = "/analysis/denials/"
GUARD = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "All", "Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {
            "Sid": "OnlyFromHome",
            "Effect": "Deny",
            "Action": "iam:DeleteUser",
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        },
    ],
}


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


def read(shown):
    """What can be read on a page, in the order of the text."""
    apart = re.sub(r"</t[dh]>", " ", shown.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", apart)).split())


def refusal_of(who, action, **params):
    with pytest.raises(AccessDenied) as caught:
        who.iam(action, **params)
    return caught.value.decision_id


@pytest.fixture
def nothing_allows(world):
    return refusal_of(world.bob, "ListUsers")


@pytest.fixture
def guarded(world):
    """Dora may do everything but delete users from elsewhere: by a managed policy."""
    text = json.dumps(GUARD, indent=2)
    arn = world.root.iam("CreatePolicy", PolicyName="Guard", PolicyDocument=text)["Policy"]["Arn"]
    dora = world.user("dora")
    world.root.iam("AttachUserPolicy", UserName="dora", PolicyArn=arn)
    return refusal_of(dora, "DeleteUser", UserName="bob")


# The list


def test_denials_are_listed(world, alice, nothing_allows):
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert f'href="{ADDRESS}{nothing_allows}/"' in shown.text
    assert "iam:ListUsers" in shown.words


def test_denials_are_narrowed_by_action_and_principal(world, alice, nothing_allows, guarded):
    one = alice.get(ADDRESS, action="iam:DeleteUser")
    assert (guarded in one.text, nothing_allows in one.text) == (True, False)
    bobs = alice.get(ADDRESS, principal=world.bob.principal.arn)
    assert (guarded in bobs.text, nothing_allows in bobs.text) == (False, True)
    assert bobs.is_accessible()
    both = alice.get(ADDRESS, principal=world.bob.principal.arn, action="iam:DeleteUser")
    assert "No such denials" in both.words
    assert both.is_accessible()


def test_a_search_by_htmx_gets_the_rows_alone(world, alice, nothing_allows):
    shown = alice.get(ADDRESS, htmx=True, action="iam:ListUsers")
    assert ("<html" in shown.text, nothing_allows in shown.text) == (False, True)
    assert shown.is_accessible()


def test_nothing_was_denied(world, alice):
    shown = alice.get(ADDRESS)
    assert "Nothing was denied" in shown.words
    assert shown.is_accessible()


def test_the_list_takes_its_permission(world, browser):
    shown = browser(world.bob).get(ADDRESS)
    assert (shown.status, shown.refused_actions) == (200, ["sts:DecodeAuthorizationMessage"])
    assert shown.is_accessible()


# One denial


def test_what_nothing_allows_is_explained(world, alice, nothing_allows):
    shown = alice.get(f"{ADDRESS}{nothing_allows}/")
    assert shown.status == 200
    assert "iam:ListUsers was denied" in read(shown)
    assert "Denied: nothing allows it decided by: identity-based policy" in read(shown)
    assert "Identity-based policy must allow iam:ListUsers on" in read(shown)
    assert 'href="/iam/users/bob/permissions/"' in shown.text
    assert "aws:sourceip 192.0.2.7" in read(shown)
    assert shown.is_accessible()


def test_a_deny_is_explained_down_to_its_condition(world, alice, guarded):
    shown = alice.get(f"{ADDRESS}{guarded}/")
    assert "Remove or narrow a deny Statement OnlyFromHome of Guard (identity-based policy), line" in read(
        shown
    )
    assert "NotIpAddress aws:SourceIp expected 198.51.100.0/24, saw 192.0.2.7: holds" in read(shown)
    assert 'href="/iam/policies/own/Guard/document/?statement=2"' in shown.text
    assert "The decision Denied by a statement decided by: identity-based policy" in read(shown)
    assert "Deny Statement OnlyFromHome of Guard, line 10, column 5" in read(shown)
    assert shown.is_accessible()


def test_the_statement_is_marked_where_it_stands_also_on_one_long_line(world, alice):
    long = [*GUARD["Statement"], {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::a"] * 9}]
    text = json.dumps({**GUARD, "Statement": long})
    world.root.iam("CreatePolicy", PolicyName="Long", PolicyDocument=text)
    address = "/iam/policies/own/Long/document/"
    shown = alice.get(address, statement="2")
    assert shown.is_accessible()
    lines = [e for e in shown.tree.walk() if "data-marked" in e.attributes]
    assert ("OnlyFromHome" in " ".join(e.text for e in lines), "s3:*" in " ".join(e.text for e in lines)) == (
        True,
        False,
    )
    assert [e.get("id") for e in lines if "data-focus" in e.attributes] == [lines[0].get("id")]
    for nothing in ("0", "4", "x", "9" * 30):
        assert "data-marked" not in alice.get(address, statement=nothing).text


def test_a_denial_that_was_never_stored(world, alice):
    shown = alice.get(f"{ADDRESS}{uuid.uuid4()}/")
    assert (shown.status, "Refusals are kept for 90 days." in shown.words) == (404, True)


def test_a_denial_of_another_account_is_not_there(world, browser, nothing_allows):
    assert browser(world.carol).get(f"{ADDRESS}{nothing_allows}/").status == 404


def test_an_explanation_takes_its_permission(world, browser, nothing_allows):
    shown = browser(world.bob).get(f"{ADDRESS}{nothing_allows}/")
    assert "sts:DecodeAuthorizationMessage" in shown.refused_actions
    assert shown.is_accessible()


def test_a_refused_page_leads_to_its_own_explanation(world, browser):
    helped = world.user("helped", policy=allow("sts:DecodeAuthorizationMessage"))
    person = browser(helped)
    shown = person.get("/iam/policies/")
    why = next(e.get("href") for e in shown.tree.walk() if "See why" in e.text and e.tag == "a")
    assert "iam:ListPolicies was denied" in person.get(why).words


@pytest.mark.parametrize(
    ("kind", "policy", "name", "owner", "address"),
    [
        (
            "managed",
            "arn:aws:iam::111122223333:policy/a/Guard",
            "Guard",
            "",
            "/iam/policies/own/Guard/document/?statement=2",
        ),
        (
            "aws-managed",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "",
            "",
            "/iam/policies/aws/ReadOnlyAccess/document/?statement=2",
        ),
        (
            "inline",
            "mine",
            "mine",
            "arn:aws:iam::111122223333:group/a:role/b/ops",
            "/iam/groups/ops/permissions/inline/mine/edit/#L3C5",
        ),
        ("trust", "arn:aws:iam::111122223333:role/reader", "", "", "/iam/roles/reader/trust/#L3"),
        ("session", "session policy", "inline", "", ""),
    ],
)
def test_a_statement_is_found_on_the_page_of_its_policy(kind, policy, name, owner, address):
    statement = {
        "policyType": kind,
        "policy": policy,
        "policyName": name,
        "owner": owner,
        "index": 1,
        "start": {"line": 3, "column": 5},
    }
    assert policy_places.address(statement) == address


def test_who_may_not_read_reasons_is_told_which_decision_to_give(world, browser, nothing_allows):
    shown = browser(world.bob).get(f"{ADDRESS}{nothing_allows}/")
    assert shown.refused_actions == ["sts:DecodeAuthorizationMessage"]
    assert str(nothing_allows) in shown.words
    assert "See why it was denied" not in shown.words
    assert shown.is_accessible()
