"""Requests signed by botocore's own signers, handed over the way a server sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iam.errors import ServiceError
from iam.wire.claims import Parts
from iam.wire.query import decode
from iam.wire.sigv4 import verify

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SESSION_KEY_ID = "ASIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEXAMPLE//token+of=a/session"
INVALID = ("InvalidClientTokenId", 403)
MISMATCH = ("SignatureDoesNotMatch", 403)
INCOMPLETE = ("IncompleteSignature", 400)
BODY = "Action=GetUser&Version=2010-05-08&UserName=Anna"
CALLER = "Action=GetCallerIdentity&Version=2011-06-15"


@dataclass(frozen=True)
class Key:
    secret: str = SECRET
    usable: bool = True
    token: str | None = None
    expires: datetime | None = None

    @property
    def sealed_secret(self) -> bytes:
        return self.secret[::-1].encode()

    def token_matches(self, token: str | None) -> bool:
        return token == self.token

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and now >= self.expires


def keys(**known: Key):
    """A look-up that knows these keys, by default one long-term and one of a session."""
    known = known or {KEY_ID: Key(), SESSION_KEY_ID: Key(token=TOKEN)}
    return known.get


def signed(
    body: str = BODY,
    *,
    method: str = "POST",
    url: str = "http://127.0.0.1:8000/",
    headers: Mapping[str, str] | None = None,
    key_id: str = KEY_ID,
    secret: str = SECRET,
    token: str | None = None,
    service: str = "iam",
    region: str = "us-east-1",
    at: datetime = NOW,
) -> Parts:
    """A request with the Authorization header that botocore makes at that time."""
    given: dict[str, Any] = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        **(headers or {}),
    }
    request = AWSRequest(method=method, url=url, data=body, headers=given)
    with time_machine.travel(at, tick=False):
        SigV4Auth(Credentials(key_id, secret, token), service, region).add_auth(request)
    return _parts(request)


def presigned(
    query: str = CALLER,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    key_id: str = KEY_ID,
    token: str | None = None,
    service: str = "sts",
    expires: int | None = 900,
    at: datetime = NOW,
) -> Parts:
    """A request with the signature in its query string that botocore makes at that time; None names no lifetime."""
    request = AWSRequest(method=method, url=f"http://127.0.0.1:8000/?{query}", headers=dict(headers or {}))
    with time_machine.travel(at, tick=False):
        signer = _TimelessQueryAuth if expires is None else SigV4QueryAuth
        signer(Credentials(key_id, SECRET, token), service, "us-east-1", expires=expires or 900).add_auth(
            request
        )
    return _parts(request)


class _TimelessQueryAuth(SigV4QueryAuth):  # type: ignore[misc]  # botocore is untyped
    """Signs as the Go SDK does, which leaves X-Amz-Expires to its caller."""

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        super()._modify_request_before_signing(request)
        request.url = request.url.replace("&X-Amz-Expires=900", "")


def with_header(parts: Parts, name: str, value: str) -> Parts:
    return replace(parts, headers={**parts.headers, name: value})


def without_header(parts: Parts, name: str) -> Parts:
    return replace(parts, headers={key: value for key, value in parts.headers.items() if key != name})


def authorization(parts: Parts, old: str, new: str) -> Parts:
    """The request with one piece of its Authorization header replaced."""
    assert old in parts.headers["authorization"]
    return with_header(parts, "authorization", parts.headers["authorization"].replace(old, new))


def with_query(parts: Parts, **changed: str | None) -> Parts:
    """The request with query parameters replaced (underscores for dashes), or left out where None."""
    wanted = {name.replace("_", "-"): value for name, value in changed.items()}
    pairs = [(name, wanted.get(name, value)) for name, value in parts.query]
    return replace(parts, query=tuple((name, value) for name, value in pairs if value is not None))


def _parts(request: AWSRequest) -> Parts:
    prepared = request.prepare()
    headers = {
        name.lower(): value if isinstance(value, str) else value.decode("latin-1")
        for name, value in prepared.headers.items()
    }
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    pieces = urlsplit(prepared.url)
    headers.setdefault("host", pieces.netloc)
    body = prepared.body or b""
    return Parts(
        method=prepared.method,
        query=decode(pieces.query.encode()),
        headers=headers,
        body=body.encode() if isinstance(body, str) else body,
    )


def refusal(parts, service="iam", find=None, now=NOW):
    with pytest.raises(ServiceError) as caught:
        verify(parts, service, find or keys(), now)
    return caught.value


def refused(parts, service="iam", find=None, now=NOW):
    error = refusal(parts, service, find, now)
    return error.code, error.status


def accepted(parts, service, find, now):
    return verify(parts, service, find, now).scope.key_id in (KEY_ID, SESSION_KEY_ID)
