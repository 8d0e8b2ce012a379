"""X.509 certificates and private keys as they are uploaded: read, held against each other, against time and chain.

Pure: texts in, refusals out.  Nothing here stores or shows a key.
"""

from datetime import datetime
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from iam.errors import InvalidInput, KeyPairMismatch, MalformedCertificate

ServerKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_SMALLEST_RSA_BITS = 1024
# Whether a number is prime takes seconds to tell beyond some 6,000 bits, whose text is about this long.
_LONGEST_KEY = 5_000
_MOST_IN_CHAIN = 20
_BEGINNING = "-----BEGIN "  # of whatever stands in PEM
_EXPIRED = "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed."


def read(pem: str, *, refusal: str = "") -> x509.Certificate:
    """The one certificate in a PEM text.  Errors: MalformedCertificate, with `refusal` as text if given."""
    found = _all(pem)
    if len(found) != 1:
        raise MalformedCertificate(
            refusal or "Unable to parse certificate. Please ensure the certificate is in PEM format.",
            member="CertificateBody",
        )
    return found[0]


def _all(pem: str) -> list[x509.Certificate]:
    """The certificates in a PEM text, in their order; none where it cannot be read, or holds anything else.

    A private key that was pasted along would be kept in clear and shown.
    """
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        for certificate in found:
            # Both are read lazily, and neither may turn out unreadable later.
            certificate.public_key()
            certificate.extensions  # noqa: B018  # read for the fault it may raise
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return []
    return found if pem.count(_BEGINNING) == len(found) else []


def require_current(certificate: x509.Certificate, now: datetime, *, refusal: str = "") -> None:
    """Refuse a certificate outside its time.  Errors: MalformedCertificate, with `refusal` as text if given.

    Source: IAM User Guide, managing server certificates (prerequisites).
    """
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < start:
        raise MalformedCertificate(
            refusal or f"The certificate is not valid before {start:%Y-%m-%dT%H:%M:%SZ}.",
            member="CertificateBody",
        )
    if now > end:
        raise MalformedCertificate(refusal or _EXPIRED, member="CertificateBody")


def require_chain(certificate: x509.Certificate, pem: str) -> None:
    """Refuse a chain in which not each certificate is issued by the next.  Errors: MalformedCertificate."""
    chain = _all(pem)
    if not 0 < len(chain) <= _MOST_IN_CHAIN:
        raise MalformedCertificate(
            "Unable to parse certificate chain. Please ensure the certificates are in PEM format.",
            member="CertificateChain",
        )
    for index, issuer in enumerate(chain):
        if not _issued(certificate, issuer):
            raise MalformedCertificate(
                "Unable to validate certificate chain. The certificate chain must start with the immediate signing"
                " certificate, followed by any intermediaries in order. The index within the chain of the invalid"
                f" certificate is: {index - 1}",
                member="CertificateChain",
            )
        certificate = issuer


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def require_pair(certificate: x509.Certificate, pem: str) -> None:
    """Refuse a private key that is not the certificate's.

    Errors: MalformedCertificate (no private key, or one that is encrypted, too small or of another kind),
    KeyPairMismatch.
    """
    key = _private_key(pem)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or key.key_size < _smallest(key):
        raise MalformedCertificate(
            "Unable to parse private key. Please ensure that it is an unencrypted RSA or ECDSA key in PEM format.",
            member="PrivateKey",
        )
    if key.public_key() != certificate.public_key():
        raise KeyPairMismatch(
            "The private key does not match the public key of the certificate.", member="PrivateKey"
        )


def _smallest(key: ServerKey) -> int:
    return _SMALLEST_RSA_BITS if isinstance(key, rsa.RSAPrivateKey) else 0


def require_decryption_key(pem: str) -> None:
    """Refuse what cannot decrypt SAML assertions: anything but an unencrypted RSA key.  Errors: InvalidInput."""
    key = _private_key(pem)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _SMALLEST_RSA_BITS:
        raise InvalidInput(
            "The private key must be an unencrypted RSA key in PEM format.", member="AddPrivateKey"
        )


def _private_key(pem: str) -> object:
    """The key in a PEM text, held against itself; None where there is none to be read without a password."""
    if len(pem) > _LONGEST_KEY:
        return None
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate, in hexadecimal: the same however its PEM text is broken into lines."""
    return certificate.fingerprint(hashes.SHA256()).hex()
