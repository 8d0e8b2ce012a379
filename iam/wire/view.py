"""The Query API over HTTP: read, authenticate, run, answer.

Every request gets an answer in its protocol's form: a refusal of AWS's code for what it did wrong, InternalFailure
for what we did wrong, never a page. `before_pages` puts it in front of the console, whose sessions, cookies and forms
have no part in it.
"""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.hashers import HashingBusyError
from iam import audit, catalogue, pipeline, principals
from iam.call import Call
from iam.errors import (
    InternalFailure,
    InvalidAction,
    MalformedInput,
    MalformedQueryString,
    MissingAction,
    NotImplementedHere,
    RequestEntityTooLarge,
    ServiceError,
    ServiceUnavailable,
)
from iam.shapes import spec
from iam.wire import errors, query, sigv4, xml
from iam.wire.claims import Parts, scope_service

BODY_LIMIT: Final = 1024 * 1024
# SAML metadata may have 10,000,000 characters; no other operation comes near a mebibyte.
LARGE_BODY_LIMIT: Final = 12 * 1024 * 1024
_LARGE_ACTIONS: Final = (b"Action=CreateSAMLProvider&", b"Action=UpdateSAMLProvider&")
_LONGEST_AGENT: Final = 512
_NAMESPACES: Final = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A request understood as far as its operation: the parts that were signed, and its parameters by name."""

    parts: Parts
    values: dict[str, str]
    operation: spec.OperationSpec


def is_api_request(request: HttpRequest) -> bool:
    """Whether a request speaks to the API, by any sign of it; all else is the console's."""
    headers, arguments = request.META, request.META.get("QUERY_STRING", "")
    if headers.get("HTTP_AUTHORIZATION", "").startswith("AWS") or "HTTP_X_AMZ_TARGET" in headers:
        return True
    if "X-Amz-Algorithm=" in arguments or "X-Amz-Signature=" in arguments:
        return True
    at_root = request.path == "/"
    return at_root and (request.method == "POST" or f"&{arguments}".find("&Action=") >= 0)


def before_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the API answers what is its own, at whatever address, before anything of the console runs."""

    def answer(request: HttpRequest) -> HttpResponse:
        return api(request) if is_api_request(request) else get_response(request)

    return answer


@csrf_exempt
def api(request: HttpRequest) -> HttpResponse:
    """Answer one request to the Query API."""
    # The number the request has in the logs, where the project's middleware gave it one.
    request_id = getattr(request, "request_id", "") or str(uuid.uuid4())
    headers = _headers(request)
    claimed = _claimed_service(request, headers)
    form = errors.form_of(request, headers, claimed)
    namespace = _NAMESPACES.get(claimed or "", _NAMESPACES["iam"])
    try:
        if form not in ("query", "ec2") or request.path != "/":
            raise errors.UnknownOperation("This address serves the Query API of IAM and STS.")
        inquiry = _understood(request, headers)
        namespace = inquiry.operation.namespace
        body = _answered(request, inquiry, request_id)
        answer = errors.Answer(200, body, "text/xml; charset=utf-8")
    except ServiceError as refusal:
        answer = errors.render(refusal, form, namespace, request_id, headers.get("content-type", ""))
    except HashingBusyError:
        busy = ServiceUnavailable("The request has failed due to a temporary failure of the server.")
        answer = errors.render(busy, form, namespace, request_id, headers.get("content-type", ""))
    except Exception as bug:  # noqa: BLE001  # the last resort: every request gets an answer of the protocol
        _report(bug, request_id)
        failure = InternalFailure(
            "The request processing has failed because of an unknown error, exception or failure."
        )
        answer = errors.render(failure, form, namespace, request_id, headers.get("content-type", ""))
    return _response(answer, request_id)


def _understood(request: HttpRequest, headers: dict[str, str]) -> Inquiry:
    """The request's operation and parameters; nobody has signed for them yet."""
    if request.method not in ("GET", "POST"):
        raise errors.MethodNotAllowed("The specified method is not allowed against this resource.")
    pairs = _arguments(request)
    body = _body(request)
    posted = query.decode(body) if request.method == "POST" else ()
    if len(pairs) + len(posted) > query.MAX_PARAMETERS:
        raise MalformedQueryString(f"A request takes at most {query.MAX_PARAMETERS} parameters.")
    values = query.unique((*pairs, *posted))
    parts = Parts(request.method, pairs, headers, body, _doubled(headers))
    return Inquiry(parts, values, _operation(values))


