"""Key containers (PSKC, RFC 6030): the lists in which makers deliver the seeds of hardware tokens, read without trust.

No DTD, no entities, no network; bounded in size, depth and number.  Values are plain, or encrypted with AES under a
key agreed beforehand or derived from a password; where the container has an authentication code, it is checked first.
Signatures are not verified: a container brings the certificate along that it was signed with, and nobody has told us
whose to trust.  Whoever imports is told that there is one.
"""

import base64
import binascii
import hashlib
import hmac
import io
import re
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from lxml import etree

from accounts import token_seeds
from accounts.token_seeds import Entry, ListFault, TokenFault

MOST_BYTES = 512 * 1024
MOST_ELEMENTS = 60_000
MOST_DEPTH = 24
MOST_ITERATIONS = 500_000

_PSKC: Final = "{urn:ietf:params:xml:ns:keyprov:pskc}"
_ENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_ENC11: Final = "{http://www.w3.org/2009/xmlenc11#}"
_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_PKCS5: Final = "{http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#}"
_TOTP: Final = ("urn:ietf:params:xml:ns:keyprov:pskc:totp", "urn:ietf:params:xml:ns:keyprov:pskc#totp")
_CBC: Final = {f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_WRAPS: Final = {f"http://www.w3.org/2001/04/xmlenc#kw-aes{bits}": bits // 8 for bits in (128, 192, 256)}
_MACS: Final = {
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384": "sha384",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
}
_PSEUDO_RANDOM: Final = {
    "": "sha1",
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
    "http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5#hmac-sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
}
_NOT_OPENED: Final = "The key or password does not open the file."


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What opens a container's values; both are empty where all are plain."""

    key: bytes = field(default=b"", repr=False)
    mac_key: bytes = field(default=b"", repr=False)
    mac: str = ""


def read(text: str, key: str = "") -> list[Entry]:
    """The tokens of a container.  `key`: the agreed key as hexadecimal text, or the password; "" for plain ones.

    Errors: ListFault (also for a wrong key).
    Source: RFC 6030, sections 4, 6 and 10.2.
    """
    root = _parsed(text)
    if root.tag != f"{_PSKC}KeyContainer":
        raise ListFault("The file is no key container (PSKC, RFC 6030).")
    packages = list(root.iterchildren(f"{_PSKC}KeyPackage"))
    token_seeds.require_some(len(packages))
    secrets = _secrets(root, key)
    return [_entry(place, package, secrets) for place, package in enumerate(packages, 1)]


def is_signed(text: str) -> bool:
    """Whether the container, or a key package in it, carries a signature.  Errors: ListFault."""
    return next(_parsed(text).iter(f"{_DS}Signature"), None) is not None


def _parsed(text: str) -> Any:
    """The root element of a harmless document."""
    # No entity can be declared without it, so none can be expanded; the parser is told not to all the same.
    if "<!DOCTYPE" in text:
        raise ListFault("The file has a document type declaration, which is not allowed.")
    content = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text, count=1).encode("utf-8", "replace")
    if len(content) > MOST_BYTES:
        raise ListFault("The file is too large.")
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
    except etree.XMLSyntaxError:
        raise ListFault("The file is not well-formed XML.") from None
    return parser.root


def _hold_to_bounds(parser: Any) -> None:
    elements = depth = 0
    for event, _ in parser:
        if event == "end":
            depth -= 1
            continue
        elements, depth = elements + 1, depth + 1
        if depth > MOST_DEPTH or elements > MOST_ELEMENTS:
            raise ListFault("The file is nested too deeply or has too many elements.")


def _secrets(root: Any, given: str) -> _Secrets:
    """The keys of the container.  Errors: ListFault (there is one, and none was given; a wrong one)."""
    declared = root.find(f"{_PSKC}EncryptionKey")
    if declared is None:
        return _Secrets()
    if next(declared.iter(f"{_DS}X509Data", f"{_DS}KeyValue"), None) is not None:
        raise ListFault(
            "The file is encrypted for the holder of a certificate, which is not supported. Have it made anew with an "
            "agreed key or a password."
        )
    if not given:
        raise ListFault("The file is encrypted: it needs the key or password that came with it.")
    derived = declared.find(f"{_ENC11}DerivedKey")
    key = _agreed(given) if derived is None else _derived(derived, given)
    method = root.find(f"{_PSKC}MACMethod")
    if method is None:
        return _Secrets(key)
    mac = _MACS.get(method.get("Algorithm") or "")
    if mac is None:
        raise ListFault("The file's authentication code is of an unknown kind.")
    sealed = method.find(f"{_PSKC}MACKey")
    try:
        # Source: RFC 6030, 6.1.1: without a key of its own the code is made with the encryption key.
        mac_key = key if sealed is None else _opened(sealed, key)
    except TokenFault as fault:
        raise ListFault(str(fault)) from None
    return _Secrets(key, mac_key, mac)


def _agreed(given: str) -> bytes:
    tidy = re.sub(r"[\s:-]", "", given)
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", tidy) or len(tidy) not in (32, 48, 64):
        raise ListFault("The key of this file is 32, 48 or 64 hexadecimal digits.")
    return bytes.fromhex(tidy)


def _derived(element: Any, password: str) -> bytes:
    """The key that the password makes.  Errors: ListFault (another way than PBKDF2, or a costly one)."""
    found = element.find(f".//{_PKCS5}PBKDF2-params")
    if found is None:
        found = element.find(f".//{_ENC11}PBKDF2-params")
    if found is None:
        raise ListFault("The file's key is derived in another way than PBKDF2.")
    parts = {etree.QName(part).localname: part for part in found.iterchildren()}
    salt = next(("".join(part.itertext()) for name, part in parts.items() if name == "Salt"), "")
    rounds = _number(parts.get("IterationCount"))
    length = _number(parts.get("KeyLength")) or 16
    prf = _PSEUDO_RANDOM.get(parts["PRF"].get("Algorithm") or "" if "PRF" in parts else "")
    if prf is None or not 0 < rounds <= MOST_ITERATIONS or length not in (16, 24, 32):
        raise ListFault(
            "The file's key is derived in a way that is not supported, or that would take too long."
        )
    try:
        return hashlib.pbkdf2_hmac(prf, password.encode("utf-8", "replace"), _bytes(salt), rounds, length)
    except TokenFault:
        raise ListFault("The file's key cannot be derived.") from None


def _entry(place: int, package: Any, secrets: _Secrets) -> Entry:
    device = package.find(f"{_PSKC}DeviceInfo")
    serial = _text(device, "SerialNo")
    keys = list(package.iterchildren(f"{_PSKC}Key"))
    try:
        if len(keys) != 1:
            raise TokenFault("There is not exactly one key.")
        _require_totp(keys[0])
        data = _child(keys[0], "Data")
        token = token_seeds.token(
            serial or (keys[0].get("Id") or "").strip(),
            _value(_child(data, "Secret"), secrets),
            period=token_seeds.number_of(_plain(data, "TimeInterval"), token_seeds.PERIODS[0]),
            digits=token_seeds.number_of(_length(keys[0]), token_seeds.DIGITS[0]),
            manufacturer=_text(device, "Manufacturer"),
            model=_text(device, "Model"),
        )
    except TokenFault as fault:
        return Entry(place, serial[:64], None, str(fault))
    return Entry(place, token.serial, token)


def _require_totp(key: Any) -> None:
    if key.get("Algorithm") not in _TOTP:
        raise TokenFault("The token does not make time-based codes (TOTP).")
    suite = _text(key.find(f"{_PSKC}AlgorithmParameters"), "Suite").upper().replace("-", "")
    if suite not in ("", "HMACSHA1", "SHA1"):
        raise TokenFault("The token's codes are made with another hash than SHA-1.")
    shape = key.find(f"{_PSKC}AlgorithmParameters/{_PSKC}ResponseFormat")
    if shape is not None and (shape.get("Encoding") or "DECIMAL") != "DECIMAL":
        raise TokenFault("The token's codes are no digits.")


def _length(key: Any) -> str:
    shape = key.find(f"{_PSKC}AlgorithmParameters/{_PSKC}ResponseFormat")
    return "" if shape is None else shape.get("Length") or ""


def _value(element: Any, secrets: _Secrets) -> bytes:
    """The bytes of a value, plain or encrypted, once its code is right.  Errors: TokenFault."""
    plain = element.find(f"{_PSKC}PlainValue")
    if plain is not None:
        return _bytes(plain.text or "")
    sealed = element.find(f"{_PSKC}EncryptedValue")
    if sealed is None:
        raise TokenFault("There is no seed.")
    if not secrets.key:
        raise TokenFault("The seed is encrypted, and the file does not say under which key.")
    if secrets.mac:
        said = _bytes(_text(element, "ValueMAC"))
        right = hmac.digest(secrets.mac_key, _cipher_value(sealed), secrets.mac)
        if not hmac.compare_digest(said, right):
            raise TokenFault("The seed's authentication code is wrong: another key, or the file was changed.")
    return _opened(sealed, secrets.key)


def _opened(sealed: Any, key: bytes) -> bytes:
    """What was encrypted.  Errors: TokenFault."""
    method = sealed.find(f"{_ENC}EncryptionMethod")
    algorithm = "" if method is None else method.get("Algorithm") or ""
    content = _cipher_value(sealed)
    if {**_CBC, **_WRAPS}.get(algorithm) != len(key):
        raise TokenFault("It is encrypted in a way that is not supported, or with a key of another length.")
    try:
        return aes_key_unwrap(key, content) if algorithm in _WRAPS else _decrypted(content, key)
    except (ValueError, InvalidUnwrap):
        raise TokenFault(_NOT_OPENED) from None


def _decrypted(content: bytes, key: bytes) -> bytes:
    size = AES.block_size // 8
    decryptor = Cipher(AES(key), CBC(content[:size])).decryptor()
    padded = decryptor.update(content[size:]) + decryptor.finalize()
    remover = padding.PKCS7(AES.block_size).unpadder()
    return remover.update(padded) + remover.finalize()


def _cipher_value(sealed: Any) -> bytes:
    return _bytes("".join(sealed.itertext(f"{_ENC}CipherValue")))


def _child(parent: Any, name: str) -> Any:
    found = parent.find(f"{_PSKC}{name}")
    if found is None:
        raise TokenFault(f"There is no {name}.")
    return found


def _plain(parent: Any, name: str) -> str:
    found = parent.find(f"{_PSKC}{name}/{_PSKC}PlainValue")
    return "" if found is None else (found.text or "").strip()


def _text(parent: Any, name: str) -> str:
    found = None if parent is None else parent.find(f"{_PSKC}{name}")
    return "" if found is None else (found.text or "").strip()


def _number(element: Any) -> int:
    text = "" if element is None else (element.text or "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise TokenFault("A value is not base64.") from None
