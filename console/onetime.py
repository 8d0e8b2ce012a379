"""Secrets shown once, and the files in which people carry them away."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Identity
from console.templatetags.console import account_number

SHOWN_ONCE = "This is the only time it is shown. Copy it or download it now; it cannot be shown again."
SHOWN_TOGETHER = (
    "This is the only time they are shown. Print them or save them now; they cannot be shown again."
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the panel: a label and the value beside it."""

    label: str
    value: str


EACH_CODE = Item("Each code", "signs you in once, after the password")


@dataclass(frozen=True, slots=True)
class Download:
    """A file made of the secret.  `label` is the button's text."""

    label: str
    name: str
    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class OneTimeSecret:
    """What components/one_time.html shows.  `done` is the address of its button; "" shows none.  `repr` shows no secret.

    `codes` are shown side by side and can be printed, with `facts`: whose they are, so that a paper tells it.
    """

    title: str
    fields: tuple[Item, ...] = ()
    codes: tuple[str, ...] = ()
    facts: tuple[Item, ...] = ()
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


def codes(identity: Identity, values: Sequence[str], *, made: datetime, done: str = "") -> OneTimeSecret:
    """Recovery codes: each works once.  The page, the file and the print say whose they are and since when."""
    owner, account = identity.name or "root", identity.account
    called = f"{account.alias or account.name} ({account_number(account.number)})"
    facts = (
        Item("Account", called),
        Item("User", owner),
        Item("Made", f"{made:%d %b %Y, %H:%M} UTC"),
        EACH_CODE,
    )
    title = f"Recovery codes of {owner}"
    told = [title, *(f"{fact.label}: {fact.value}" for fact in facts), "", *values]
    return OneTimeSecret(
        title=title,
        codes=tuple(values),
        facts=facts,
        files=(Download("Text file", f"{owner}-recovery-codes.txt", "".join(f"{line}\n" for line in told)),),
        warning=SHOWN_TOGETHER,
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
