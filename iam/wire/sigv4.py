"""Signature Version 4, verified: who signed these bytes, with which key, for which service and when.

Order: one way of signing, its parts, scope, date, signed headers, payload; then the key is looked up, and whatever
came of that, one chain of HMACs is computed and compared. Nothing that is not signed influences the answer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import quote

from iam.errors import (
    ExpiredToken,
    IncompleteSignature,
    InvalidClientTokenId,
    MalformedInput,
    RequestExpired,
    SignatureDoesNotMatch,
)
from iam.wire.claims import ALGORITHM, Claim, Parts, Scope, claim_of
from iam.wire.signing_keys import Secret, signing_key

TOLERANCE: Final = timedelta(minutes=15)
_MINUTES: Final = int(TOLERANCE.total_seconds() // 60)

_NO_MARKS: Final = str.maketrans("", "", "-:")
_BLANKS: Final = re.compile(r"[ \t]+")
_KEY_ID: Final = re.compile(r"[A-Z0-9]{16,128}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)


class Credential(Secret, Protocol):
    """What verification asks of a key: see iam.principals.Credential."""

    @property
    def usable(self) -> bool:
        """Whether the key is active, and so is all it hangs on."""

    def token_matches(self, token: str | None) -> bool:
        """Whether this session token, or none, belongs to the key."""

    def expired(self, now: datetime) -> bool:
        """Whether the key's time is over."""


@dataclass(frozen=True, slots=True)
class _Ghost:
    """What signs for a key that does not exist: a secret as long as a real one, which opens nothing."""

    sealed_secret: bytes
    secret: str


_GHOST: Final = _Ghost(b"", secrets.token_urlsafe(30))

C = TypeVar("C", bound=Credential)


@dataclass(frozen=True, slots=True)
class Verified(Generic[C]):
    """A request whose signature holds: the scope it was made for and the key that made it."""

    scope: Scope
    presigned: bool
    credential: C


def verify(parts: Parts, service: str, find: Callable[[str], C | None], now: datetime) -> Verified[C]:
    """Who signed the request for this service, by header or in the query.

    `find` gives the credential of a well-formed key id, or None. An unknown key costs the same work as a known one.
    Errors: MissingAuthenticationToken, IncompleteSignature, SignatureDoesNotMatch, RequestExpired,
    InvalidClientTokenId (key unknown, not in use, or its token missing, superfluous or another's), ExpiredToken.
    Source: AWS General Reference, Signature Version 4; recorded answers of both services.
    """
    claim = claim_of(parts, service)
    _check_time(claim, now)
    payload_hash = _payload_hash(parts, claim)
    credential = find(claim.scope.key_id) if _KEY_ID.fullmatch(claim.scope.key_id) else None
    expected = _signature(parts, claim, payload_hash, credential or _GHOST)
    # compare_digest takes ASCII only: a signature of another form is compared as one that cannot match.
    given = claim.signature if _SIGNATURE.fullmatch(claim.signature) else "-" * 64
    matches = hmac.compare_digest(expected, given)
    if credential is None or not credential.usable:
        raise InvalidClientTokenId
    if not matches:
        raise SignatureDoesNotMatch(_MISMATCH)
    _check_token(claim, credential, now)
    return Verified(claim.scope, claim.presigned, credential)


def _check_token(claim: Claim, credential: Credential, now: datetime) -> None:
    temporary = claim.scope.key_id.startswith("ASIA")
    if temporary is not (claim.token is not None) or not credential.token_matches(claim.token):
        raise InvalidClientTokenId
    if credential.expired(now):
        raise ExpiredToken


def _check_time(claim: Claim, now: datetime) -> None:
    signed_at = claim.scope.signed_at
    if signed_at > now + TOLERANCE:
        raise SignatureDoesNotMatch(
            f"Signature not yet current: {_basic(signed_at)} is still later than {_basic(now + TOLERANCE)}"
            f" ({_basic(now)} + {_MINUTES} min.)"
        )
    if claim.expires_in is not None:
        if signed_at + claim.expires_in <= now:
            raise RequestExpired("Request has expired.")
    elif signed_at < now - TOLERANCE:
        raise SignatureDoesNotMatch(
            f"Signature expired: {_basic(signed_at)} is now earlier than {_basic(now - TOLERANCE)}"
            f" ({_basic(now)} - {_MINUTES} min.)"
        )


def _payload_hash(parts: Parts, claim: Claim) -> str:
    """The hash of the body as it came; a declared one has to be the same."""
    if parts.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise MalformedInput("Content-Encoding is not supported.")
    if claim.presigned and parts.body:
        raise IncompleteSignature("A request signed in its query string has no body.")
    actual = hashlib.sha256(parts.body).hexdigest()
    declared = parts.headers.get("x-amz-content-sha256")
    if declared is not None and declared.strip() != actual:
        raise SignatureDoesNotMatch("The x-amz-content-sha256 header does not match the body of the request.")
    return actual


def _signature(parts: Parts, claim: Claim, payload_hash: str, signer: Secret) -> str:
    canonical = "\n".join(
        (
            parts.method,
            "/",
            canonical_query(parts.query),
            *(f"{name}:{_collapsed(parts.headers[name])}" for name in claim.signed_headers),
            "",
            ";".join(claim.signed_headers),
            payload_hash,
        )
    )
    # Header text is Latin-1 so that encoding gives back the bytes that travelled; all else here is ASCII.
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    to_sign = "\n".join((ALGORITHM, _basic(claim.scope.signed_at), str(claim.scope), digest))
    return hmac.digest(signing_key(claim.scope, signer), to_sign.encode(), "sha256").hex()


def canonical_query(query: tuple[tuple[str, str], ...]) -> str:
    """The query's names and values re-encoded per RFC 3986 and sorted in that form, without the signature."""
    if not query:
        return ""
    encoded = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in query
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def _collapsed(value: str) -> str:
    # Blanks only: str.split would also cut at bytes of UTF-8 text that are spaces in Latin-1.
    stripped = value.strip(" \t")
    return _BLANKS.sub(" ", stripped) if "  " in stripped or "\t" in stripped else stripped


def _basic(moment: datetime) -> str:
    # strftime takes ten times as long.
    return f"{moment.astimezone(UTC).isoformat()[:19].translate(_NO_MARKS)}Z"
