"""Production refuses to start half configured: each refusal is tried in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.env import VARIABLES, new_keyring, new_secret_key

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "WARDSTEAD_ENV": "production",
    "SECRET_KEY": new_secret_key(),
    "WARDSTEAD_KEYRING": new_keyring(),
    "PUBLIC_URL": "https://iam.example.org",
}
SHOW = """
from console import settings as s
print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_HTTPONLY,
      s.SESSION_COOKIE_SAMESITE, s.DEBUG, s.DATABASES["default"]["ENGINE"].rpartition(".")[2],
      all(getattr(s, name).startswith("__Host-") for name in dir(s) if name.endswith("_COOKIE_NAME")))
"""


def load(folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    ours = {*VARIABLES, "DJANGO_SETTINGS_MODULE"}
    bare = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    return subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=bare | {"WARDSTEAD_DATA_DIR": str(folder)} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_production_starts_when_whole(tmp_path):
    done = load(tmp_path, PRODUCTION)
    assert done.stdout.split() == [
        "__Host-session",
        "True",
        "__Host-csrf",
        "True",
        "Lax",
        "False",
        "sqlite3",
        "True",
    ], done.stderr
    assert list(tmp_path.iterdir()) == []


def test_development_starts_with_nothing(tmp_path):
    assert load(tmp_path, {}).stdout.split()[:3] == ["session", "False", "csrf"]
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "keyring"}


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"DEBUG": "on"}, "DEBUG"),
        ({"WARDSTEAD_KEYRING": ""}, "WARDSTEAD_KEYRING"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"PUBLIC_URL": "http://iam.example.org"}, "https"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"REDIS_URL": "amqp://x"}, "REDIS_URL"),
        ({"EMAIL_URL": "console:"}, "EMAIL_URL"),
        ({"EMAIL_FROM": "Wardstead"}, "EMAIL_FROM"),
        ({"WARDSTEAD_ENV": "test"}, "WARDSTEAD_ENV"),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_production_refuses_to_start(tmp_path, variables, word):
    done = load(tmp_path, PRODUCTION | variables)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("console.env.EnvError")
    assert word in last


def test_connections_and_plans_are_kept(settings):
    from console.settings import _database

    postgres = _database("postgres://u:p@h/n?sslmode=require")
    assert postgres["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": None,
        "sslmode": "require",
    }
    assert postgres["CONN_MAX_AGE"] == 600
    assert _database("sqlite:////tmp/x.sqlite3")["CONN_MAX_AGE"] is None
    assert settings.TIME_ZONE == "UTC"
