"""SAML metadata, read without trusting it: no DTD, no entities, no network, bounded in size, depth and number.

One identity provider's EntityDescriptor comes out as facts; nothing here checks a signature or asks a clock.
"""

import base64
import binascii
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from lxml import etree

MOST_BYTES = 10_000_000
MOST_ELEMENTS = 200_000
MOST_DEPTH = 64
LONGEST_ENTITY_ID = 1024

_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURES = "{http://www.w3.org/2000/09/xmldsig#}"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


class MetadataError(Exception):
    """A text that describes no SAML identity provider, or not safely; `str()` says why, for people."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """Where the provider takes sign-in requests, and by which binding."""

    binding: str
    location: str


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """What metadata tells of a provider.  `valid_until` is None where the metadata names no end."""

    entity_id: str
    signing_certificates: tuple[x509.Certificate, ...]
    single_sign_on: tuple[SingleSignOn, ...]
    valid_until: datetime | None


def read(text: str) -> IdentityProvider:
    """The identity provider that a metadata document describes.

    Errors: MetadataError.
    Source: Metadata for SAML 2.0, sections 2.3.2, 2.4.1 to 2.4.3; OWASP XML External Entity Prevention.
    """
    root = _parsed(text)
    if root.tag != f"{_METADATA}EntityDescriptor":
        raise MetadataError("the document is no EntityDescriptor of SAML 2.0")
    entity_id = (root.get("entityID") or "").strip()
    if not 0 < len(entity_id) <= LONGEST_ENTITY_ID:
        raise MetadataError("the descriptor has no entityID, or one that is too long")
    descriptor = _descriptor(root)
    ends = [end for element in (root, descriptor) if (end := _valid_until(element)) is not None]
    return IdentityProvider(
        entity_id=entity_id,
        signing_certificates=_signing_certificates(descriptor),
        single_sign_on=_single_sign_on(descriptor),
        valid_until=min(ends, default=None),
    )


def _parsed(text: str) -> Any:
    """The root element of a harmless document."""
    # No entity can be declared without it, so none can be expanded; the parser is told not to all the same.
    if "<!DOCTYPE" in text:
        raise MetadataError("a document type declaration is not allowed")
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise MetadataError("the document is no text") from None
    if len(content) > MOST_BYTES:
        raise MetadataError("the document is too large")
    parser = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        encoding="utf-8",
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        _hold_to_bounds(parser)
    except etree.XMLSyntaxError as fault:
        raise MetadataError(f"the document is not well-formed XML: {fault.msg}") from None
    return parser.root


def _hold_to_bounds(parser: Any) -> None:
    elements = depth = 0
    for event, _ in parser:
        if event == "end":
            depth -= 1
            continue
        elements, depth = elements + 1, depth + 1
        if depth > MOST_DEPTH or elements > MOST_ELEMENTS:
            raise MetadataError("the document is nested too deeply or has too many elements")


def _descriptor(root: Any) -> Any:
    for descriptor in root.iterchildren(f"{_METADATA}IDPSSODescriptor"):
        if _PROTOCOL in (descriptor.get("protocolSupportEnumeration") or "").split():
            return descriptor
    raise MetadataError("there is no IDPSSODescriptor that supports SAML 2.0")


def _signing_certificates(descriptor: Any) -> tuple[x509.Certificate, ...]:
    keys = descriptor.iterchildren(f"{_METADATA}KeyDescriptor")
    found = [
        _certificate(element)
        for key in keys
        if key.get("use") in (None, "signing")
        for element in key.iter(f"{_SIGNATURES}X509Certificate")
    ]
    if not found:
        raise MetadataError("there is no certificate to check signatures with")
    return tuple(found)


def _certificate(element: Any) -> x509.Certificate:
    try:
        content = base64.b64decode("".join((element.text or "").split()), validate=True)
        return x509.load_der_x509_certificate(content)
    except (binascii.Error, ValueError):
        raise MetadataError("a certificate cannot be read") from None


def _single_sign_on(descriptor: Any) -> tuple[SingleSignOn, ...]:
    services = tuple(_services(descriptor))
    if not services:
        raise MetadataError("there is no SingleSignOnService with a web address")
    return services


def _services(descriptor: Any) -> Iterator[SingleSignOn]:
    for service in descriptor.iterchildren(f"{_METADATA}SingleSignOnService"):
        location = (service.get("Location") or "").strip()
        if location.startswith(("https://", "http://")):
            yield SingleSignOn(service.get("Binding") or "", location)


def _valid_until(element: Any) -> datetime | None:
    text = element.get("validUntil")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MetadataError("validUntil is no date and time") from None
