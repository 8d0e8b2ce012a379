"""The two servers, and what they answer, without what no two servers have in common: ids, moments, secrets."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tests.e2e import serving

MOTO = serving.ROOT / ".venv-parity" / "bin" / "moto_server"
NUMBER = "111122223333"
PATIENCE_SECONDS = 60

_IDS = re.compile(r"\b(AIDA|AROA|AGPA|ANPA|AIPA|ASCA|APKA|ACCA|AKIA|ASIA)[A-Z0-9]{12,}")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_HIDDEN = {
    "Base32StringSeed",
    "CertificateId",
    "Fingerprint",
    "JobId",
    "Marker",
    "QRCodePNG",
    "SecretAccessKey",
    "SessionToken",
}
# Ids that begin as AWS's do are shown by that; any other is of another form.
_NUMBERS = {"GroupId", "InstanceProfileId", "PolicyId", "RoleId", "UserId"}
ANSWERED = "answered"


class Side:
    """One server as the script walks it; `log` has what each step came to, in the order of steps."""

    def __init__(self, url: str, key_id: str, secret: str, number: str) -> None:
        self.number = number
        self.log: list[tuple[str, dict[str, str]]] = []
        session = boto3.Session(
            region_name="us-east-1", aws_access_key_id=key_id, aws_secret_access_key=secret
        )
        config = Config(retries={"max_attempts": 0}, parameter_validation=False)
        self._clients = {
            name: session.client(name, endpoint_url=url, config=config) for name in ("iam", "sts")
        }

    def iam(self, name: str, **params: Any) -> dict[str, Any]:
        """One step at IAM; the answer, or {} where it is refused."""
        return self._step("iam", name, params)

    def sts(self, name: str, **params: Any) -> dict[str, Any]:
        """One step at STS."""
        return self._step("sts", name, params)

    def wrong(
        self, name: str, undo: str = "", undone: Mapping[str, Any] | None = None, **params: Any
    ) -> None:
        """A step at IAM that AWS refuses; where this server does it all the same, what came of it is undone."""
        self._step("iam", name, params)
        if undo and self.log[-1][1][""] == ANSWERED:
            self.quiet(undo, **(undone or {}))

    def quiet(self, name: str, **params: Any) -> None:
        """What prepares or tidies up: no step, whatever comes of it."""
        self._ask("iam", name, params)

    def page(self, name: str, **params: Any) -> dict[str, Any]:
        """One page of a list at IAM, of which only the lengths and the sign that more follows are compared."""
        answer = self._step("iam", name, params)
        operation, facts = self.log[-1]
        kept = {
            path: fact for path, fact in facts.items() if path in ("", "IsTruncated") or path.endswith("[]")
        }
        self.log[-1] = (operation, {path: fact for path, fact in kept.items() if path.count("[") <= 1})
        return answer

    def _step(self, service: str, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        outcome, answer = self._ask(service, name, params)
        self.log.append((f"{service}.{name}", {"": outcome, **dict(self._facts("", answer))}))
        return answer

    def _ask(self, service: str, name: str, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            answer: dict[str, Any] = getattr(self._clients[service], name)(**params)
        except ClientError as refusal:
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            return f"{refusal.response['Error']['Code']} ({status})", {}
        except (BotoCoreError, ResponseParserError):
            return "no answer that can be read", {}
        answer.pop("ResponseMetadata")
        return ANSWERED, answer

    def _facts(self, path: str, value: Any) -> Iterator[tuple[str, str]]:
        """Each value of an answer under its path, and how long each list is.  The order of lists is not compared."""
        name = path.rpartition(".")[2]
        if isinstance(value, dict) and name.endswith("Document"):
            yield path, self._shown(path, json.dumps(value, sort_keys=True))
        elif isinstance(value, dict):
            for member, part in value.items():
                yield from self._facts(f"{path}.{member}" if path else member, part)
        elif isinstance(value, list):
            yield f"{path}[]", str(len(value))
            for index, part in enumerate(sorted(value, key=_rank)):
                yield from self._facts(f"{path}[{index}]", part)
        else:
            yield path, self._shown(path, value)

    def _shown(self, path: str, value: Any) -> str:
        name = path.rpartition(".")[2]
        if isinstance(value, datetime):
            return "<moment>"
        if isinstance(value, bytes) or name in _HIDDEN:
            return "<hidden>"
        text = _UUID.sub("<uuid>", _IDS.sub(r"<\1>", str(value).replace(self.number, NUMBER)))
        return "<another form>" if name in _NUMBERS and not text.startswith("<") else text


def _rank(value: Any) -> str:
    """What a list's members are told apart by: their ARN, or their names, else all of them."""
    if not isinstance(value, dict):
        return str(value)
    names = [str(part) for member, part in value.items() if member.endswith(("Name", "Key", "VersionId"))]
    return str(value.get("Arn", "")) or " ".join(names) or str(value)


@contextmanager
def moto(folder: Path) -> Iterator[Side]:
    """The server of moto, which lets everybody in, with AWS's own policies."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "moto.log").open("wb")
    policies = {**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    with log, subprocess.Popen([str(MOTO), "-p", str(port)], env=policies, stdout=log, stderr=log) as process:  # noqa: S603  # ours
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not _answers(port):
                assert process.poll() is None, (folder / "moto.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield Side(f"http://127.0.0.1:{port}", "testing", "testing", "123456789012")
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def ours(folder: Path) -> Iterator[Side]:
    """Wardstead, as the root of an account of its own."""
    with serving.installation(folder) as product:
        account = product.new_account()
        keys = account["access_key_id"], account["secret_access_key"]
        yield Side(product.url, *keys, account["account_id"])
