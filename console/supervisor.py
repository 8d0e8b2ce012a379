"""Keeps a set of child processes running, and leaves nothing behind.

Each child leads a process group of its own.  When a child dies, whatever else is left in its group is killed before a
new one starts, since a worker's beat outlives it and would schedule everything twice.  Each child also holds the
reading end of a pipe, the lifeline (console/children.py): should the supervisor itself be killed, the end of the pipe
tells its children to go.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

STEADY_SECONDS = 10.0  # a child that lived this long did not crash at start
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
GRACE_SECONDS = 8.0
GROUP_GONE_SECONDS = 1.0  # zombies nobody collects count as members: don't wait for them long


@dataclass(slots=True)
class Child:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    crashes: int = 0
    due_at: float = field(default=0.0)

    @property
    def running(self) -> bool:
        """Whether its process has been started and not been seen dead."""
        return self.process is not None


def restart_delay(crashes: int) -> float:
    """Seconds to wait after so many deaths in a row soon after starting: 0, then doubling up to half a minute."""
    if crashes == 0:
        return 0.0
    return min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** (crashes - 1))


class Supervisor:
    """Runs children until a signal asks to stop."""

    def __init__(self, children: Sequence[Child], environment: Mapping[str, str]) -> None:
        self.children = tuple(children)
        self._environment = dict(environment)
        self._lifeline, self._lifeline_end = os.pipe()
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._stop_asked = False

    def listen(self) -> None:
        """Take over SIGTERM and SIGINT (stop) and SIGCHLD (look after the children)."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, _noted)  # the wake-up socket carries the number to the loop

    def run(self) -> int:
        """Start the children and keep them running; return 0 once a signal has stopped them all."""
        while not self._stop_asked:
            self.look_after()
            self.wait()
        self.stop()
        return 0

    def wait(self, most: float | None = None) -> bool:
        """Sleep until a signal, a restart that is due, or so many seconds; return whether to go on."""
        waits = [max(0.0, child.due_at - time.monotonic()) for child in self.children if not child.running]
        if most is not None:
            waits.append(most)
        ready, _, _ = select.select([self._wake], [], [], min(waits) if waits else None)
        if ready:
            numbers = set(self._wake.recv(64))
            self._stop_asked |= bool(numbers & {signal.SIGTERM, signal.SIGINT})
        return not self._stop_asked

    def look_after(self) -> None:
        """Notice the dead, clear away what they left, start what is due."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, child.process)
            if child.process is None and time.monotonic() >= child.due_at:
                self._start(child)

    def stop(self) -> None:
        """Stop every child: asked first, killed after the grace period."""
        for child in self.children:
            if child.process is not None:
                _signal_group(child.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            child.process = None

    def close(self) -> None:
        """Stop every child, and let go of the pipe and the sockets."""
        self.stop()
        signal.set_wakeup_fd(-1)
        os.close(self._lifeline_end)
        os.close(self._lifeline)
        self._wake.close()
        self._waker.close()

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603  # our own command line
            child.command,
            env=self._environment | {"WARDSTEAD_LIFELINE": str(self._lifeline)},
            pass_fds=[self._lifeline],
            start_new_session=True,
        )
        child.started_at = time.monotonic()

    def _bury(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        _clear_group(process.pid)
        steady = time.monotonic() - child.started_at >= STEADY_SECONDS
        # The first death is answered at once, whatever it was; only a row of them is a crash loop.
        delay = 0.0 if steady else restart_delay(child.crashes)
        child.crashes = 0 if steady else child.crashes + 1
        child.due_at = time.monotonic() + delay
        child.process = None
        log.warning("child_died", child=child.name, code=process.returncode, restart_in=delay)


def _noted(_number: int, _frame: object) -> None:
    """Let the wake-up socket do the work."""


def _signal_group(group: int, number: signal.Signals) -> bool:
    """Send a signal to a process group; False when it has no members left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def _clear_group(group: int) -> None:
    """Kill what a dead child left in its group, and wait until it is gone."""
    deadline = time.monotonic() + GROUP_GONE_SECONDS
    while _signal_group(group, signal.SIGKILL) and time.monotonic() < deadline:
        time.sleep(0.02)
