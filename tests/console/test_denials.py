"""Why denied: the list, looking one up, and the explanation down to statement, line and condition."""

import html
import json
import re
import uuid

import pytest
from django.conf import settings
from django.test import Client

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


# Looking one up


def test_a_denial_is_found_by_its_id(world, alice, nothing_allows):
    found = alice.post(f"{ADDRESS}look-up/", {"message": f" {nothing_allows} "})
    assert found.location == f"{ADDRESS}{nothing_allows}/"


def test_a_denial_is_found_by_its_encoded_message(world, alice, nothing_allows):
    encoded = world.root.run("console.Denial", DecisionId=nothing_allows)["EncodedMessage"]
    found = alice.post(f"{ADDRESS}look-up/", {"message": encoded})
    assert found.location == f"{ADDRESS}{nothing_allows}/"


def test_a_denial_is_found_by_the_whole_text_of_an_error(world, alice, nothing_allows):
    encoded = world.root.run("console.Denial", DecisionId=nothing_allows)["EncodedMessage"]
    said = "You are not authorized to perform this operation."
    for text in (
        f"{said} Encoded authorization failure message: {encoded}\n",
        f"{said} (decision {nothing_allows})",
    ):
        found = alice.post(f"{ADDRESS}look-up/", {"message": text})
        assert found.location == f"{ADDRESS}{nothing_allows}/"


@pytest.mark.parametrize("text", ["", "no message", "x" * 300])
def test_what_is_neither_says_so(world, alice, text):
    found = alice.post(f"{ADDRESS}look-up/", {"message": text})
    assert found.location == ADDRESS
    assert "neither a decision id nor an encoded message" in alice.get(ADDRESS).words


def test_looking_up_by_message_takes_its_permission(world, browser, nothing_allows):
    encoded = world.root.run("console.Denial", DecisionId=nothing_allows)["EncodedMessage"]
    shown = browser(world.bob).post(f"{ADDRESS}look-up/", {"message": encoded})
    assert (shown.status, shown.refused_actions) == (403, ["sts:DecodeAuthorizationMessage"])
    assert shown.is_accessible()


def test_looking_up_needs_its_token(world, browser):
    client = Client(enforce_csrf_checks=True)
    name = settings.SESSION_COOKIE_NAME
    client.cookies[name] = browser(world.alice).client.cookies[name].value
    assert client.post(f"{ADDRESS}look-up/", {"message": "x"}).status_code == 403


# One denial


def test_what_nothing_allows_is_explained(world, alice, nothing_allows):
    shown = alice.get(f"{ADDRESS}{nothing_allows}/")
    assert shown.status == 200
    assert "iam:ListUsers was denied" in read(shown)
    assert "Identity-based policy must allow iam:ListUsers on" in read(shown)
    assert "aws:sourceip 192.0.2.7" in read(shown)
    assert shown.is_accessible()


def test_a_deny_is_explained_down_to_its_condition(world, alice, guarded):
    shown = alice.get(f"{ADDRESS}{guarded}/")
    assert "Remove or narrow a deny Statement OnlyFromHome of Guard (identity-based policy), line" in read(
        shown
    )
    assert "NotIpAddress aws:SourceIp expected 198.51.100.0/24, saw 192.0.2.7: holds" in read(shown)
    assert 'href="/iam/policies/own/Guard/document/#L' in shown.text
    assert shown.is_accessible()


def test_a_denial_that_was_never_stored(world, alice):
    assert alice.get(f"{ADDRESS}{uuid.uuid4()}/").status == 404


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
            "/iam/policies/own/Guard/document/#L3",
        ),
        (
            "aws-managed",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "",
            "",
            "/iam/policies/aws/ReadOnlyAccess/document/#L3",
        ),
        (
            "inline",
            "mine",
            "mine",
            "arn:aws:iam::111122223333:group/a/ops",
            "/iam/groups/ops/permissions/inline/mine/edit/",
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
        "start": {"line": 3},
    }
    assert policy_places.address(statement) == address


def test_who_may_not_read_reasons_is_told_which_decision_to_give(world, browser, nothing_allows):
    shown = browser(world.bob).get(f"{ADDRESS}{nothing_allows}/")
    assert shown.refused_actions == ["sts:DecodeAuthorizationMessage"]
    assert str(nothing_allows) in shown.words
    assert "See why it was denied" not in shown.words
    assert shown.is_accessible()
