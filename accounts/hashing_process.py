"""Processes beside each one that serves, which hash passwords: one when nothing else wants a processor, and a steady one.

A thread can have as low a priority, but whenever it holds the interpreter's lock, all others of its process wait for it,
and with it for whoever has the processor.  For these nobody waits: what they have not answered in time somebody else
hashes.  This file is run as a script, imports nothing of ours, and ends when whoever started it does.
Source: docs/adr/0054.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final, Literal, TypeAlias

Answer: TypeAlias = str | bool
# idle: only when nothing else wants the processor; steady: with a tenth of it however full the machine is.
Manner: TypeAlias = Literal["idle", "steady"]

START_AGAIN_SECONDS: Final = 10.0
NICENESS: Final = {"idle": 19, "steady": 10}
AUTOGROUP: Final = Path("/proc/self/autogroup")
_INHERITED: Final = ("LD_LIBRARY_PATH", "PATH")  # no secrets


class HashingProcess:
    """The process as its parent sees it.  It answers one question at a time, in the order asked."""

    def __init__(self, manner: Manner, patience_seconds: float) -> None:
        self._manner = manner
        self._patience = patience_seconds
        self._one_at_a_time = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = -START_AGAIN_SECONDS
        self._asked = self._answered = 0
        self._read = b""

    def start(self) -> None:
        """Have the process run, so that the first question does not wait for it."""
        with self._one_at_a_time, suppress(OSError):
            self._pipes()

    def stop(self) -> None:
        """End the process; the next question starts another."""
        with self._one_at_a_time:
            self._end()

    def ask(self, *question: str | int) -> Answer | None:
        """The answer; None where there was none in time, for whatever reason."""
        if not self._one_at_a_time.acquire(blocking=False):
            return None
        try:
            return self._answer(question)
        except (OSError, ValueError):  # it has ended, or talks nonsense
            self._end()
            return None
        finally:
            self._one_at_a_time.release()

    def _answer(self, question: tuple[str | int, ...]) -> Answer | None:
        pipes = self._pipes()
        if pipes is None:
            return None
        to, come = pipes
        self._take(come, 0.0)
        if self._answered < self._asked:
            return None  # still at what nobody waits for any more
        self._asked += 1
        to.write(json.dumps(question).encode() + b"\n")
        to.flush()
        return self._take(come, self._patience)

    def _take(self, come: IO[bytes], patience_seconds: float) -> Answer | None:
        """The answer to the last question, if it is there by then; earlier ones are dropped."""
        answer: Answer | None = None
        deadline = time.monotonic() + patience_seconds
        poll = select.poll()
        poll.register(come, select.POLLIN)
        while self._answered < self._asked:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return None
            read = os.read(come.fileno(), 4096)
            if not read:
                raise BrokenPipeError
            *lines, self._read = (self._read + read).split(b"\n")
            for line in lines:
                self._answered += 1
                answer = json.loads(line)
        return answer

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]] | None:
        if self._process is None:
            if not sys.executable or time.monotonic() < self._started_at + START_AGAIN_SECONDS:
                return None
            self._started_at = time.monotonic()
            self._process = subprocess.Popen(  # noqa: S603  # this file, by this interpreter
                [sys.executable, "-I", __file__, self._manner],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            )
        if self._process.stdin is None or self._process.stdout is None:
            return None
        return self._process.stdin, self._process.stdout

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):  # what was not yet written goes nowhere
                self._process.communicate()
        self._process, self._asked, self._answered, self._read = None, 0, 0, b""


def main() -> None:
    """Answer questions, one a line, until there are no more; null where a question cannot be answered."""
    from argon2.exceptions import Argon2Error

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with its parent, who may want to finish
    _give_way(sys.argv[1])
    for line in sys.stdin:
        try:
            answer = _made(json.loads(line))
        except (Argon2Error, ValueError):  # no hash, or text that cannot be encoded
            answer = None
        try:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            break
    os._exit(0)  # nothing is left to do, and doing it in so low a priority could take long


def _made(question: list[Any]) -> Answer:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError
    from argon2.low_level import Type, hash_secret

    match question:
        case ["verify", password, encoded]:
            try:
                return PasswordHasher().verify(encoded, password)
            except VerifyMismatchError:
                return False
        case ["hash", password, salt, time_cost, memory_cost, lanes, length]:
            cost = (time_cost, memory_cost, lanes, length)
            return hash_secret(password.encode(), salt.encode(), *cost, Type.ID).decode("ascii")
    raise ValueError("no such question")


def _give_way(manner: str) -> None:
    # Anyone may lower their own priority; not every system and container has all of these ways.
    with suppress(OSError):
        # Linux shares processors among sessions first, and a priority holds within its own.  So be a session, and give
        # that one the priority: else the database, a session of its own, waits for hashes.  Source: sched(7), autogroup.
        os.setsid()
        AUTOGROUP.write_text(str(NICENESS[manner]))
    with suppress(OSError):
        os.nice(NICENESS[manner])
    if manner == "idle" and hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    main()
