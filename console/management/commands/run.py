"""Serve the whole product: migrate, seed an empty installation, then supervise web server and worker."""

import errno
import os
import shutil
import socket
import sys
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console.supervisor import Child, Supervisor

LOOK_SECONDS = 0.1
RULE = "=" * 78


class Command(BaseCommand):
    """Migrate, seed, serve."""

    help = "Serves the console, the API and a worker on BIND and PORT until Ctrl-C."
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --no-worker."""
        parser.add_argument(
            "--no-worker", action="store_true", help="leave tasks to workers and a beat started elsewhere"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT, then exit with 0.

        Errors: CommandError when the port is taken or the address is not this machine's.
        """
        os.umask(0o077)  # the database and the broker's files are nobody else's, nor those of the children
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        refuse_taken_port(settings.BIND, settings.PORT)
        self._say(
            f"Preparing the database ({settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}) ..."
        )
        prepare_database()
        prepare_static_files()
        lines = first_run_lines()
        children = [Child("web", [sys.executable, "-m", "console.children", "web"])]
        if not options["no_worker"]:
            children.append(Child("worker", [sys.executable, "-m", "console.children", "worker"]))
        supervisor = Supervisor(children, child_environment())
        supervisor.listen()
        self._say("Starting " + " and ".join(child.name for child in children) + " ...")
        try:
            if self._wait_until_serving(supervisor):
                self._say("\n".join(["", RULE, *banner(), *lines, RULE]))
            code = supervisor.run()
        finally:
            supervisor.close()
        self._say("Stopped.")
        sys.exit(code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _wait_until_serving(self, supervisor: Supervisor) -> bool:
        supervisor.look_after()
        while not answers(settings.BIND, settings.PORT):
            if not supervisor.wait(most=LOOK_SECONDS):
                return False
            supervisor.look_after()
        return True


def refuse_taken_port(address: str, port: int) -> None:
    """Raise CommandError in plain words when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} on {address} is in use. Stop what listens there, or choose another: "
                    f"PORT={port + 1 if port < 65535 else 8000} make run"
                ) from problem
            raise CommandError(f"Cannot listen on {address}:{port}: {problem.strerror}") from problem


def prepare_database() -> None:
    """Bring the schema up to date; the cache table too, when the database is the cache."""
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    if not settings.REDIS_URL:
        call_command("createcachetable", verbosity=0)


def prepare_static_files() -> None:
    """Hash and compress the static files, where production has not been given them (an image brings them)."""
    if settings.PRODUCTION and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


def first_run_lines() -> list[str]:
    """Seed the demo account into an empty development installation; lines that tell a newcomer what to type."""
    from accounts.models import Account

    if Account.objects.exists():
        return ["Accounts are kept from the last run."]
    if settings.PRODUCTION:
        return ["No account yet: make one with  python manage.py create_account --name NAME --email EMAIL"]
    from iam import demo

    return demo.seed(timezone.now()).lines(settings.PUBLIC_URL)


def banner() -> list[str]:
    """Where the product answers, and how to end it."""
    lines = [f"Wardstead is serving at {settings.PUBLIC_URL}   (Ctrl-C stops it)"]
    if not settings.PRODUCTION and settings.BIND not in {"127.0.0.1", "localhost", "::1"}:
        lines.append(
            f"WARNING: plain http on {settings.BIND}: other machines can reach and overhear this trial."
        )
    return lines


def child_environment() -> dict[str, str]:
    """The environment of the children: ours, importable, with a fresh folder for the metrics of all processes."""
    metrics = settings.DATA_DIR / "metrics" / str(settings.PORT)  # each supervisor its own
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(mode=0o700, parents=True)
    root = str(Path(__file__).resolve().parents[3])
    return dict(os.environ) | {
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONPATH": root,
        "PYTHONUNBUFFERED": "1",
    }


def answers(address: str, port: int) -> bool:
    """Whether the web server answers its health check."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  # any-address to loopback
    host = f"[{host}]" if ":" in host else host
    request = urllib.request.Request(
        f"http://{host}:{port}/healthz", headers={"Host": "127.0.0.1"}
    )  # http by construction
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310  # as above
            return bool(answer.status == 200)
    except OSError:
        return False
