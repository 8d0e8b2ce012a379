"""Sessions in a browser: several people side by side, two tabs, the last minutes, the Back button, federation."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import Page, expect

from tests.e2e.browsing import PHONE, Person
from tests.e2e.conftest import Open
from tests.e2e.test_signing_in import PASSWORD, make_user

pytestmark = pytest.mark.slow

NOTE = ".idle-note"


def client(service: str, url: str, key: dict[str, Any]) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key.get("access_key_id") or key["AccessKeyId"],
        aws_secret_access_key=key.get("secret_access_key") or key["SecretAccessKey"],
        config=Config(retries={"max_attempts": 0}),
    )


def signed_in_twice(person: Person, account: dict[str, Any]) -> None:
    """Root, and beside it dana, who is acted as."""
    make_user(account, person.url, "dana")
    person.sign_in_as_root(account["email"], account["password"])
    person.is_headed("Dashboard")
    person.page.get_by_role("button", name="account menu").click()
    person.page.get_by_role("link", name="Add another sign-in").click()
    person.fill(account=account["alias"], user="dana", password=PASSWORD)
    person.press("Sign in")
    person.is_headed("Dashboard")


def another_tab(person: Person) -> Page:
    page = person.context.new_page()
    page.on("pageerror", lambda error: person.faults.append(f"script: {error}"))
    return page


@pytest.mark.parametrize("looks", [{}, {"size": PHONE, "dark": True}], ids=["desktop", "dark-phone"])
def test_two_people_are_signed_in_and_switched_between(windows: Open, account, looks):
    person = windows(**looks)
    signed_in_twice(person, account)
    menu = person.page.get_by_role("button", name="account menu")
    menu.click()
    expect(person.page.locator("#account-menu")).to_contain_text("Also signed in here")
    assert person.obstacles() == []
    assert not person.scrolls_sideways()
    person.page.get_by_role("button", name="Switch to Root user").click()
    person.sees("You act as")
    menu.click()
    expect(person.page.locator("#account-menu .sheet-who")).to_contain_text("Root user")
    person.page.get_by_role("button", name="Sign out of all 2").click()
    person.is_at("/signin")
    person.visit("/iam/users/")
    person.is_at("/signin")


def test_a_form_of_another_tab_is_refused_and_can_be_sent_after_switching_back(person: Person, account):
    make_user(account, person.url, "dana")
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/iam/groups/create/")
    person.fill(GroupName="from-the-first-tab")
    second = another_tab(person)
    second.goto(f"{person.url}/signin?add=1")
    second.locator("[name=account]").fill(account["alias"])
    second.locator("[name=user]").fill("dana")
    second.locator("[name=password]").fill(PASSWORD)
    second.get_by_role("button", name="Sign in", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Dashboard")
    expect(person.page.locator("#changed-note")).to_contain_text("another tab")
    person.page.locator("main form button[type=submit]").first.click()
    expect(person.page.locator("body")).to_contain_text("Switch")
    assert person.obstacles() == []
    person.page.get_by_role("button", name=re.compile("Switch")).first.click()
    send = person.page.get_by_role("button", name="Send it again")
    if send.count() == 0:  # by htmx the form has stayed on its page
        send = person.page.locator("main form button[type=submit]").first
    send.click()
    person.sees("from-the-first-tab")
    assert client("iam", person.url, account).get_group(GroupName="from-the-first-tab")


def test_signing_out_empties_the_other_tabs_and_what_back_leads_to(person: Person, account):
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/account/settings/")
    second = another_tab(person)
    second.goto(f"{person.url}/iam/users/")
    person.sign_out()
    expect(second).to_have_url(re.compile("/signin"))
    person.page.go_back()
    person.is_at("/signin")
    expect(person.page.locator("body")).not_to_contain_text("Account settings")


def test_the_last_minutes_are_counted_and_can_be_made_more(person: Person, account):
    person.page.clock.install()
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/iam/users/")
    person.page.clock.fast_forward("12:55")
    expect(person.page.locator(NOTE)).to_have_count(0)
    person.page.clock.fast_forward("00:15")
    note = person.page.locator(NOTE)
    expect(note).to_contain_text(re.compile(r"1:[45]\d"))
    expect(person.page.locator("#announcer")).to_contain_text("two minutes")
    assert person.obstacles() == []
    note.get_by_role("button", name="Stay signed in").click()
    expect(note).to_have_count(0)
    person.page.clock.fast_forward("12:00")
    expect(note).to_have_count(0)


def test_a_session_that_is_over_empties_its_page_and_leads_back(windows: Open, account):
    person, elsewhere = windows(), windows()
    person.page.clock.install()
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/iam/roles/?q=x")
    elsewhere.sign_in_as_root(account["email"], account["password"])
    elsewhere.visit("/me/sessions/end-others/")
    elsewhere.press("End other sessions")
    person.page.clock.fast_forward("15:03")
    person.is_at("/signin")
    person.sees("Your session has ended")
    person.page.locator("nav.choices").get_by_role("link", name="Root user").click()
    person.fill(email=account["email"], password=account["password"])
    person.press("Sign in")
    expect(person.page).to_have_url(re.compile(r"/iam/roles/\?q=x$"))


def test_a_fragment_asked_for_after_the_end_leads_to_sign_in_and_back(windows: Open, account):
    person, elsewhere = windows(), windows()
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/iam/users/")
    elsewhere.sign_in_as_root(account["email"], account["password"])
    elsewhere.visit("/me/sessions/end-others/")
    elsewhere.press("End other sessions")
    person.page.get_by_role("searchbox").first.press_sequentially("x")
    expect(person.page).to_have_url(re.compile(r"/signin\?next=%2Fiam%2Fusers%2F"))


def test_a_double_click_makes_one_key(person: Person, account):
    make_user(account, person.url, "dana")
    person.sign_in_as_root(account["email"], account["password"])
    person.visit("/iam/users/dana/credentials/keys/create/")
    person.button("Create access key").dblclick()
    person.sees("Secret access key")
    person.page.reload()
    person.sees("Already made")
    keys = client("iam", person.url, account).list_access_keys(UserName="dana")["AccessKeyMetadata"]
    assert len(keys) == 1


def test_a_role_session_signs_in_by_the_federation_address(windows: Open, account):
    person = windows()
    iam = client("iam", person.url, account)
    number = account["account_id"]
    iam.create_user(UserName="broker")
    everybody = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
        "Action": "sts:AssumeRole",
    }
    may = {"Effect": "Allow", "Action": ["iam:*", "sts:AssumeRole"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    trust = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    arn = iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="auditor", PolicyName="may", PolicyDocument=document)
    iam.put_user_policy(UserName="broker", PolicyName="may", PolicyDocument=document)
    key = iam.create_access_key(UserName="broker")["AccessKey"]
    got = client("sts", person.url, key).assume_role(RoleArn=arn, RoleSessionName="dana")["Credentials"]
    session = {
        "sessionId": got["AccessKeyId"],
        "sessionKey": got["SecretAccessKey"],
        "sessionToken": got["SessionToken"],
    }
    asked = {"Action": "getSigninToken", "SessionDuration": "1800", "Session": json.dumps(session)}
    token = person.context.request.get(f"{person.url}/federation?{urlencode(asked)}").json()["SigninToken"]
    login = {"Action": "login", "Issuer": "https://broker.example.org/", "Destination": "/iam/roles/"}
    person.visit(f"/federation?{urlencode({**login, 'SigninToken': token})}")
    person.is_at("/iam/roles/")
    person.is_headed("Roles")
    expect(person.page.locator(".topbar")).to_contain_text("auditor/dana")
    assert person.obstacles() == []
    person.page.get_by_role("button", name="account menu").click()
    person.page.get_by_role("button", name="Sign out").click()
    person.is_at("/federation/ended")
    link = person.page.get_by_role("link", name="Sign in again at broker.example.org")
    expect(link).to_have_attribute("href", "https://broker.example.org/")
    assert person.obstacles() == []
