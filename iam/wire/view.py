"""The Query API over HTTP: read, authenticate, run, answer.

Every request gets an answer in its protocol's form: a refusal of AWS's code for what it did wrong, InternalFailure
for what we did wrong, never a page. `before_pages` and, under WSGI, console.front put it in front of the console, whose
sessions, cookies and forms have no part in it.
"""

from __future__ import annotations

import functools
import logging
import re
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

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
_TEMPORARY: Final = "The request has failed due to a temporary failure of the server."
_OURS: Final = "This address serves the Query API of IAM and STS."
_NO_PATH: Final = f"{_OURS} Leave out the path behind the host's name."
_NOT_OURS: Final = (
    "This address serves IAM and STS, not {}. Set AWS_ENDPOINT_URL_IAM and AWS_ENDPOINT_URL_STS in place of "
    "AWS_ENDPOINT_URL where a program speaks to other services too."
)
_SERVICE_NAME: Final = re.compile(r"[a-z0-9-]{1,63}")
_ALONE: Final = ("host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256")
_NAMESPACES: Final = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as the server hands it on: its CGI variables, where it goes, and how its body is read.

    `read` gives at most so many bytes more of the body.
    """

    variables: Mapping[str, Any]
    method: str
    path: str
    secure: bool
    read: Callable[[int], bytes]
    request_id: str

    @property
    def query_string(self) -> str:
        """The query as it travelled."""
        return str(self.variables.get("QUERY_STRING", ""))


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A request understood as far as its operation: the parts that were signed, and its parameters by name."""

    parts: Parts
    values: dict[str, str]
    operation: spec.OperationSpec


def is_the_apis(variables: Mapping[str, Any], method: str, path: str) -> bool:
    """Whether a request speaks to the API, by any sign of it; all else is the console's."""
    if variables.get("HTTP_AUTHORIZATION", "").startswith("AWS") or "HTTP_X_AMZ_TARGET" in variables:
        return True
    arguments = variables.get("QUERY_STRING", "")
    if "X-Amz-Algorithm=" in arguments or "X-Amz-Signature=" in arguments:
        return True
    return path == "/" and (method == "POST" or f"&{arguments}".find("&Action=") >= 0)


def before_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the API answers what is its own, at whatever address, before anything of the console runs.

    Under WSGI console.front has done so already, before Django.
    """

    def response(request: HttpRequest) -> HttpResponse:
        if is_the_apis(request.META, request.method or "", request.path):
            return _api(request)
        return get_response(request)

    return response


def _api(request: HttpRequest) -> HttpResponse:
    # The number the request has in the logs, where the project's middleware gave it one.
    request_id = getattr(request, "request_id", "") or str(uuid.uuid4())
    given = answer(
        Arrival(
            request.META, request.method or "", request.path, request.is_secure(), request.read, request_id
        )
    )
    return HttpResponse(given.body, status=given.status, headers=given.headers)


def answer(arrival: Arrival) -> errors.Answer:
    """Answer one request to the Query API, whatever it is."""
    headers = _headers(arrival.variables)
    namespace = ""
    refusal: ServiceError
    try:
        if arrival.path != "/" or _form(arrival, headers) not in ("query", "ec2"):
            raise errors.UnknownOperation(_OURS)
        inquiry = _understood(arrival, headers)
        namespace = inquiry.operation.namespace
        return errors.Answer(200, _answered(arrival, inquiry), errors.XML, arrival.request_id)
    except ServiceError as refused:
        refusal = refused
    except HashingBusyError:
        refusal = ServiceUnavailable(_TEMPORARY)
    except (
        OperationalError
    ) as trouble:  # the database is locked or out of reach, also for the event of a refusal
        _report(trouble, arrival.request_id)
        refusal = ServiceUnavailable(_TEMPORARY)
    except Exception as bug:  # noqa: BLE001  # the last resort: every request gets an answer of the protocol
        _report(bug, arrival.request_id)
        refusal = InternalFailure(
            "The request processing has failed because of an unknown error, exception or failure."
        )
    claimed = _claimed_service(arrival, headers)
    if isinstance(refusal, (errors.UnknownOperation, InvalidAction)):
        refusal = _told_where(refusal, arrival.path, claimed)
    namespace = namespace or _NAMESPACES.get(claimed or "", _NAMESPACES["iam"])
    form = errors.form_of(arrival.method, arrival.path, arrival.query_string, headers, claimed)
    return errors.render(refusal, form, namespace, arrival.request_id, headers.get("content-type", ""))


def _form(arrival: Arrival, headers: dict[str, str]) -> errors.Form:
    """The form that the client speaks; of a form that is posted, either of the Query protocol's two."""
    if (
        arrival.method == "POST"
        and "x-amz-target" not in headers
        and headers.get("content-type", "").startswith(errors.FORM_TYPE)
    ):
        return "query"
    claimed = _claimed_service(arrival, headers)
    return errors.form_of(arrival.method, arrival.path, arrival.query_string, headers, claimed)


