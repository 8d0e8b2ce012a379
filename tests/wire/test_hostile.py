"""What is asked wrongly, by mistake or malice, and by clients of other services."""

import json
from urllib.parse import urlencode

import pytest

from accounts.models import Event
from iam import catalogue
from iam.shapes.spec import operation, operations
from tests.boto import ENDPOINT, send
from tests.wire.raw import IAM, STS, error_of, signed

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


def test_a_body_without_length(boto):
    response = signed(boto, "Action=ListUsers&Version=2010-05-08", headers={"Transfer-Encoding": "chunked"})
    assert (error_of(response)[0], response.status_code) == ("MissingContentLength", 411)


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
    assert error_of(response) == (
        "UnknownOperationException",
        "This address serves the Query API of IAM and STS. Leave out the path behind the host's name.",
    )
    assert response.status_code == 404


def test_what_is_said_to_be_a_service_is_no_text_to_repeat():
    response = other("<b>", body="Action=Anything")
    assert b"serves IAM and STS, not another service." in response.content
