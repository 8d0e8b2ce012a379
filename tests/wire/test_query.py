import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.errors import MalformedInput, MalformedQueryString, ServiceError, ValidationError
from iam.shapes.spec import Kind, Shape, operation, operations
from iam.wire.query import decode, read, unique
from tests.wire.values import example_values


def parsed(name, body):
    return read(operation(name).input, unique(decode(body.encode())))


def status(raw):
    try:
        read(operation("iam.CreateUser").input, unique(decode(raw)))
    except ServiceError as refusal:
        return refusal.status
    return 200


# Decoding


def test_escapes_are_decoded_once():
    assert decode(b"a=%2541&b=1%2B1&%63=x") == (("a", "%41"), ("b", "1+1"), ("c", "x"))


def test_a_plus_sign_is_a_space():
    assert decode(b"a=b+c%2Bd") == (("a", "b c+d"),)


def test_values_keep_their_equal_signs():
    assert decode(b"a=b=c&d&e=&&") == (("a", "b=c"), ("d", ""), ("e", ""))


def test_text_is_utf_8():
    assert decode("a=%C3%A9é%F0%9F%98%80".encode()) == (("a", "éé😀"),)


@pytest.mark.parametrize("raw", [b"a=%", b"a=%4", b"a=%zz", b"%=a", b"a=%%41", b"a=%u0041"])
def test_a_broken_escape_is_refused(raw):
    with pytest.raises(MalformedQueryString):
        decode(raw)


@pytest.mark.parametrize(
    "raw",
    [b"a=%FF", b"a=\xff", b"a=%C0%AF", b"a=%C0%80", b"a=%ED%A0%80", b"a=%F5%80%80%80", b"%80=a", b"a=%C3"],
)
def test_what_is_no_utf_8_is_refused_overlong_forms_and_lone_surrogates_too(raw):
    with pytest.raises(MalformedQueryString):
        decode(raw)


def test_two_thousand_parameters_and_no_more():
    raw = b"&".join(b"a%d=1" % number for number in range(2000))
    assert len(decode(raw)) == 2000
    with pytest.raises(MalformedQueryString):
        decode(raw + b"&b=1")


@pytest.mark.parametrize("raw", [b"Action=A&Action=B", b"Action=A&Action=A", b"a=1&b=2&a=3"])
def test_a_name_given_twice_is_refused(raw):
    with pytest.raises(MalformedQueryString, match="more than once"):
        unique(decode(raw))


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(raw):
    assert status(raw) in (200, 400)


def test_a_mebibyte_is_read_at_once():
    for raw in (
        b"a" * 1_048_576,
        b"%41" * 349_525,
        b"a=" + b"+" * 1_048_574,
        b"&" * 1_048_576,
        b"a." * 524_288,
    ):
        started = time.process_time()  # others may want the processor too
        assert status(raw) in (200, 400)
        assert time.process_time() - started < 0.5


# Parameters


def test_members_by_their_shape():
    body = "Action=CreateUser&UserName=Anna&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=&Tags.member.2.Value=x"
    assert parsed("iam.CreateUser", body) == {
        "UserName": "Anna",
        "Tags": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "x"}],
    }


def test_numbers_and_truth_values():
    assert parsed("iam.ListUsers", "MaxItems=10") == {"MaxItems": 10}
    body = "RequireSymbols=true&RequireNumbers=False&MinimumPasswordLength=8"
    assert parsed("iam.UpdateAccountPasswordPolicy", body) == {
        "RequireSymbols": True,
        "RequireNumbers": False,
        "MinimumPasswordLength": 8,
    }


@pytest.mark.parametrize("text", ["many", "", "1.5", "1e3", "+1", "0x10", "\u0661", "9" * 40, " 1"])
def test_what_is_no_number_stays_text_for_validation(text):
    assert parsed("iam.ListUsers", urlencode({"MaxItems": text})) == {"MaxItems": text}


def test_an_empty_list_is_an_empty_value():
    assert parsed("iam.CreateUser", "UserName=a&Tags=") == {"UserName": "a", "Tags": []}


def test_what_the_operation_does_not_know_is_left_out():
    assert parsed("iam.GetUser", "Action=GetUser&Version=2010-05-08&Surname=x&Deep.er.1=y&UserName=a") == {
        "UserName": "a"
    }
    assert parsed("iam.GetAccountSummary", "Anything=x") == {}


