"""SAML metadata: what is read from it, and what is refused."""

from datetime import UTC, datetime

import pytest

from iam.federation import metadata
from tests.certificates import saml_metadata

GOOD = saml_metadata()
SSO = "<md:SingleSignOnService"


def refused(text: str, why: str) -> None:
    with pytest.raises(metadata.MetadataError, match=why):
        metadata.read(text)


def test_issuer_certificate_address_and_end_are_read():
    found = metadata.read(saml_metadata(valid_until="2027-01-01T00:00:00Z"))
    assert found.entity_id == "https://idp.example.com/saml"
    (signing,) = found.signing_certificates
    assert signing.subject.rfc4514_string() == "CN=idp.example.com"
    (service,) = found.single_sign_on
    assert service.location == "https://idp.example.com/sso"
    assert service.binding.endswith(":HTTP-Redirect")
    assert found.valid_until == datetime(2027, 1, 1, tzinfo=UTC)


def test_without_an_end_there_is_none_and_the_earlier_of_two_counts():
    assert metadata.read(GOOD).valid_until is None
    both = saml_metadata(valid_until="2030-01-01T00:00:00+02:00").replace(
        "<md:IDPSSODescriptor", '<md:IDPSSODescriptor validUntil="2028-01-01T00:00:00Z"'
    )
    assert metadata.read(both).valid_until == datetime(2028, 1, 1, tzinfo=UTC)


def test_a_key_for_encryption_alone_signs_nothing():
    refused(GOOD.replace('use="signing"', 'use="encryption"'), "no certificate")
    assert metadata.read(GOOD.replace(' use="signing"', "")).signing_certificates


ENTITY = '<!DOCTYPE md:EntityDescriptor [<!ENTITY x "boom">]>'
EXTERNAL = '<!DOCTYPE md:EntityDescriptor SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("declaration", [ENTITY, EXTERNAL])
def test_no_document_type_is_let_in(declaration):
    head, _, rest = GOOD.partition("\n")
    refused(f"{head}\n{declaration}\n{rest}", "document type declaration")


def test_an_entity_that_nobody_declared_is_a_fault():
    refused(GOOD.replace("https://idp.example.com/saml", "&x;"), "well-formed")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "well-formed"),
        ("not xml at all", "well-formed"),
        ("<a/>", "no EntityDescriptor"),
        (GOOD.replace("md:EntityDescriptor", "md:EntitiesDescriptor"), "no EntityDescriptor"),
        (GOOD.replace("SAML:2.0:metadata", "SAML:1.1:metadata"), "no EntityDescriptor"),
        (GOOD.replace(' entityID="https://idp.example.com/saml"', ""), "no entityID"),
        (GOOD.replace("https://idp.example.com/saml", "x" * 1025), "too long"),
        (GOOD.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "no IDPSSODescriptor"),
        (GOOD.replace("IDPSSODescriptor", "SPSSODescriptor"), "no IDPSSODescriptor"),
        (GOOD.replace("X509Certificate>", "X509Certificate>!"), "certificate cannot be read"),
        (GOOD.replace("X509Certificate>MII", "X509Certificate>AAA"), "certificate cannot be read"),
        (GOOD.replace("https://idp.example.com/sso", "javascript:alert(1)"), "SingleSignOnService"),
        (saml_metadata(valid_until="soon"), "validUntil"),
        (saml_metadata(valid_until="0001-01-01T00:00:00+14:00"), "validUntil"),
        (GOOD.replace("</md:EntityDescriptor>", ""), "well-formed"),
        (GOOD + "\ud800", "no text"),
    ],
)
def test_what_describes_no_provider_is_refused_with_a_reason(text, why):
    refused(text, why)


def test_depth_number_and_size_are_bounded():
    refused(GOOD.replace(SSO, "<a>" * 70 + "</a>" * 70 + SSO), "nested too deeply")
    refused(GOOD.replace(SSO, "<a/>" * 200_001 + SSO), "too many elements")
    refused(GOOD + " " * metadata.MOST_BYTES, "too large")


def test_the_encoding_that_the_declaration_names_does_not_matter():
    assert metadata.read(GOOD.replace('encoding="UTF-8"', 'encoding="UTF-16"')).entity_id


def test_comments_do_not_split_a_certificate():
    commented = GOOD.replace("</ds:X509Certificate>", "<!-- x --></ds:X509Certificate>")
    assert metadata.read(commented).signing_certificates == metadata.read(GOOD).signing_certificates
