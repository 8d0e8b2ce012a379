"""Create accounts with their root users from the command line: one, or many with numbered names."""

import json
import uuid
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.bulk_signup import Opening, OpeningRefused, generated, open_accounts
from accounts.models import Account
from iam import catalogue, pipeline, principals
from iam.call import Call

ACTOR = "wardstead:system:create_account"
MOST = 100_000
LONGEST_PASSWORD_FILE = 4096


@dataclass(frozen=True, slots=True)
class Made:
    """What is told of an account, once."""

    account: Account
    opening: Opening
    key: dict[str, Any] | None

    def as_record(self) -> dict[str, str | None]:
        """The members of a line of JSON; the password only where it was generated."""
        record: dict[str, str | None] = {
            "account_id": self.account.number,
            "alias": self.account.alias,
            "email": self.opening.email,
        }
        if self.opening.generated:
            record["password"] = self.opening.password
        if self.key is not None:
            record["access_key_id"] = self.key["AccessKeyId"]
            record["secret_access_key"] = self.key["SecretAccessKey"]
        return record


class Command(BaseCommand):
    """Create accounts."""

    help = (
        "Creates an account and its root user. What it prints is shown this once: passwords and secret keys."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what an account is made from."""
        parser.add_argument("--name", required=True, help="what the account is called")
        parser.add_argument("--email", required=True, help="the root user's e-mail address")
        parser.add_argument("--alias", help="the name in the account's sign-in address")
        parser.add_argument(
            "--password-file",
            type=Path,
            help="a file with the root user's password; without it one is made up",
        )
        parser.add_argument("--access-key", action="store_true", help="make an access key of the root user")
        parser.add_argument(
            "--count",
            type=int,
            default=1,
            help="make so many accounts: name, alias and e-mail address get a number, 1 and up",
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON for each account")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create the accounts, all or none, and print them.

        Errors: CommandError in plain words.
        """
        count: int = options["count"]
        if not 1 <= count <= MOST:
            raise CommandError(f"--count takes a number from 1 to {MOST}.")
        now = timezone.now()
        openings = self._openings(options, count)
        try:
            accounts = open_accounts(openings, now=now, actor=ACTOR)
        except OpeningRefused as refusal:
            raise CommandError(f"No account was made. {refusal}") from None
        for account, opening in zip(accounts, openings, strict=True):
            key = root_key(account, now) if options["access_key"] else None
            self._print(Made(account, opening, key), as_json=options["json"])

    def _openings(self, options: dict[str, Any], count: int) -> list[Opening]:
        password = read_password(options["password_file"]) if options["password_file"] else None
        wanted = []
        for number in range(1, count + 1):
            name, email, alias = options["name"], options["email"], options["alias"] or None
            if count > 1:
                local, at, domain = email.rpartition("@")
                name, email = f"{name} {number}", f"{local}+{number}{at}{domain}"
                alias = f"{alias}-{number}" if alias else None
            wanted.append(
                generated(name, email, alias)
                if password is None
                else Opening(name, email, alias, password, generated=False)
            )
        return wanted

    def _print(self, made: Made, *, as_json: bool) -> None:
        record = made.as_record()
        if as_json:
            self.stdout.write(json.dumps(record))
            return
        for name, value in record.items():
            if value is not None:
                self.stdout.write(f"{name.replace('_', ' '):18} {value}")
        self.stdout.write("")


def read_password(path: Path) -> str:
    """The first line of a file.  Errors: CommandError."""
    try:
        with path.open(encoding="utf-8") as file:
            password = file.readline(LONGEST_PASSWORD_FILE).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"Cannot read the password from {path}: {problem}") from None
    if not password:
        raise CommandError(f"The first line of {path} is empty; it should be the password.")
    return password


def root_key(account: Account, now: datetime) -> dict[str, Any]:
    """An access key of the account's root, made by the operation as root itself would."""
    operation = catalogue.find("iam.CreateAccessKey")
    if operation is None:
        raise CommandError("This installation cannot make access keys.")
    root = account.root
    root.account = account
    call = Call(
        account=account,
        principal=principals.of_identity(root, session=None),
        now=now,
        request_id=str(uuid.uuid4()),
        source="system",
    )
    made: dict[str, Any] = (pipeline.perform(call, operation, {}) or {})["AccessKey"]
    return made
