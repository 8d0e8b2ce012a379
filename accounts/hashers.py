"""Argon2id at OWASP's cost, a few at a time: each takes 19 MiB while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

PARALLEL_HASHES = 4
PATIENCE_SECONDS = 10
_turns = BoundedSemaphore(PARALLEL_HASHES)


class HashingBusyError(Exception):
    """So many sign-ins are under way that no turn came up in time."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise HashingBusyError
    try:
        yield
    finally:
        _turns.release()


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane; bounded in number so that guesses cannot eat the memory.

    Errors: HashingBusyError after ten seconds without a turn.
    Source: OWASP Password Storage Cheat Sheet, Argon2id.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the stored form of the password."""
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the password has that stored form."""
        with _turn():
            return super().verify(password, encoded)
