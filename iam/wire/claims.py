"""What a signed request claims: its key, scope, date and signed headers, from the Authorization header or the query.

Everything here is checked by form alone, before any key is looked up. A part that is missing, doubled or of another
form is refused, never guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from iam.errors import IncompleteSignature, MissingAuthenticationToken, SignatureDoesNotMatch

ALGORITHM: Final = "AWS4-HMAC-SHA256"
LARGEST_EXPIRY: Final = 604_800  # seconds that X-Amz-Expires may name
LIFETIME: Final = timedelta(minutes=15)  # of a request signed in its query, whatever it names

_HEADER_PARTS: Final = ("Credential", "SignedHeaders", "Signature")
_QUERY_PARTS: Final = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)
_EXPIRY: Final = "X-Amz-Expires"
_TOKEN: Final = "X-Amz-Security-Token"  # noqa: S105  # the name of a parameter, not a secret
_NAMES_IN_QUERY: Final = (*_QUERY_PARTS, _EXPIRY, _TOKEN)
_IN_QUERY: Final = frozenset(map(str.lower, _NAMES_IN_QUERY))
_DATE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_HTTP_DATE: Final = "%a, %d %b %Y %H:%M:%S"
_GREENWICH: Final = re.compile(r"(.{1,64}) (?:GMT|[+-]0000)")
_EXPIRES: Final = re.compile(r"[0-9]{1,6}")
_REGION: Final = re.compile(r"(?=.{1,32}$)[a-z0-9]+(-[a-z0-9]+)*")
_HEADER_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_LONGEST_ECHO: Final = 1024  # characters of a header repeated in a message


@dataclass(frozen=True, slots=True)
class Parts:
    """A request as it travelled: method, decoded query in its order, headers by lower-case name, body.

    Header values are Latin-1 text, one character a byte. `doubled` are the header names that came more than once.
    """

    method: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    doubled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """With which key a request was signed, and for which day, region and service."""

    key_id: str
    date: str
    region: str
    service: str
    signed_at: datetime

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True, slots=True)
class Claim:
    """The parts of one signature. `expires_in` is set for requests signed in their query."""

    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    token: str | None
    expires_in: timedelta | None

    @property
    def presigned(self) -> bool:
        """Whether the signature stands in the query string."""
        return self.expires_in is not None


def claim_of(parts: Parts, service: str) -> Claim:
    """What the request claims, checked by form, for a call of this service.

    Errors: MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch (scope, unsigned headers).
    """
    if doubled := parts.doubled & {
        "authorization",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    }:
        raise IncompleteSignature(f"The header {min(doubled)} is given more than once.")
    in_query = [name for name, _ in parts.query if name.lower() in _IN_QUERY]
    if "authorization" not in parts.headers:
        if not in_query:
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        return _from_query(parts, service)
    if in_query:
        raise IncompleteSignature(
            "A request is signed in its Authorization header or in its query string, not both."
        )
    return _from_header(parts, service)


def scope_service(parts: Parts) -> str | None:
    """The service that the signature's scope names, unverified; None where there is no readable scope."""
    credential = dict(parts.query).get("X-Amz-Credential")
    if credential is None:
        found = re.search(r"Credential=([^,\s]*)", parts.headers.get("authorization", ""))
        credential = found[1] if found else ""
    elements = credential.split("/")
    return elements[-2] if len(elements) >= 5 else None


def _from_header(parts: Parts, service: str) -> Claim:
    header = parts.headers["authorization"].strip()
    given = _header_parts(header)
    dated = "x-amz-date" if "x-amz-date" in parts.headers else "date"
    date = parts.headers.get(dated, "").strip()
    missing = [
        f"Authorization header requires '{name}' parameter." for name in _HEADER_PARTS if name not in given
    ]
    if dated not in parts.headers:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise IncompleteSignature(f"{' '.join(missing)} Authorization={ALGORITHM}")
    return Claim(
        scope=_scope(given["Credential"], service, _in_basic_format(date) if dated == "date" else date),
        signed_headers=_signed_headers(parts, given["SignedHeaders"], {"host", dated}),
        signature=given["Signature"],
        token=parts.headers.get("x-amz-security-token"),
        expires_in=None,
    )


def _header_parts(header: str) -> dict[str, str]:
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        if algorithm.startswith("AWS4-"):
            raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm[:_LONGEST_ECHO]}'.")
        rest = rest or header
    given: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals or algorithm != ALGORITHM:
            raise IncompleteSignature(
                f"'{part[:_LONGEST_ECHO]}' not a valid key=value pair (missing equal-sign) in Authorization header:"
                f" '{header[:_LONGEST_ECHO]}'."
            )
        if name in given or name not in _HEADER_PARTS:
            raise IncompleteSignature(f"Authorization header takes {', '.join(_HEADER_PARTS)}, each once.")
        given[name] = value
    return given


