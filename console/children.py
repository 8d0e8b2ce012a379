"""What the supervisor starts: `python -m console.children web` and `python -m console.children worker`.

A child lives as long as its supervisor: when the lifeline pipe closes, its whole process group stops.  The worker holds
a lock file while it or its beat runs, so that one data directory never has two schedules.
"""

import fcntl
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import IO

GRACE_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.5
WORKER_THREADS = 4
# In each process that serves, beside those in which sign-ins wait for their hash.
FREE_THREADS = 3


def main(arguments: list[str]) -> int:
    """Run the child named on the command line until it is stopped."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    lifeline = os.environ.pop("WARDSTEAD_LIFELINE", "")
    if lifeline:
        threading.Thread(target=_die_with, args=(int(lifeline),), daemon=True).start()
    match arguments:
        case ["web"]:
            return serve()
        case ["worker"]:
            return work()
    sys.stderr.write("usage: python -m console.children web|worker\n")
    return 2


def serve() -> int:
    """Serve console.wsgi with granian on BIND and PORT."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels, logger

    from accounts import hashers

    # Threads here wait for the database and for hashing processes most of the time: more than processors is meant.
    logger.addFilter(lambda record: "Python threads" not in record.getMessage())
    Granian(
        "console.wsgi:application",
        address=settings.BIND,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=hashers.places(settings.WORKERS) + FREE_THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=3,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def work() -> int:
    """Run a Celery worker with its beat, once no other holds this data directory."""
    from django.conf import settings

    lock = hold(settings.DATA_DIR / "worker.lock")
    from celery.exceptions import SecurityWarning

    from console.celery import app

    # Containers start as they are told; messages are JSON only, which is what the warning is about.
    warnings.simplefilter("ignore", SecurityWarning)
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--beat",
            "--pool=threads",
            f"--concurrency={WORKER_THREADS}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )
    lock.close()
    return 0


def hold(path: Path) -> IO[str]:
    """Wait for the lock file and keep it; processes forked later hold it too, so an orphaned beat counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = path.open("a")
    waited = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not waited:
                sys.stderr.write("worker: another worker has this data directory; standing by\n")
            waited = True
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return lock


def _die_with(lifeline: int) -> None:
    """Stop this process group once the supervisor's end of the pipe is closed."""
    while os.read(lifeline, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
