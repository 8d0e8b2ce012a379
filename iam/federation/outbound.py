"""Tokens that vouch for a principal towards other services: their keys, their claims, and what verifiers read.

Pure: no rows, no clock.  Source: IAM User Guide, outbound identity federation (token claims); RFC 7519, RFC 7517;
OpenID Connect Discovery 1.0, 3.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

Algorithm: TypeAlias = Literal["RS256", "ES384"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("RS256", "ES384")

# The longest that a token may last; a key is listed at least that long after it has signed for the last time.
LONGEST: Final = timedelta(hours=1)
# What the claims may take as JSON text in UTF-8; one byte more is refused, as AWS was seen to do.
PAYLOAD_BYTES: Final = 14_984
NAMESPACE: Final = "https://sts.amazonaws.com/"
_RSA_BITS: Final = 2048
_KEYS_KEPT: Final = 256


class PayloadTooLarge(Exception):
    """The claims take more room than a token has."""


class _Installed:
    public_url: str = ""


def use(public_url: str) -> None:
    """Issue under this public address from here on; called once, when the app is ready."""
    _Installed.public_url = public_url.rstrip("/")


def issuer_address(public_id: str) -> str:
    """The address that an account's tokens name as their issuer; its documents are below it."""
    return f"{_Installed.public_url}/issuers/{public_id}"


def new_key(algorithm: Algorithm) -> tuple[bytes, dict[str, Any]]:
    """A fresh private key as DER, and its public half as the members of a JWK."""
    key: RSAKey | ECKey = (
        RSAKey.generate_key(_RSA_BITS, auto_kid=False)
        if algorithm == "RS256"
        else ECKey.generate_key("P-384", auto_kid=False)
    )
    public = {str(name): value for name, value in key.as_dict(private=False).items()}
    return key.as_der(private=True), public


def claims(
    *,
    issuer: str,
    subject: str,
    audience: Sequence[str],
    issued_at: datetime,
    lasting: timedelta,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """The claims of a token; `about` are those under AWS's namespace, of which empty ones are left out."""
    start = int(issued_at.timestamp())
    return {
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "sub": subject,
        NAMESPACE: {name: value for name, value in about.items() if value},
        "iss": issuer,
        "exp": start + int(lasting.total_seconds()),
        "iat": start,
        "jti": str(uuid.uuid4()),
    }


def moment(at: datetime) -> str:
    """A moment as claims write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(payload: Mapping[str, Any], algorithm: Algorithm, key_id: str, private: bytes) -> str:
    """The token of these claims.  Errors: PayloadTooLarge."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) > PAYLOAD_BYTES:
        raise PayloadTooLarge
    header = {"kid": key_id, "typ": "JWT", "alg": algorithm}
    return jws.serialize_compact(header, text, _key(algorithm, private), algorithms=[algorithm])


@lru_cache(maxsize=_KEYS_KEPT)
def _key(algorithm: Algorithm, private: bytes) -> RSAKey | ECKey:
    # An RSA key is checked when it is read, which takes ten times as long as the signature.
    return (RSAKey if algorithm == "RS256" else ECKey).import_key(private)


def discovery(issuer: str) -> dict[str, Any]:
    """What verifiers read first: where the keys are, and what tokens carry."""
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", NAMESPACE],
    }


def public_key(key_id: str, algorithm: str, public: Mapping[str, Any]) -> dict[str, Any]:
    """A key as the key set lists it."""
    return {**public, "kid": key_id, "alg": algorithm, "use": "sig"}
