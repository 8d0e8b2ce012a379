"""The whole product as `make run` serves it, in a folder and on a port of its own."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from console.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
ACCOUNTS_AT_ONCE = 8


def output_of(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    patience_seconds: float = PATIENCE_SECONDS,
) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run(  # noqa: S603  # a command line of a test's own
        arguments,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience_seconds,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True, slots=True)
class Installation:
    """A product that serves: its address, what it printed, the environment of its commands, and unused accounts."""

    url: str
    printed: str
    environment: dict[str, str]
    log: Path
    spare: list[dict[str, Any]] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def exported(self) -> dict[str, str]:
        """The export lines of the banner."""
        return dict(re.findall(r"export (AWS_\w+)=(\S+)", self.printed))

    def said_since(self) -> str:
        """What it has printed after its banner: complaints only."""
        return self.log.read_text().removeprefix(self.printed)

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        return output_of([sys.executable, "manage.py", *arguments], self.environment, ROOT)

    def new_account(self) -> dict[str, Any]:
        """An account of its own for one test: account_id, alias, email, password, access_key_id, secret_access_key."""
        with self.turn:
            if not self.spare:
                self.spare.extend(self._new_accounts())
            return self.spare.pop()

    def _new_accounts(self) -> Iterator[dict[str, Any]]:
        """Several at once, since a command's start takes longer than an account."""
        name = f"proving-{secrets.token_hex(3)}"
        address = f"{name}@example.org"
        names = ("--name", name, "--alias", name, "--email", address, "--count", str(ACCOUNTS_AT_ONCE))
        for line in self.manage("create_account", *names, "--access-key", "--json").splitlines():
            yield json.loads(line)


def report(item: pytest.Item, outcome: pytest.TestReport) -> None:
    """Put what the product said beside the words of a failure."""
    product = getattr(item, "funcargs", {}).get("product")
    if outcome.failed and product is not None:
        outcome.sections.append(("what the product said", product.said_since()))


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Serve an empty installation until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {*VARIABLES, "DJANGO_SETTINGS_MODULE"}
    bare = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    data = {
        "WARDSTEAD_DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "OPEN_SIGNUP": "on",
        "WORKERS": "1",
    }
    environment = bare | data
    log = folder / "log"
    with (
        log.open("wb") as file,
        subprocess.Popen(  # our own command line
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=file, stderr=file
        ) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while "get-user" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield Installation(f"http://127.0.0.1:{port}", log.read_text(), environment, log)
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
