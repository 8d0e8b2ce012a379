"""Real boto3 clients whose requests go to Django without a socket: signed, sent, parsed as by any program."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory

from console.front import with_calls_first
from tests.world import Actor

ENDPOINT = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Boto:
    """Both services as one principal sees them."""

    iam: Any
    sts: Any
    key_id: str
    secret: str
    token: str | None = None


def boto_of(actor: Actor) -> Boto:
    """Clients with a fresh access key of the actor, a user or root."""
    name = {"UserName": actor.principal.name} if actor.principal.kind == "user" else {}
    key = actor.iam("CreateAccessKey", **name)["AccessKey"]
    return boto_with(key["AccessKeyId"], key["SecretAccessKey"])


def boto_session(answer: Mapping[str, Any]) -> Boto:
    """Clients with the temporary credentials in an answer of STS."""
    given = answer["Credentials"]
    return boto_with(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def boto_with(key_id: str, secret: str, token: str | None = None, region: str = "us-east-1") -> Boto:
    """Clients with these credentials, real or not."""
    iam, sts = (client(service, key_id, secret, token, region) for service in ("iam", "sts"))
    return Boto(iam, sts, key_id, secret, token)


def send(
    method: str = "POST",
    url: str = f"{ENDPOINT}/",
    headers: Mapping[str, str] | None = None,
    body: bytes | str = b"",
) -> HttpResponse:
    """One raw request to Django, its headers as given."""
    pieces = urlsplit(url)
    given = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = given.pop("content-type", "application/x-www-form-urlencoded; charset=utf-8")
    meta: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": _latin(value) for name, value in given.items()
    }
    meta |= {"QUERY_STRING": pieces.query, "CONTENT_TYPE": content_type}
    meta.setdefault("HTTP_HOST", pieces.netloc)
    made = RequestFactory().generic(method, pieces.path or "/", body, content_type, **meta)
    return through_the_server(made.environ)


def through_the_server(environ: dict[str, Any]) -> HttpResponse:
    """What the server's application answers, Django and what stands before it included.

    Connections are left alone, as Django's own test client leaves them: the test is a transaction.
    """
    application = with_calls_first(WSGIHandler(), between=lambda: None)
    begun: list[Any] = []
    content = b"".join(application(environ, lambda *head: begun.append(head)))
    ((status, headers),) = begun
    number, _, reason = status.partition(" ")
    return HttpResponse(content, status=int(number), reason=reason, headers=dict(headers))


def _latin(value: str | bytes) -> str:
    # WSGI hands header text on as Latin-1, one character a byte.
    return (value if isinstance(value, bytes) else value.encode()).decode("latin-1")


@cache
def _session() -> Any:
    return boto3.session.Session(aws_access_key_id="unused", aws_secret_access_key="unused")


def client(service: str, key_id: str, secret: str, token: str | None, region: str) -> Any:
    """A client of any service with these credentials, as programs make it."""
    made = _session().client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}, parameter_validation=False),
    )
    made.meta.events.register("before-send", _without_socket)
    return made


def _without_socket(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    headers = {
        name: value if isinstance(value, str) else value.decode("latin-1")
        for name, value in request.headers.items()
    }
    headers.pop("Content-Length", None)  # the test client counts for itself
    response = send(request.method, request.url, headers, request.body or b"")
    return AWSResponse(request.url, response.status_code, dict(response.headers), _Raw(response.content))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
