"""The broker of a single machine: half-written, foreign and deadly messages, senders and workers at once, and kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest
from celery import Celery
from kombu.connection import Connection

from console import file_broker
from tests.settings import DATABASE

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40
TRANSPORT = "console.file_broker:Transport"

PROGRAM = """
import os, pathlib
from celery import Celery
app = Celery("program")
app.conf.update(
    broker_transport={transport!r}, broker_url="files://localhost", broker_transport_options={options!r},
    task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=1, worker_enable_remote_control=False,
)

@app.task(name="mark")
def mark(name):
    done = os.open(f"done-{{os.getpid()}}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(done, f"{{name}}\\n".encode())
    os.close(done)
"""
SEND = """
import sys
from program import mark
for number in range(int(sys.argv[2])):
    mark.delay(f"{sys.argv[1]}.{number}")
"""
WORK = [
    "-m",
    "celery",
    "-q",
    "-A",
    "program",
    "worker",
    "--pool=threads",
    "--concurrency=4",
    "--without-gossip",
]
WORK += ["--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]

FORKS = pytest.mark.filterwarnings(
    "ignore:This process:DeprecationWarning"
)  # the child does little, and is killed
ONCE = pytest.mark.skipif(DATABASE == "postgres", reason="no database is in it")


def channel_of(root: Path) -> file_broker.Channel:
    connection = Connection(
        "files://localhost",
        transport=TRANSPORT,
        transport_options={"folder": str(root), "polling_interval": 0},
    )
    made: file_broker.Channel = connection.channel()
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "broker"


@pytest.fixture
def channel(root) -> file_broker.Channel:
    return channel_of(root)


@pytest.fixture
def sender(root) -> Celery:
    app = Celery("sender", set_as_current=False)
    app.conf.update(
        broker_transport=TRANSPORT,
        broker_url="files://localhost",
        broker_transport_options={"folder": str(root)},
        worker_enable_remote_control=False,
    )
    return app


def held(root: Path, folder: str) -> list[Path]:
    return sorted(path for path in (root / folder).rglob("*.msg"))


def arguments(message: object) -> object:
    return message.payload[0][0]  # type: ignore[attr-defined]  # kombu has no types


def test_messages_come_once_and_in_order(root, channel, sender):
    for number in range(5):
        sender.send_task("mark", args=[number])
    messages = [channel.basic_get("celery") for _ in range(5)]
    assert [arguments(message) for message in messages] == [0, 1, 2, 3, 4]
    assert channel.basic_get("celery") is None
    assert len(held(root, "taken")) == 5
    for message in messages:
        message.ack()
    assert [held(root, folder) for folder in file_broker.FOLDERS] == [[], [], [], []]


def good(sender: Celery, root: Path) -> dict[str, object]:
    sender.send_task("mark", args=["good"])
    (path,) = held(root, "queue")
    message: dict[str, object] = json.loads(path.read_bytes())
    path.unlink()
    return message


SPOILT: dict[str, Callable[[dict[str, object]], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda message: json.dumps(message).encode()[:-40],
    "not text": lambda _: b"\xff\xfe\x00",
    "another kind": lambda _: b"[1, 2]",
    "deeply nested": lambda _: b"[" * 100_000,
    "a long number": lambda _: b"9" * 5_000,
    "without its task": lambda message: json.dumps(message | {"headers": {}}).encode(),
    "without properties": lambda message: json.dumps(message | {"properties": None}).encode(),
    "a body that is cut": lambda message: json.dumps(message | {"body": str(message["body"])[:-7]}).encode(),
    "pickled": lambda message: json.dumps(
        message | {"content-type": "application/x-python-serialize"}
    ).encode(),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_cannot_be_read_is_set_aside_and_keeps_nobody(spoilt, root, channel, sender, caplog):
    raw = SPOILT[spoilt](good(sender, root))
    (root / "queue" / "000_secret-in-no-log.celery.msg").write_bytes(raw)
    sender.send_task("mark", args=["next"])
    assert arguments(channel.basic_get("celery")) == "next"
    (aside,) = held(root, "aside")
    assert aside.read_bytes() == raw
    assert held(root, "queue") == []
    (line,) = (str(record.msg) for record in caplog.records if record.name == file_broker.__name__)
    assert "message_set_aside" in line
    assert aside.name in line
    assert b"mark" not in raw or "mark" not in line


def test_what_nobody_may_read_is_set_aside(root, channel, sender):
    (root / "queue" / "000_folder.celery.msg").mkdir()
    sender.send_task("mark", args=["next"])
    assert arguments(channel.basic_get("celery")) == "next"
    assert [path.name for path in held(root, "aside")] == ["000_folder.celery.msg"]


def test_a_rejected_message_is_set_aside_and_a_requeued_one_comes_again(root, channel, sender):
    sender.send_task("mark", args=["unknown"])
    channel.basic_get("celery").requeue()
    channel.basic_get("celery").reject()
    assert channel.basic_get("celery") is None
    assert len(held(root, "aside")) == 1


def test_what_is_being_written_is_nobodys_yet(root, channel):
    (root / "writing" / "000_half.celery.msg").write_bytes(b'{"body"')
    with pytest.raises(Empty):
        channel._get("celery")
    long_ago = time.time() - file_broker.WRITTEN_SECONDS - 1
    os.utime(root / "writing" / "000_half.celery.msg", (long_ago, long_ago))
    file_broker.give_back(root)
    assert held(root, "writing") == []


def test_a_living_process_keeps_what_it_has_taken(root, channel, sender):
    sender.send_task("mark", args=["mine"])
    message = channel.basic_get("celery")
    assert file_broker.give_back(root) == 0
    assert channel_of(root).basic_get("celery") is None
    message.ack()


def die_with_a_message(root: Path) -> None:
    """Take a message in a process of its own, which is killed with it in hand."""
    child = os.fork()
    if not child:
        channel_of(root).basic_get("celery")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


@FORKS
def test_what_a_killed_process_had_comes_back_and_what_kills_five_is_set_aside(root, channel, sender):
    sender.send_task("mark", args=["deadly"])
    for _ in range(file_broker.MOST_DEATHS):
        assert len(held(root, "queue")) == 1
        die_with_a_message(root)
        assert len(held(root, "taken")) == 1
        assert file_broker.give_back(root) == 1
    assert held(root, "queue") == []
    assert len(held(root, "aside")) == 1
    assert list((root / "taken").glob("*.lock")) == list((root / "taken").glob(f"{own_name(root)}.lock"))


def own_name(root: Path) -> str:
    name: str = file_broker._owner_of(root).folder.name
    return name


@FORKS
def test_messages_of_the_broker_before_this_one_are_taken(root, channel, sender):
    message = json.dumps(good(sender, root))
    old = "123456_6a2f0b0e-8c8a-4b6f-9a59-0d4b1c2d3e4f.celery.msg"
    (root / "queue" / old).write_text(message)
    die_with_a_message(root)
    file_broker.give_back(root)
    assert arguments(channel.basic_get("celery")) == "good"


class Works:
    """Real workers and senders over one folder."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        options = {"folder": str(root), "polling_interval": 0.05}
        (folder / "program.py").write_text(PROGRAM.format(transport=TRANSPORT, options=options))
        self.log = (folder / "log").open("wb")
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603  # our own command line
            [sys.executable, *command],
            cwd=self.folder,
            env=dict(os.environ) | {"PYTHONPATH": f"{self.folder}:{ROOT}"},
            stdout=self.log,
            stderr=self.log,
        )
        self.processes.append(process)
        return process

    def done(self) -> Counter[str]:
        texts = [path.read_text() for path in self.folder.glob("done-*")]
        return Counter(line for text in texts for line in text.splitlines())

    def soon(self, what: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if what():
                return True
            time.sleep(0.05)
        return False

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.log.close()


@pytest.fixture
def works(tmp_path, root) -> Iterator[Works]:
    file_broker.prepare(root)
    works = Works(tmp_path, root)
    yield works
    works.end()


@ONCE
@pytest.mark.slow
def test_senders_and_workers_at_once_lose_and_double_nothing_though_one_is_killed(works, root):
    (root / "queue" / "000_empty.celery.msg").touch()
    (root / "queue" / "000_torn.celery.msg").write_bytes(b'{"body": "W1s')
    first, _second = works.start(*WORK, "-n", "first"), works.start(*WORK, "-n", "second")
    senders = [works.start("-c", SEND, str(number), "200") for number in range(3)]
    assert works.soon(lambda: len(works.done()) > 100)
    first.kill()
    first.wait()
    works.start(*WORK, "-n", "third")
    wanted = {f"{sender}.{number}" for sender in range(3) for number in range(200)}
    assert works.soon(lambda: set(works.done()) == wanted)
    assert all(sender.wait() == 0 for sender in senders)
    assert sum(works.done().values()) - len(wanted) <= 4, (
        "what the killed one had in hand, one for each thread"
    )
    assert [path.name for path in held(root, "aside")] == ["000_empty.celery.msg", "000_torn.celery.msg"]
    assert works.soon(lambda: held(root, "queue") + held(root, "taken") == [])