def _operation(values: dict[str, str]) -> spec.OperationSpec:
    action = values.get("Action", "")
    if not action:
        raise MissingAction("The request is missing an action or a required parameter: Action.")
    version = values.get("Version", "NO_VERSION_SPECIFIED")
    service = spec.WIRE_VERSIONS.get(version)
    try:
        return spec.operation(f"{service}.{action}")
    except spec.UnknownOperation:
        raise InvalidAction(f"Could not find operation {action[:128]} for version {version[:64]}") from None


def _answered(request: HttpRequest, inquiry: Inquiry, request_id: str) -> bytes:
    wanted = inquiry.operation
    if wanted.unsigned:
        raise NotImplementedHere(f"The operation {wanted.action} is not offered.")
    call = _call(request, inquiry, request_id, timezone.now())
    offered = catalogue.find(wanted.name)
    if offered is None:
        raise NotImplementedHere(f"The operation {wanted.action} is not offered.")
    try:
        params = query.read(wanted.input, inquiry.values)
    except ServiceError as refusal:
        audit.failed(call, offered, {}, refusal)  # unreadable, yet somebody signed it
        raise
    return xml.answer(wanted, pipeline.perform(call, offered, params), request_id)


def _call(request: HttpRequest, inquiry: Inquiry, request_id: str, now: datetime) -> Call:
    """The call that whoever signed the request makes. Errors: those of sigv4.verify."""
    service = inquiry.operation.service
    try:
        verified = sigv4.verify(inquiry.parts, service, principals.find_credential, now)
    except ServiceError as refusal:
        log.info(
            "%s of %s refused: %s", inquiry.operation.name, request.META.get("REMOTE_ADDR", ""), refusal.code
        )
        raise
    principals.note_use(verified.credential, service, verified.scope.region, now)
    return Call(
        account=verified.credential.account,
        principal=verified.credential.principal,
        now=now,
        request_id=request_id,
        source="api",
        peer=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:_LONGEST_AGENT],
        region=verified.scope.region,
        secure=request.is_secure(),
    )


def _body(request: HttpRequest) -> bytes:
    """The body as it came, read no further than it may be long."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        # Django reads as far as Content-Length says; what is signed must not depend on who frames it how.
        raise errors.MissingContentLength("You must provide the Content-Length HTTP header.")
    try:
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise MalformedInput("Content-Length is not a number.") from None
    if declared > LARGE_BODY_LIMIT:
        raise RequestEntityTooLarge(f"A request has at most {BODY_LIMIT} bytes.")
    try:
        body = request.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT and body.startswith(_LARGE_ACTIONS):
            body += request.read(LARGE_BODY_LIMIT + 1 - len(body))
            if len(body) <= LARGE_BODY_LIMIT:
                return body
    except UnreadablePostError:
        raise MalformedInput("The request ended before its body did.") from None
    if len(body) > BODY_LIMIT:
        raise RequestEntityTooLarge(f"A request has at most {BODY_LIMIT} bytes.")
    return body


def _arguments(request: HttpRequest) -> tuple[query.Pair, ...]:
    # Under WSGI text is Latin-1, one character a byte.
    return query.decode(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))


def _headers(request: HttpRequest) -> dict[str, str]:
    """The headers by lower-case name, Latin-1 text as it travelled."""
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in request.META.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if value := request.META.get(name):
            headers[name.lower().replace("_", "-")] = value
    return headers


def _doubled(headers: dict[str, str]) -> frozenset[str]:
    """Headers that came twice: servers join them with a comma, which none of these may hold."""
    alone = ("host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256")
    return frozenset(name for name in alone if "," in headers.get(name, ""))


def _claimed_service(request: HttpRequest, headers: dict[str, str]) -> str | None:
    try:
        pairs = _arguments(request)
    except MalformedQueryString:
        pairs = ()
    return scope_service(Parts("", pairs, headers, b""))


def _report(bug: Exception, request_id: str) -> None:
    # Where it broke, without the exception's own text: a database quotes the row it refused, secrets and all.
    frames = "".join(traceback.format_tb(bug.__traceback__))
    log.error("InternalFailure, request %s: %s\n%s", request_id, type(bug).__name__, frames)


def _response(answer: errors.Answer, request_id: str) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    response["Content-Length"] = str(len(response.content))
    response["x-amzn-RequestId"] = request_id
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    for name, value in answer.headers.items():
        response[name] = value
    return response
