"""The same tasks over Redis, with worker and beat as processes of their own, as compose.yaml starts them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from console.env import VARIABLES
from tests.settings import TEST_REDIS_URL

pytestmark = [pytest.mark.slow, pytest.mark.services]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 75  # the schedule seals every thirty seconds
CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "console.celery"]

PREPARE = """
from datetime import UTC, datetime, timedelta
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("createcachetable", verbosity=0)
from accounts import trail
trail.append(account=None, at=datetime.now(UTC) - timedelta(hours=1), source="system", service="test", name="Waited",
             outcome="success")
"""
COUNT = "from accounts.models import SealedBatch; print(SealedBatch.objects.count())"
READY = "from console.health import broker_ready; print(broker_ready())"


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    ours = {*VARIABLES, "DJANGO_SETTINGS_MODULE"}
    bare = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    return bare | {"WARDSTEAD_DATA_DIR": str(tmp_path / "data"), "REDIS_URL": TEST_REDIS_URL}


@pytest.fixture
def apart(environment, tmp_path) -> Iterator[None]:
    """A worker and a beat, each a process of its own."""
    python(environment, PREPARE)
    with ExitStack() as stack:
        log = stack.enter_context((tmp_path / "log").open("wb"))
        for command in (["worker", "--pool=threads", "--concurrency=2"], ["beat"]):
            process = stack.enter_context(
                subprocess.Popen([*CELERY, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603  # our own command line
            )
            stack.callback(process.terminate)
        yield


def python(environment: dict[str, str], code: str) -> str:
    whole = f"import django\ndjango.setup()\n{code}"
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-c", whole],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "console.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return done.stdout.strip()


def test_what_beat_schedules_the_worker_does(environment, apart):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and python(environment, COUNT) == "0":
        time.sleep(1)
    assert python(environment, COUNT) == "1"


def test_redis_is_ready(environment):
    assert python(environment, READY) == "True"
