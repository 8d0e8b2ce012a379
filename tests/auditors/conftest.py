"""Fixtures of the auditors' runs: one installation, a careless and a careful account in it."""

import os
import subprocess
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e import serving

HERE = Path(__file__).parent
BIN = serving.ROOT / ".venv-auditors" / "bin"
PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Audited:
    """An account as its root user hands it to an auditor."""

    number: str
    iam: Any
    environment: dict[str, str]
    folder: Path

    def run(self, program: str, *arguments: str, place: Path = BIN) -> str:
        """What an auditing program of that place prints; it must end well."""
        done = subprocess.run(  # noqa: S603  # a program of the environment that the lock made
            [str(place / program), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here: it needs installed programs and has a target of its own."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.services)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave what the product said beside the words of a failure."""
    report = yield
    serving.report(item, report)
    return report


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[serving.Installation]:
    with serving.installation(tmp_path_factory.mktemp("product")) as installation:
        yield installation


@pytest.fixture
def audited(product: serving.Installation, tmp_path) -> Audited:
    """An account of the test's own."""
    made = product.new_account()
    keys = {
        "aws_access_key_id": made["access_key_id"],
        "aws_secret_access_key": made["secret_access_key"],
    }
    place = {
        "AWS_ENDPOINT_URL": product.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "HOME": str(tmp_path),
        **{name.upper(): value for name, value in keys.items()},
    }
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    iam = boto3.client("iam", endpoint_url=product.url, region_name="us-east-1", **keys)
    return Audited(made["account_id"], iam, bare | place, tmp_path)