def test_list_members_keep_their_order_whichever_numbers_they_have():
    body = "UserName=a&TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a"
    assert parsed("iam.UntagUser", body)["TagKeys"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "body",
    [
        "TagKeys.member.0=a",
        "TagKeys.member.1001=a",
        "TagKeys.member.01=a",
        "TagKeys.member.-1=a",
        "TagKeys.member.x=a",
        "TagKeys.member.99999999999999999999=a",
        "TagKeys.member.²=a",
        "TagKeys.1=a",
        "TagKeys.entry.1=a",
        "TagKeys.member=a",
        "TagKeys.member.1=a&TagKeys.other.1=b",
        "TagKeys=a&TagKeys.member.1=a",
        "TagKeys.member.1=a&TagKeys.member.1.x=b",
        "TagKeys.member.1.x=b&TagKeys.member.1=a",
        "TagKeys." + "a." * 5000 + "a=1",
    ],
)
def test_names_that_make_no_sense_are_refused(body):
    with pytest.raises(MalformedInput):
        parsed("iam.UntagUser", body)


@pytest.mark.parametrize("body", ["UserName.member.1=a", "UserName.x.y=a"])
def test_a_structure_where_text_belongs_is_left_for_validation(body):
    assert isinstance(parsed("iam.GetUser", body)["UserName"], dict)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_characters_no_answer_can_carry_are_refused_wherever_they_stand(character):
    for name, key in (
        ("iam.CreateUser", "UserName"),
        ("iam.CreateUser", "Tags.member.1.Value"),
        ("iam.CreateSAMLProvider", "SAMLMetadataDocument"),
    ):
        with pytest.raises(ValidationError, match=rf"U\+{ord(character):04X}"):
            parsed(name, urlencode({key: f"a{character}b"}))
    with pytest.raises(ValidationError):
        parsed("iam.CreateUser", urlencode({f"Tags.member.1.K{character}": "b"}))


def test_line_breaks_pass():
    assert parsed("iam.PutUserPolicy", "PolicyDocument=%7B%0D%0A%09%7D") == {"PolicyDocument": "{\r\n\t}"}


def test_maps_are_read_by_entry():
    word = Shape("w", "tenant", "string")
    outer = Shape("o", "tenant", "structure", {"Map": Shape("m", "tenant", "map", key=word, value=word)})
    values = {
        "Map.entry.1.key": "a",
        "Map.entry.1.value": "1",
        "Map.entry.2.key": "b",
        "Map.entry.2.value": "2",
    }
    assert read(outer, values) == {"Map": {"a": "1", "b": "2"}}
    assert read(outer, {"Map": ""}) == {"Map": {}}
    for broken in ({"Map.entry.1.value": "1"}, {"Map.entry.1": "a"}, {**values, "Map.entry.3.key": "a"}):
        with pytest.raises(MalformedInput):
            read(outer, broken)


def test_times_blobs_and_fractions():
    members: dict[str, Kind] = {"At": "timestamp", "Raw": "blob", "Part": "double"}
    outer = Shape(
        "o", "tenant", "structure", {name: Shape(name, "tenant", kind) for name, kind in members.items()}
    )
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert read(outer, {"At": "2026-02-03T04:05:06Z", "Raw": "eHg=", "Part": "0.5"}) == {
        "At": moment,
        "Raw": b"xx",
        "Part": 0.5,
    }
    assert read(outer, {"At": str(int(moment.timestamp()))}) == {"At": moment}
    broken = {"At": "2026-13-03T04:05:06Z", "Raw": "e", "Part": "nan"}
    assert read(outer, broken) == broken
    assert read(outer, {"At": "today"}) == {"At": "today"}


# What botocore sends


SERIALIZERS = {
    service: (
        ServiceModel(Loader().load_service_model(service, "service-2"), service),
        create_serializer("query", False),
    )
    for service in ("iam", "sts")
}


@pytest.mark.parametrize("name", operations("iam") + operations("sts"))
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_what_botocore_sends_is_read_back(name, data):
    service, _, action = name.partition(".")
    shape = operation(name).input
    if shape is None:
        return
    values = data.draw(example_values(shape))
    model, serializer = SERIALIZERS[service]
    sent = serializer.serialize_to_request(values, model.operation_model(action))["body"]
    assert read(shape, unique(decode(urlencode(sent).encode()))) == values
