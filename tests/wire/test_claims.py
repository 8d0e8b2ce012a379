from dataclasses import replace
from datetime import timedelta

import pytest

from iam.wire.claims import Parts
from iam.wire.sigv4 import verify
from tests.wire.signing import (
    CALLER,
    INCOMPLETE,
    KEY_ID,
    MISMATCH,
    NOW,
    SESSION_KEY_ID,
    TOKEN,
    accepted,
    authorization,
    keys,
    presigned,
    refusal,
    refused,
    signed,
    with_header,
    with_query,
    without_header,
)

# Form


def test_no_signature_at_all():
    error = refusal(without_header(signed(), "authorization"))
    assert (error.code, error.status) == ("MissingAuthenticationToken", 403)
    assert error.message == "Request is missing Authentication Token"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("Bearer abc", "abc"),
        ("Basic YTpi", "YTpi"),
        ("nonsense", "nonsense"),
        ("AWS4-HMAC-SHA256 nonsense", "nonsense"),
    ],
)
def test_a_header_that_is_no_signature(header, part):
    error = refusal(with_header(signed(), "authorization", header))
    assert (error.code, error.status) == INCOMPLETE
    assert error.message == (
        f"'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
    )


def test_another_algorithm():
    assert refused(authorization(signed(), "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")) == INCOMPLETE
    assert refused(authorization(signed(), "AWS4-HMAC-SHA256 ", "aws4-hmac-sha256 ")) == INCOMPLETE
    assert refused(with_query(presigned(), X_Amz_Algorithm="AWS4-HMAC-SHA512"), "sts") == INCOMPLETE


@pytest.mark.parametrize("name", ["Credential", "SignedHeaders", "Signature"])
def test_a_part_of_the_header_that_is_missing_or_doubled(name):
    parts = signed()
    piece = next(
        p for p in parts.headers["authorization"].partition(" ")[2].split(", ") if p.startswith(name)
    )
    error = refusal(authorization(parts, piece, ""))
    assert (error.code, error.status) == INCOMPLETE
    assert f"Authorization header requires '{name}' parameter." in error.message
    assert refused(authorization(parts, piece, f"{piece}, {piece}")) == INCOMPLETE


def test_an_unknown_part_of_the_header():
    assert refused(authorization(signed(), "Credential=", "Extra=1, Credential=")) == INCOMPLETE


def test_two_authorization_headers_joined():
    parts = signed()
    header = parts.headers["authorization"]
    assert refused(with_header(parts, "authorization", f"{header},{header}")) == INCOMPLETE


@pytest.mark.parametrize("name", ["host", "x-amz-date", "x-amz-security-token", "authorization"])
def test_a_header_given_twice(name):
    assert refused(replace(signed(), doubled=frozenset({name}))) == INCOMPLETE


@pytest.mark.parametrize("name", [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature",
])  # fmt: skip
def test_a_query_part_that_is_missing_or_doubled(name):
    parts = presigned()
    error = refusal(with_query(parts, **{name: None}), "sts")
    assert (error.code, error.status) == INCOMPLETE
    assert name in error.message
    value = dict(parts.query)[name]
    assert refused(replace(parts, query=(*parts.query, (name, value))), "sts") == INCOMPLETE
    assert refused(replace(parts, query=(*parts.query, (name.lower(), value))), "sts") == INCOMPLETE


def test_a_lifetime_in_the_query_is_read_once():
    parts = presigned()
    for name in ("X-Amz-Expires", "x-amz-expires"):
        assert refused(replace(parts, query=(*parts.query, (name, "900"))), "sts") == INCOMPLETE


def test_signed_in_header_and_query_together():
    parts = signed("", method="GET", url=f"http://127.0.0.1:8000/?{CALLER}&X-Amz-Expires=900", service="sts")
    assert refused(parts, "sts") == INCOMPLETE
    both = with_header(presigned(), "authorization", signed().headers["authorization"])
    assert refused(both, "sts") == INCOMPLETE


def test_a_token_in_query_and_header():
    parts = with_header(presigned(key_id=SESSION_KEY_ID, token=TOKEN), "x-amz-security-token", TOKEN)
    assert refused(parts, "sts") == INCOMPLETE


@pytest.mark.parametrize(
    "date",
    ["", "2026-02-03T04:05:06Z", "20260203", "20260203T040506", "20261303T040506Z", "\uff120260203T040506Z"],
)
def test_a_date_in_another_form(date):
    error = refusal(with_header(signed(), "x-amz-date", date))
    assert (error.code, error.status) == INCOMPLETE
    assert error.message.startswith("Date must be in ISO-8601 'basic format'. Got '")


def test_no_date():
    assert refused(without_header(signed(), "x-amz-date")) == INCOMPLETE


def dated(date: str) -> Parts:
    """A request whose date is that of HTTP, as botocore signs it where the header is there already."""
    return signed(headers={"Date": date})


def test_the_date_of_http_stands_for_the_date_of_amazon():
    parts = dated("Tue, 03 Feb 2026 04:05:06 GMT")
    assert "x-amz-date" not in parts.headers
    assert verify(parts, "iam", keys(), NOW).scope.signed_at == NOW
    assert refused(parts, now=NOW + timedelta(minutes=16)) == MISMATCH
    assert refused(authorization(parts, "date;", "")) == MISMATCH


def test_beside_the_date_of_amazon_the_date_of_http_says_nothing():
    parts = with_header(signed(), "date", "Tue, 03 Feb 2015 04:05:06 GMT")
    assert verify(parts, "iam", keys(), NOW).scope.signed_at == NOW


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Tue, 03 Feb 2026 04:05:06 +0100", "Tue, 03 Feb 2026 04:05:06 GMT, x", "2026-02-03"],
)
def test_a_date_of_http_in_another_form(date):
    assert refused(with_header(dated("Tue, 03 Feb 2026 04:05:06 GMT"), "date", date)) == INCOMPLETE


