"""The servers under measurement: started on loopback, their processor time read, stopped whatever happens."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

STARTED_WITHIN = 60.0
MOTO = Path(".venv-bench/bin/moto_server")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on a port of this machine.  `database` is the database's process, where it has one."""

    name: str
    port: int
    process: psutil.Process
    database: psutil.Process | None = None

    def cpu_seconds(self) -> float:
        """Processor time of the server's own processes so far."""
        return _cpu_seconds(self.process)

    def database_seconds(self) -> float:
        """Processor time of its database so far."""
        return _cpu_seconds(self.database) if self.database else 0.0


def _cpu_seconds(root: psutil.Process) -> float:
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            # What ended and was waited for stands with its parent.
            total += sum(process.cpu_times()[:4])
    return total


def migrated_database(folder: Path) -> tuple[dict[str, str], psutil.Process]:
    """PostgreSQL with our tables, for this process and a server: its variables, and the database's process."""
    from tests import postgres

    found = postgres.start()
    environment = {
        "DATABASE_URL": f"postgres://{found['USER']}@/{found['NAME']}?host={found['HOST']}",
        "WARDSTEAD_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "console.settings",
    }
    os.environ.update(environment)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    pid = int(Path(found["HOST"], "postmaster.pid").read_text().split()[0])
    return environment, psutil.Process(pid)


@contextlib.contextmanager
def wardstead(environment: Mapping[str, str], database: psutil.Process) -> Iterator[Server]:
    """Our server as `make run` starts it, with the database it was given."""
    port = free_port()
    given = {**os.environ, **environment, "PORT": str(port), "BIND": "127.0.0.1"}
    with _started("wardstead", port, [sys.executable, "-m", "console.children", "web"], given) as process:
        yield Server("wardstead", port, process, database)


@contextlib.contextmanager
def moto() -> Iterator[Server]:
    """The server of moto, which lets everybody in until `let_in` says otherwise."""
    port = free_port()
    command = [str(MOTO), "-H", "127.0.0.1", "-p", str(port)]
    with _started("moto", port, command, dict(os.environ)) as process:
        yield Server("moto", port, process)


def let_in(server: Server, everybody: bool) -> None:
    """Switch moto's authentication off or on (what INITIAL_NO_AUTH_ACTION_COUNT sets at a start)."""
    unasked = b"inf" if everybody else b"0"
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/moto-api/reset-auth", unasked, {"Content-Type": "text/plain"})
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"moto answered {status} to a change of its authentication")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def _started(
    name: str, port: int, command: list[str], environment: Mapping[str, str]
) -> Iterator[psutil.Process]:
    process = subprocess.Popen(  # noqa: S603  # our own command lines
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _await(name, port, process)
        yield psutil.Process(process.pid)
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        for left in (*children, *([psutil.Process(process.pid)] if process.poll() is None else ())):
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
        process.wait()


def _await(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} instead of serving")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{name} does not answer on port {port}")
