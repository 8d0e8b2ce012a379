"""Tours of every operation that is offered, typed into a terminal with the real aws command line.

Each file in tours/ is a text of what is typed and what is then to be read, walked as root of an account of its own.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from iam import catalogue
from iam.shapes.names import dashes
from tests.certificates import certificate, ec_key, pem_of, rsa_key, saml_metadata
from tests.cli import terminal
from tests.cli.terminal import BIN
from tests.e2e import serving

TOURS = {
    path.stem: terminal.steps(path.read_text())
    for path in (Path(__file__).parent / "tours").glob("*.console")
}
LEAST_STEPS = 100
# Every tour is walked with version 1; with version 2, which starts more slowly, those with most kinds of values.
WITH_VERSION_2 = ("account", "profiles", "tokens")
# It says which program speaks, that it was told to try once, and a code for what it finds wrong itself.
VERSION_2_ADDS = re.compile(
    r"aws: \[ERROR\]: | \(reached max retries: 0\)|An error occurred \(ParamValidation\): "
)
WALKS = [
    *(("1", name) for name in sorted(TOURS)),
    *(("2", name) for name in WITH_VERSION_2),
]
HERE_ARE = {"1", "2"} if (terminal.VERSION_2 / "aws").exists() else {"1"}
AT_ONCE = 2

Walked = dict[tuple[str, str], Future[list[str]]]


@pytest.fixture(scope="module")
def walked(product: serving.Installation, programs: Path, tmp_path_factory) -> Iterator[Walked]:
    """What was not as written, by version and tour; two tours are walked at a time, each in an account of its own."""
    places = {"1": programs, "2": terminal.VERSION_2}
    with ThreadPoolExecutor(AT_ONCE) as walkers:
        yield {
            (version, name): walkers.submit(
                walk, name, product, tmp_path_factory.mktemp(name), places[version]
            )
            for version, name in WALKS
            if version in HERE_ARE
        }


def lay_papers(home: Path) -> None:
    """Files that the tours upload."""
    start = datetime.now(UTC) - timedelta(days=1)
    public = rsa_key().public_key()
    papers = {
        "metadata.xml": saml_metadata(),
        "server.pem": certificate("tour", start=start),
        "server.key": pem_of(ec_key("tour")),
        "id.pub": public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(),
    }
    for name, text in papers.items():
        (home / name).write_text(text)


def walk(name: str, product: serving.Installation, home: Path, programs: Path) -> list[str]:
    account = product.new_account()
    given = terminal.keys(account["access_key_id"], account["secret_access_key"])
    surroundings = {"AWS_ENDPOINT_URL": product.url, "AWS_DEFAULT_REGION": "eu-central-1"}
    wrong = []
    lay_papers(home)
    with terminal.terminal(home, surroundings | given, programs) as opened:
        opened.number = account["account_id"]
        for step in TOURS[name]:
            printed = VERSION_2_ADDS.sub("", opened.type(step.typed))
            if not terminal.fits(step.printed, printed):
                wrong.append(
                    f"$ {step.typed}\n  expected {terminal.tidy(step.printed)}\n  printed  {printed}"
                )
    return wrong


@pytest.mark.parametrize(("version", "name"), WALKS)
def test_everything_typed_prints_what_is_written(walked, version, name):
    if version not in HERE_ARE:
        pytest.skip(
            "version 2 of the aws command line is not on this machine: `make cli` unpacks it on Linux"
        )
    wrong = walked[version, name].result()
    assert not wrong, "\n".join(wrong)


def test_the_tours_are_long_enough():
    assert sum(len(steps) for steps in TOURS.values()) >= LEAST_STEPS


def test_every_offered_operation_that_the_command_line_knows_is_on_a_tour():
    typed = {word for steps in TOURS.values() for step in steps for word in step.typed.split()}
    untyped = {
        f"{service}.{name}"
        for service in ("iam", "sts")
        for name in known(service)
        if catalogue.find(f"{service}.{name}") is not None and dashes(name) not in typed
    }
    assert untyped == set()


def known(service: str) -> list[str]:
    """The operations in the service model that the command line brings, which is older than ours."""
    (model,) = BIN.parent.glob(f"lib/python3*/site-packages/awscli/botocore/data/{service}/*/service-2.json")
    return list(json.loads(model.read_text())["operations"])
