"""The typed reader of environment variables, and the only reader of them.

Each variable may instead be given as NAME_FILE, the path of a file that holds the value (secrets of containers).
What is not understood is refused: a misspelt value must not quietly become a default.
"""

import base64
import binascii
import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

VARIABLES = {
    "WARDSTEAD_ENV": "`development` or `production`",
    "WARDSTEAD_DATA_DIR": "where the SQLite file, the file broker and generated keys live (made with mode 0700)",
    "WARDSTEAD_KEYRING": "key-encryption keys as `id:base64` of 32 bytes each, newest first",
    "WARDSTEAD_TEST_DB": "`sqlite` or `postgres`: what the test suite runs on",
    "WARDSTEAD_TEST_REDIS": "a Redis that the tests of separate workers may use",
    "SECRET_KEY": "signs cookies and page markers; at least 50 characters",
    "DATABASE_URL": "`postgres://user:password@host/name`, or `sqlite:///path`",
    "REDIS_URL": "broker and cache; without it, files and the database do both",
    "PUBLIC_URL": "the address people and programs use",
    "ALLOWED_HOSTS": "further host names to answer to, separated by commas",
    "TRUSTED_PROXIES": "networks whose X-Forwarded-For and X-Forwarded-Proto are believed",
    "OPEN_SIGNUP": "`on` lets anyone open an account",
    "EMAIL_URL": "`smtp://user:password@host:587`, `smtps://…`, `file:///folder`, `console:` or `off`",
    "EMAIL_FROM": "who mail comes from: an address, or `Name <address>`",
    "BIND": "address to listen on",
    "PORT": "port to listen on",
    "WORKERS": "web server processes",
    "LOG_LEVEL": "`debug`, `info`, `warning` or `error`",
    "DEBUG": "`on` shows Django's error pages; development only",
}

KEY_BYTES = 32
MIN_SECRET_KEY = 50
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_ADDRESS = re.compile(r"[^@\s<>]+@[A-Za-z0-9.:\[\]-]+")
_FLAGS = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Keyring = tuple[tuple[str, bytes], ...]


class EnvError(Exception):
    """A variable is missing, or holds a value that is not understood."""


class Environment:
    """Typed look-ups in one mapping of variables."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        for name in values:
            if name.startswith("WARDSTEAD_") and name.removesuffix("_FILE") not in VARIABLES:
                raise EnvError(f"{name} is not a variable of Wardstead: is it misspelt?")

    def text(self, name: str, default: str = "") -> str:
        """The value of NAME or the content of NAME_FILE, stripped; the default when neither is set or both empty.

        Errors: EnvError when both are set, or the file cannot be read.
        """
        if name not in VARIABLES:
            raise KeyError(name)
        value, path = self._values.get(name, "").strip(), self._values.get(f"{name}_FILE", "").strip()
        if value and path:
            raise EnvError(f"{name} and {name}_FILE are both set: keep one")
        if path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as problem:
                raise EnvError(f"{name}_FILE: cannot read {path}: {problem}") from problem
            if not value:
                raise EnvError(f"{name}_FILE: {path} is empty")
        return value or default

    def flag(self, name: str, *, default: bool) -> bool:
        """On or off."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in _FLAGS:
            raise EnvError(f"{name} must be on or off, not {value!r}")
        return _FLAGS[value]

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between least and most."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise EnvError(f"{name} must be a number from {least} to {most}, not {value!r}")
        return int(value)

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """One of the options, whatever its case."""
        value = self.text(name, default).lower()
        if value not in options:
            raise EnvError(f"{name} must be one of {', '.join(options)}, not {value!r}")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The parts of a comma-separated list, without empty ones."""
        return tuple(word for part in self.text(name).split(",") if (word := part.strip()))

    def networks(self, name: str) -> tuple[Network, ...]:
        """IP networks in CIDR form, or single addresses."""
        try:
            return tuple(ipaddress.ip_network(word) for word in self.words(name))
        except ValueError as problem:
            raise EnvError(f"{name}: {problem}") from problem

    def address(self, name: str, default: str) -> str:
        """An http or https address without path, without a final slash."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            port = parts.port  # looked up here because an ill-formed port only shows on reading it
        except ValueError as problem:
            raise EnvError(f"{name}: {problem}") from problem
        whole = parts.scheme in {"http", "https"} and parts.hostname and port != 0
        if not whole or parts.path or parts.query or parts.fragment or parts.username:
            raise EnvError(f"{name} must look like https://iam.example.org, not {value!r}")
        return value

    def keyring(self, name: str) -> Keyring:
        """Key-encryption keys, newest first; empty when the variable is not set."""
        return parse_keyring(self.text(name))


@dataclass(frozen=True, slots=True)
class Email:
    """Where outgoing mail goes."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False
    folder: str = ""
    on: bool = True


def parse_keyring(text: str) -> Keyring:
    """Keys of `id:base64` words, parted by blanks, line ends or commas.

    Errors: EnvError; the message never repeats key material.
    """
    keys: dict[str, bytes] = {}
    for position, word in enumerate(text.replace(",", " ").split(), start=1):
        key_id, _, encoded = word.partition(":")
        if not _KEY_ID.fullmatch(key_id):
            raise EnvError(f"WARDSTEAD_KEYRING: key {position} must read id:base64")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as problem:
            raise EnvError(f"WARDSTEAD_KEYRING: key {key_id} is not base64") from problem
        if len(key) != KEY_BYTES:
            raise EnvError(f"WARDSTEAD_KEYRING: key {key_id} must be {KEY_BYTES} bytes, not {len(key)}")
        if key_id in keys:
            raise EnvError(f"WARDSTEAD_KEYRING: key {key_id} is there twice")
        keys[key_id] = key
    return tuple(keys.items())


def parse_email(url: str) -> Email:
    """Where mail goes, of an EMAIL_URL.

    Errors: EnvError on a scheme other than smtp, smtps, file, console; the message never repeats the URL.
    """
    if url == "off":
        return Email("django.core.mail.backends.dummy.EmailBackend", on=False)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise EnvError(f"EMAIL_URL: {problem}") from problem
    if parts.scheme == "console":
        return Email("django.core.mail.backends.console.EmailBackend")
    if parts.scheme == "file" and parts.path:
        return Email("django.core.mail.backends.filebased.EmailBackend", folder=unquote(parts.path))
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        ssl = parts.scheme == "smtps"
        return Email(
            "django.core.mail.backends.smtp.EmailBackend",
            host=parts.hostname,
            port=port or (465 if ssl else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            # A relay on this machine needs no encryption; any other gets no mail in clear.
            tls=not ssl and parts.hostname not in {"localhost", "127.0.0.1", "::1"},
            ssl=ssl,
        )
    raise EnvError(
        "EMAIL_URL must be off, or begin with smtp://host, smtps://host, file:///folder or console:"
    )


def parse_sender(text: str) -> str:
    """Who mail comes from, of an EMAIL_FROM: an address, or a name and an address in angle brackets.

    Errors: EnvError on anything else, several addresses and line ends included.
    """
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or not text.isprintable() or "," in text:
        raise EnvError(
            f"EMAIL_FROM must look like no-reply@example.org or Name <no-reply@example.org>, not {text!r}"
        )
    return formataddr((name, address))


def kept_secret(folder: Path, name: str, make: str) -> str:
    """The content of a private file in the folder, written first as `make` when absent.

    Two processes that start together agree: the file appears whole, or not at all.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def new_secret_key() -> str:
    """A fresh value for SECRET_KEY."""
    return secrets.token_urlsafe(64)


def new_keyring() -> str:
    """A fresh keyring of one key."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
