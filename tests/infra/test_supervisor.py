"""The supervisor with real processes: what it starts, what it clears away, what it leaves."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from console.env import VARIABLES
from console.supervisor import Child, Supervisor, restart_delay

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40


def soon(what: Callable[[], object], patience: float = PATIENCE_SECONDS) -> bool:
    """Whether it comes true within the patience; asked again and again, since processes take their time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    first: tuple[psutil.Process, psutil.Process] | None = None

    def workers(self) -> list[psutil.Process]:
        """Worker and beat: the beat is forked from the worker and bears the same command line."""
        return [
            process
            for process in psutil.process_iter(["cmdline", "environ", "status"])
            if process.info["cmdline"]
            and process.info["cmdline"][-1:] == ["worker"]
            and (process.info["environ"] or {}).get("WARDSTEAD_DATA_DIR") == str(self.folder)
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]

    def pair(self) -> tuple[psutil.Process, psutil.Process] | None:
        """The worker and its beat, if there are exactly one of each."""
        found = self.workers()
        worker = [process for process in found if process.pid == _group(process)]
        beat = [process for process in found if process not in worker]
        return (worker[0], beat[0]) if len(worker) == len(beat) == 1 else None

    def note_pair(self) -> bool:
        """Whether worker and beat are there; they are kept as `first`."""
        self.first = self.pair()
        return self.first is not None

    def answers(self, path: str = "/healthz") -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int) -> dict[str, str]:
    """Variables of a run of the product itself, not of the tests' settings."""
    ours = {*VARIABLES, "DJANGO_SETTINGS_MODULE"}
    bare = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    return bare | {"WARDSTEAD_DATA_DIR": str(folder), "PORT": str(port), "WORKERS": "1"}


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "manage.py", "run"]
    log = (tmp_path / "log").open("wb")
    folder = tmp_path / "data"
    with subprocess.Popen(  # noqa: S603  # our own command line
        command, cwd=ROOT, env=environment(folder, port), stdout=log, stderr=log
    ) as process:
        served = Served(process, port, folder)
        try:
            assert soon(served.answers), (tmp_path / "log").read_text()
            assert soon(served.note_pair), (tmp_path / "log").read_text()
            yield served
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
    log.close()


@pytest.mark.slow
def test_a_killed_worker_comes_back_once_with_one_beat(served):
    worker, beat = served.first
    worker.kill()
    assert soon(lambda: (now := served.pair()) and now[0].pid != worker.pid)
    assert not beat.is_running() or beat.status() == psutil.STATUS_ZOMBIE  # ended, whoever has yet to be told
    assert served.answers("/readyz")


@pytest.mark.slow
def test_a_killed_web_server_comes_back(served):
    web = [child for child in psutil.Process(served.process.pid).children() if child.cmdline()[-1] == "web"]
    web[0].kill()
    web[0].wait(PATIENCE_SECONDS)
    assert soon(served.answers)


@pytest.mark.slow
def test_sigterm_stops_everything_with_code_0(served):
    family = psutil.Process(served.process.pid).children(recursive=True)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []


@pytest.mark.slow
def test_nothing_outlives_a_killed_supervisor(served):
    family = psutil.Process(served.process.pid).children(recursive=True)
    served.process.kill()
    assert psutil.wait_procs(family, timeout=PATIENCE_SECONDS)[1] == []


@pytest.mark.slow
def test_a_taken_port_is_said_plainly(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=environment(tmp_path, port),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_crash_loop_slows_down_to_half_a_minute():
    assert [restart_delay(crashes) for crashes in (0, 1, 2, 3, 20)] == [0.0, 0.5, 1.0, 2.0, 30.0]


def test_a_child_that_dies_at_once_is_not_restarted_in_a_rush():
    child = Child("brief", [sys.executable, "-S", "-c", ""])
    supervisor = Supervisor([child], os.environ)
    supervisor.look_after()
    for _ in range(2):
        assert child.process is not None
        child.process.wait()
        supervisor.look_after()  # the first death is answered at once, the second has to wait
    assert child.process is None
    assert child.crashes == 2
    supervisor.close()


@pytest.mark.slow
def test_what_a_dead_child_left_in_its_group_is_killed():
    fork = "import os, signal\nif os.fork(): os.kill(os.getpid(), 9)\nsignal.pause()"
    child = Child("parent", [sys.executable, "-S", "-c", fork])
    supervisor = Supervisor([child], os.environ)
    supervisor.look_after()
    assert child.process is not None
    group = child.process.pid
    child.process.wait()
    assert os.getpgid(0) != group
    child.command = [sys.executable, "-S", "-c", "import signal; signal.pause()"]
    supervisor.look_after()
    left = [process for process in psutil.process_iter() if _group(process) == group]
    assert left == []
    supervisor.close()


def _group(process: psutil.Process) -> int:
    try:
        return os.getpgid(process.pid) if process.status() != psutil.STATUS_ZOMBIE else 0
    except (ProcessLookupError, psutil.NoSuchProcess):
        return 0
