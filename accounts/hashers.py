"""Argon2id at OWASP's cost, a few at a time: each takes 19 MiB and a processor while it runs.

Who finds too many waiting is turned away at once, so that no flood of sign-ins holds every thread that serves; a test
compares PLACES with how many those are.  Hashes run in a thread of their own that gives way to all others, so that
what is served meanwhile has the processors first: docs/adr/0031.
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, get_native_id, local

from django.contrib.auth.hashers import Argon2PasswordHasher

PARALLEL_HASHES = 1
PLACES = 3  # hashing or waiting to, a process
PATIENCE_SECONDS = 5.0
NICENESS = 10  # of 19


class HashingBusyError(Exception):
    """So many sign-ins are under way that no turn came up in time, or none would."""


class Turns:
    """So many at work at once, so many more waiting for so long; the next is turned away."""

    def __init__(self, parallel: int, places: int, patience_seconds: float) -> None:
        self._working = BoundedSemaphore(parallel)
        self._places = BoundedSemaphore(places)
        self._patience = patience_seconds
        self._mine = local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have a turn for the block; inside one, it is the same turn.  Errors: HashingBusyError."""
        if getattr(self._mine, "held", False):
            yield
            return
        if not self._places.acquire(blocking=False):
            raise HashingBusyError
        try:
            with self._at_work():
                yield
        finally:
            self._places.release()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        if not self._working.acquire(timeout=self._patience):
            raise HashingBusyError
        self._mine.held = True
        try:
            yield
        finally:
            self._mine.held = False
            self._working.release()


_turns = Turns(PARALLEL_HASHES, PLACES, PATIENCE_SECONDS)


@contextmanager
def turn() -> Iterator[None]:
    """Have a turn to hash for the whole block, so that nothing is counted or stored before there is one.

    Errors: HashingBusyError.
    """
    with _turns.turn():
        yield


def _give_way() -> None:
    # On Linux a thread has a priority of its own; anyone may lower theirs.
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICENESS)


# Threads start at the first hash, so each process that is forked before it has its own.
_workers = ThreadPoolExecutor(PARALLEL_HASHES, "hash", initializer=_give_way)


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane; bounded in number so that guesses cannot eat the machine.

    Errors: HashingBusyError where too many wait, or after five seconds without a turn.
    Source: OWASP Password Storage Cheat Sheet, Argon2id.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the stored form of the password."""
        with turn():
            return _workers.submit(super().encode, password, salt).result()

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the password has that stored form."""
        with turn():
            return _workers.submit(super().verify, password, encoded).result()
