"""The SDKs of JavaScript and Go: what a program of each is told, from the signed request to the error it catches.

One story, tour.mjs and tour.go.  JavaScript's runs where node is and `make cli` could install the SDK; Go's where a compiler
and the SDK of Debian's package golang-github-aws-aws-sdk-go-v2-dev are.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import terminal
from tests.e2e import serving

HERE = Path(__file__).parent
JAVASCRIPT = HERE / "javascript"
GO_PATH = Path("/usr/share/gocode")
GO_SDK = GO_PATH / "src/github.com/aws/aws-sdk-go-v2/service/iam"
PATIENCE_SECONDS = 300

Environment = dict[str, str]
Program = Callable[[Environment, Path], str]


def javascript(environment: Environment, _folder: Path) -> str:
    return serving.output_of(["node", "--no-warnings", "tour.mjs"], environment, JAVASCRIPT, PATIENCE_SECONDS)


def go(environment: Environment, folder: Path) -> str:
    program = str(folder / "tour")
    building = environment | {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": str(GO_PATH)}
    serving.output_of(["go", "build", "-o", program, "tour.go"], building, HERE / "go", PATIENCE_SECONDS)
    return serving.output_of([program], environment, folder, PATIENCE_SECONDS)


PROGRAMS = [
    pytest.param(
        javascript,
        id="javascript",
        marks=pytest.mark.skipif(
            shutil.which("node") is None or not (JAVASCRIPT / "node_modules").is_dir(),
            reason="node or the JavaScript SDK is not on this machine: `make cli` installs the SDK where npm is",
        ),
    ),
    pytest.param(
        go,
        id="go",
        marks=pytest.mark.skipif(
            shutil.which("go") is None or not GO_SDK.is_dir(),
            reason="Go or Debian's package of its SDK is not on this machine",
        ),
    ),
]


@pytest.fixture(scope="module")
def tours() -> dict[str, dict[str, Any]]:
    """What each tour came to; a tour is taken once, in whichever order the tests come."""
    return {}


@pytest.fixture(params=PROGRAMS)
def told(request, tours, product: serving.Installation, tmp_path) -> dict[str, Any]:
    """What the program's tour came to, step by step."""
    program: Program = request.param
    if program.__name__ not in tours:
        tours[program.__name__] = toured(program, product, tmp_path)
    taken: dict[str, Any] = tours[program.__name__]
    return taken


def toured(program: Program, product: serving.Installation, folder: Path) -> dict[str, Any]:
    """Take a tour in an account of its own."""
    account = product.new_account()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    place = {"AWS_ENDPOINT_URL": product.url, "AWS_REGION": "us-east-1"}
    keys = terminal.keys(account["access_key_id"], account["secret_access_key"])
    printed = program(bare | place | keys, folder)
    answer: dict[str, Any] = json.loads(printed.replace(account["account_id"], terminal.NUMBER))
    return answer


def test_answers_are_read_as_what_they_are(told):
    values = {
        "root": f"arn:aws:iam::{terminal.NUMBER}:root",
        "pages": [["dave"], ["erin"], ["fred"]],
        "none": [],
        "users": 3,
        "picture": "PNG",
    }
    assert {name: told[name] for name in values} == values
    assert all(told[name] for name in ("waited", "note", "date", "seed", "trusted", "description"))


def test_a_policy_holds_at_the_very_next_call(told):
    people = f"arn:aws:iam::{terminal.NUMBER}:user"
    assert told["denied"] == {
        "code": "AccessDenied",
        "message": f"User: {people}/staff/dave is not authorized to perform: iam:ListUsers on resource: {people}/ "
        "because no identity-based policy allows the iam:ListUsers action",
        "status": 403,
        "typed": False,
        "known": True,
    }
    assert told["allowed"] == 3
    assert told["again"] == "AccessDenied"


def test_errors_are_those_that_a_program_catches(told):
    assert told["absent"] == {
        "code": "NoSuchEntity",
        "message": "The user with name nobody cannot be found.",
        "status": 404,
        "typed": True,
        "known": True,
    }
    codes = [told[name] for name in ("present", "invalid", "forged")]
    assert codes == ["EntityAlreadyExists", "ValidationError", "SignatureDoesNotMatch"]


def test_a_role_is_taken_and_acts(told):
    assert told["session"] == f"arn:aws:sts::{terminal.NUMBER}:assumed-role/reader/tour"
    assert told["expires"] == 15
    assert told["reads"] == 3
    assert told.get("presigned", 200) == 200
