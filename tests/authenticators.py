"""A FIDO2 security key in software, written from WebAuthn Level 3 and not from the product; it can bend what it says."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP, UV, BE, BS, AT = 1, 4, 8, 16, 64
Bent = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Key:
    """One credential.  `counter` None: a passkey that does not count."""

    origin: str = "http://localhost:8000"
    rp_id: str = "localhost"
    algorithm: int = -7
    verifies: bool = False
    counter: int | None = 0
    flags: int = 0
    rsa_bits: int = 2048
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""

    def __post_init__(self) -> None:
        self.private: Any
        if self.algorithm == -7:
            self.private = ec.generate_private_key(ec.SECP256R1())
        elif self.algorithm == -8:
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = rsa.generate_private_key(65537, self.rsa_bits)

    def create(self, options: str, **bent: Any) -> str:
        """The answer to navigator.credentials.create."""
        asked = json.loads(options)
        self.handle = unb64(asked["user"]["id"])
        data = self._client_data("webauthn.create", asked["challenge"], bent)
        attested = (
            bent.get("aaguid", bytes(16)) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        )
        authenticator = (
            self._authenticator_data(AT, bent) + attested + cbor2.dumps(bent.get("cose", self.cose()))
        )
        authenticator += bent.get("tail", b"")
        attestation: dict[str, Any] = {
            "fmt": bent.get("fmt", "none"),
            "attStmt": bent.get("statement", {}),
            "authData": authenticator,
        }
        response = {
            "clientDataJSON": b64(data),
            "attestationObject": b64(bent.get("object", cbor2.dumps(attestation))),
            "transports": ["usb"],
        }
        return self._credential(response, bent)

    def get(self, options: str, **bent: Any) -> str:
        """The answer to navigator.credentials.get."""
        asked = json.loads(options)
        data = self._client_data("webauthn.get", asked["challenge"], bent)
        if self.counter is not None:
            self.counter += 1
        authenticator = self._authenticator_data(0, bent) + bent.get("tail", b"")
        signature = self.sign(authenticator + hashlib.sha256(data).digest())
        response = {
            "clientDataJSON": b64(data),
            "authenticatorData": b64(bent.get("data", authenticator)),
            "signature": b64(bent.get("signature", signature)),
            "userHandle": b64(bent["handle"]) if "handle" in bent else None,
        }
        return self._credential(response, bent)

    def cose(self) -> dict[int, Any]:
        """The public key as a COSE_Key (RFC 9053)."""
        public = self.private.public_key()
        if self.algorithm == -7:
            numbers = public.public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        if self.algorithm == -8:
            return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
        numbers = public.public_numbers()
        size = self.rsa_bits // 8
        return {
            1: 3,
            3: self.algorithm,
            -1: numbers.n.to_bytes(size, "big"),
            -2: numbers.e.to_bytes(3, "big"),
        }

    def sign(self, message: bytes) -> bytes:
        signed: bytes
        if self.algorithm == -7:
            signed = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        elif self.algorithm == -8:
            signed = self.private.sign(message)
        else:
            signed = self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return signed

    def _client_data(self, kind: str, challenge: str, bent: Bent) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        said |= bent.get("said", {})
        return json.dumps({name: value for name, value in said.items() if value is not ...}).encode()

    def _authenticator_data(self, more: int, bent: Bent) -> bytes:
        flags: int = bent.get("flags", UP | (UV if self.verifies else 0) | self.flags) | more
        name: str = bent.get("rp_id", self.rp_id)
        counter: int = bent.get("counter", self.counter or 0)
        return hashlib.sha256(name.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")

    def _credential(self, response: dict[str, Any], bent: Bent) -> str:
        named = b64(bent.get("credential_id", self.credential_id))
        answer = {"id": named, "rawId": named, "type": "public-key", "response": response} | bent.get(
            "outer", {}
        )
        answer["response"] = {name: value for name, value in answer["response"].items() if value is not None}
        return json.dumps({name: value for name, value in answer.items() if value is not ...})
