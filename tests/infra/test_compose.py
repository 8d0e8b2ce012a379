"""No container engine is asked: the files must say the right things."""

import re
from pathlib import Path

import pytest
import yaml

from console.env import VARIABLES
from console.management.commands.make_secrets import write_secrets

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat")


def test_the_five_services_are_there():
    assert set(SERVICES) == {"web", "worker", "beat", "database", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_as_files(name):
    for variable, value in SERVICES[name]["environment"].items() if "environment" in SERVICES[name] else ():
        if re.search("PASSWORD|SECRET|KEYRING|DATABASE_URL", variable):
            assert variable.endswith("_FILE")
            assert Path(value).name in SERVICES[name]["secrets"]


def test_every_secret_is_made_by_the_documented_command(tmp_path):
    made = write_secrets(tmp_path / "secrets")
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == set(made)
    assert write_secrets(tmp_path / "secrets") == dict.fromkeys(made, False)


@pytest.mark.parametrize("name", OURS)
def test_variables_are_known(name):
    names = {variable.removesuffix("_FILE") for variable in SERVICES[name]["environment"]}
    assert names <= set(VARIABLES)
    assert SERVICES[name]["environment"]["WARDSTEAD_ENV"] == "production"


def test_only_the_web_is_reached_and_from_this_machine_only():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"]


def test_one_beat_and_no_worker_inside_the_web():
    assert "--no-worker" in SERVICES["web"]["command"]
    assert "beat" in SERVICES["beat"]["command"]
    assert not {"-B", "--beat"} & set(SERVICES["worker"]["command"])


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.lock" in lines
    assert re.search(r"^USER wardstead$", lines, re.MULTILINE)
    assert lines.count("FROM python:3.11-slim") == 2


def test_the_image_copies_what_exists():
    for source in re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        assert (ROOT / source).exists()
        assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()
