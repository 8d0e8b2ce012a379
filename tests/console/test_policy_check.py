"""Findings on a policy text while it is written: beside each editor, and on a page of their own."""

import json

import pytest
from django.conf import settings
from django.test import Client

from console import policy_starts
from iam.models import Decision
from tests.console import policies
from tests.operations import sts
from tests.world import allow, last_event

ADDRESS = "/iam/policies/check/"
MISSPELT = json.dumps(allow("s3:GetObjekt", resource="arn:aws:s3:::a/*"), indent=2)
FINE = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::a/*"), indent=2)


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


def told(person, text, kind="managed", field="PolicyDocument"):
    """What an editor with that text gets."""
    shown = person.post(f"{ADDRESS}?field={field}&type={kind}", {field: text}, htmx=True)
    assert shown.status == 200
    assert shown.is_accessible()
    return shown


def items(shown):
    return [element for element in shown.tree.walk() if element.get("data-line")]


# What is told


def test_a_misspelt_action_is_told_with_its_place_and_the_nearest_name(world, alice):
    shown = told(alice, MISSPELT)
    assert "There is no action s3:GetObjekt. Did you mean s3:GetObject?" in shown.words
    assert "1 error" in shown.words
    assert "Advice only: the text can be saved as it stands." in shown.words
    assert "INVALID_ACTION" in shown.words
    assert "Statement[0].Action[0]" in shown.words
    (item,) = items(shown)
    line, column = int(item.get("data-line")), int(item.get("data-column"))
    assert MISSPELT.splitlines()[line - 1][column - 1 :].startswith("GetObjekt")
    assert item.get("data-end-column") == str(column + len("GetObjekt"))
    link = next(element for element in item.walk() if "data-goto" in element.attributes)
    assert (link.tag, link.get("href")) == ("a", "#field-PolicyDocument")


def test_nothing_found_is_said(world, alice):
    shown = told(alice, FINE)
    assert "No findings" in shown.words
    assert items(shown) == []


def test_findings_are_counted_by_how_grave_they_are(world, alice):
    shown = told(alice, json.dumps(allow("s3:GetObjekt", "iam:PassRole")))
    summary = next(e.get("data-summary") for e in shown.tree.walk() if "data-summary" in e.attributes)
    assert summary == "1 error, 1 security warning, 1 suggestion"


def test_what_iam_would_not_save_is_told_first(world, alice):
    old = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::a/*")).replace("2012-10-17", "2008-10-17")
    assert "IAM would refuse to save this" in " ".join(items(told(alice, old))[0].text.split())
    assert "IAM would refuse" not in told(alice, old, "inline").words
    broken = told(alice, '{"Version": }')
    assert "Error, and IAM would refuse to save this" in broken.words
    assert len(items(broken)) == 1
    assert "can be saved" not in broken.words


def test_the_kind_of_text_counts(world, alice):
    trust = json.dumps(sts.trusting(world.account.number))
    assert "No findings" in told(alice, trust, "trust").words
    assert "Principal" in told(alice, trust, "managed").words
    public = told(alice, json.dumps(sts.trusting("*")), "trust")
    assert "PUBLIC_PRINCIPAL" in public.words


def test_a_long_list_ends_somewhere_and_says_so(world, alice):
    shown = told(alice, json.dumps(allow(*(f"s3:Nothing{number}" for number in range(130)))))
    assert (len(items(shown)), "more are not shown" in shown.words) == (100, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text to check yet"),
        (" \n", "no text to check yet"),
        ("x" * 131_073, "less than or equal to 131072"),
    ],
)
def test_what_cannot_be_checked_says_why(world, alice, text, said):
    assert said in told(alice, text).words


def test_hostile_texts_are_answered_like_any_other(world, alice):
    for text, said in (
        ("\ufeff" + FINE, "JSON_SYNTAX_ERROR"),
        (FINE.replace("{", "{ // a remark\n", 1), "JSON_SYNTAX_ERROR"),
        (FINE.replace('"Allow"', "NaN"), "JSON_SYNTAX_ERROR"),
        ("[" * 60_000, "JSON_SYNTAX_ERROR"),
        ("\x00", "JSON_SYNTAX_ERROR"),
        ('{"Version":"2012-10-17","Statement":[' + "{}," * 10_000 + "{}]}", "more are not shown"),
        (json.dumps(allow(*(["*?" * 20] * 2000))), "more are not shown"),
        (FINE + " " * 130_000, "No findings"),
    ):
        shown = alice.post(f"{ADDRESS}?field=document", {"document": text}, htmx=True)
        assert (shown.status, said in shown.text) == (200, True), text[:99]


def test_a_text_is_shown_as_text(world, alice):
    shown = told(alice, json.dumps(allow('s3:<img src="/x">')))
    assert "<img" not in shown.text


def test_lines_are_counted_alike_however_they_end(world, alice):
    windows = told(alice, MISSPELT.replace("\n", "\r\n"))
    assert items(windows)[0].attributes == items(told(alice, MISSPELT))[0].attributes


# Who may, and what is kept


def test_who_may_not_is_told_once_in_a_line(world, browser):
    shown = told(browser(world.bob), MISSPELT)
    assert shown.refused_actions == ["wardstead:ValidatePolicy"]
    assert "To see what is wrong or dangerous in this text you need" in shown.words
    # It takes the place of what asks at each pause.
    assert shown.response.headers["HX-Reswap"] == "outerHTML"
    assert "hx-post" not in shown.text
    assert Decision.objects.filter(action="wardstead:ValidatePolicy").count() == 1


def test_the_act_is_recorded_without_the_draft(world, alice):
    told(alice, MISSPELT)
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("ValidatePolicy", "success")
    assert event.parameters == {"PolicyDocument": "***", "PolicyType": "IDENTITY_POLICY"}


def test_a_session_that_is_over_leads_to_signing_in(world, browser):
    shown = browser().post(f"{ADDRESS}?field=document", {"document": FINE}, htmx=True)
    assert shown.location.startswith("/signin?")


def test_it_takes_the_token_of_the_page(world, browser):
    client = Client(enforce_csrf_checks=True)
    name = settings.SESSION_COOKIE_NAME
    client.cookies[name] = browser(world.alice).client.cookies[name].value
    assert client.post(ADDRESS, {"document": FINE}).status_code == 403


def test_a_body_beyond_all_measure_changes_nothing_on_the_page(world, alice):
    shown = alice.post(f"{ADDRESS}?field=document", {"document": "x" * (1024 * 1024 + 1)}, htmx=True)
    assert (shown.status, "X-Fragment" in shown.response.headers) == (400, False)


# Where texts are written


def test_every_editor_asks_for_findings(world, alice):
    policies.read_buckets(world)
    world.root.iam("CreateGroup", GroupName="ops")
    world.root.iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=json.dumps(sts.trusting("*")))
    world.root.iam("PutUserPolicy", UserName="bob", PolicyName="own", PolicyDocument=FINE)
    for address, kind, field in (
        ("/iam/policies/create/", "managed", "PolicyDocument"),
        (f"{policies.BASE}document/edit/", "managed", "PolicyDocument"),
        ("/iam/users/bob/permissions/inline/own/edit/", "inline", "PolicyDocument"),
        ("/iam/groups/ops/permissions/inline/create/", "inline", "PolicyDocument"),
        ("/iam/roles/r/permissions/inline/create/", "inline", "PolicyDocument"),
        ("/iam/roles/r/trust/edit/", "trust", "PolicyDocument"),
        ("/iam/roles/create/?trust=custom", "trust", "AssumeRolePolicyDocument"),
    ):
        shown = alice.get(address)
        asked = f"{ADDRESS}?field={field}&type={kind}"
        (live,) = (e for e in shown.tree.walk() if e.get("hx-post") == asked)
        assert f"input changed delay:600ms from:#field-{field}" in live.get("hx-trigger"), address
        assert (live.get("hx-sync"), live.get("hx-params")) == ("this:replace", f"{field},type")
        # Without a script: a button that comes after the form's own, which Enter presses.
        buttons = [e for e in shown.tree.walk() if e.tag == "button" and e.get("type") == "submit"]
        own = next(e for e in buttons if e.inside("main") and not e.get("formaction"))
        (check,) = (e for e in buttons if e.get("formaction") == asked)
        assert buttons.index(own) < buttons.index(check), address
        assert shown.is_accessible()


def test_the_page_of_its_own_tells_the_same_without_a_script(world, alice):
    empty = alice.get(ADDRESS)
    assert empty.status == 200
    assert empty.is_accessible()
    shown = alice.post(f"{ADDRESS}?field=PolicyDocument&type=managed", {"PolicyDocument": MISSPELT})
    assert shown.is_accessible()
    assert "Did you mean s3:GetObject?" in shown.words
    line = items(shown)[0].get("data-line")
    assert f'href="#L{line}"' in shown.text
    assert f'<li id="L{line}" data-marked>' in shown.text
    again = alice.post(ADDRESS, {"document": json.dumps(sts.trusting("*")), "type": "trust"})
    assert "PUBLIC_PRINCIPAL" in again.words
    assert '<option value="trust" selected>' in again.text


def test_what_is_stored_is_checked_by_a_button(world, alice):
    arn = policies.read_buckets(world)
    world.root.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=MISSPELT, SetAsDefault=True)
    shown = alice.get(f"{policies.BASE}document/")
    assert shown.is_accessible()
    form = next(e for e in shown.tree.walk() if e.get("action").startswith(ADDRESS))
    sent = {e.get("name"): e.get("value") for e in form.walk() if e.tag == "input"}
    assert "Did you mean s3:GetObject?" in alice.post(form.get("action"), sent).words


def test_an_inline_policy_begins_from_a_text_that_can_be_saved(world, alice):
    shown = alice.get("/iam/users/bob/permissions/inline/create/")
    assert shown.is_accessible()
    for start in policy_starts.STARTS:
        shown = alice.get("/iam/users/bob/permissions/inline/create/", start=start.key)
        assert start.label in shown.words
        assert "IAM would refuse" not in told(alice, start.text, "inline").words


def test_the_page_of_its_own_says_which_permission_it_takes(world, browser):
    shown = browser(world.bob).post(ADDRESS, {"document": FINE, "type": "managed"})
    assert (shown.status, shown.refused_actions) == (200, ["wardstead:ValidatePolicy"])
    assert shown.is_accessible()
