import hashlib
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.wire import signing_keys
from iam.wire.claims import Scope
from iam.wire.sigv4 import canonical_query, verify
from tests.wire.signing import (
    BODY,
    CALLER,
    INCOMPLETE,
    INVALID,
    KEY_ID,
    MISMATCH,
    NOW,
    SECRET,
    SESSION_KEY_ID,
    TOKEN,
    Key,
    accepted,
    authorization,
    keys,
    presigned,
    refusal,
    refused,
    signed,
    with_header,
    with_query,
)

# What botocore signs


def test_a_request_signed_in_its_header_is_verified():
    verified = verify(signed(), "iam", keys(), NOW)
    assert verified.scope == Scope(KEY_ID, "20260203", "us-east-1", "iam", NOW)
    assert verified.credential == Key()
    assert not verified.presigned


def test_a_request_signed_in_its_query_is_verified():
    verified = verify(presigned(), "sts", keys(), NOW)
    assert verified.scope.key_id == KEY_ID
    assert verified.presigned


def test_session_credentials_are_verified_both_ways():
    assert accepted(signed(key_id=SESSION_KEY_ID, token=TOKEN), "iam", keys(), NOW)
    assert accepted(presigned(key_id=SESSION_KEY_ID, token=TOKEN), "sts", keys(), NOW)


def test_a_get_signed_in_its_header_is_verified():
    parts = signed("", method="GET", url=f"http://127.0.0.1:8000/?{CALLER}", service="sts")
    assert accepted(parts, "sts", keys(), NOW)


@pytest.mark.parametrize("region", ["us-east-1", "aws-global", "eu-central-2", "local", "us-gov-west-1"])
def test_any_well_formed_region_is_accepted(region):
    assert verify(signed(region=region), "iam", keys(), NOW).scope.region == region


def test_further_headers_may_be_signed():
    headers = {"X-K8s-Aws-Id": "cluster", "X-Amz-Meta-Blanks": "  a   b\t c  ", "Accept": "text/xml"}
    assert accepted(signed(headers=headers), "iam", keys(), NOW)
    assert accepted(presigned(headers={"x-k8s-aws-id": "cluster"}), "sts", keys(), NOW)


def test_header_text_outside_ascii_is_hashed_as_it_travelled():
    assert accepted(signed(headers={"X-Amz-Meta-Name": "à Größe 日本"}), "iam", keys(), NOW)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
        st.text(st.characters(codec="utf-8"), max_size=12),
        max_size=6,
    )
)
def test_any_query_is_canonical_as_botocore_makes_it(arguments):
    known = {name: value for name, value in arguments.items() if not name.lower().startswith("x-amz-")}
    text = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in known.items()
    )
    assert accepted(presigned(f"Action=A&{text}" if text else "Action=A"), "sts", keys(), NOW)


def test_the_query_is_sorted_by_its_encoded_form():
    pairs = (
        ("b", "2"),
        ("a", "é z"),
        ("a", "1"),
        ("A-", ""),
        ("a~", "/"),
        ("a%", "+"),
        ("X-Amz-Signature", "s"),
    )
    assert canonical_query(pairs) == "A-=&a=%C3%A9%20z&a=1&a%25=%2B&a~=%2F&b=2"


# Keys and tokens


def test_an_unknown_key_is_invalid():
    assert refused(signed(key_id="AKIAIOSFODNN7UNKNOWN")) == INVALID
    assert refusal(signed(key_id="AKIAIOSFODNN7UNKNOWN")).message == (
        "The security token included in the request is invalid."
    )


def test_an_inactive_key_is_as_invalid_as_an_unknown_one():
    assert refused(signed(), find=keys(**{KEY_ID: Key(usable=False)})) == INVALID
    assert refused(signed(secret="wrong"), find=keys(**{KEY_ID: Key(usable=False)})) == INVALID


def test_a_wrong_secret_does_not_match():
    error = refusal(signed(secret="wrong"))
    assert (error.code, error.status) == MISMATCH
    assert error.message.startswith(
        "The request signature we calculated does not match the signature you provided."
    )
    assert SECRET not in error.message


def test_the_secret_itself_is_no_signature():
    assert refused(authorization(signed(), signed().headers["authorization"][-64:], SECRET)) == MISMATCH


def test_a_malformed_key_id_is_not_looked_up():
    asked: list[str] = []
    for key_id in ("akiaiosfodnn7example", "AKIA", "AKIAIOSFODNN7EXAMPL'", "AKIAIOSFODNN7EXAMPLÉ", "A" * 129):
        assert refused(signed(key_id=key_id), find=asked.append) == INVALID
    assert asked == []


def test_a_session_key_needs_its_own_token():
    find = keys(**{SESSION_KEY_ID: Key(token=TOKEN)})
    assert refused(signed(key_id=SESSION_KEY_ID), find=find) == INVALID
    assert refused(signed(key_id=SESSION_KEY_ID, token=TOKEN[:-1] + "m"), find=find) == INVALID
    assert refused(presigned(key_id=SESSION_KEY_ID), "sts", find) == INVALID
    assert refused(presigned(key_id=SESSION_KEY_ID, token="another"), "sts", find) == INVALID


def test_a_session_key_without_token_is_invalid_even_if_its_record_has_none():
    assert refused(signed(key_id=SESSION_KEY_ID), find=keys(**{SESSION_KEY_ID: Key()})) == INVALID


def test_a_long_term_key_comes_without_token():
    assert refused(signed(token=TOKEN)) == INVALID
    assert refused(presigned(token=TOKEN), "sts") == INVALID
    assert refused(signed(token=TOKEN), find=keys(**{KEY_ID: Key(token=TOKEN)})) == INVALID


