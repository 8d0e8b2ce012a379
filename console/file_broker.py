"""The broker of a single machine: each message is a file, for as many senders and workers as there are.

A message is written under `writing/` and renamed into `queue/`, so that nobody ever sees half of one.  A worker renames
it into a folder of its own under `taken/` and removes it when the task is done (late acknowledgement).  A worker holds a
lock for as long as it lives; what one that died had taken goes back into the queue.  What cannot be read, and what five
workers died with, is moved to `aside/`: no worker meets it again, and somebody can look at it.
"""

import base64
import contextlib
import fcntl
import json
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import IO, Any

import structlog
from kombu.transport import virtual

FOLDERS = ("queue", "writing", "taken", "aside")
MOST_DEATHS = 5
# How often a worker looks for what dead ones had taken; its first look is at once.
LOOK_SECONDS = 15.0
# What has been under way for so long was given up by a sender that died: nobody was told that it is sent.
WRITTEN_SECONDS = 3600.0

log = structlog.get_logger(__name__)


def prepare(root: Path) -> None:
    """Make the broker's folders, private ones."""
    for folder in (root, *(root / name for name in FOLDERS)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Owner:
    """One process among those that take messages: its folder, and the lock that says that it lives."""

    pid: int
    folder: Path
    lock: IO[str]


class Channel(virtual.Channel):
    """One connection's way to the files.  Consumers acknowledge; there is no fan-out."""

    do_restore = False  # what a process leaves unacknowledged goes back when its lock is found free

    def __init__(self, connection: Any, **options: Any) -> None:
        super().__init__(connection, **options)  # type: ignore[no-untyped-call]  # kombu's
        self._root = Path(connection.client.transport_options["folder"])
        self._names: dict[str, deque[str]] = {}
        self._taken: dict[str, Path] = {}
        self._look_at = 0.0
        prepare(self._root)

    def finish(self, delivery_tag: str) -> None:
        """Forget a message: its task is done."""
        if path := self._taken.pop(delivery_tag, None):
            path.unlink(missing_ok=True)

    def set_aside(self, delivery_tag: str) -> None:
        """Keep a message where no worker finds it again."""
        if path := self._taken.pop(delivery_tag, None):
            _put_aside(path, self._root, "refused")

    def basic_consume(self, queue: str, no_ack: bool, *arguments: Any, **options: Any) -> None:
        """Consume from the queue.  Errors: NotImplementedError where messages would not be acknowledged."""
        if no_ack:
            raise NotImplementedError("messages are acknowledged here")
        super().basic_consume(queue, no_ack, *arguments, **options)  # type: ignore[no-untyped-call]  # kombu's

    def _put(self, queue: str, message: Any, **_options: Any) -> None:
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        path = self._root / "writing" / name
        # Not forced to the disk: a row stands behind each message, and a lost or torn one is found by a sweep or set aside.
        path.write_bytes(json.dumps(message).encode())
        path.rename(self._root / "queue" / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002  # kombu's signature
        self._look_for_the_dead()
        for name in self._names_to_try(queue):
            if message := self._take(name):
                return message
        raise Empty

    def _take(self, name: str) -> Any:
        """The message, this process's from now on; None where another was first, or where it cannot be read."""
        path = _owner_of(self._root).folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            (self._root / "queue" / name).rename(path)
        except FileNotFoundError:
            return None
        try:
            message = legible(path.read_bytes())
        except (OSError, ValueError) as problem:
            _put_aside(path, self._root, type(problem).__name__)
            return None
        self._taken[message["properties"]["delivery_tag"]] = path
        return message

    def _restore(self, message: Any) -> None:
        if path := self._taken.pop(message.delivery_tag, None):
            path.rename(self._root / "queue" / path.name)

    def _size(self, queue: str) -> int:
        return len(_names_of(queue, self._root / "queue"))

    def _purge(self, queue: str) -> int:
        names = _names_of(queue, self._root / "queue")
        for name in names:
            (self._root / "queue" / name).unlink(missing_ok=True)
        return len(names)

    def _names_to_try(self, queue: str) -> Iterator[str]:
        """Names of messages, oldest first.  The folder is listed once for all that it holds, and anew when they are through."""
        names = self._names.setdefault(queue, deque())
        for _ in range(2):
            while names:
                yield names.popleft()
            names.extend(_names_of(queue, self._root / "queue"))

    def _look_for_the_dead(self) -> None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            give_back(self._root)


class Deliveries(virtual.QoS):
    """What a channel has delivered: acknowledged is gone, rejected is set aside."""

    def ack(self, delivery_tag: str) -> None:
        """Forget the message.  Called by any thread."""
        self.channel.finish(delivery_tag)
        super().ack(delivery_tag)  # type: ignore[no-untyped-call]  # kombu's

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Put the message back, or aside: a task that nobody knows today may be known after an upgrade."""
        if not requeue:
            self.channel.set_aside(delivery_tag)
        super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]  # kombu's


Channel.QoS = Deliveries


class Transport(virtual.Transport):
    """Files as kombu's transport: `broker_transport = "console.file_broker:Transport"`."""

    Channel = Channel
    # A full disk or a folder that is away for a while is a broker that is down, not the end of a worker.
    connection_errors = (*virtual.Transport.connection_errors, OSError)  # type: ignore[assignment]  # kombu says "of one"
    driver_type = "files"
    driver_name = "files"

    def driver_version(self) -> str:
        """No driver has a version here."""
        return "none"


def legible(raw: bytes) -> Any:
    """The message of a file, if a worker of ours can make something of it.

    Errors: ValueError whatever it is that is wrong.
    """
    try:
        message = json.loads(raw)
        properties, headers = message["properties"], message["headers"]
        words = (properties["delivery_tag"], headers["task"], headers["id"])
        body = json.loads(base64.b64decode(message["body"], validate=True))
        well_formed = (
            all(isinstance(word, str) and word for word in words)
            and isinstance(properties["delivery_info"], dict)
            and (properties["body_encoding"], message["content-type"], message["content-encoding"])
            == ("base64", "application/json", "utf-8")
            and [type(part) for part in body] == [list, dict, dict]
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise ValueError("not a message") from problem
    if not well_formed:
        raise ValueError("not a message of ours")
    return message


def give_back(root: Path) -> int:
    """Return to the queue what processes had taken that live no more; returns how many messages."""
    returned = 0
    own = _owner_of(root).folder
    for path in (root / "taken").glob("*.lock"):
        folder = path.with_suffix("")
        if folder == own:
            continue  # a process does not see its own lock, and loses it by closing the file
        try:
            with path.open("r+") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                returned += _return_all(root, folder)
                path.unlink(missing_ok=True)
        except OSError:
            continue  # it lives, or another worker is about it
    _clear_unfinished(root)
    return returned


def _return_all(root: Path, folder: Path) -> int:
    if not folder.exists():
        return 0  # it died before it took anything
    names = sorted(os.listdir(folder))  # noqa: PTH208  # names are wanted, not paths
    for name in names:
        stem, dot, rest = name.partition(".")
        first, deaths = _deaths(stem)
        if deaths + 1 >= MOST_DEATHS:
            _put_aside(folder / name, root, "deadly")
        else:
            (folder / name).rename(root / "queue" / f"{first}_{deaths + 1}{dot}{rest}")
    folder.rmdir()
    return len(names)


def _deaths(stem: str) -> tuple[str, int]:
    """A name without and with how many workers died with the message: `time_id` or `time_id_deaths`."""
    parts = stem.split("_")
    return "_".join(parts[:2]), int(parts[2]) if len(parts) > 2 and parts[2].isdecimal() else 0


def _put_aside(path: Path, root: Path, why: str) -> None:
    # The name says when it was sent and which it is.  What it holds is not for a log.
    path.rename(root / "aside" / path.name)
    log.error(
        "message_set_aside", message=path.name, why=why, bytes=(root / "aside" / path.name).stat().st_size
    )


def _clear_unfinished(root: Path) -> None:
    before = time.time() - WRITTEN_SECONDS
    for path in (*(root / "writing").iterdir(), *(root / "taken").glob("*.new")):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _names_of(queue: str, folder: Path) -> list[str]:
    ending = f"{queue}.msg"
    return sorted(name for name in os.listdir(folder) if name.partition(".")[2] == ending)  # noqa: PTH208  # as above


# A record lock is the process's, and ends when the process closes any file of that name: one owner for each process.
_OWNERS: dict[Path, Owner] = {}
_MAKING = threading.Lock()


def _owner_of(root: Path) -> Owner:
    """This process among those that take messages.  A fork is another process."""
    with _MAKING:
        owner = _OWNERS.get(root)
        if owner is None or owner.pid != os.getpid():
            owner = _OWNERS[root] = _new_owner(root / "taken")
        return owner


def _new_owner(taken: Path) -> Owner:
    folder = taken / uuid.uuid4().hex
    hidden = folder.with_suffix(".new")
    lock = hidden.open("w")
    fcntl.lockf(lock, fcntl.LOCK_EX)
    hidden.rename(folder.with_suffix(".lock"))  # locked before anybody can find it
    folder.mkdir(mode=0o700)
    return Owner(os.getpid(), folder, lock)
