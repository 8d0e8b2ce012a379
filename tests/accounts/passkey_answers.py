"""What a browser is asked and answers when somebody signs in by a passkey, and answers that are bent."""

from accounts import passkeys
from tests.accounts.cast import Browser
from tests.accounts.test_security_keys import registered
from tests.authenticators import BE, BS, UP, UV, Key, b64

BENT = {
    "another challenge": {"said": {"challenge": b64(bytes(32))}},
    "no challenge": {"said": {"challenge": ...}},
    "another origin": {"said": {"origin": "https://evil.example"}},
    "the origin with another port": {"said": {"origin": "http://localhost:8001"}},
    "the origin over https": {"said": {"origin": "https://localhost:8000"}},
    "an origin below ours": {"said": {"origin": "http://a.localhost:8000"}},
    "no origin": {"said": {"origin": ...}},
    "the type of registration": {"said": {"type": "webauthn.create"}},
    "a type for payments": {"said": {"type": "payment.get"}},
    "a frame of another site": {"said": {"crossOrigin": True}},
    "a frame that says so by name": {"said": {"topOrigin": "https://evil.example"}},
    "another relying party": {"rp_id": "evil.example"},
    "an empty relying party": {"rp_id": ""},
    "nobody present": {"flags": UV},
    "nothing checked at all": {"flags": 0},
    "a backup of what cannot be backed up": {"flags": UP | UV | BS},
    "another kind of credential than was registered": {"flags": UP | UV | BE},
    "no signature": {"signature": b""},
    "a signature of another key": {"signature": Key().sign(b"something")},
    "data other than was signed": {"data": bytes(37)},
    "data cut short": {"data": bytes(12)},
    "bytes behind the data": {"data": bytes(60)},
    "no handle": {"handle": b""},
    "another's handle": {"handle": b"x" * 32},
    "a handle cut short": {"handle": b"x" * 31},
    "a handle that is too long": {"handle": b"x" * 65},
    "a handle that is no text": {"outer": {"response": {"userHandle": 7}}},
    "two credential ids": {"outer": {"rawId": b64(b"another" * 4)}},
    "no credential id": {"outer": {"id": ..., "rawId": ...}},
    "an empty credential id": {"credential_id": b""},
    "a password in place of a key": {"outer": {"type": "password"}},
    "no type of credential": {"outer": {"type": ...}},
    "no response": {"outer": {"response": {}}},
    "an answer that is too long": {"outer": {"more": "x" * 17_000}},
    "a counter that stands still": {"counter": 0},
}


def passkey(identity, **looks):
    """A passkey of the identity that knows its user, and its device."""
    return registered(identity, Key(**{"verifies": True, **looks}))


def ask(browser):
    """What the key is asked; the browser keeps what it is to bring back."""
    asked, browser.cookies["passkey"] = passkeys.options(browser.now)
    return asked


def give(browser, text):
    return browser.visit(
        lambda request: passkeys.sign_in(
            request, text, browser.cookies.get("passkey", ""), now=browser.now, visitor=browser.visitor
        )
    )


def sign_in(key, browser=None, **bent):
    browser = browser or Browser()
    return give(browser, key.get(ask(browser), **{"handle": key.handle, **bent})), browser