def _understood(arrival: Arrival, headers: dict[str, str]) -> Inquiry:
    """The request's operation and parameters; nobody has signed for them yet."""
    if arrival.method not in ("GET", "POST"):
        raise errors.MethodNotAllowed("The specified method is not allowed against this resource.")
    pairs = _arguments(arrival)
    body = _body(arrival)
    posted = query.decode(body) if arrival.method == "POST" else ()
    if len(pairs) + len(posted) > query.MAX_PARAMETERS:
        raise MalformedQueryString(f"A request takes at most {query.MAX_PARAMETERS} parameters.")
    values = query.unique((*pairs, *posted))
    parts = Parts(arrival.method, pairs, headers, body, _doubled(headers))
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


def _answered(arrival: Arrival, inquiry: Inquiry) -> bytes:
    wanted = inquiry.operation
    if wanted.unsigned:
        raise NotImplementedHere(f"The operation {wanted.action} is not offered.")
    call = _call(arrival, inquiry, timezone.now())
    offered = catalogue.find(wanted.name)
    if offered is None:
        raise NotImplementedHere(f"The operation {wanted.action} is not offered.")
    try:
        params = query.read(wanted.input, inquiry.values)
    except ServiceError as refusal:
        audit.failed(call, offered, {}, refusal)  # unreadable, yet somebody signed it
        raise
    return xml.answer(wanted, pipeline.perform(call, offered, params), arrival.request_id)


def _call(arrival: Arrival, inquiry: Inquiry, now: datetime) -> Call:
    """The call that whoever signed the request makes. Errors: those of sigv4.verify."""
    service = inquiry.operation.service
    peer = arrival.variables.get("REMOTE_ADDR", "")
    try:
        verified = sigv4.verify(inquiry.parts, service, principals.find_credential, now)
    except ServiceError as refusal:
        log.info("%s of %s refused: %s", inquiry.operation.name, peer, refusal.code)
        raise
    # IAM is in one region, whatever region a client signs for.
    region = "us-east-1" if service == "iam" else verified.scope.region
    principals.note_use(verified.credential, service, region, now, peer)
    return Call(
        account=verified.credential.own_account(),
        principal=verified.credential.principal,
        now=now,
        request_id=arrival.request_id,
        source="api",
        peer=peer,
        user_agent=arrival.variables.get("HTTP_USER_AGENT", "")[:_LONGEST_AGENT],
        region=region,
        secure=arrival.secure,
    )


def _body(arrival: Arrival) -> bytes:
    """The body as it came, read no further than it may be long."""
    if "HTTP_TRANSFER_ENCODING" in arrival.variables:
        # Bodies are read as far as Content-Length says; what is signed must not depend on who frames it how.
        raise errors.MissingContentLength("You must provide the Content-Length HTTP header.")
    try:
        declared = int(arrival.variables.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise MalformedInput("Content-Length is not a number.") from None
    if declared > LARGE_BODY_LIMIT:
        raise RequestEntityTooLarge(f"A request has at most {BODY_LIMIT} bytes.")
    try:
        body = arrival.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT and body.startswith(_LARGE_ACTIONS):
            body += arrival.read(LARGE_BODY_LIMIT + 1 - len(body))
            if len(body) <= LARGE_BODY_LIMIT:
                return body
    except OSError:  # Django's UnreadablePostError is one
        raise MalformedInput("The request ended before its body did.") from None
    if len(body) > BODY_LIMIT:
        raise RequestEntityTooLarge(f"A request has at most {BODY_LIMIT} bytes.")
    return body


def _arguments(arrival: Arrival) -> tuple[query.Pair, ...]:
    # Under WSGI text is Latin-1, one character a byte.
    return query.decode(arrival.query_string.encode("latin-1", "replace"))


def _headers(variables: Mapping[str, Any]) -> dict[str, str]:
    """The headers by lower-case name, Latin-1 text as it travelled."""
    headers = {
        _header_name(name): value
        for name, value in variables.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    for name, variable in (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH")):
        if value := variables.get(variable):
            headers[name] = value
    return headers


@functools.lru_cache(1024)
def _header_name(variable: str) -> str:
    return variable[5:].lower().replace("_", "-")


def _doubled(headers: dict[str, str]) -> frozenset[str]:
    """Headers that came twice: servers join them with a comma, which none of these may hold."""
    return frozenset([name for name in _ALONE if "," in headers.get(name, "")])


def _claimed_service(arrival: Arrival, headers: dict[str, str]) -> str | None:
    try:
        pairs = _arguments(arrival)
    except MalformedQueryString:
        pairs = ()
    return scope_service(Parts("", pairs, headers, b""))


def _told_where(refusal: ServiceError, path: str, claimed: str | None) -> ServiceError:
    """The same refusal; whoever meant another service, or another address, is told how to come here or go elsewhere."""
    if claimed is not None and claimed not in _NAMESPACES:
        name = claimed if _SERVICE_NAME.fullmatch(claimed) else "another service"
        return type(refusal)(_NOT_OURS.format(name))
    if path != "/":
        return type(refusal)(_NO_PATH)
    return refusal


def _report(bug: Exception, request_id: str) -> None:
    # Where it broke, without the exception's own text: a database quotes the row it refused, secrets and all.
    frames = "".join(traceback.format_tb(bug.__traceback__))
    log.error("no answer to request %s: %s\n%s", request_id, type(bug).__name__, frames)
