"""`make timing`: whether a wrong sign-in tells by its time who exists.

Real and invented names are tried in turns, in random order, at the real sign-in page with the real hash, and their
processor time is compared by Welch's t-test: from 4.5 on, they can be told apart.  Nobody is locked meanwhile, since
a lock has a path of its own, the same for both.
"""

import argparse
import contextlib
import math
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TRIES, BEFORE_A_LOCK = 2_000, 8
BAR = 4.5
SAME = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken":"[^"]+"')
VARYING = ("X-Request-Id", "Set-Cookie", "Content-Security-Policy")


@dataclass
class Side:
    """One kind of name: how it is typed for each try, and what was seen of the answers."""

    title: str
    typed: Iterator[dict[str, str]]
    seconds: list[float] = field(default_factory=list)
    answers: set[tuple[Any, ...]] = field(default_factory=set)


def main() -> int:
    """Measure, print, and return 1 where two sides can be told apart."""
    parser = argparse.ArgumentParser(prog="bench.timing", description=__doc__)
    parser.add_argument("--tries", type=int, default=TRIES, help="for each side of each comparison")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory(prefix="wardstead-timing-") as folder:
        os.environ |= {"WARDSTEAD_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "console.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        import console.celery  # noqa: F401  # so that workers are told of locks, as when serving

        account = _account(tries)
        say(
            f"Wrong sign-ins, {tries:,} a side, in turns; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
        )
        failed = sum(_compared(left, right, tries) for left, right in _pairs(account))
    return 1 if failed else 0


def _account(tries: int) -> str:
    """An account with as many users as it takes for none to be locked."""
    from accounts.models import Identity
    from accounts.signup import open_account
    from tests.world import root_of

    names = range(-(-tries // BEFORE_A_LOCK))
    now = datetime.now(UTC)
    account, root = open_account("Timing", "r0000@timing.example", "correct-Horse-7-battery", "timing", now)
    for number in names:
        root_of(account).iam("CreateUser", UserName=f"u{number:04}")
        root_of(account).iam("CreateUser", UserName=f"p{number:04}")
        if number:
            other, _ = open_account(f"Timing {number}", f"r{number:04}@timing.example", None, None, now)
            Identity.objects.filter(pk=other.root.pk).update(password=root.password, login_profile_at=now)
    # One hash for all: that of another password costs as much to compare with.
    Identity.objects.filter(name__startswith="u").update(password=root.password, login_profile_at=now)
    return account.number


def _pairs(account: str) -> Iterator[tuple[Side, Side]]:
    def user(form: str, where: str = account, password: str = "wrong-Horse-7") -> Iterator[dict[str, str]]:  # noqa: S107  # wrong
        number = 0
        while True:
            yield {
                "account": where,
                "user": form.format(number // BEFORE_A_LOCK),
                "password": password,
            }
            number += 1

    def root(form: str) -> Iterator[dict[str, str]]:
        number = 0
        while True:
            yield {"as": "root", "email": form.format(number // BEFORE_A_LOCK), "password": "wrong-Horse-7"}
            number += 1

    yield Side("a user", user("u{:04}")), Side("an invented user", user("x{:04}"))
    yield Side("a user, locked", user("u0000")), Side("an invented user, locked", user("x0000"))
    yield Side("a user without password", user("p{:04}")), Side("an invented user", user("y{:04}"))
    yield (
        Side("an invented user", user("z{:04}")),
        Side("an invented account", user("u{:04}", "123456789012")),
    )
    yield (
        Side("a root user", root("r{:04}@timing.example")),
        Side("an invented root", root("x{:04}@timing.example")),
    )


def _compared(left: Side, right: Side, tries: int) -> int:
    turns = [left] * tries + [right] * tries
    secrets.SystemRandom().shuffle(turns)
    for side in (left, right):
        for _ in range(3):
            _try(side, "192.0.2.1")
        side.seconds.clear()
    for number, side in enumerate(turns):
        _try(side, f"198.{51 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}")
    score = welch(left.seconds, right.seconds)
    alike = left.answers == right.answers and len(left.answers) == 1
    say(
        f"  {left.title:<26}{statistics.mean(left.seconds) * 1000:>9.3f} ms   {right.title:<26}"
        f"{statistics.mean(right.seconds) * 1000:>9.3f} ms   t = {score:+.2f}   "
        f"answers {'alike' if alike else 'DIFFER'}"
    )
    if alike and abs(score) < BAR:
        return 0
    say(f"MISSED: {left.title} and {right.title} can be told apart")
    return 1


def _try(side: Side, peer: str) -> None:
    from django.test import Client

    client, sent = Client(), next(side.typed)
    with _quiet():
        started = time.process_time()
        answer = client.post("/signin", sent, REMOTE_ADDR=peer, headers={"Host": "127.0.0.1"})
        side.seconds.append(time.process_time() - started)
    body = SAME.sub(b"", answer.content)
    for typed in sent.values():
        body = body.replace(f'value="{typed}"'.encode(), b"")
    kept = tuple(sorted((name, text if name not in VARYING else "") for name, text in answer.headers.items()))
    side.answers.add((answer.status_code, kept, len(body)))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    import logging

    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def welch(left: list[float], right: list[float]) -> float:
    """Welch's t of two samples, without the hundredth of each that took longest: those were interrupted."""
    cut = [sorted(each)[: len(each) - len(each) // 100] for each in (left, right)]
    means = [statistics.fmean(each) for each in cut]
    spread = sum(statistics.variance(each) / len(each) for each in cut)
    return (means[0] - means[1]) / math.sqrt(spread)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
