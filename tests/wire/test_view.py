"""The API from outside: what boto3 does, and how every request is answered."""

import json
import logging
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError
from django.test import Client, RequestFactory

from accounts.models import Event
from iam import pipeline
from iam.models import AccessKey
from iam.shapes.spec import operation, operations
from iam.wire import view
from tests.boto import boto_of, boto_with, send
from tests.wire.raw import IAM, error_of, refusal, signed

# What boto3 does


def test_a_user_is_made_and_read_back(boto):
    made = boto.iam.create_user(UserName="dora", Path="/a/", Tags=[{"Key": "team é", "Value": "x y+z"}])[
        "User"
    ]
    assert made["Arn"].endswith(":user/a/dora")
    found = boto.iam.get_user(UserName="dora")
    assert found["User"]["Tags"] == [{"Key": "team é", "Value": "x y+z"}]
    assert found["User"]["CreateDate"].tzinfo is not None
    assert (
        found["ResponseMetadata"]["RequestId"] == found["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    )


def test_an_operation_without_answer(boto):
    boto.iam.create_user(UserName="dora")
    assert set(boto.iam.delete_user(UserName="dora")) == {"ResponseMetadata"}


def test_next_page_continues_where_the_marker_points(boto):
    for number in range(5):
        boto.iam.create_user(UserName=f"user-{number}")
    pages = boto.iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
    names = [user["UserName"] for page in pages for user in page["Users"]]
    assert sorted(names) == sorted(["alice", "bob", *(f"user-{number}" for number in range(5))])


def test_a_policy_document_comes_back_as_it_was(boto):
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a%3Ab é+c"}],
    }
    boto.iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=json.dumps(document))
    assert boto.iam.get_user_policy(UserName="bob", PolicyName="p")["PolicyDocument"] == document


def test_errors_have_code_status_and_type(boto):
    assert refusal(boto.iam.get_user, UserName="nobody") == ("NoSuchEntity", 404)
    assert refusal(boto.iam.create_user, UserName="bob") == ("EntityAlreadyExists", 409)
    assert refusal(boto.iam.create_user) == ("ValidationError", 400)
    assert refusal(boto.iam.create_user, UserName="a b") == ("ValidationError", 400)
    assert refusal(boto.iam.list_users, MaxItems=0) == ("ValidationError", 400)


def test_a_denial_says_where_its_reasons_are_kept(world):
    bob = boto_of_user(world, "bob")
    with pytest.raises(ClientError) as caught:
        bob.iam.get_user(UserName="alice")
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"].endswith("because no identity-based policy allows the iam:GetUser action")
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    event = Event.objects.get(account=world.account, name="GetUser")
    assert error["DecisionId"] == headers["x-wardstead-decision-id"] == event.decision_id
    assert error["EncodedMessage"]


def boto_of_user(world, name):
    key = world.root.iam("CreateAccessKey", UserName=name)["AccessKey"]
    return boto_with(key["AccessKeyId"], key["SecretAccessKey"])


def test_root_signs_with_its_own_key(world):
    assert boto_of(world.root).iam.list_users()["Users"]


def test_finding_out_who_signs_costs_one_query(boto, django_assert_num_queries):
    boto.iam.list_users()
    body = urlencode({"Action": "Nonsense", "Version": IAM})
    with django_assert_num_queries(0):
        signed(boto, body)
    with django_assert_num_queries(1):
        signed(
            boto,
            urlencode({"Action": "ListUsers", "Version": IAM}) + "&X=" + "%00",
            service="iam",
            headers={"X-Amz-Content-SHA256": "0"},
        )
        send(body=urlencode({"Action": "ListUsers", "Version": IAM}))
        signed(boto_with(boto.key_id, "wrong"), urlencode({"Action": "ListUsers", "Version": IAM}))


def test_a_call_leaves_one_event_with_where_it_came_from(world, boto):
    boto.iam.create_user(UserName="dora")
    event = Event.objects.get(account=world.account, name="CreateUser", parameters__UserName="dora")
    assert event.source == "api"
    assert event.access_key_id == boto.key_id
    assert event.peer == "127.0.0.1"
    assert event.user_agent.startswith("Boto3/")


