"""The credential report: how it comes to be, what its cells say, and how long it is good for."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Identity, MfaDevice
from iam.models import AccessKey, Job, JobState
from iam.tasks import run_job
from tests.certificates import certificate
from tests.operations import permission
from tests.world import PASSWORD, refused


@pytest.fixture
def world(world):
    """The cast at the present moment, since the worker looks at the clock."""
    for actor in (world.root, world.alice, world.bob, world.carol):
        actor.now = timezone.now()
    return world


@pytest.fixture
def report(world):
    """Has a report made; the rows by user name."""

    def make():
        world.alice.iam("GenerateCredentialReport")
        work()
        return rows(world.alice.iam("GetCredentialReport"))

    return make


def work():
    for job in Job.objects.open():
        assert run_job(job.pk)


def rows(answer):
    return {row["user"]: row for row in csv.DictReader(io.StringIO(answer["Content"].decode()))}


def test_the_first_call_starts_a_report_the_next_ones_tell_how_it_is(world):
    assert world.alice.iam("GenerateCredentialReport") == {
        "State": "STARTED",
        "Description": "No report exists. Starting a new report generation task",
    }
    assert world.alice.iam("GenerateCredentialReport") == {"State": "INPROGRESS"}
    work()
    assert world.alice.iam("GenerateCredentialReport") == {"State": "COMPLETE"}
    assert Job.objects.count() == 1


def test_an_account_has_one_report_whoever_asks(world):
    world.alice.iam("GenerateCredentialReport")
    assert world.root.iam("GenerateCredentialReport")["State"] == "INPROGRESS"
    assert world.carol.iam("GenerateCredentialReport")["State"] == "STARTED"


def test_there_is_nothing_to_get_before_the_first(world):
    with refused("ReportNotPresent") as caught:
        world.alice.iam("GetCredentialReport")
    assert (caught.value.status, caught.value.message) == (410, "")


def test_there_is_nothing_to_get_while_it_is_made(world):
    world.alice.iam("GenerateCredentialReport")
    with refused("ReportInProgress") as caught:
        world.alice.iam("GetCredentialReport")
    assert caught.value.status == 404


def test_a_report_is_good_for_four_hours(world, report):
    report()
    done = Job.objects.get().finished_at
    assert done is not None
    world.alice.now = done + timedelta(hours=3, minutes=59)
    assert world.alice.iam("GetCredentialReport")["GeneratedTime"] == done
    world.alice.now = done + timedelta(hours=4)
    with refused("ReportExpired") as caught:
        world.alice.iam("GetCredentialReport")
    assert caught.value.status == 410


def test_a_new_report_takes_the_place_of_the_expired_one(world, report):
    report()
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=5))
    assert world.alice.iam("GenerateCredentialReport")["State"] == "STARTED"
    with refused("ReportInProgress"):
        world.alice.iam("GetCredentialReport")
    work()
    assert Job.objects.get().state == JobState.DONE


def test_a_report_that_failed_is_none_and_can_be_had_again(world, report):
    report()
    Job.objects.update(state=JobState.FAILED)
    with refused("ReportNotPresent"):
        world.alice.iam("GetCredentialReport")
    assert world.alice.iam("GenerateCredentialReport")["State"] == "STARTED"


def test_the_columns_are_those_of_aws_root_first(world, report):
    report()
    answer = world.alice.iam("GetCredentialReport")
    lines = answer["Content"].decode().split("\n")
    assert answer["ReportFormat"] == "text/csv"
    assert lines[0] == (
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
        "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
        "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
        "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
        "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,"
        "cert_2_active,cert_2_last_rotated"
    )
    assert [line.split(",")[0] for line in lines[1:]] == ["<root_account>", "alice", "bob"]


def test_roots_password_is_not_told_but_its_last_use(world, report):
    number = world.account.number
    root = report()["<root_account>"]
    assert root["arn"] == f"arn:aws:iam::{number}:root"
    assert (root["password_enabled"], root["password_last_changed"], root["password_next_rotation"]) == (
        ("not_supported",) * 3
    )
    assert root["password_last_used"] == "no_information"
    Identity.objects.filter(kind="root").update(password_last_used_at=world.root.now)
    Job.objects.all().delete()
    used = world.root.now.replace(microsecond=0).isoformat()
    assert report()["<root_account>"]["password_last_used"] == used


def test_a_user_with_nothing_has_nothing_applicable(world, report):
    bob = report()["bob"]
    assert bob["arn"] == f"arn:aws:iam::{world.account.number}:user/bob"
    assert bob["user_creation_time"] == "2026-03-01T12:00:00+00:00"
    falses = [name for name, cell in bob.items() if cell == "false"]
    assert falses == [
        "password_enabled",
        "mfa_active",
        "access_key_1_active",
        "access_key_2_active",
        "cert_1_active",
        "cert_2_active",
    ]
    rest = {cell for name, cell in list(bob.items())[3:] if name not in falses}
    assert rest == {"N/A"}


def test_a_password_never_used_has_no_information(world, report):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    bob = report()["bob"]
    changed = world.root.now.replace(microsecond=0).isoformat()
    assert (bob["password_enabled"], bob["password_last_used"]) == ("true", "no_information")
    assert (bob["password_last_changed"], bob["password_next_rotation"]) == (changed, "N/A")


def test_a_password_that_ages_has_its_next_rotation(world, report):
    world.root.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    world.root.iam("UpdateAccountPasswordPolicy", MaxPasswordAge=90)
    due = (world.root.now + timedelta(days=90)).replace(microsecond=0).isoformat()
    assert report()["bob"]["password_next_rotation"] == due


def test_an_active_key_comes_before_an_older_inactive_one_which_keeps_its_date(world, report):
    old = world.root.later(days=-9).iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    world.root.iam("CreateAccessKey", UserName="bob")
    world.root.iam("UpdateAccessKey", UserName="bob", AccessKeyId=old, Status="Inactive")
    bob = report()["bob"]
    made = world.root.now.replace(microsecond=0)
    assert (bob["access_key_1_active"], bob["access_key_1_last_rotated"]) == ("true", made.isoformat())
    assert (bob["access_key_2_active"], bob["access_key_2_last_rotated"]) == (
        "false",
        (made - timedelta(days=9)).isoformat(),
    )


def test_the_use_of_a_key_is_told_with_place_and_service(world, report):
    world.root.iam("CreateAccessKey", UserName="bob")
    AccessKey.objects.update(
        last_used_at=world.root.now, last_used_region="eu-west-1", last_used_service="sts"
    )
    bob = report()["bob"]
    assert bob["access_key_1_last_used_date"] == world.root.now.replace(microsecond=0).isoformat()
    assert (bob["access_key_1_last_used_region"], bob["access_key_1_last_used_service"]) == (
        "eu-west-1",
        "sts",
    )


def test_a_device_that_stands_guard_is_mfa(world, report):
    serial = world.root.iam("CreateVirtualMFADevice", VirtualMFADeviceName="bob")["VirtualMFADevice"][
        "SerialNumber"
    ]
    assert report()["bob"]["mfa_active"] == "false"
    MfaDevice.objects.filter(serial=serial).update(
        identity=Identity.objects.get(name="bob"), enabled_at=world.root.now
    )
    Job.objects.all().delete()
    assert report()["bob"]["mfa_active"] == "true"


def test_signing_certificates_are_told(world, report):
    world.root.iam("UploadSigningCertificate", UserName="bob", CertificateBody=certificate())
    bob = report()["bob"]
    uploaded = world.root.now.replace(microsecond=0).isoformat()
    assert (bob["cert_1_active"], bob["cert_1_last_rotated"], bob["cert_2_active"]) == (
        "true",
        uploaded,
        "false",
    )


def test_an_inactive_certificate_comes_before_an_active_one(world, report):
    bob = {"UserName": "bob"}
    world.root.later(days=-9).iam("UploadSigningCertificate", **bob, CertificateBody=certificate("old"))
    new = world.root.iam("UploadSigningCertificate", **bob, CertificateBody=certificate("new"))
    world.root.iam(
        "UpdateSigningCertificate",
        **bob,
        CertificateId=new["Certificate"]["CertificateId"],
        Status="Inactive",
    )
    row = report()["bob"]
    assert (row["cert_1_active"], row["cert_2_active"]) == ("false", "true")
    assert row["cert_1_last_rotated"] > row["cert_2_last_rotated"]


def test_a_name_with_a_comma_stays_one_cell(world, report):
    world.root.iam("CreateUser", UserName="smith,john")
    assert report()["smith,john"]["arn"].endswith(":user/smith,john")


def test_names_that_a_spreadsheet_would_run_are_left_to_the_reader(world, report):
    world.root.iam("CreateUser", UserName="=1+1")
    assert "=1+1" in report()


@pytest.mark.parametrize("action", ["GenerateCredentialReport", "GetCredentialReport"])
def test_it_takes_the_permission(world, report, action):
    report()
    permission.holds(world, action, {})


def test_the_console_reads_it_by_pages_with_its_progress(world, report):
    assert world.alice.run("console.CredentialReport") == {"State": "none", "Entries": []}
    world.alice.iam("GenerateCredentialReport")
    waiting = world.alice.run("console.CredentialReport")
    assert (waiting["State"], waiting["RequestedBy"]) == ("waiting", world.alice.principal.arn)
    work()
    shown = world.alice.run("console.CredentialReport", MaxItems=1)
    assert (shown["State"], shown["Done"], shown["IsTruncated"]) == ("done", 2, False)
    assert [row["User"] for row in shown["Entries"]] == ["<root_account>", "alice", "bob"]
    assert shown["ExpireTime"] - shown["GeneratedTime"] == timedelta(hours=4)


def test_the_consoles_page_takes_the_same_permission(world):
    with refused("AccessDenied", "iam:GetCredentialReport"):
        world.bob.run("console.CredentialReport")
