"""The credential report's page: asked for, watched, read and taken along."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from iam.models import Job
from iam.tasks import run_job
from tests.world import PASSWORD

ADDRESS = "/analysis/credentials/"


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


def work():
    assert run_job(Job.objects.get().pk)


def poll_of(shown):
    (report,) = [element for element in shown.tree.walk() if element.get("id") == "report"]
    return report.get("hx-get")


def test_a_report_is_asked_for_watched_and_read(world, alice):
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert "No report yet" in shown.words
    assert alice.post(f"{ADDRESS}generate/").location == ADDRESS
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert poll_of(shown) == ADDRESS
    assert poll_of(alice.get(ADDRESS, htmx=True)) == ADDRESS
    work()
    fragment = alice.get(ADDRESS, htmx=True)
    assert not poll_of(fragment)
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert "Root user" in shown.words
    assert 'href="/iam/users/alice/"' in shown.text
    assert f'href="{ADDRESS}download/"' in shown.text


def test_what_stands_out_is_said_in_words(world, browser):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    world.root.iam("CreateAccessKey", UserName="bob")
    alice = browser(world.alice)
    alice.post(f"{ADDRESS}generate/")
    work()
    words = alice.get(ADDRESS).words
    bob = words[words.index("bob Has one") :]
    assert all(text in bob for text in ("never", "No MFA", "Active"))


def test_a_report_that_is_good_is_not_made_again(world, alice):
    alice.post(f"{ADDRESS}generate/")
    work()
    alice.post(f"{ADDRESS}generate/")
    assert "not four hours old yet" in alice.get(ADDRESS).words
    assert Job.objects.count() == 1


def test_an_expired_report_is_not_shown(world, alice):
    alice.post(f"{ADDRESS}generate/")
    work()
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=5))
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert "has expired" in shown.words
    assert "Generate report" in shown.words


def test_a_report_that_failed_says_so(world, alice):
    alice.post(f"{ADDRESS}generate/")
    Job.objects.update(state="failed", error_message="The work was begun several times.")
    shown = alice.get(ADDRESS)
    assert shown.is_accessible()
    assert "begun several times" in shown.words


def test_the_download_is_inert_in_a_spreadsheet(world, alice):
    world.root.iam("CreateUser", UserName="=cmd")
    world.root.iam("CreateUser", UserName="a,b")
    alice.post(f"{ADDRESS}generate/")
    work()
    response = alice.get(f"{ADDRESS}download/").response
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "credential-report-" in response.headers["Content-Disposition"]
    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert lines[0].startswith("user,arn,")
    assert [row[0] for row in csv.reader(lines[1:-1])] == [
        "<root_account>",
        "'=cmd",
        "a,b",
        "alice",
        "bob",
    ]


def test_there_is_no_download_before_there_is_a_report(world, alice):
    assert alice.get(f"{ADDRESS}download/").location == ADDRESS


def test_the_permissions_are_named_where_they_are_missing(world, browser):
    bob = browser(world.bob)
    shown = bob.get(ADDRESS)
    assert shown.refused_actions == ["iam:GetCredentialReport"]
    assert shown.is_accessible()
    assert bob.post(f"{ADDRESS}generate/").refused_actions == ["iam:GenerateCredentialReport"]
    assert bob.get(f"{ADDRESS}download/").refused_actions == ["iam:GetCredentialReport"]
    assert not Job.objects.exists()


def test_generating_is_asked_by_post(world, alice):
    assert alice.get(f"{ADDRESS}generate/").status == 405


def test_many_users_come_by_pages(world, alice, monkeypatch):
    monkeypatch.setattr("iam.reports.credential_report.ROWS_IN_A_PIECE", 1)
    alice.post(f"{ADDRESS}generate/")
    work()
    shown = alice.get(ADDRESS)
    assert "bob" not in shown.words
    assert "Next" in shown.words
    assert shown.is_accessible()