# Scope


@pytest.mark.parametrize(
    "credential", ["", "a", "a/b/c/d", f"{KEY_ID}/20260203/us-east-1/iam/aws4_request/x"]
)
def test_a_credential_of_another_number_of_elements(credential):
    parts = authorization(signed(), f"{KEY_ID}/20260203/us-east-1/iam/aws4_request", credential)
    error = refusal(parts)
    assert (error.code, error.status) == INCOMPLETE
    assert error.message.endswith(f"got '{credential}'")


def test_a_signature_for_one_service_never_reaches_the_other():
    error = refusal(signed(service="sts"), "iam")
    assert (error.code, error.status) == MISMATCH
    assert error.message == "Credential should be scoped to correct service: 'iam'. "
    assert refused(signed(service="iam"), "sts") == MISMATCH
    assert refused(signed(service="s3"), "iam") == MISMATCH
    assert refused(presigned(service="iam"), "sts") == MISMATCH


@pytest.mark.parametrize("region", ["", "US-EAST-1", "us_east_1", "us-east-1.", "-", "us--east", "a" * 33])
def test_a_region_that_is_none(region):
    assert refused(authorization(signed(), "/us-east-1/", f"/{region}/")) == MISMATCH


def test_another_terminator():
    assert refused(authorization(signed(), "/aws4_request", "/aws5_request")) == MISMATCH


def test_the_scope_is_of_the_day_of_the_date():
    error = refusal(authorization(signed(), "/20260203/", "/20260204/"))
    assert (error.code, error.status) == MISMATCH
    assert error.message == (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
        " '20260204' != '20260203', from '20260203T040506Z'."
    )


def test_the_scope_is_checked_before_any_key_is_looked_up():
    asked: list[str] = []
    refused(signed(service="s3"), find=asked.append)
    assert asked == []


# What is signed


def test_host_has_to_be_signed():
    parts = authorization(
        signed(), "SignedHeaders=content-type;host;x-amz-date", "SignedHeaders=content-type;x-amz-date"
    )
    error = refusal(parts)
    assert (error.code, error.status) == MISMATCH
    assert "'Host' or ':authority' must be a 'SignedHeader'" in error.message


def test_the_date_has_to_be_signed():
    assert refused(authorization(signed(), ";x-amz-date", "")) == MISMATCH


@pytest.mark.parametrize(
    "name", ["x-amz-security-token", "x-amz-user-agent", "x-amz-content-sha256", "x-amz-anything"]
)
def test_no_amz_header_goes_unsigned(name):
    error = refusal(with_header(signed(), name, "x"))
    assert (error.code, error.status) == MISMATCH
    assert name in error.message
    assert refused(with_header(presigned(), name, "x"), "sts")[1] in (400, 403)


def test_a_signed_header_has_to_be_there():
    assert refused(without_header(signed(headers={"X-K8s-Aws-Id": "c"}), "x-k8s-aws-id")) == MISMATCH


@pytest.mark.parametrize(
    "listed",
    [
        "host;content-type;x-amz-date",
        "content-type;host;host;x-amz-date",
        "Content-Type;host;x-amz-date",
        "",
        "content-type; host;x-amz-date",
    ],
)
def test_signed_headers_are_lower_case_sorted_and_unique(listed):
    assert (
        refused(
            authorization(signed(), "SignedHeaders=content-type;host;x-amz-date", f"SignedHeaders={listed}")
        )
        == INCOMPLETE
    )


@pytest.mark.parametrize(
    "changed",
    [
        lambda parts: replace(parts, body=parts.body.replace(b"Anna", b"Bert")),
        lambda parts: replace(parts, body=parts.body + b"&Marker=x"),
        lambda parts: replace(parts, body=b""),
        lambda parts: replace(parts, query=(("Action", "DeleteUser"),)),
        lambda parts: replace(parts, method="GET"),
        lambda parts: with_header(parts, "host", "elsewhere.example"),
        lambda parts: with_header(parts, "content-type", "text/plain"),
        lambda parts: with_header(parts, "x-amz-date", "20260203T040507Z"),
        lambda parts: authorization(parts, "us-east-1", "us-east-2"),
        lambda parts: authorization(parts, "Signature=", "Signature=0"),
        lambda parts: with_header(parts, "authorization", parts.headers["authorization"].upper().replace("AWS4-HMAC-SHA256 CREDENTIAL", "AWS4-HMAC-SHA256 Credential")),
        lambda parts: with_header(parts, "authorization", parts.headers["authorization"][:-1] + "é"),
    ],
)  # fmt: skip
def test_a_changed_request_does_not_match(changed):
    assert refused(changed(signed())) in (MISMATCH, INCOMPLETE)


def test_a_changed_query_does_not_match():
    parts = presigned()
    assert refused(replace(parts, query=(*parts.query, ("Extra", "1"))), "sts") == MISMATCH
    assert refused(with_query(parts, Action="GetSessionToken"), "sts") == MISMATCH
    assert refused(with_query(parts, X_Amz_Expires="901"), "sts") == MISMATCH
    assert refused(with_header(parts, "host", "elsewhere.example"), "sts") == MISMATCH


def test_the_path_and_plus_signs_are_what_they_are():
    spaced = signed("", method="GET", url=f"http://127.0.0.1:8000/?{CALLER}&Note=a%20b", service="sts")
    assert accepted(spaced, "sts", keys(), NOW)
