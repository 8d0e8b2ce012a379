"""Write the secrets of a production installation into files that compose.yaml hands to the services."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from console.env import new_keyring, new_secret_key


class Command(BaseCommand):
    """One private file a secret; files that are there stay as they are."""

    help = (
        "Writes secret_key, keyring, database_password and database_url into a folder that only you can open."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the folder."""
        parser.add_argument("folder", nargs="?", default="compose/secrets", help="default: compose/secrets")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write what is missing.

        Errors: CommandError when a file cannot be written.
        """
        folder = Path(options["folder"])
        try:
            for name, made in write_secrets(folder).items():
                self.stdout.write(f"{folder / name}: {'made' if made else 'kept'}")
        except OSError as problem:
            raise CommandError(f"Cannot write secrets: {problem}") from problem


def write_secrets(folder: Path) -> dict[str, bool]:
    """Write each secret that is not there yet; say of each whether it was made now."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {
        "secret_key": _write(folder / "secret_key", new_secret_key()),
        "keyring": _write(folder / "keyring", new_keyring()),
        "database_password": _write(folder / "database_password", secrets.token_urlsafe(32)),
    }
    password = (folder / "database_password").read_text(encoding="utf-8").strip()
    url = f"postgres://wardstead:{password}@database:5432/wardstead"
    return made | {"database_url": _write(folder / "database_url", url)}


def _write(path: Path, text: str) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        # The services run as other users inside their containers; here the folder keeps everyone else out.
        os.fchmod(file.fileno(), 0o444)
    return True
