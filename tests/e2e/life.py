"""Life in the demo account: people with passwords and devices, programs that sign requests, denials."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.authenticator import Authenticator
from tests.e2e.browsing import Person
from tests.e2e.serving import Installation

PASSWORD = "amber-Lantern-58-quay"
PEOPLE = {"dave": "Developers", "erin": "Developers", "frank": "Auditors", "grace": "Administrators"}
PROGRAMS = {"backup-agent": "/programs/", "ci-deploy": "/programs/", "metrics-exporter": "/programs/"}
WITH_DEVICE = ("admin", "alice", "grace", "erin")
WITH_PASSWORD = ("alice", "bob", "carol", "dave", "erin", "grace")
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@dataclass(frozen=True, slots=True)
class Life:
    """Who has which authenticator, for signing in later."""

    apps: Mapping[str, Authenticator]


def service(product: Installation, name: str, key: Mapping[str, str]) -> Any:
    """A boto3 client of the product, with these variables' credentials."""
    return boto3.client(
        name,
        endpoint_url=product.url,
        region_name="us-east-1",
        aws_access_key_id=key["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=key["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 0}),
    )


def breathe(product: Installation) -> Life:
    """Bring life into the demo account, as its administrator with the printed key."""
    iam = service(product, "iam", product.exported())
    for name, group in PEOPLE.items():
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": group.lower()}])
        iam.add_user_to_group(UserName=name, GroupName=group)
    for name, path in PROGRAMS.items():
        iam.create_user(UserName=name, Path=path, Tags=[{"Key": "kind", "Value": "program"}])
        iam.attach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    for name in WITH_PASSWORD:
        iam.create_login_profile(UserName=name, Password=PASSWORD)
    for name in ("backup-agent", "ci-deploy", "bob", "alice"):
        _work(product, iam, name)
    retired = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="bob", AccessKeyId=retired, Status="Inactive")
    return Life({name: _enrol(iam, name) for name in WITH_DEVICE})


def sign_in_admin(person: Person, product: Installation, living: Life) -> None:
    """Sign in as the demo's administrator, with the printed password and a code."""
    password = product.printed.partition("password")[2].split()[0]
    person.sign_in("demo", "admin", password)
    person.fill(code=living.apps["admin"].code())
    person.press("Continue")
    person.is_headed("Dashboard")


def _work(product: Installation, iam: Any, name: str) -> None:
    """Make a key, and let the user's program do what it may and what it may not."""
    key = iam.create_access_key(UserName=name)["AccessKey"]
    given = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    theirs = service(product, "iam", given)
    for act in (theirs.list_users, theirs.list_roles, lambda: theirs.delete_group(GroupName="Auditors")):
        with suppress(ClientError):
            act()


def _enrol(iam: Any, name: str) -> Authenticator:
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    app = Authenticator.of_text(device["Base32StringSeed"].decode())
    first, second = app.pair()
    iam.enable_mfa_device(
        UserName=name,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    return app
