"""What texts of conditions mean.  Source: IAM User Guide, condition operators; W3C profile of ISO 8601, ADR 0048."""

from decimal import Decimal

import pytest

from iam.policy import readings

DAY = 19_844 * 86_400  # 2024-05-01

NUMBERS = [
    ("0", 0),
    ("010", 10),
    ("-1", -1),
    ("+5", 5),
    ("10.50", Decimal("10.5")),
    (".5", Decimal("0.5")),
    ("5.", 5),
    ("1e2", 100),
    ("1E-2", Decimal("0.01")),
    ("1e999", Decimal("1e999")),
    ("1e1000", None),
    ("1" * 64, int("1" * 64)),
    ("1" * 65, None),
    ("-" + "1" * 64, None),
    ("", None),
    (".", None),
    ("1 ", None),
    ("1_000", None),
    ("0x0a", None),
    ("NaN", None),
    ("Infinity", None),
    ("12abc", None),
    ("\u0661", None),
    ("\u00b2", None),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_number(text, expected):
    assert readings.number(text) == expected


INSTANTS = [
    ("0", 0),
    ("2024", 2024),
    ("1" * 64, int("1" * 64)),
    ("1" * 65, None),
    ("\u0661", None),
    ("-1", None),
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01T00:00:01Z", 1),
    ("1969-12-31T23:59:59Z", -1),
    ("2024-05", DAY),
    ("2024-05-01", DAY),
    ("2024-05-02", DAY + 86_400),
    ("2024-05-01T00:00Z", DAY),
    ("2024-05-01T01:02Z", DAY + 3720),
    ("2024-05-01T01:02:03Z", DAY + 3723),
    ("2024-05-01T01:02:03.25Z", DAY + Decimal("3723.25")),
    ("2024-05-01T23:59:59Z", DAY + 86_399),
    ("2024-05-01T02:30+02:30", DAY),
    ("2024-05-01T00:00-02:30", DAY + 9000),
    ("2024-05-01T23:59:00+23:59", DAY),
    ("2024-05-01T00:00-23:59", DAY + 86_340),
    ("0001-01-01", -719_162 * 86_400),
    ("0000-01-01", None),
    ("2024-02-30", None),
    ("2024-13-01", None),
    ("2024-00-01", None),
    ("2024-05-00", None),
    ("2024-05-01T24:00Z", None),
    ("2024-05-01T00:60Z", None),
    ("2024-05-01T00:00:60Z", None),
    ("2024-05-01T00:00+24:00", None),
    ("2024-05-01T00:00+01:60", None),
    ("2024-05-01T00:00", None),
    ("2024-05-01T00:00+02", None),
    ("2024-05-01t00:00Z", None),
    ("2024-05-01T00:00z", None),
    ("2024-05-01T00:00:00,5Z", None),
    ("2024-05-01 00:00Z", None),
    ("2024-5-1", None),
    ("01T", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), INSTANTS)
def test_instant(text, expected):
    assert readings.instant(text) == expected


ADDRESSES = [
    ("10.0.0.1", (32, 0x0A000001)),
    ("255.255.255.255", (32, 2**32 - 1)),
    ("::", (128, 0)),
    ("2001:0DB8:0:0::1", (128, 0x20010DB8 << 96 | 1)),
    ("::ffff:10.0.0.1", (128, 0xFFFF0A000001)),
    ("10.0.0", None),
    ("10.0.0.256", None),
    ("10.0.0.1\x00", None),
    ("10.0.0.1 ", None),
    ("host", None),
    (":::", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_address(text, expected):
    assert readings.address(text) == expected


BLOCKS = [
    ("10.0.0.1", (32, 0, 0x0A000001)),
    ("10.0.0.1/32", (32, 0, 0x0A000001)),
    ("203.0.113.7/24", (32, 8, 0xCB0071)),
    ("0.0.0.0/0", (32, 32, 0)),
    ("2001:db8::1/128", (128, 0, 0x20010DB8 << 96 | 1)),
    ("2001:db8::/32", (128, 96, 0x20010DB8)),
    ("10.0.0.0/33", None),
    ("::/129", None),
    ("10.0.0.0/-1", None),
    ("10.0.0.0/", None),
    ("10.0.0.0/8/8", None),
    ("10.0.0.0/255.0.0.0", None),
    ("10.0.0.0/\u0668", None),
    ("10.0.0.0/\u00b2", None),
    ("10.0.0.0/0008", None),
    ("10.0.0.0/" + "0" * 5000 + "8", None),
    ("/8", None),
    ("host/8", None),
]


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_block(text, expected):
    assert readings.block(text) == expected


def test_an_address_of_a_request_may_be_wrapped():
    told = [readings.address_of_request(text) for text in ("::ffff:10.0.0.1", "10.0.0.1", "::10.0.0.1", "x")]
    assert told == [(32, 0x0A000001), (32, 0x0A000001), (128, 0x0A000001), None]


def test_boolean_in_any_case():
    assert [readings.boolean(text) for text in ("true", "TRUE", "False", "false")] == [
        "true",
        "true",
        "false",
        "false",
    ]
    assert [readings.boolean(text) for text in ("", "1", "yes", " true")] == [None] * 4


def test_octets_are_base64_without_anything_else():
    assert readings.octets("QmluYXJ5") == b"Binary"
    assert readings.octets("") == b""
    assert [readings.octets(text) for text in ("no base64", "QmluYXJ", "QmluYXJ5\n", "\u00e9")] == [None] * 4
