"""The API from outside: real boto3 clients and raw requests, through Django's handler."""

import json
import logging
from datetime import timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from django.test import Client, RequestFactory

from accounts.models import Event
from iam import catalogue, pipeline
from iam.models import AccessKey
from iam.shapes.spec import operation, operations
from iam.wire import view
from tests.boto import ENDPOINT, boto_of, boto_with, send

IAM = "2010-05-08"
STS = "2011-06-15"


def signed(boto, body, *, service="iam", headers=None, url=f"{ENDPOINT}/", method="POST"):
    """A raw answer to a request that botocore signed."""
    given = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(headers or {})}
    request = AWSRequest(method=method, url=url, data=body, headers=given)
    SigV4Auth(Credentials(boto.key_id, boto.secret, boto.token), service, "us-east-1").add_auth(request)
    return send(method, url, {**dict(request.headers.items())}, body)


def error_of(response):
    """Code and message of an error in the form of the Query protocol, once it is found to have that form."""
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314  # our own answer
    namespace = root.tag.partition("}")[0][1:]
    assert namespace in {
        "https://iam.amazonaws.com/doc/2010-05-08/",
        "https://sts.amazonaws.com/doc/2011-06-15/",
    }
    assert root.tag.endswith("ErrorResponse")
    assert root.findtext("{*}RequestId") == response["x-amzn-RequestId"]
    assert root.findtext("{*}Error/{*}Type") == ("Receiver" if response.status_code >= 500 else "Sender")
    return root.findtext("{*}Error/{*}Code"), root.findtext("{*}Error/{*}Message")


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


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


def test_a_call_leaves_one_event_with_where_it_came_from(world, boto):
    boto.iam.create_user(UserName="dora")
    event = Event.objects.get(account=world.account, name="CreateUser", parameters__UserName="dora")
    assert event.source == "api"
    assert event.access_key_id == boto.key_id
    assert event.peer == "127.0.0.1"
    assert event.user_agent.startswith("Boto3/")


def test_a_key_remembers_its_last_use(world, boto):
    boto.iam.list_users()
    key = AccessKey.objects.get(key_id=boto.key_id)
    assert (key.last_used_service, key.last_used_region) == ("iam", "us-east-1")
    first = key.last_used_at
    boto.iam.list_users()
    key.refresh_from_db()
    assert key.last_used_at == first


# Who is let in


def test_unknown_and_deleted_and_inactive_keys(world, boto):
    assert refusal(boto_with("AKIAIOSFODNN7UNKNOWN", "x").iam.list_users) == ("InvalidClientTokenId", 403)
    world.alice.iam("UpdateAccessKey", UserName="alice", AccessKeyId=boto.key_id, Status="Inactive")
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)
    world.alice.iam("DeleteAccessKey", UserName="alice", AccessKeyId=boto.key_id)
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)


def test_a_wrong_secret(boto):
    assert refusal(boto_with(boto.key_id, "wrong").iam.list_users) == ("SignatureDoesNotMatch", 403)


def test_a_long_term_key_with_a_token(boto):
    assert refusal(boto_with(boto.key_id, boto.secret, "token").iam.list_users) == (
        "InvalidClientTokenId",
        403,
    )


def test_a_clock_that_is_wrong(boto):
    with time_machine.travel(0) as clock:
        assert clock is not None
        body = urlencode({"Action": "ListUsers", "Version": IAM})
        request = AWSRequest(method="POST", url=f"{ENDPOINT}/", data=body)
        SigV4Auth(Credentials(boto.key_id, boto.secret), "iam", "us-east-1").add_auth(request)
    code, message = error_of(send(headers=dict(request.headers.items()), body=body))
    assert code == "SignatureDoesNotMatch"
    assert message is not None
    assert message.startswith("Signature expired: 19700101T000000Z is now earlier than ")


def test_no_signature():
    code, message = error_of(response := send(body=urlencode({"Action": "ListUsers", "Version": IAM})))
    assert (code, response.status_code) == ("MissingAuthenticationToken", 403)
    assert message == "Request is missing Authentication Token"


def test_an_sts_signature_opens_no_iam_action(boto):
    response = signed(boto, urlencode({"Action": "ListUsers", "Version": IAM}), service="sts")
    assert (error_of(response)[0], response.status_code) == ("SignatureDoesNotMatch", 403)


