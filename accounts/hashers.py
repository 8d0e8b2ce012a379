"""Argon2id at OWASP's cost, a few at a time: each takes 19 MiB and a processor while it runs.

Who finds too many waiting is turned away at once, so that no flood of sign-ins holds every thread that serves: there
are a few more of those than places (console.children).  They are made by processes that give way to all others, and in so few lanes
that a processor is left to what is served meanwhile: docs/adr/0031, docs/adr/0054.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, local

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.hashing_lanes import Lanes, number_here
from accounts.hashing_process import Answer, HashingProcess

PARALLEL_HASHES = 1
# Hashing or waiting to: so many sign-ins at one moment find a place on a machine, and in each of its processes some.
MACHINE_PLACES = 20
LEAST_PLACES = 3
PATIENCE_SECONDS = 5.0
# Some ten times what a hash takes on a processor of its own.
IDLE_PATIENCE_SECONDS = 0.25


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

    def room(self) -> bool:
        """Whether there was a place just now."""
        if getattr(self._mine, "held", False):
            return True
        if not self._places.acquire(blocking=False):
            return False
        self._places.release()
        return True

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


class _Installed:
    lanes = Lanes(None, 0)
    processes: tuple[HashingProcess, ...] = ()
    turns = Turns(PARALLEL_HASHES, LEAST_PLACES, PATIENCE_SECONDS)


def use(folder: Path) -> None:
    """Share the lanes of this machine with all processes that have the same folder; called once, at the start."""
    _Installed.lanes = Lanes(folder, number_here())


def places(processes: int) -> int:
    """How many may hash or wait to in each of so many processes that serve."""
    return max(LEAST_PLACES, -(-MACHINE_PLACES // processes))


def serve(processes: int) -> None:
    """Have hashes give way to all that this process serves, one of so many; called once, where it begins to serve."""
    idle = HashingProcess("idle", IDLE_PATIENCE_SECONDS)
    idle.start()
    _Installed.processes = (idle, HashingProcess("steady", PATIENCE_SECONDS))
    _Installed.turns = Turns(PARALLEL_HASHES, places(processes), PATIENCE_SECONDS)


@contextmanager
def turn() -> Iterator[None]:
    """Have a turn to hash for the whole block, so that nothing is counted or stored before there is one.

    Errors: HashingBusyError.
    """
    with _Installed.turns.turn():
        yield


def require_room() -> None:
    """Refuse what would be refused anyway, before anything is done for it.  Errors: HashingBusyError."""
    if not _Installed.turns.room():
        raise HashingBusyError


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
        with turn(), _Installed.lanes.lane():
            cost = (self.time_cost, self.memory_cost, self.parallelism, self.params().hash_len)
            made = _asked("hash", password, salt, *cost)
            return super().encode(password, salt) if made is None else f"{self.algorithm}{made}"

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the password has that stored form."""
        with turn(), _Installed.lanes.lane():
            right = _asked("verify", password, f"${encoded.partition('$')[2]}")
            return super().verify(password, encoded) if right is None else bool(right)


def _asked(*question: str | int) -> Answer | None:
    answers = (process.ask(*question) for process in _Installed.processes)
    return next((answer for answer in answers if answer is not None), None)
