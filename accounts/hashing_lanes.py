"""How many passwords are hashed at once on a machine, by whichever process: one fewer than it has processors.

So what is served meanwhile finds a processor that does not hash.  A lane is a file that is locked while a hash is
under way; a process that dies lets go of it.  Lanes are a courtesy and guard nothing: who waits in vain, or cannot have
such a file, hashes all the same.  Source: docs/adr/0054.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# A hash takes a fortieth of a second, so this is longer than all processes together take for one each.
PATIENCE_SECONDS: Final = 0.5
LOOK_AGAIN_SECONDS: Final = 0.003
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


def number_here() -> int:
    """How many lanes this machine should have, by the processors that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


class Lanes:
    """So many lanes for all processes that name the same folder; None: there are none, and nobody waits."""

    def __init__(self, folder: Path | None, number: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._paths = [] if folder is None else [folder / f"hashing-{each}.lock" for each in range(number)]
        self._patience = patience_seconds

    @contextmanager
    def lane(self) -> Iterator[bool]:
        """Have a lane for the block, as soon as there is one; says whether there was."""
        held = self._waited_for()
        try:
            yield held is not None
        finally:
            if held is not None:
                os.close(held)  # nobody else has this opening of the file, so the lock goes with it

    def _waited_for(self) -> int | None:
        """The file of a lane, locked; None where there is none in time, or no such file can be had."""
        deadline = time.monotonic() + self._patience
        opened: list[int] = []
        try:
            opened += [os.open(path, _FLAGS, 0o600) for path in self._paths]
            while opened:
                held = next((file for file in opened if _locked(file)), None)
                if held is not None:
                    opened.remove(held)
                    return held
                if time.monotonic() >= deadline:
                    break
                time.sleep(LOOK_AGAIN_SECONDS)
        except OSError:  # no such folder, none to write to, or a file system without locks
            pass
        finally:
            for file in opened:
                os.close(file)
        return None


def _locked(opened: int) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
