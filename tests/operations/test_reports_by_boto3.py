"""Reports as boto3 sees them: bytes, times and errors as a program gets them."""

import csv
import io
from datetime import datetime

import pytest
from botocore.exceptions import ClientError

from iam.models import Job
from iam.tasks import run_job
from tests.boto import boto_of
from tests.wire.raw import signed


@pytest.fixture
def client(world):
    return boto_of(world.alice).iam


def work():
    for job in Job.objects.open():
        run_job(job.pk)


def test_a_credential_report_from_the_first_call_to_its_rows(world, client):
    with pytest.raises(ClientError) as caught:
        client.get_credential_report()
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("ReportNotPresent", 410)
    raw = signed(boto_of(world.alice), "Action=GetCredentialReport&Version=2010-05-08")
    assert b"<Code>ReportNotPresent</Code></Error>" in raw.content
    assert client.generate_credential_report()["State"] == "STARTED"
    with pytest.raises(client.exceptions.CredentialReportNotReadyException):
        client.get_credential_report()
    work()
    assert client.generate_credential_report()["State"] == "COMPLETE"
    report = client.get_credential_report()
    rows = list(csv.DictReader(io.StringIO(report["Content"].decode())))
    assert [row["user"] for row in rows] == ["<root_account>", "alice", "bob"]
    assert rows[1]["access_key_1_last_used_service"] == "iam"
    assert isinstance(report["GeneratedTime"], datetime)


def test_service_last_accessed_by_pages(world, client):
    arn = client.get_user()["User"]["Arn"]
    job = client.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
    started = client.get_service_last_accessed_details(JobId=job)
    assert (started["JobStatus"], started["ServicesLastAccessed"]) == ("IN_PROGRESS", [])
    assert "JobCompletionDate" not in started
    work()
    first = client.get_service_last_accessed_details(JobId=job, MaxItems=1)
    second = client.get_service_last_accessed_details(JobId=job, MaxItems=1, Marker=first["Marker"])
    names = [page["ServicesLastAccessed"][0]["ServiceNamespace"] for page in (first, second)]
    assert names == sorted(names)
    entities = client.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="iam")
    assert entities["EntityDetailsList"][0]["EntityInfo"]["Arn"] == arn
    assert isinstance(entities["EntityDetailsList"][0]["LastAuthenticated"], datetime)


def test_policies_granting_service_access(world, client):
    arn = client.get_user()["User"]["Arn"]
    answer = client.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["iam"])
    (entry,) = answer["PoliciesGrantingServiceAccess"]
    assert entry["Policies"][0]["PolicyName"] == "AdministratorAccess"


def test_token_preferences(world, client):
    client.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert client.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 2