def test_a_signed_get(boto):
    url = f"{ENDPOINT}/?{urlencode({'Action': 'GetUser', 'Version': IAM})}"
    response = signed(boto, "", url=url, method="GET")
    assert response.status_code == 200
    assert b"<UserName>alice</UserName>" in response.content


def test_a_presigned_get(boto):
    url = boto.iam.generate_presigned_url("get_user", HttpMethod="GET")
    assert b"<UserName>alice</UserName>" in send("GET", url).content
    with time_machine.travel(timedelta(hours=2), tick=False):
        response = send("GET", url)
    assert (error_of(response)[0], response.status_code) == ("RequestExpired", 400)


def test_suspended_accounts_are_shut(world, boto):
    world.account.state = "suspended"
    world.account.save()
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)


def test_another_account_sees_nothing(world, boto):
    carol = boto_of(world.carol)
    assert [user["UserName"] for user in carol.iam.list_users()["Users"]] == ["carol"]
    assert refusal(carol.iam.get_user, UserName="alice") == ("NoSuchEntity", 404)


# What is asked


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "MissingAction"),
        ("Version=2010-05-08", "MissingAction"),
        ("Action=&Version=2010-05-08", "MissingAction"),
        ("Action=Nonsense&Version=2010-05-08", "InvalidAction"),
        ("Action=ListUsers", "InvalidAction"),
        ("Action=ListUsers&Version=2011-06-15", "InvalidAction"),
        ("Action=ListUsers&Version=1999-01-01", "InvalidAction"),
        ("Action=iam.ListUsers&Version=2010-05-08", "InvalidAction"),
        ("Action=listusers&Version=2010-05-08", "InvalidAction"),
        ("Action=%00&Version=2010-05-08", "InvalidAction"),
        ("Action=%3Cscript%3E&Version=2010-05-08", "InvalidAction"),
        ("Action=ListUsers&Action=ListUsers&Version=2010-05-08", "MalformedQueryString"),
        ("Action=ListUsers&Version=2010-05-08&Version=2010-05-08", "MalformedQueryString"),
        ("Action=ListUsers&Version=2010-05-08&a=%zz", "MalformedQueryString"),
        ("Action=ListUsers&Version=2010-05-08&a=%ED%A0%80", "MalformedQueryString"),
        ('{"Action":"ListUsers","Version":"2010-05-08"}', "MissingAction"),
        ("[" * 100_000, "MissingAction"),
        ("&".join(f"a{number}=1" for number in range(2001)), "MalformedQueryString"),
    ],
)
def test_what_is_no_request_gets_aws_code(boto, body, code):
    response = signed(boto, body)
    assert error_of(response)[0] == code
    assert response.status_code == 400


def test_the_action_may_not_stand_in_body_and_query(boto):
    url = f"{ENDPOINT}/?{urlencode({'Action': 'DeleteUser', 'Version': IAM})}"
    response = signed(boto, urlencode({"Action": "ListUsers", "Version": IAM}), url=url)
    assert error_of(response)[0] == "MalformedQueryString"


def test_a_body_over_a_mebibyte_is_too_large(boto):
    response = signed(boto, "Action=CreateUser&Version=2010-05-08&UserName=" + "a" * 1024 * 1024)
    assert error_of(response)[0] == "RequestEntityTooLarge"
    assert response.status_code == 413


def test_a_mebibyte_is_read(boto):
    body = "Action=CreateUser&Version=2010-05-08&UserName="
    response = signed(boto, body + "a" * (1024 * 1024 - len(body)))
    assert error_of(response)[0] == "ValidationError"


def test_saml_metadata_may_be_larger(boto):
    response = signed(
        boto, "Action=CreateSAMLProvider&Version=2010-05-08&SAMLMetadataDocument=" + "a" * 2 * 1024 * 1024
    )
    assert response.status_code == 400
    assert error_of(response)[0] != "RequestEntityTooLarge"
    response = signed(
        boto, "Action=CreateSAMLProvider&Version=2010-05-08&SAMLMetadataDocument=" + "a" * 12 * 1024 * 1024
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\x1bb", "a\ufffe", "😀", "a\r\nb", "' OR 1=1 --", "<b>", "${jndi:x}", "A" * 100_000]
)
def test_hostile_names_change_nothing(world, boto, name):
    before = world.alice.iam("ListUsers")["Users"]
    response = signed(boto, urlencode({"Action": "CreateUser", "Version": IAM, "UserName": name}))
    assert error_of(response)[0] == "ValidationError"
    assert response.status_code == 400
    assert world.alice.iam("ListUsers")["Users"] == before