def test_expired_credentials_are_told_so_only_to_their_owner():
    find = keys(**{SESSION_KEY_ID: Key(token=TOKEN, expires=NOW)})
    error = refusal(signed(key_id=SESSION_KEY_ID, token=TOKEN), find=find)
    assert (error.code, error.status) == ("ExpiredToken", 403)
    assert error.message == "The security token included in the request is expired"
    assert refused(signed(key_id=SESSION_KEY_ID, token=TOKEN, secret="wrong"), find=find) == MISMATCH
    assert refused(signed(key_id=SESSION_KEY_ID, token="another"), find=find) == INVALID
    alive = keys(**{SESSION_KEY_ID: Key(token=TOKEN, expires=NOW + timedelta(seconds=1))})
    assert accepted(signed(key_id=SESSION_KEY_ID, token=TOKEN), "iam", alive, NOW)


def test_the_token_has_to_be_signed():
    parts = with_header(signed(key_id=SESSION_KEY_ID), "x-amz-security-token", TOKEN)
    assert refused(parts) == MISMATCH


def test_a_ghost_costs_the_same_chain_of_hmacs(monkeypatch):
    made = []
    derive = signing_keys._derived

    def counted(scope, secret):
        made.append(scope)
        return derive(scope, secret)

    monkeypatch.setattr(signing_keys, "_derived", counted)
    monkeypatch.setattr(signing_keys, "_keys", type(signing_keys._keys)())
    refused(signed(key_id="AKIAIOSFODNN7UNKNOWN"))
    refused(signed(secret="wrong"))
    refused(signed(key_id="lowercase"))
    assert len(made) == 3


# Time


@pytest.mark.parametrize("minutes", [0, 4, 14, -4, -14])
def test_a_clock_may_differ_a_little(minutes):
    assert accepted(signed(at=NOW + timedelta(minutes=minutes)), "iam", keys(), NOW)


def test_a_clock_that_is_behind():
    error = refusal(signed(at=NOW - timedelta(minutes=16)))
    assert (error.code, error.status) == MISMATCH
    assert error.message == (
        "Signature expired: 20260203T034906Z is now earlier than 20260203T035006Z (20260203T040506Z - 15 min.)"
    )


def test_a_clock_that_is_ahead():
    error = refusal(signed(at=NOW + timedelta(minutes=16)))
    assert (error.code, error.status) == MISMATCH
    assert error.message == (
        "Signature not yet current: 20260203T042106Z is still later than 20260203T042006Z (20260203T040506Z + 15 min.)"
    )
    assert refused(presigned(at=NOW + timedelta(minutes=16)), "sts") == MISMATCH


@pytest.mark.parametrize(("expires", "lasts"), [(60, 60), (900, 900), (901, 900), (604_800, 900)], ids=str)
def test_a_presigned_request_lasts_as_long_as_it_says_and_never_longer_than_another(expires, lasts):
    parts = presigned(expires=expires)
    assert accepted(parts, "sts", keys(), NOW + timedelta(seconds=lasts - 1))
    assert refused(parts, "sts", now=NOW + timedelta(seconds=lasts)) == ("RequestExpired", 400)


def test_a_presigned_request_that_names_no_time_lasts_fifteen_minutes():
    parts = presigned(expires=None)
    assert "X-Amz-Expires" not in dict(parts.query)
    assert accepted(parts, "sts", keys(), NOW + timedelta(seconds=899))
    assert refused(parts, "sts", now=NOW + timedelta(seconds=900)) == ("RequestExpired", 400)


@pytest.mark.parametrize("expires", ["0", "604801", "-1", "", "1e3", "99999999999999999999", "٩"])
def test_a_lifetime_out_of_bounds(expires):
    assert refused(with_query(presigned(), X_Amz_Expires=expires), "sts") == INCOMPLETE


# Payload


def test_a_presigned_request_is_a_get_without_body():
    assert refused(presigned(method="POST"), "sts") == INCOMPLETE
    assert refused(replace(presigned(), body=b"Action=Other"), "sts") == INCOMPLETE


@pytest.mark.parametrize("declared", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64, ""])
def test_a_payload_is_never_unsigned(declared):
    assert refused(signed(headers={"X-Amz-Content-SHA256": declared})) == MISMATCH


def test_a_declared_payload_hash_that_is_true():
    declared = hashlib.sha256(BODY.encode()).hexdigest()
    assert accepted(signed(headers={"X-Amz-Content-SHA256": declared}), "iam", keys(), NOW)


@pytest.mark.parametrize("encoding", ["gzip", "aws-chunked", "identity, gzip", "deflate"])
def test_an_encoded_body_is_refused(encoding):
    assert refused(with_header(signed(), "content-encoding", encoding)) == ("MalformedInput", 400)


# Signing keys


def test_a_changed_secret_never_meets_the_old_key():
    assert accepted(signed(), "iam", keys(), NOW)
    assert refused(signed(), find=keys(**{KEY_ID: Key(secret="rotated")})) == MISMATCH
    assert accepted(signed(secret="rotated"), "iam", keys(**{KEY_ID: Key(secret="rotated")}), NOW)


def test_signing_keys_are_kept_and_bounded(monkeypatch):
    monkeypatch.setattr(signing_keys, "KEPT", 3)
    monkeypatch.setattr(signing_keys, "_keys", type(signing_keys._keys)())
    kept = Key()
    scopes = [Scope(KEY_ID, "20260203", f"r-{number}", "iam", NOW) for number in range(5)]
    first = [signing_keys.signing_key(scope, kept) for scope in scopes]
    assert len(signing_keys._keys) == 3
    assert [signing_keys.signing_key(scope, kept) for scope in scopes] == first
    assert SECRET not in repr(signing_keys._keys)
