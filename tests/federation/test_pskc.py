"""Key containers read and refused: RFC 6030's own values, ciphers made here, and bent ones."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from accounts.token_seeds import ListFault
from iam.federation import pskc

SEED = b"12345678901234567890"
AGREED = "12345678901234567890123456789012"
TOTP = "urn:ietf:params:xml:ns:keyprov:pskc:totp"
NAMES = (
    'xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" '
    'xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"'
)
PLAIN = f"<PlainValue>{base64.b64encode(SEED).decode()}</PlainValue>"
SHARED = "<EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>"


def package(secret=PLAIN, *, serial="987654321", algorithm=TOTP, length="8", more="", interval="60"):
    return (
        "<KeyPackage><DeviceInfo><Manufacturer>Maker</Manufacturer>"
        f"<SerialNo>{serial}</SerialNo><Model>C200</Model></DeviceInfo>"
        f'<Key Id="12345678" Algorithm="{algorithm}"><AlgorithmParameters>{more}'
        f'<ResponseFormat Length="{length}" Encoding="DECIMAL"/></AlgorithmParameters>'
        f"<Data><Secret>{secret}</Secret><TimeInterval><PlainValue>{interval}</PlainValue></TimeInterval></Data>"
        "</Key></KeyPackage>"
    )


def container(*packages, head=""):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<KeyContainer Version="1.0" {NAMES}>{head}{"".join(packages)}</KeyContainer>'


def value(content, algorithm="aes128-cbc"):
    return (
        f'<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#{algorithm}"/>'
        f"<xenc:CipherData><xenc:CipherValue>{base64.b64encode(content).decode()}</xenc:CipherValue></xenc:CipherData>"
    )


def cbc(key, plain):
    start, gap = secrets.token_bytes(16), 16 - len(plain) % 16
    encryptor = Cipher(AES(key), CBC(start)).encryptor()
    return start + encryptor.update(plain + bytes([gap]) * gap) + encryptor.finalize()


@dataclass
class Sealed:
    """A container's head and secret, encrypted under `key`."""

    key: bytes
    mac_key: bytes = b"m" * 20
    mac: str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1"
    digest: str = "sha1"
    algorithm: str = "aes128-cbc"

    def head(self, encryption=SHARED, *, own_key=True):
        inner = f"<MACKey>{value(cbc(self.key, self.mac_key), self.algorithm)}</MACKey>" if own_key else ""
        return f'{encryption}<MACMethod Algorithm="{self.mac}">{inner}</MACMethod>'

    def secret(self, seed=SEED, *, own_key=True, code=None):
        content = cbc(self.key, seed)
        code = code or hmac.digest(self.mac_key if own_key else self.key, content, self.digest)
        said = base64.b64encode(code).decode()
        return f"<EncryptedValue>{value(content, self.algorithm)}</EncryptedValue><ValueMAC>{said}</ValueMAC>"


def only(text, key=""):
    (entry,) = pskc.read(text, key)
    return entry


def opened(text, key):
    """The tokens that a key opens.  Once in 256 times padding fits under a wrong key; the code finds it out then."""
    try:
        return [entry.token for entry in pskc.read(text, key) if entry.token is not None]
    except ListFault:
        return []


def derived(salt=b"saltsalt", rounds="1000", length="16", prf="<PRF/>"):
    return (
        '<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod Algorithm="x#pbkdf2"><pkcs5:PBKDF2-params>'
        f"<Salt><Specified>{base64.b64encode(salt).decode()}</Specified></Salt><IterationCount>{rounds}</IterationCount>"
        f"<KeyLength>{length}</KeyLength>{prf}</pkcs5:PBKDF2-params></xenc11:KeyDerivationMethod>"
        "</xenc11:DerivedKey></EncryptionKey>"
    )


def test_a_plain_container_tells_serial_period_digits_and_maker():
    made = only(container(package())).token
    assert (made.serial, made.seed, made.period, made.digits) == ("987654321", SEED, 60, 8)
    assert (made.manufacturer, made.model) == ("Maker", "C200")


# Source: RFC 6030, section 6.1, figure 6 (keys and ciphers; its token counts, so the algorithm is another here).
FIGURE_6 = container(
    package(
        "<EncryptedValue>"
        + value(base64.b64decode("AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv"))
        + "</EncryptedValue><ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>"
    ),
    head=f'{SHARED}<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>'
    + value(base64.b64decode("ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX"))
    + "</MACKey></MACMethod>",
)


def test_the_values_of_the_standard_are_opened():
    assert only(FIGURE_6, AGREED).token.seed == SEED


def test_another_key_opens_nothing():
    with pytest.raises(ListFault):
        pskc.read(FIGURE_6, AGREED[::-1])
    with pytest.raises(ListFault, match="needs the key"):
        pskc.read(FIGURE_6)
    with pytest.raises(ListFault, match="hexadecimal digits"):
        pskc.read(FIGURE_6, "qwerty")


