"""The README's tour with the real aws command line: denied, explained, allowed, denied again."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.serving import ROOT, Installation

AWS = ROOT / ".venv-cli" / "bin" / "aws"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Shell:
    """A terminal with somebody's keys exported."""

    url: str
    keys: Mapping[str, str]

    def aws(self, *words: str) -> subprocess.CompletedProcess[str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        surroundings = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_MAX_ATTEMPTS": "1",
        }
        return subprocess.run(  # noqa: S603  # our own command line
            [str(AWS), "--output", "json", *words],
            env=bare | surroundings | dict(self.keys),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def done(self, *words: str) -> Any:
        """The answer of a command that has to succeed."""
        result = self.aws(*words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout.strip() else None

    def denied(self, *words: str) -> str:
        """What a command says that has to fail."""
        result = self.aws(*words)
        assert result.returncode != 0, result.stdout
        return " ".join(result.stderr.split())


def key(access_key: Mapping[str, str]) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": access_key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": access_key["SecretAccessKey"],
    }


@pytest.fixture
def root(product: Installation, request) -> Shell:
    name = request.node.name.replace("_", "-").removeprefix("test-")[:40].strip("-")
    account = product.new_account(name)
    keys = {"AccessKeyId": account["access_key_id"], "SecretAccessKey": account["secret_access_key"]}
    return Shell(product.url, key(keys))


def test_the_printed_line_works(product: Installation):
    who = Shell(product.url, product.exported()).done("iam", "get-user")
    assert who["User"]["UserName"] == "admin"


def test_denied_explained_allowed(root: Shell):
    arn = root.done("iam", "create-user", "--user-name", "dave")["User"]["Arn"]
    dave = Shell(root.url, key(root.done("iam", "create-access-key", "--user-name", "dave")["AccessKey"]))
    assert dave.done("sts", "get-caller-identity")["Arn"] == arn
    denied = (
        f"An error occurred (AccessDenied) when calling the ListUsers operation: User: {arn} is not authorized to perform: "
        f"iam:ListUsers on resource: {arn.removesuffix('dave')} because no identity-based policy allows the iam:ListUsers action"
    )
    assert dave.denied("iam", "list-users").endswith(denied)
    root.done("iam", "attach-user-policy", "--user-name", "dave", "--policy-arn", READ_ONLY)
    assert [user["UserName"] for user in dave.done("iam", "list-users")["Users"]] == ["dave"]
    root.done("iam", "detach-user-policy", "--user-name", "dave", "--policy-arn", READ_ONLY)
    assert dave.denied("iam", "list-users").endswith(denied)


def test_a_role_is_taken_with_its_external_id(root: Shell):
    account = root.done("sts", "get-caller-identity")["Account"]
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:user/erin"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
        },
    }
    root.done("iam", "create-user", "--user-name", "erin")
    erin = Shell(root.url, key(root.done("iam", "create-access-key", "--user-name", "erin")["AccessKey"]))
    create = (
        "iam",
        "create-role",
        "--role-name",
        "reader",
        "--assume-role-policy-document",
        json.dumps(trust),
    )
    role = root.done(*create)["Role"]["Arn"]
    root.done("iam", "attach-role-policy", "--role-name", "reader", "--policy-arn", READ_ONLY)
    assume = ("sts", "assume-role", "--role-arn", role, "--role-session-name", "tour")
    assert "AccessDenied" in erin.denied(*assume)
    credentials = erin.done(*assume, "--external-id", "agreed")["Credentials"]
    reader = Shell(root.url, key(credentials) | {"AWS_SESSION_TOKEN": credentials["SessionToken"]})
    assert len(reader.done("iam", "list-users")["Users"]) == 1
    assert "AccessDenied" in reader.denied("iam", "delete-user", "--user-name", "erin")


def test_lists_are_paged_by_the_command_line(root: Shell):
    for number in range(5):
        root.done("iam", "create-group", "--group-name", f"group-{number}")
    assert len(root.done("iam", "list-groups", "--page-size", "2")["Groups"]) == 5