def test_names_that_contradict_one_another_leave_an_event(world, boto):
    response = signed(boto, "Action=CreateUser&Version=2010-05-08&Tags.member.9999.Key=a&UserName=dora")
    assert error_of(response)[0] == "MalformedInput"
    assert (
        Event.objects.filter(account=world.account, name="CreateUser", error_code="MalformedInput").count()
        == 1
    )


def test_markup_in_a_message_is_escaped(boto):
    response = signed(boto, urlencode({"Action": "GetUser", "Version": IAM, "UserName": "a" * 129 + "<b>"}))
    assert b"<b>" not in response.content
    assert b"<b>" not in signed(boto, urlencode({"Action": "<b>", "Version": IAM})).content


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_other_methods(boto, method):
    response = signed(boto, "", method=method)
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST"
    assert "Access-Control-Allow-Origin" not in response


def test_what_is_declared_but_not_offered_says_so(boto):
    missing = [
        n
        for s in ("iam", "sts")
        for n in operations(s)
        if not catalogue.find(n) and not operation(n).unsigned
    ]
    for name in missing[:3]:
        service, _, action = name.partition(".")
        version = operation(name).version
        response = signed(boto, urlencode({"Action": action, "Version": version}), service=service)
        assert error_of(response) == ("UnsupportedOperation", f"The operation {action} is not offered.")
        assert response.status_code == 400


def test_our_own_operations_are_not_on_the_wire(boto):
    for version in ("2026-01-01", IAM):
        assert (
            error_of(signed(boto, urlencode({"Action": "UserTable", "Version": version})))[0]
            == "InvalidAction"
        )


@pytest.mark.parametrize("action", ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_unsigned_operations_need_no_signature(action):
    response = send(body=urlencode({"Action": action, "Version": STS}))
    assert error_of(response)[0] not in ("MissingAuthenticationToken", "InternalFailure")
    assert response.status_code == 400


# Clients of other services


def test_a_json_client_gets_json():
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/dynamodb/aws4_request",
    }
    response = send(headers=headers, body="{}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/x-amz-json-1.0"
    assert (
        json.loads(response.content)["__type"] == response["x-amzn-ErrorType"] == "UnknownOperationException"
    )


def other(service, path="/", **given):
    credential = f"AKIAIOSFODNN7EXAMPLE/20260203/us-east-1/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={'0' * 64}"
    }
    return send(url=f"{ENDPOINT}{path}", headers=headers, **given)


def test_a_rest_client_gets_json_or_xml():
    response = other("lambda", "/2015-03-31/functions/", method="GET")
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert json.loads(response.content)["code"] == "UnknownOperationException"
    for path in ("/", "/bucket/key?list-type=2"):
        response = other("s3", path, method="GET")
        assert (response.status_code, response["Content-Type"]) == (404, "text/xml; charset=utf-8")
        assert response.content.startswith(b"<Error><Code>UnknownOperationException</Code>")


def test_a_query_client_of_another_service_gets_its_form():
    response = other("ec2", body="Action=DescribeInstances&Version=2016-11-15")
    assert b"<Response><Errors><Error><Code>InvalidAction</Code>" in response.content
    assert error_of(other("sqs", body="Action=ListQueues&Version=2012-11-05"))[0] == "InvalidAction"


def test_another_address_is_no_operation(boto):
    response = signed(boto, urlencode({"Action": "ListUsers", "Version": IAM}), url=f"{ENDPOINT}/iam/users/")
    assert error_of(response)[0] == "UnknownOperationException"
    assert response.status_code == 404


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
    assert view.is_api_request(RequestFactory().generic(method, path, headers=headers)) is expected


def test_namespaces_are_those_of_the_models():
    assert {s: operation(operations(s)[0]).namespace for s in ("iam", "sts")} == view._NAMESPACES
