from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import QueryParser
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.shapes.spec import operation, operations
from iam.wire.xml import answer, escape
from tests.wire.values import example_values

ID = "3b1e8c6e-0000-4000-8000-000000000001"
MODELS = {
    service: ServiceModel(Loader().load_service_model(service, "service-2"), service)
    for service in ("iam", "sts")
}


def body(name, output):
    return answer(operation(name), output, ID).decode()


def understood(name, output):
    """The answer as a boto3 client understands it."""
    service, _, action = name.partition(".")
    shape = MODELS[service].operation_model(action).output_shape
    raw = {"status_code": 200, "headers": {}, "body": answer(operation(name), output, ID)}
    parsed = QueryParser().parse(raw, shape)
    assert parsed.pop("ResponseMetadata")["RequestId"] == ID
    return parsed


@pytest.mark.parametrize("name", operations("iam") + operations("sts"))
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_every_answer_is_understood_by_botocore(name, data):
    shape = operation(name).output
    if shape is None:
        assert understood(name, None) == {}
        return
    output = data.draw(example_values(shape))
    assert plain(understood(name, output)) == output


def plain(value):
    """Parsed members with policy documents unquoted, as its own handlers do, and its times in our zone."""
    if isinstance(value, dict):
        documents = (
            "PolicyDocument",
            "AssumeRolePolicyDocument",
            "AssumeRolePolicyDocumentTemplate",
            "Document",
        )
        return {
            key: unquote(part) if key in documents and isinstance(part, str) else plain(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_the_answer_is_wrapped_as_the_protocol_says():
    told = body("iam.GetUser", {"User": {"UserName": "Anna"}})
    assert told == (
        '<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<GetUserResult><User><UserName>Anna</UserName></User></GetUserResult>"
        f"<ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></GetUserResponse>"
    )


def test_no_answer_is_only_metadata():
    assert body("iam.DeleteUser", None) == (
        '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></DeleteUserResponse>"
    )


def test_an_empty_answer_has_an_empty_wrapper():
    assert "<UpdateRoleResult/>" in body("iam.UpdateRole", {})


def test_an_empty_list_is_there_and_empty():
    told = body("iam.ListUsers", {"Users": [], "IsTruncated": False, "Marker": None})
    assert "<Users/><IsTruncated>false</IsTruncated></ListUsersResult>" in told
    assert "Marker" not in told


def test_times_are_whole_seconds_of_utc():
    moment = datetime(2026, 2, 3, 5, 5, 6, 999_999, timezone(timedelta(hours=1)))
    assert "<CreateDate>2026-02-03T04:05:06Z</CreateDate>" in body(
        "iam.GetUser", {"User": {"CreateDate": moment}}
    )


def test_policy_documents_are_percent_encoded_once():
    document = '{"Resource": "arn%3Aaws+é~_-."}'
    told = body("iam.GetUserPolicy", {"PolicyDocument": document})
    assert "<PolicyDocument>%7B%22Resource%22%3A%20%22arn%253Aaws%2B%C3%A9~_-.%22%7D</PolicyDocument>" in told


def test_maps_are_entries_of_key_and_value():
    assert "<SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap>" in body(
        "iam.GetAccountSummary", {"SummaryMap": {"Users": 3}}
    )


def test_blobs_are_base64():
    assert "<Content>dXNlcixhcm4=</Content>" in body("iam.GetCredentialReport", {"Content": b"user,arn"})


@pytest.mark.parametrize("text", ["<script>&amp;]]>", "a\r\nb", " a ", "é日本😀", "\t", '"', "\x7f\x85"])
def test_text_comes_back_as_it_went(text):
    told = answer(operation("iam.GetUser"), {"User": {"UserName": text}}, ID)
    found = ElementTree.fromstring(told).find(".//{*}UserName")  # noqa: S314  # our own answer
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\udead", "\uffff"])
def test_what_xml_cannot_write_is_replaced(character):
    assert escape(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize(
    "user",
    [{"UserName": 1}, {"UserName": b"a"}, {"CreateDate": "2026-02-03"}, {"CreateDate": datetime(2026, 2, 3)}],  # noqa: DTZ001  # the point
)
def test_a_value_of_another_type_is_a_fault_of_ours(user):
    with pytest.raises(TypeError):
        body("iam.GetUser", {"User": user})


def test_a_number_is_no_truth_value():
    with pytest.raises(TypeError):
        body("iam.ListUsers", {"IsTruncated": 0})
    with pytest.raises(TypeError):
        body("iam.GetAccountSummary", {"SummaryMap": {"Users": True}})


def test_members_the_shape_does_not_have_are_left_out():
    assert "Surname" not in body("iam.GetUser", {"User": {"Surname": "x"}, "Surname": "y"})
