"""The SDK for Java 2, of which STS can be had: a program that is refused, takes roles, gives codes and reads what it is told.

It runs where a JDK is and `make cli` could lay out the SDK's jars.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.cli import terminal
from tests.e2e import serving
from tests.e2e.authenticator import Authenticator

HERE = Path(__file__).parent / "java"
JARS = serving.ROOT / ".venv-java" / "jars"
PATIENCE_SECONDS = 120
PROFILE = """
[profile dave]
aws_access_key_id = {key_id}
aws_secret_access_key = {secret}

[profile deploy]
source_profile = dave
role_arn = {role}
role_session_name = tour
external_id = agreed
"""

pytestmark = pytest.mark.skipif(
    shutil.which("javac") is None or not JARS.is_dir(),
    reason="a JDK or the SDK's jars are not on this machine: `make cli` lays out the jars where a JDK is",
)


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def device(iam: Any, name: str) -> tuple[str, str]:
    """Another MFA device of dave's: its serial number and a code that it has not shown."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    app = Authenticator.of_text(made["Base32StringSeed"].decode())
    first, second = app.pair()
    serial = made["SerialNumber"]
    iam.enable_mfa_device(
        UserName="dave", SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )
    return serial, app.code()


def cast(product: serving.Installation, account: dict[str, Any], home: Path) -> dict[str, str]:
    """Dave, who has a key and two devices and may take two roles; what the program must be told of them."""
    iam = boto3.client(
        "iam",
        endpoint_url=product.url,
        region_name="us-east-1",
        aws_access_key_id=account["access_key_id"],
        aws_secret_access_key=account["secret_access_key"],
        config=Config(retries={"max_attempts": 0}),
    )
    dave = {"AWS": iam.create_user(UserName="dave")["User"]["Arn"]}
    key = iam.create_access_key(UserName="dave")["AccessKey"]
    agreed = {"StringEquals": {"sts:ExternalId": "agreed"}}
    coded = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    takes = ["sts:AssumeRole", "sts:TagSession"]
    roles = {
        name: iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=policy(Principal=dave, Action=takes, Condition=condition),
        )["Role"]["Arn"]
        for name, condition in (("reader", agreed), ("keeper", coded))
    }
    serial, code = device(iam, "phone")
    serial_2, code_2 = device(iam, "tablet")
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        PROFILE.format(key_id=key["AccessKeyId"], secret=key["SecretAccessKey"], role=roles["reader"])
    )
    told = {
        "KEY_ID": key["AccessKeyId"],
        "SECRET": key["SecretAccessKey"],
        "ROLE": roles["reader"],
        "STRONG_ROLE": roles["keeper"],
        "SERIAL": serial,
        "CODE": code,
        "SERIAL_2": serial_2,
        "CODE_2": code_2,
    }
    return {f"TOUR_{name}": value for name, value in told.items()}


@pytest.fixture(scope="module")
def told(product: serving.Installation, tmp_path_factory) -> dict[str, Any]:
    """What the program's tour came to, step by step."""
    home = tmp_path_factory.mktemp("java")
    account = product.new_account()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    place = {"AWS_ENDPOINT_URL": product.url, "AWS_REGION": "us-east-1", "HOME": str(home)}
    keys = terminal.keys(account["access_key_id"], account["secret_access_key"])
    # The home that Java knows is the user's own, whatever HOME says.
    command = ["java", f"-Duser.home={home}", "-cp", f"{JARS}/*", str(HERE / "Tour.java")]
    environment = bare | place | keys | cast(product, account, home)
    printed = serving.output_of(command, environment, home, PATIENCE_SECONDS)
    answer: dict[str, Any] = json.loads(printed.replace(account["account_id"], terminal.NUMBER))
    return answer


def refusals(told: dict[str, Any], *names: str) -> list[tuple[str, int, str]]:
    return [(told[name]["code"], told[name]["status"], told[name]["type"]) for name in names]


def test_everybody_is_who_the_keys_say(told):
    people = f"arn:aws:iam::{terminal.NUMBER}"
    assert told["root"] == f"{people}:root"
    assert told["dave"] == told["plain"] == f"{people}:user/dave"
    assert told["visitor"] == f"arn:aws:sts::{terminal.NUMBER}:federated-user/visitor"
    assert told["account"] == terminal.NUMBER


def test_a_denial_says_what_was_missing_and_leads_to_the_reason(told):
    assert {name: told["denied"][name] for name in ("code", "message", "status")} == {
        "code": "AccessDenied",
        "message": f"User: arn:aws:iam::{terminal.NUMBER}:user/dave is not authorized to perform: sts:GetFederationToken on "
        f"resource: arn:aws:sts::{terminal.NUMBER}:federated-user/visitor because no identity-based policy allows the "
        "sts:GetFederationToken action",
        "status": 403,
    }
    assert told["decoded"] == "sts:GetFederationToken"


def test_errors_are_those_that_a_program_catches(told):
    assert refusals(told, "undecoded", "garbled", "short", "forged", "unknown") == [
        ("InvalidAuthorizationMessageException", 400, "InvalidAuthorizationMessageException"),
        ("MalformedPolicyDocument", 400, "MalformedPolicyDocumentException"),
        ("ValidationError", 400, "StsException"),
        ("SignatureDoesNotMatch", 403, "StsException"),
        ("InvalidClientTokenId", 403, "StsException"),
    ]


def test_a_role_is_taken_on_its_terms(told):
    taken = f"arn:aws:sts::{terminal.NUMBER}:assumed-role/reader/tour"
    assert [told[name] for name in ("role", "taken", "provided", "profile")] == [taken] * 4
    assert told["expires"] == 15
    assert refusals(told, "untrusted") == [("AccessDenied", 403, "StsException")]


def test_what_needs_a_second_factor_is_had_with_a_code_alone(told):
    taken = f"arn:aws:sts::{terminal.NUMBER}:assumed-role/keeper/tour"
    assert told["coded"] == told["chained"] == taken
    assert told["strong"] == 60
    assert refusals(told, "uncoded", "replayed") == [("AccessDenied", 403, "StsException")] * 2
    assert "invalid MFA one time pass code" in told["replayed"]["message"]
