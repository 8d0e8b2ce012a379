"""`make race`: 64 callers at once, 50 rounds of each contest, against four processes on PostgreSQL and on SQLite.

No limit may be passed, no name given twice, and no answer may be a fault of the server's.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import psutil

from bench.load import Connection, Key, signed
from bench.servers import Server, wardstead

RACERS, ROUNDS, PROCESSES = 64, 50, 4
_CODE = re.compile(rb"<Code>(.*?)</Code>")


def main() -> int:
    """Race on both databases, each in a process of its own; return 1 where something gave way."""
    parser = argparse.ArgumentParser(prog="bench.race", description=__doc__)
    parser.add_argument("--on", choices=("postgres", "sqlite"), help="only this database")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    wanted = parser.parse_args()
    if wanted.on:
        return _race(wanted.on, wanted.rounds)
    command = [sys.executable, "-m", "bench.race", "--rounds", str(wanted.rounds), "--on"]
    return max(subprocess.run([*command, each], check=False).returncode for each in ("postgres", "sqlite"))  # noqa: S603  # ourselves


def _race(database: str, rounds: int) -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wardstead-race-")))
        environment = _environment(database, folder)
        os.environ.update(environment)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        server = stack.enter_context(wardstead(environment | {"WORKERS": str(PROCESSES)}, psutil.Process()))
        say(f"{RACERS} racers, {rounds} rounds, {PROCESSES} processes, {database}")
        return 1 if _contests(server, rounds) + _alias(server, rounds) else 0


def _environment(database: str, folder: Path) -> dict[str, str]:
    environment = {"WARDSTEAD_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "console.settings"}
    if database == "postgres":
        from tests import postgres

        found = postgres.start()
        environment["DATABASE_URL"] = f"postgres://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    return environment


def _contests(server: Server, rounds: int) -> int:
    from accounts.signup import open_account
    from tests.races.contests import CONTESTS
    from tests.races.track import Track

    account, _ = open_account("Race", "race@example.com", None, None, datetime.now(UTC))
    track = Track(account, RACERS)
    key = _key(track.ask("iam.CreateAccessKey", UserName="admin"))
    failed = 0
    for contest in CONTESTS:
        started, problems = time.monotonic(), []
        for number in range(rounds):
            asked = contest.prepare(track, number)
            codes = _run(server, [signed(server, key, name, **_plain(params)) for name, params in asked])
            problems += contest.judged(codes)
        failed += _told(contest.name, time.monotonic() - started, problems)
    return failed


def _alias(server: Server, rounds: int) -> int:
    from accounts.models import Account
    from accounts.signup import open_account
    from tests.world import root_of

    now, keys = datetime.now(UTC), []
    for number in range(RACERS):
        account, _ = open_account(f"Alias {number}", f"alias{number}@example.com", None, None, now)
        keys.append(_key(root_of(account).iam("CreateAccessKey")))
    started, problems = time.monotonic(), []
    for number in range(rounds):
        alias = f"wanted-{number}"
        codes = _run(
            server, [signed(server, key, "iam.CreateAccountAlias", AccountAlias=alias) for key in keys]
        )
        won, holders = codes.count(""), Account.objects.filter(alias=alias).count()
        if won != 1 or holders != 1 or set(codes) - {"", "EntityAlreadyExists"}:
            problems.append(f"{alias}: {won} accounts were told they have it, {holders} do; {set(codes)}")
    return _told("an alias of the installation", time.monotonic() - started, problems)


def _run(server: Server, requests: list[bytes]) -> list[str]:
    """Send all at once, each over a connection of its own; return the codes, empty for a success."""
    start = Barrier(len(requests))

    def send(request: bytes) -> str:
        with Connection(server.port) as connection:
            start.wait(60)
            status, body = connection.exchange(request)
        found = _CODE.search(body)
        return (
            ""
            if status == 200
            else f"{found[1].decode() if found else ''}{'' if status < 500 else f' ({status})'}"
        )

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def _plain(params: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _key(answer: dict[str, Any]) -> Key:
    return Key(answer["AccessKey"]["AccessKeyId"], answer["AccessKey"]["SecretAccessKey"])


def _told(name: str, seconds: float, problems: list[str]) -> int:
    say(f"  {name:<32}{seconds:>7.1f} s  {'held' if not problems else f'{len(problems)} problems'}")
    for problem in sorted(set(problems))[:5]:
        say(f"    {problem}")
    return len(problems)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