def _from_query(parts: Parts, service: str) -> Claim:
    given = _query_parts(parts)
    if parts.method != "GET":
        raise IncompleteSignature("A request signed in its query string is a GET.")
    if {"x-amz-date", "x-amz-security-token"} & parts.headers.keys():
        raise IncompleteSignature(
            "Date and security token stand in the query string or in headers, not in both."
        )
    if given["X-Amz-Algorithm"] != ALGORITHM:
        raise IncompleteSignature(
            f"Unsupported AWS 'algorithm': '{given['X-Amz-Algorithm'][:_LONGEST_ECHO]}'."
        )
    return Claim(
        scope=_scope(given["X-Amz-Credential"], service, given["X-Amz-Date"]),
        signed_headers=_signed_headers(parts, given["X-Amz-SignedHeaders"], {"host"}),
        signature=given["X-Amz-Signature"],
        token=given.get(_TOKEN),
        expires_in=_lifetime(given.get(_EXPIRY)),
    )


def _lifetime(expires: str | None) -> timedelta:
    """How long a request signed in its query is taken: the Go SDK and others name no time at all."""
    if expires is None:
        return LIFETIME
    if not _EXPIRES.fullmatch(expires) or not 1 <= int(expires) <= LARGEST_EXPIRY:
        raise IncompleteSignature(f"{_EXPIRY} is a number of seconds from 1 to {LARGEST_EXPIRY}.")
    return min(timedelta(seconds=int(expires)), LIFETIME)


def _query_parts(parts: Parts) -> dict[str, str]:
    given: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in parts.query:
        lowered = name.lower()
        if not lowered.startswith("x-amz-"):
            continue
        # Another spelling of a name would be signed but not read: it may not stand beside the right one.
        if lowered in seen or (lowered in _IN_QUERY and name not in _NAMES_IN_QUERY):
            raise IncompleteSignature(f"The query string parameter {name[:128]} is given more than once.")
        seen.add(lowered)
        given[name] = value
    for name in _QUERY_PARTS:
        if name not in given:
            raise IncompleteSignature(
                f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
            )
    return given


def _signed_headers(parts: Parts, text: str, needed: set[str]) -> tuple[str, ...]:
    names = _header_names(text)
    if "host" not in names:
        raise SignatureDoesNotMatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    unsigned = (needed | {name for name in parts.headers if name.startswith("x-amz-")}) - set(names)
    if unsigned:
        raise SignatureDoesNotMatch(f"Headers of the request were not signed: {', '.join(sorted(unsigned))}.")
    if absent := [name for name in names if name not in parts.headers]:
        raise SignatureDoesNotMatch(
            f"Signed headers are not in the request: {', '.join(absent)[:_LONGEST_ECHO]}."
        )
    return names


@functools.lru_cache(256)
def _header_names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(";"))
    if not all(map(_HEADER_NAME.fullmatch, names)) or list(names) != sorted(set(names)):
        raise IncompleteSignature("SignedHeaders are lower-case names in alphabetical order, each once.")
    return names


def _scope(credential: str, service: str, date: str) -> Scope:
    """The scope of the signature. Errors: IncompleteSignature; SignatureDoesNotMatch when it is not this call's."""
    elements = credential.split("/")
    if len(elements) != 5:
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term,"
            f" got '{credential[:_LONGEST_ECHO]}'"
        )
    key_id, day, region, scope, terminator = elements
    if not _REGION.fullmatch(region):
        raise SignatureDoesNotMatch("Credential should be scoped to a valid region. ")
    if scope != service:
        raise SignatureDoesNotMatch(f"Credential should be scoped to correct service: '{service}'. ")
    if terminator != "aws4_request":
        raise SignatureDoesNotMatch("Credential should be scoped with a valid terminator: 'aws4_request'. ")
    signed_at = _moment(date)
    if day != date[:8]:
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
            f" '{day[:32]}' != '{date[:8]}', from '{date}'."
        )
    return Scope(key_id, day, region, scope, signed_at)


def _in_basic_format(date: str) -> str:
    """A date as HTTP writes it, in the form of X-Amz-Date, for which it may stand; any other text as it is."""
    try:
        found = _GREENWICH.fullmatch(date)
        return (
            f"{datetime.strptime(found[1], _HTTP_DATE).replace(tzinfo=UTC):%Y%m%dT%H%M%SZ}" if found else date
        )
    except ValueError:
        return date


def _moment(text: str) -> datetime:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise IncompleteSignature(
            f"Date must be in ISO-8601 'basic format'. Got '{text[:_LONGEST_ECHO]}'."
            " See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None
