"""WebAuthn ceremonies read and refused: every rule of registration and of assertion has answers bent against it."""

import json

import pytest

from accounts import webauthn
from accounts.site import Site
from tests.authenticators import BE, BS, UP, UV, Key, b64

SITE = Site("http://localhost:8000", "localhost")
CHALLENGE, OTHER = bytes(range(32)), bytes(32)
HANDLE = b"h" * 32


def creation(known=(), *, verify_user=False):
    return webauthn.creation_options(SITE, CHALLENGE, HANDLE, "alice", known=known, verify_user=verify_user)


def request(challenge=CHALLENGE):
    return webauthn.request_options(SITE, challenge, known=(), verify_user=False)


def registered(key, *, verify_user=False, **bent):
    return webauthn.read_registration(
        SITE, CHALLENGE, key.create(creation(), **bent), verify_user=verify_user
    )


def asserted(key, *, public=None, verify_user=False, **bent):
    public = public or registered(key).public_key
    return webauthn.read_assertion(
        SITE, CHALLENGE, key.get(request(), **bent), public_key=public, handle=HANDLE, verify_user=verify_user
    )


@pytest.mark.parametrize("algorithm", [-7, -8, -257])
def test_keys_of_each_algorithm_register_and_sign(algorithm):
    key = Key(algorithm=algorithm)
    made = registered(key)
    assert (made.credential_id, made.sign_count, made.transports) == (key.credential_id, 0, ("usb",))
    assert asserted(key, public=made.public_key).sign_count == 1


@pytest.mark.parametrize("verifies", [True, False])
def test_whether_the_key_knew_its_user_is_told(verifies):
    key = Key(verifies=verifies)
    assert registered(key).user_verified == verifies
    assert asserted(key).user_verified == verifies


def test_a_passkey_that_is_synchronised_is_told_apart():
    made = registered(Key(flags=BE | BS))
    assert (made.backup_eligible, made.backed_up) == (True, True)
    assert not registered(Key()).backup_eligible


def test_a_passkey_that_does_not_count_stays_at_zero():
    assert asserted(Key(counter=None)).sign_count == 0


def test_options_name_keys_that_are_there_and_ask_root_to_prove_itself():
    known = [webauthn.KnownKey(b"id" * 8, ("usb", "nfc"))]
    asked = json.loads(creation(known=known, verify_user=True))
    assert asked["excludeCredentials"] == [
        {"id": b64(b"id" * 8), "type": "public-key", "transports": ["usb", "nfc"]}
    ]
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert json.loads(creation())["authenticatorSelection"]["userVerification"] == "preferred"
    assert asked["rp"] == {"name": "Wardstead", "id": "localhost"}
    assert asked["attestation"] == "none"


EC = Key()
BENT_REGISTRATIONS = {
    "another challenge": {"said": {"challenge": b64(OTHER)}},
    "no challenge": {"said": {"challenge": ...}},
    "a challenge that is no text": {"said": {"challenge": 7}},
    "an empty challenge": {"said": {"challenge": ""}},
    "another origin": {"said": {"origin": "http://localhost.evil.example:8000"}},
    "the origin with another scheme": {"said": {"origin": "https://localhost:8000"}},
    "the origin with another port": {"said": {"origin": "http://localhost:8001"}},
    "the origin with a slash": {"said": {"origin": "http://localhost:8000/"}},
    "no origin": {"said": {"origin": ...}},
    "the type of the other ceremony": {"said": {"type": "webauthn.get"}},
    "no type": {"said": {"type": ...}},
    "a frame of another site": {"said": {"crossOrigin": True}},
    "a frame that says so by name": {"said": {"topOrigin": "https://evil.example"}},
    "another relying party": {"rp_id": "evil.example"},
    "a parent of the relying party": {"rp_id": "host"},
    "nobody present": {"flags": 0},
    "a backup of what cannot be backed up": {"flags": UP | BS},
    "no credential in it": {"object": b"\xa3cfmtdnonegattStmt\xa0hauthDataX%" + bytes(37)},
    "attestation that is not CBOR": {"object": b"\xff\xff\xff"},
    "attestation that is a list": {"object": b"\x80"},
    "attestation nested without end": {"object": b"\x81" * 9000},
    "authenticator data cut short": {"object": b"\xa3cfmtdnonegattStmt\xa0hauthDataD\x00\x00\x00\x00"},
    "bytes behind the key": {"tail": b"\x00\x00"},
    "a kind of attestation not asked for": {
        "fmt": "android-safetynet",
        "statement": {"ver": "1", "response": b"x"},
    },
    "an unknown kind of attestation": {"fmt": "homemade"},
    "a statement where there is none": {"statement": {"sig": b"x", "alg": -7}},
    "a packed statement with a wrong signature": {
        "fmt": "packed",
        "statement": {"alg": -7, "sig": b"\x30\x06" * 8},
    },
    "an algorithm not asked for": {"cose": EC.cose() | {3: -35}},
    "an algorithm of another kind of key": {"cose": EC.cose() | {3: -257}},
    "no algorithm": {"cose": {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}},
    "a point off the curve": {"cose": EC.cose() | {-3: bytes(31) + b"\x01"}},
    "an unknown curve": {"cose": EC.cose() | {-1: 99}},
    "an unknown kind of key": {"cose": {1: 9, 3: -7}},
    "a key that is a number": {"cose": 7},
    "another credential id than was signed for": {"credential_id": b"another" * 4},
    "two credential ids": {"outer": {"rawId": b64(b"another" * 4)}},
    "no credential id": {"outer": {"id": ..., "rawId": ...}},
    "a password in place of a key": {"outer": {"type": "password"}},
    "no type of credential": {"outer": {"type": ...}},
    "no response": {"outer": {"response": {}}},
    "a response that is no text": {"outer": {"response": {"clientDataJSON": 1, "attestationObject": 2}}},
}