@pytest.mark.parametrize("bits", [128, 192, 256])
@pytest.mark.parametrize("own_key", [True, False])
def test_each_length_of_key_with_a_code_of_either_key(bits, own_key):
    sealed = Sealed(secrets.token_bytes(bits // 8), algorithm=f"aes{bits}-cbc")
    text = container(package(sealed.secret(own_key=own_key)), head=sealed.head(own_key=own_key))
    assert only(text, sealed.key.hex()).token.seed == SEED


def test_a_wrapped_key_is_opened():
    key = secrets.token_bytes(32)
    content = aes_key_wrap(key, b"s" * 24)
    text = container(package(f"<EncryptedValue>{value(content, 'kw-aes256')}</EncryptedValue>"), head=SHARED)
    assert only(text, key.hex()).token.seed == b"s" * 24


@pytest.mark.parametrize(
    ("prf", "digest"),
    [
        ("<PRF/>", "sha1"),
        ("", "sha1"),
        ('<PRF Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>', "sha256"),
    ],
)
def test_a_password_opens_what_was_encrypted_with_it(prf, digest):
    sealed = Sealed(hashlib.pbkdf2_hmac(digest, b"qwerty", b"saltsalt", 1000, 16))
    text = container(package(sealed.secret()), head=sealed.head(derived(prf=prf)))
    assert only(text, "qwerty").token.seed == SEED
    assert opened(text, "qwertz") == []


def test_a_changed_value_is_refused_by_its_code():
    sealed = Sealed(b"k" * 16, mac="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", digest="sha256")
    good = sealed.secret()
    for secret in (sealed.secret(code=b"x" * 32), good[: good.index("<ValueMAC>")]):
        entry = only(container(package(secret), head=sealed.head()), sealed.key.hex())
        assert entry.token is None
        assert "authentication code is wrong" in entry.fault


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"algorithm": "urn:ietf:params:xml:ns:keyprov:pskc:hotp"}, "time-based"),
        ({"more": "<Suite>HMAC-SHA256</Suite>"}, "another hash"),
        ({"length": "7"}, "6 or 8"),
        ({"length": "many"}, "whole numbers"),
        ({"interval": "45"}, "30 or 60"),
        ({"serial": "short"}, "serial number"),
        ({"secret": "<PlainValue>***</PlainValue>"}, "base64"),
        ({"secret": "<PlainValue>c2hvcnQ=</PlainValue>"}, "128"),
        ({"secret": ""}, "no seed"),
    ],
)
def test_a_package_says_what_is_wrong_with_it(changed, fault):
    good, bad = pskc.read(container(package(serial="111111111"), package(**changed)))
    assert good.token is not None
    assert (bad.place, bad.token) == (2, None)
    assert fault in bad.fault


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><KeyContainer>&b;</KeyContainer>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "serial,seed",
        "<KeyContainer/>",
        f"<KeyContainer {NAMES}/>",
        BOMB,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "<a>" * 30 + "</a>" * 30,
        f"<KeyContainer {NAMES}>{'<a/>' * 60_001}</KeyContainer>",
        f"<KeyContainer {NAMES}>{' ' * 600_000}</KeyContainer>",
        container(package(), head=f'{SHARED}<MACMethod Algorithm="unknown"/>'),
        container(package(), head=derived(rounds="99999999")),
        container(package(), head=derived(rounds="-1")),
        container(package(), head=derived(length="7")),
        container(package(), head=derived(prf='<PRF Algorithm="unknown"/>')),
        container(package(), head="<EncryptionKey><xenc11:DerivedKey/></EncryptionKey>"),
        "\ud800",
    ],
    ids=range(16),
)
def test_what_is_no_sound_container_is_refused(text):
    with pytest.raises(ListFault):
        pskc.read(text, AGREED)


def test_a_container_in_another_encoding_is_read():
    text = container(package()).replace("UTF-8", "ISO-8859-1").replace("Maker", "Hersteller Ü")
    assert only(text).token.manufacturer == "Hersteller Ü"


@pytest.mark.parametrize("inside", [False, True], ids=["of the whole", "of a package"])
def test_a_signature_is_seen_and_no_more(inside):
    signature = "<ds:Signature><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"
    inner = package().replace("</KeyPackage>", f"{signature if inside else ''}</KeyPackage>")
    text = container(inner + ("" if inside else signature))
    assert pskc.is_signed(text)
    assert only(text).token.seed == SEED
    assert not pskc.is_signed(container(package()))


def test_what_is_encrypted_for_a_certificate_is_refused_clearly():
    head = "<EncryptionKey><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></EncryptionKey>"
    for key in ("", AGREED):
        with pytest.raises(ListFault, match="for the holder of a certificate"):
            pskc.read(container(package(), head=head), key)


def test_an_encrypted_seed_without_a_key_in_the_file_is_said_so():
    text = container(package(Sealed(b"k" * 16).secret()))
    assert "does not say under which key" in only(text, AGREED).fault
