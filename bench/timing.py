"""`make timing`: whether a wrong sign-in, or a request for mail, tells by its time who exists.

Real and invented names are tried in turns, in random order, at the real pages with the real hash, and every two kinds
of a group are compared by their processor time with Welch's t-test: from 4.5 on, they can be told apart.  `--cheap`
does it with the least of hashes: what is left differs by less, and shows sooner.
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
from itertools import combinations
from typing import Any

TRIES, BEFORE_A_LOCK, BEFORE_MAIL_STOPS, TO_A_LOCK = 2_000, 8, 4, 12
LOCKED = 9_999  # the number of a user whom nothing else is tried with
BAR = 4.5
PASSWORD = "correct-Horse-7-battery"  # noqa: S105  # of users that are gone with the database
GUESSES = {"wrong": "wrong-Horse-7", "empty": "", "of 10,000 characters": "x" * 10_000}
SAME = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken":"[^"]+"')
VARYING = ("X-Request-Id", "Set-Cookie", "Content-Security-Policy")


@dataclass
class Side:
    """One kind of name: how it is typed for each try, and what was seen of the answers."""

    title: str
    typed: Iterator[dict[str, str]]
    warm_tries: int = 3
    seconds: list[float] = field(default_factory=list)
    answers: set[tuple[Any, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class Group:
    """Kinds of names that must look alike at the page of that path."""

    title: str
    path: str
    sides: tuple[Side, ...]


def main() -> int:
    """Measure, print, and return 1 where two sides can be told apart."""
    parser = argparse.ArgumentParser(prog="bench.timing", description=__doc__)
    parser.add_argument("--tries", type=int, default=TRIES, help="for each kind of name")
    parser.add_argument("--only", default="", help="groups whose title holds this text")
    parser.add_argument("--cheap", action="store_true", help="with the least of hashes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wardstead-timing-") as folder:
        os.environ |= {"WARDSTEAD_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "console.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        if asked.cheap:
            settings.PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]
        call_command("migrate", verbosity=0)

        account = _account(asked.tries)
        say(
            f"{asked.tries:,} tries of each kind, in turns; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
        )
        groups = [group for group in _groups(account) if asked.only in group.title]
        failed = sum([_compared(group, asked.tries) for group in groups])
    return 1 if failed else 0


def _account(tries: int) -> str:
    """An account with as many users as it takes for none to be locked."""
    from accounts.models import Identity
    from accounts.signup import open_account
    from tests.world import root_of

    names = [*range(-(-tries // BEFORE_MAIL_STOPS) + 1), LOCKED]
    now = datetime.now(UTC)
    account, root = open_account("Timing", "r0000@timing.example", PASSWORD, "timing", now)
    for number in names:
        root_of(account).iam("CreateUser", UserName=f"u{number:04}")
        root_of(account).iam("CreateUser", UserName=f"p{number:04}")
        if number:
            other, _ = open_account(f"Timing {number}", f"r{number:04}@timing.example", None, None, now)
            Identity.objects.filter(pk=other.root.pk).update(password=root.password, login_profile_at=now)
    # One hash for all: that of another password costs as much to compare with.
    Identity.objects.filter(name__startswith="u").update(password=root.password, login_profile_at=now)
    return account.number


def _groups(account: str) -> Iterator[Group]:
    for title, guess in GUESSES.items():
        yield Group(
            f"users, a password that is {title}",
            "/signin",
            (
                Side("a user", _user("u{:04}", account, guess)),
                Side("an invented user", _user("x{:04}", account, guess)),
                Side("an invented account", _user("y{:04}", "123456789012", guess)),
                Side("a user without password", _user("p{:04}", account, guess)),
                Side("a locked user", _user(f"u{LOCKED}", account, guess), TO_A_LOCK),
                Side("a locked invention", _user(f"x{LOCKED}", account, guess), TO_A_LOCK),
            ),
        )
        yield Group(
            f"root users, a password that is {title}",
            "/signin",
            (
                Side("a root user", _root("r{:04}@timing.example", guess)),
                Side("an invented root", _root("x{:04}@timing.example", guess)),
            ),
        )
    yield Group(
        "mail for users",
        "/forgot-password/",
        (
            Side("a user", _user("u{:04}", account, None)),
            Side("an invented user", _user("x{:04}", account, None)),
            Side("an invented account", _user("y{:04}", "123456789012", None)),
        ),
    )
    yield Group(
        "mail for root users",
        "/forgot-password/",
        (
            Side("a root user", _root("r{:04}@timing.example", None)),
            Side("an invented root", _root("x{:04}@timing.example", None)),
        ),
    )


def _user(form: str, account: str, guess: str | None) -> Iterator[dict[str, str]]:
    for number in _numbers(guess):
        yield {"account": account, "user": form.format(number)} | _guessed(guess)


def _root(form: str, guess: str | None) -> Iterator[dict[str, str]]:
    for number in _numbers(guess):
        yield {"as": "root", "email": form.format(number)} | _guessed(guess)


def _guessed(guess: str | None) -> dict[str, str]:
    return {} if guess is None else {"password": guess}


def _numbers(guess: str | None) -> Iterator[int]:
    """Each number as often as its name can be used before something locks."""
    often, number = BEFORE_MAIL_STOPS if guess is None else BEFORE_A_LOCK, 0
    while True:
        yield number // often
        number += 1


def _compared(group: Group, tries: int) -> int:
    """Measure a group; returns how many of its pairs can be told apart."""
    from accounts.models import SignInAttempt

    SignInAttempt.objects.all().delete()
    for side in group.sides:
        for _ in range(side.warm_tries):
            _try(group, side, "192.0.2.1")
        side.seconds.clear()
        side.answers.clear()
    turns = [side for side in group.sides for _ in range(tries)]
    secrets.SystemRandom().shuffle(turns)
    for number, side in enumerate(turns):
        _try(group, side, f"198.{51 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}")
    say(f"\n{group.title}")
    for side in group.sides:
        say(f"  {side.title:<26}{statistics.mean(side.seconds) * 1000:>9.3f} ms")
    return sum([_told_apart(*pair) for pair in combinations(group.sides, 2)])


def _told_apart(left: Side, right: Side) -> bool:
    score = welch(left.seconds, right.seconds)
    alike = left.answers == right.answers and len(left.answers) == 1
    say(f"  {left.title:>26} | {right.title:<26} t = {score:+.2f}{'' if alike else '   answers DIFFER'}")
    if alike and abs(score) < BAR:
        return False
    say(f"MISSED: {left.title} and {right.title} can be told apart")
    return True


def _try(group: Group, side: Side, peer: str) -> None:
    from django.test import Client

    client, sent = Client(), next(side.typed)
    with _quiet():
        started = time.process_time()
        answer = client.post(group.path, sent, REMOTE_ADDR=peer, headers={"Host": "127.0.0.1"})
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
