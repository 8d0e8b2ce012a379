"""WebAuthn ceremonies over the webauthn package, the only module that knows it: options out, verified answers in.

Pure: no rows, no clock.  Every fault of an answer, however bent, is one CeremonyRefused.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn as fido
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.site import Site

PRODUCT = "Wardstead"
TIMEOUT_MS = 5 * 60 * 1000
LONGEST_ANSWER = 16 * 1024
LONGEST_CREDENTIAL_ID = 1023  # Source: WebAuthn Level 3, 4, Credential ID
WEAKEST_RSA_BITS = 2048
ALGORITHMS = [Algorithm.EDDSA, Algorithm.ECDSA_SHA_256, Algorithm.RSASSA_PKCS1_v1_5_SHA_256]
# None is asked for. Browsers then give none, or what a key that signs for itself gives; the rest is never parsed.
ATTESTATIONS = (AttestationFormat.NONE, AttestationFormat.PACKED, AttestationFormat.FIDO_U2F)
# What the package lets through from its parsers and the cryptography library when an answer is bent.
_BENT = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


class CeremonyRefused(Exception):
    """An answer that is not that of the ceremony; the text is for the log, not for people."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as a browser is told of it."""

    credential_id: bytes
    transports: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that proved to hold the private half of `public_key`."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    aaguid: str
    user_verified: bool
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """A signature that held.  `sign_count` is for the caller to compare with the one before."""

    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool


def creation_options(
    site: Site, challenge: bytes, handle: bytes, user: str, *, known: Sequence[KnownKey], verify_user: bool
) -> str:
    """What navigator.credentials.create takes, as JSON; `known` are keys that are registered already."""
    verification = _verification(verify_user=verify_user)
    options = fido.generate_registration_options(
        rp_id=site.name,
        rp_name=PRODUCT,
        user_id=handle,
        user_name=user,
        user_display_name=user,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=verification
        ),
        exclude_credentials=[_descriptor(key) for key in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return fido.options_to_json(options)


def request_options(site: Site, challenge: bytes, *, known: Sequence[KnownKey], verify_user: bool) -> str:
    """What navigator.credentials.get takes, as JSON; any of the known keys may answer.

    With none known, whatever passkey the person chooses of those that are bound to the site.
    """
    options = fido.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[_descriptor(key) for key in known],
        user_verification=_verification(verify_user=verify_user),
    )
    return fido.options_to_json(options)


def read_registration(site: Site, challenge: bytes, answer: str, *, verify_user: bool) -> NewKey:
    """The key that answered.  Errors: CeremonyRefused."""
    try:
        credential = parse_registration_credential_json(_opened(answer))
        _require_own_frame(credential.response.client_data_json)
        if parse_attestation_object(credential.response.attestation_object).fmt not in ATTESTATIONS:
            raise CeremonyRefused("a kind of attestation that was not asked for")
        verified = fido.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=verify_user,
            supported_pub_key_algs=ALGORITHMS,
        )
        _require_sound_key(verified.credential_public_key)
    except _BENT as bent:
        raise CeremonyRefused(str(bent)) from bent
    if verified.credential_id != credential.raw_id or len(credential.raw_id) > LONGEST_CREDENTIAL_ID:
        raise CeremonyRefused("the credential id is not the one that was signed for")
    return NewKey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(credential),
        aaguid=verified.aaguid,
        user_verified=verified.user_verified,
        backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=verified.credential_backed_up,
    )


def credential_id(answer: str) -> bytes:
    """Which key claims to have answered.  Errors: CeremonyRefused."""
    return _assertion(answer).raw_id


def read_assertion(
    site: Site,
    challenge: bytes,
    answer: str,
    *,
    public_key: bytes,
    handle: bytes,
    verify_user: bool,
    names_user: bool = False,
) -> Assertion:
    """What a key signed, once the signature holds; counters are not judged here.

    `names_user`: nobody was named before, so the key must say whose it is.  Errors: CeremonyRefused.
    """
    credential = _assertion(answer)
    try:
        _require_own_frame(credential.response.client_data_json)
        verified = fido.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=verify_user,
        )
    except _BENT as bent:
        raise CeremonyRefused(str(bent)) from bent
    said = credential.response.user_handle or b""
    if said != handle and (names_user or said):
        raise CeremonyRefused("the key answered for somebody else, or for nobody")
    return Assertion(
        sign_count=verified.new_sign_count,
        user_verified=verified.user_verified,
        backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=verified.credential_backed_up,
    )


def _assertion(answer: str) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(_opened(answer))
    except _BENT as bent:
        raise CeremonyRefused(str(bent)) from bent


def _opened(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise CeremonyRefused("the answer is too long")
    opened = json.loads(answer)
    if not isinstance(opened, dict) or opened.get("type") != "public-key":
        raise CeremonyRefused("the answer is no credential")
    if opened.get("id") != opened.get("rawId"):
        raise CeremonyRefused("the answer names two credentials")
    return opened


def _require_own_frame(client_data: bytes) -> None:
    """Refuse what was signed inside a frame of another site; the package leaves that to its user."""
    said = json.loads(client_data)
    if not isinstance(said, dict) or said.get("crossOrigin") not in (None, False) or "topOrigin" in said:
        raise CeremonyRefused("the key was asked in a frame of another site")


def _require_sound_key(public_key: bytes) -> None:
    """Refuse a key that could never verify a signature, or is too weak; the package looks at it at use only."""
    decoded = decode_credential_public_key(public_key)
    loaded = decoded_public_key_to_cryptography(decoded)
    if isinstance(loaded, RSAPublicKey):
        if loaded.key_size < WEAKEST_RSA_BITS or decoded.alg != Algorithm.RSASSA_PKCS1_v1_5_SHA_256:
            raise CeremonyRefused("an RSA key that is too short or of another algorithm")
    elif decoded.alg == Algorithm.RSASSA_PKCS1_v1_5_SHA_256:
        raise CeremonyRefused("the key is not of its algorithm")


def _transports(credential: RegistrationCredential) -> tuple[str, ...]:
    return tuple(transport.value for transport in credential.response.transports or ())


def _descriptor(key: KnownKey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=key.credential_id, transports=[AuthenticatorTransport(name) for name in key.transports] or None
    )


def _verification(*, verify_user: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if verify_user else UserVerificationRequirement.PREFERRED