def test_a_wrong_signature_is_in_the_log_and_in_no_trail(world, boto, caplog):
    before = Event.objects.count()
    with caplog.at_level(logging.INFO):
        assert refusal(boto_with(boto.key_id, "wrong").iam.list_users) == ("SignatureDoesNotMatch", 403)
    assert Event.objects.count() == before
    told = [record.getMessage() for record in caplog.records if record.name == "iam.wire.view"]
    assert told == ["iam.ListUsers of 127.0.0.1 refused: SignatureDoesNotMatch"]


def test_a_key_remembers_its_last_use(world, boto):
    boto.iam.list_users()
    key = AccessKey.objects.get(key_id=boto.key_id)
    assert (key.last_used_service, key.last_used_region) == ("iam", "us-east-1")
    first = key.last_used_at
    boto.iam.list_users()
    key.refresh_from_db()
    assert key.last_used_at == first


@pytest.mark.parametrize(("service", "region"), [("iam", "us-east-1"), ("sts", "eu-west-1")])
def test_iam_is_used_in_one_region_wherever_its_client_is(boto, service, region):
    abroad = boto_with(boto.key_id, boto.secret, region="eu-west-1")
    if service == "iam":
        abroad.iam.list_users()
    else:
        abroad.sts.get_session_token()
    assert AccessKey.objects.get(key_id=boto.key_id).last_used_region == region


def test_the_requested_region_of_iam_is_one(world, boto):
    only_there = {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": only_there}
    boto.iam.put_user_policy(
        UserName="alice",
        PolicyName="one-region",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": deny}),
    )
    abroad = boto_with(boto.key_id, boto.secret, region="eu-west-1")
    assert abroad.iam.list_users()["Users"]
    assert refusal(abroad.sts.get_federation_token, Name="fed") == ("AccessDenied", 403)


# How it is answered


def test_every_answer_has_its_headers(boto):
    for response in (signed(boto, urlencode({"Action": "ListUsers", "Version": IAM})), send(body="")):
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert len(response["x-amzn-RequestId"]) == 36
        assert "Set-Cookie" not in response
        assert "Vary" not in response


def test_csrf_has_no_part_in_it(boto):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/", data=b"", content_type="application/x-www-form-urlencoded")
    assert error_of(response)[0] == "MissingAction"


def test_a_bug_is_told_as_ours_without_its_text(boto, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("hunter2 was refused")

    monkeypatch.setattr(pipeline, "perform", broken)
    with caplog.at_level(logging.ERROR):
        response = signed(boto, urlencode({"Action": "ListUsers", "Version": IAM, "Note": "hunter2"}))
    assert response.status_code == 500
    code, message = error_of(response)
    assert code == "InternalFailure"
    assert message == "The request processing has failed because of an unknown error, exception or failure."
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert response["x-amzn-RequestId"] in logged
    assert "RuntimeError" in logged
    assert "in broken" in logged
    assert "hunter2 was refused" not in response.content.decode()
    assert "hunter2" not in logged.replace('raise RuntimeError("hunter2 was refused")', "")


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", "/", {}, True),
        ("GET", "/", {}, False),
        ("GET", "/?Action=GetUser", {}, True),
        ("GET", "/?a=1&Action=GetUser", {}, True),
        ("GET", "/?NoAction=1", {}, False),
        ("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", {}, True),
        ("GET", "/", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, True),
        ("GET", "/", {"Authorization": "Basic YTpi"}, False),
        ("GET", "/iam/users/?Action=x", {}, False),
        ("POST", "/signin", {}, False),
        ("POST", "/signin", {"X-Amz-Target": "x"}, True),
        ("GET", "/bucket", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, True),
    ],
)
def test_which_requests_are_the_apis(method, path, headers, expected):
    request = RequestFactory().generic(method, path, headers=headers)
    assert view.is_the_apis(request.META, method, request.path) is expected


def test_namespaces_are_those_of_the_models():
    assert {s: operation(operations(s)[0]).namespace for s in ("iam", "sts")} == view._NAMESPACES
