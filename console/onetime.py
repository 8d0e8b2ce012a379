"""Secrets shown once, and the files in which people carry them away."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

SHOWN_ONCE = "This is the only time it is shown. Copy it or download it now; it cannot be shown again."
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the panel: a label and the value beside it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file made of the secret.  `label` is the button's text."""

    label: str
    name: str
    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class OneTimeSecret:
    """What components/one_time.html shows.  `done` is the address of its button; "" shows none.  `repr` shows no secret."""

    title: str
    fields: tuple[Item, ...]
    files: tuple[Download, ...] = ()
    warning: str = SHOWN_ONCE
    done: str = ""

    def __repr__(self) -> str:
        return f"OneTimeSecret({self.title!r})"


def access_key(owner: str, key_id: str, secret: str, *, endpoint: str, done: str = "") -> OneTimeSecret:
    """A new access key, with a CSV, an .env file and a profile for the credentials file."""
    pairs = {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": endpoint}
    env = "".join(f"{name}={value}\n" for name, value in pairs.items())
    profile = f"[{owner}]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    return OneTimeSecret(
        title=f"Access key of {owner}",
        fields=(Item("Access key ID", key_id), Item("Secret access key", secret)),
        files=(
            Download(
                "CSV",
                f"{owner}_accessKeys.csv",
                _csv(("Access key ID", key_id), ("Secret access key", secret)),
                "text/csv",
            ),
            Download(".env file", f"{owner}.env", env),
            Download("Credentials profile", f"{owner}-credentials", profile),
        ),
        done=done,
    )


def password(owner: str, value: str, *, sign_in: str, done: str = "") -> OneTimeSecret:
    """A new console password, with the address to use it at."""
    return OneTimeSecret(
        title=f"Console password of {owner}",
        fields=(Item("Sign-in address", sign_in), Item("User name", owner), Item("Password", value)),
        files=(
            Download(
                "CSV",
                f"{owner}_credentials.csv",
                _csv(("User name", owner), ("Password", value), ("Console sign-in URL", sign_in)),
                "text/csv",
            ),
        ),
        done=done,
    )


def temporary_pass(owner: str, value: str, *, sign_in: str, ends: datetime, done: str = "") -> OneTimeSecret:
    """What stands in once for a user's lost devices, with the address to use it at."""
    return OneTimeSecret(
        title=f"Temporary pass of {owner}",
        fields=(
            Item("Temporary pass", value),
            Item("Sign-in address", sign_in),
            Item("Valid until", f"{ends:%Y-%m-%d %H:%M} UTC"),
        ),
        warning=f"{SHOWN_ONCE} Hand it to {owner} in person or by a call, never together with the password.",
        done=done,
    )


def codes(owner: str, values: list[str], *, done: str = "") -> OneTimeSecret:
    """Recovery codes: each works once."""
    return OneTimeSecret(
        title=f"Recovery codes of {owner}",
        fields=tuple(Item(f"Code {number}", value) for number, value in enumerate(values, 1)),
        files=(
            Download("Text file", f"{owner}-recovery-codes.txt", "".join(f"{value}\n" for value in values)),
        ),
        done=done,
    )


def _csv(*columns: tuple[str, str]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([label for label, _ in columns])
    writer.writerow([_inert(value) for _, value in columns])
    return written.getvalue()


def _inert(value: str) -> str:
    # A spreadsheet runs what begins like a formula; secrets never do in full, names may.
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
