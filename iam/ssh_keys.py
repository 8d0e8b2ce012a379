"""SSH public keys as they are uploaded: read from either encoding, written in either, told apart by fingerprint.

Pure: text in, a key or a refusal out.
"""

import base64
import hashlib
from typing import Literal, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from iam.errors import InvalidPublicKey, UnrecognizedPublicKeyEncoding

Encoding: TypeAlias = Literal["SSH", "PEM"]
PublicKey: TypeAlias = rsa.RSAPublicKey | ed25519.Ed25519PublicKey

SMALLEST_RSA_BITS = 2048
_MEMBER = "SSHPublicKeyBody"
_ALGORITHMS = ("ssh-rsa", "ssh-ed25519")
_OTHER_ALGORITHMS = ("ssh-", "ecdsa-", "sk-")


def encoding_of(body: str) -> Encoding:
    """How the text is encoded.  Errors: UnrecognizedPublicKeyEncoding, InvalidPublicKey (an algorithm not taken)."""
    if body.startswith("-----BEGIN "):
        return "PEM"
    algorithm = body.split(maxsplit=1)[0] if body.strip() else ""
    if algorithm in _ALGORITHMS:
        return "SSH"
    if algorithm.startswith(_OTHER_ALGORITHMS):
        raise InvalidPublicKey("The public key must be of the RSA or Ed25519 algorithm.", member=_MEMBER)
    raise UnrecognizedPublicKeyEncoding(
        "The public key must be encoded in the format of ssh-rsa, ssh-ed25519 or PEM.", member=_MEMBER
    )


def read(body: str) -> PublicKey:
    """The key in a text.  Errors: UnrecognizedPublicKeyEncoding, InvalidPublicKey."""
    encoded = encoding_of(body)
    if not _is_alone(body, encoded):
        raise InvalidPublicKey("The public key must stand alone.", member=_MEMBER)
    try:
        if encoded == "PEM":
            key: object = serialization.load_pem_public_key(body.encode())
        else:
            key = serialization.load_ssh_public_key(body.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidPublicKey("The public key cannot be read.", member=_MEMBER) from None
    if not isinstance(key, rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        raise InvalidPublicKey("The public key must be of the RSA or Ed25519 algorithm.", member=_MEMBER)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        raise InvalidPublicKey(f"The public key must have at least {SMALLEST_RSA_BITS} bits.", member=_MEMBER)
    return key


def _is_alone(body: str, encoding: Encoding) -> bool:
    """Whether nothing follows the key: a private key that was pasted along would be kept in clear and shown."""
    text = body.strip()
    if encoding == "PEM":
        return text.count("-----BEGIN ") == 1 and text.endswith("-----")
    return len(text.splitlines()) == 1


def written(key: PublicKey, encoding: Encoding) -> str:
    """The key as text in that encoding, without a comment."""
    if encoding == "PEM":
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return key.public_bytes(serialization.Encoding.PEM, form).decode()
    return key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def fingerprint(key: PublicKey) -> str:
    """The MD5 of the key as SSH sends it, in pairs with colons, as `ssh-keygen -l -E md5` shows it.

    A name for people to compare, which nothing relies on.
    """
    blob = base64.b64decode(written(key, "SSH").split()[1])
    return hashlib.md5(blob, usedforsecurity=False).digest().hex(":")