@pytest.mark.parametrize("bent", BENT_REGISTRATIONS.values(), ids=BENT_REGISTRATIONS.keys())
def test_a_bent_registration_is_refused(bent):
    with pytest.raises(webauthn.CeremonyRefused):
        registered(Key(), **bent)


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "7", '"text"', "{", '{"id": "a", "rawId": "a", "type": "public-key"}', "[" * 9000],
)
def test_what_is_no_credential_is_refused_by_either_ceremony(answer):
    with pytest.raises(webauthn.CeremonyRefused):
        webauthn.read_registration(SITE, CHALLENGE, answer, verify_user=False)
    with pytest.raises(webauthn.CeremonyRefused):
        webauthn.credential_id(answer)


def test_an_answer_that_is_too_long_is_not_read():
    with pytest.raises(webauthn.CeremonyRefused, match="too long"):
        registered(Key(), outer={"more": "x" * webauthn.LONGEST_ANSWER})


def test_an_rsa_key_that_is_too_short_is_refused():
    with pytest.raises(webauthn.CeremonyRefused):
        registered(Key(algorithm=-257, rsa_bits=1024))


def test_who_must_be_known_to_the_key_is_refused_without():
    with pytest.raises(webauthn.CeremonyRefused):
        registered(Key(), verify_user=True)
    with pytest.raises(webauthn.CeremonyRefused):
        asserted(Key(), verify_user=True)
    assert registered(Key(verifies=True), verify_user=True).user_verified


BENT_ASSERTIONS = {
    "another challenge": {"said": {"challenge": b64(OTHER)}},
    "no challenge": {"said": {"challenge": ...}},
    "another origin": {"said": {"origin": "https://evil.example"}},
    "the origin with another port": {"said": {"origin": "http://localhost:8001"}},
    "an origin that is a list": {"said": {"origin": ["http://localhost:8000"]}},
    "the type of the other ceremony": {"said": {"type": "webauthn.create"}},
    "a frame of another site": {"said": {"crossOrigin": True}},
    "a frame that says so by name": {"said": {"topOrigin": "https://evil.example"}},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"flags": 0},
    "a user verified and not present": {"flags": UV},
    "a backup of what cannot be backed up": {"flags": UP | BS},
    "no signature": {"signature": b""},
    "a signature of something else": {"signature": Key().sign(b"something else")},
    "a signature that is no signature": {"signature": b"\x30\x06\x02\x01\x00\x02\x01\x00"},
    "data other than was signed": {"data": bytes(37)},
    "data cut short": {"data": bytes(12)},
    "bytes behind the data": {"data": bytes(60)},
    "another's handle": {"handle": b"x" * 32},
    "a handle cut short": {"handle": HANDLE[:-1]},
    "two credential ids": {"outer": {"rawId": b64(b"another" * 4)}},
    "a handle that is no text": {"outer": {"response": {"userHandle": 7}}},
    "a password in place of a key": {"outer": {"type": "password"}},
}


@pytest.mark.parametrize("bent", BENT_ASSERTIONS.values(), ids=BENT_ASSERTIONS.keys())
def test_a_bent_assertion_is_refused(bent):
    with pytest.raises(webauthn.CeremonyRefused):
        asserted(Key(), **bent)


def test_the_right_handle_or_none_is_fine():
    assert asserted(Key(), handle=HANDLE)
    assert asserted(Key())


def test_another_key_cannot_sign_for_it():
    with pytest.raises(webauthn.CeremonyRefused):
        asserted(Key(), public=registered(Key()).public_key)


def test_a_flag_set_after_signing_breaks_the_signature():
    key = Key()
    public = registered(key).public_key
    signed = json.loads(key.get(request()))
    forged = json.loads(key.get(request(), flags=UP | UV))
    signed["response"]["authenticatorData"] = forged["response"]["authenticatorData"]
    with pytest.raises(webauthn.CeremonyRefused):
        webauthn.read_assertion(
            SITE, CHALLENGE, json.dumps(signed), public_key=public, handle=HANDLE, verify_user=True
        )


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://iam.example.org", Site("https://iam.example.org", "iam.example.org")),
        ("https://IAM.example.org:443/", Site("https://iam.example.org", "iam.example.org")),
        ("https://iam.example.org:8443", Site("https://iam.example.org:8443", "iam.example.org")),
        ("http://127.0.0.1:8000", Site("http://localhost:8000", "localhost")),
        ("http://[::1]:8000", Site("http://localhost:8000", "localhost")),
        ("http://localhost", Site("http://localhost", "localhost")),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]", None),
        ("ftp://iam.example.org", None),
        ("", None),
    ],
)
def test_keys_are_bound_to_the_public_address(url, site):
    assert Site.of_url(url) == site
