"""Refusals as the client's protocol writes them.

IAM and STS speak the Query protocol. A client that took us for another service gets its answer in that service's form,
so that its SDK shows the code and the message instead of failing to parse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from iam.errors import AccessDenied, ServiceError
from iam.wire.xml import escape

Form: TypeAlias = Literal["query", "ec2", "json", "rest-json", "rest-xml"]

XML: Final = "text/xml; charset=utf-8"
FORM_TYPE: Final = "application/x-www-form-urlencoded"

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_JSON_TYPE: Final = re.compile(r"application/x-amz-json-1\.[01]")
_REST_XML_SERVICES: Final = frozenset({"s3", "s3control", "route53", "cloudfront"})
_QUERY_SERVICES: Final = frozenset({"iam", "sts"})


class MethodNotAllowed(ServiceError):
    """Another HTTP method than GET and POST."""

    code = "MethodNotAllowed"
    status = 405


class MissingContentLength(ServiceError):
    """A body whose end is not told beforehand."""

    code = "MissingContentLength"
    status = 411


class UnknownOperation(ServiceError):
    """A call of a service that we are not, or for an address where no operation is."""

    code = "UnknownOperationException"
    status = 404


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    content_type: str
    request_id: str
    further: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def headers(self) -> dict[str, str]:
        """All its headers."""
        return {
            "Content-Type": self.content_type,
            "Content-Length": str(len(self.body)),
            "x-amzn-RequestId": self.request_id,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **self.further,
        }


def form_of(method: str, path: str, arguments: str, headers: Mapping[str, str], service: str | None) -> Form:
    """The form in which the client expects an error. `service` is what its signature names, if it has one."""
    if "x-amz-target" in headers:
        return "json"
    if service is None or service in _QUERY_SERVICES:
        return "query"
    form_type = headers.get("content-type", "").startswith(FORM_TYPE)
    posted = method == "POST" and form_type
    if path == "/" and (posted or "Action=" in arguments):
        return "ec2" if service == "ec2" else "query"
    return "rest-xml" if service in _REST_XML_SERVICES else "rest-json"


def render(
    refusal: ServiceError, form: Form, namespace: str, request_id: str, content_type: str = ""
) -> Answer:
    """The refusal in the client's form; `content_type` is the request's, which the JSON protocol repeats."""
    headers = {"x-amzn-ErrorType": refusal.code} if form in ("json", "rest-json") else {}
    if isinstance(refusal, AccessDenied) and refusal.decision_id:
        headers["x-wardstead-decision-id"] = refusal.decision_id
    if refusal.status == 405:
        headers["Allow"] = "GET, POST"
    if form == "json":
        version = found.group() if (found := _JSON_TYPE.match(content_type)) else "application/x-amz-json-1.1"
        body = _json({"__type": refusal.code, "message": refusal.message})
        return Answer(refusal.status, body, version, request_id, headers)
    if form == "rest-json":
        body = _json({"code": refusal.code, "message": refusal.message})
        return Answer(refusal.status, body, "application/json", request_id, headers)
    body = _XML[form](refusal, namespace, request_id).encode()
    return Answer(refusal.status, body, XML, request_id, headers)


def _query(refusal: ServiceError, namespace: str, request_id: str) -> str:
    return (
        f'<ErrorResponse xmlns="{escape(namespace)}"><Error><Type>{refusal.fault}</Type>{_code_and_message(refusal)}'
        f"{_decision(refusal)}</Error><RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    )


def _ec2(refusal: ServiceError, _namespace: str, request_id: str) -> str:
    return (
        f"<Response><Errors><Error>{_code_and_message(refusal)}</Error></Errors>"
        f"<RequestID>{escape(request_id)}</RequestID></Response>"
    )


def _rest_xml(refusal: ServiceError, _namespace: str, request_id: str) -> str:
    return f"<Error>{_code_and_message(refusal)}<RequestId>{escape(request_id)}</RequestId></Error>"


def _code_and_message(refusal: ServiceError) -> str:
    # AWS leaves the element out where there is nothing to say.
    message = f"<Message>{escape(refusal.message)}</Message>" if refusal.message else ""
    return f"<Code>{escape(refusal.code)}</Code>{message}"


def _decision(refusal: ServiceError) -> str:
    """Where to read why: SDKs hand these on beside code and message, and pass over what they do not know."""
    if not isinstance(refusal, AccessDenied) or not refusal.decision_id:
        return ""
    return (
        f"<DecisionId>{escape(refusal.decision_id)}</DecisionId>"
        f"<EncodedMessage>{escape(refusal.encoded_message)}</EncodedMessage>"
    )


def _json(values: Mapping[str, str]) -> bytes:
    return json.dumps(values).encode()


_XML: Final = {"query": _query, "ec2": _ec2, "rest-xml": _rest_xml}
