"""Terraform's own AWS provider against the product: every kind of resource and data source it has for IAM.

Each family is made, planned without a difference, changed, planned again, and destroyed.  So is the access of a company
as somebody would really write it: modules, tables of people, imports, moves, a provider that takes a role.  All this
runs where Terraform and the provider are on the machine already: neither can be installed from here.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates import certificate, ec_key, pem_of, rsa_key, saml_metadata
from tests.cli import terminal
from tests.cli.terminal import Terminal
from tests.e2e import serving

HERE = Path(__file__).parent / "terraform"
FAMILIES = {path.parent.name: path for path in sorted(HERE.glob("*/main.tf"))}
COMPANY = Path(__file__).parent / "company"
MIRRORS = (
    Path("/opt/tf-plugins"),
    Path("/usr/share/terraform/plugins"),
    Path("~/.terraform.d/plugins").expanduser(),
)
PROVIDER = "registry.terraform.io/hashicorp/aws"
MIRROR = next((folder for folder in MIRRORS if (folder / PROVIDER).is_dir()), None)
AT_ONCE = 2
# What each family finds by its data sources, before and after it is changed.
FOUND = {
    "people": ("111122223333 /staff/ 1 1 Active 1", "111122223333 /staff/ 1 1 Inactive 2"),
    "access": ("7200 2 deploy 1 deploy true", "7200 2 deploy 1 deploy true"),
    "trust": ("idp.example.com/realms/main idp /first/", "idp.example.com/realms/main idp /second/"),
    "account": ("true", "true"),
}
AWS_MANAGED = "arn:aws:iam::aws:policy"
LOGS = {"logs": f"{AWS_MANAGED}/CloudWatchLogsReadOnlyAccess"}
READS = {"iam": f"{AWS_MANAGED}/IAMReadOnlyAccess"}
# What the company's files are given, and what they are given a year on.
FIRST = {
    "teams": {
        "web": {"members": ["dana", "erin"], "policies": LOGS},
        "data": {"members": ["erin", "fred"]},
        "platform": {"members": ["gwen"], "policies": READS | {"audit": f"{AWS_MANAGED}/SecurityAudit"}},
    },
    "backup_user": "legacy-backup",
    "deploys_from": ["repo:acme/access:ref:refs/heads/main", "repo:acme/web:environment:production"],
    "remembered_passwords": 24,
}
LATER = FIRST | {
    "teams": {
        "storefront": {"members": ["dana", "erin", "hal"], "policies": LOGS},
        "platform": {"members": ["gwen", "erin"], "policies": READS},
    },
    "backup_user": "backup",
    "deploys_from": ["repo:acme/access:ref:refs/heads/main"],
    "remembered_passwords": 12,
}
# Kinds of the provider that cannot be tried, each with the reason.
NOT_TRIED = {
    ("resource", "aws_iam_organizations_features"): "needs the managing account of an AWS organization",
}

pytestmark = pytest.mark.skipif(
    shutil.which("terraform") is None or MIRROR is None,
    reason="Terraform or its AWS provider is not on this machine",
)


def surroundings(folder: Path) -> dict[str, str]:
    """What Terraform must be told to take the provider from this machine and to ask nobody anything."""
    settings = folder / "settings.rc"
    settings.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n'
    )
    return {
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_ARGS": "-no-color",
        "AWS_REGION": "us-east-1",
    }


def lay_papers(folder: Path) -> None:
    """Files that the families upload."""
    start = datetime.now(UTC) - timedelta(days=1)
    public = rsa_key().public_key()
    papers = {
        "metadata.xml": saml_metadata(),
        "server.pem": certificate("web", start=start),
        "server.key": pem_of(ec_key("web")),
        "signing.pem": certificate("dana", start=start),
        "id.pub": public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(),
    }
    for name, text in papers.items():
        (folder / name).write_text(text)


@contextmanager
def opened(product: serving.Installation, family: str, folder: Path) -> Iterator[Terminal]:
    """The terminal of a new account's root, in a folder with the family's plan."""
    account = product.new_account()
    shutil.copy(FAMILIES[family], folder)
    lay_papers(folder)
    given = terminal.keys(account["access_key_id"], account["secret_access_key"])
    place = {"AWS_ENDPOINT_URL": product.url, **surroundings(folder), **given}
    if family == "account":
        place["TF_VAR_alias"] = f"{account['alias']}-2"
    with terminal.terminal(folder.with_name(f"{folder.name}-home"), place) as session:
        session.number = account["account_id"]
        session.does(f"cd {folder}")
        yield session


def walk(product: serving.Installation, family: str, folder: Path) -> None:
    """A family's whole life.  AssertionError at what is not as it should be."""
    kinds = FAMILIES[family].read_text().count('\nresource "')
    with opened(product, family, folder) as session:
        session.does("terraform init -input=false")
        made = session.does("terraform apply -input=false -auto-approve")
        assert f"Resources: {kinds} added, 0 changed, 0 destroyed." in made, made
        unchanged(session, "-var word=first")
        assert found(session) == FOUND[family][0]
        changed = session.does("terraform apply -input=false -auto-approve -var word=second")
        assert re.search(r"Resources: \d+ added, [1-9]\d* changed, \d+ destroyed\.", changed), changed
        unchanged(session, "-var word=second")
        assert found(session) == FOUND[family][1]
        gone = session.does("terraform destroy -input=false -auto-approve -var word=second")
        assert f"Resources: {kinds} destroyed." in gone, gone


def unchanged(session: Terminal, *given: str) -> None:
    plan = session.type(f"terraform plan -input=false -detailed-exitcode {' '.join(given)}")
    assert "No changes." in plan, plan
    assert session.status == 0


def found(session: Terminal) -> str:
    printed = session.does("terraform output -raw found")
    return printed.replace(session.number, terminal.NUMBER)


@contextmanager
def platform_team(product: serving.Installation, folder: Path) -> Iterator[tuple[Terminal, Any]]:
    """The terminal of an administrator who keeps the company's files in the folder, and his client of IAM."""
    account = product.new_account()
    root = iam_client(product, account["access_key_id"], account["secret_access_key"])
    root.create_user(UserName="admin")
    root.attach_user_policy(UserName="admin", PolicyArn=f"{AWS_MANAGED}/AdministratorAccess")
    key = root.create_access_key(UserName="admin")["AccessKey"]
    given = terminal.keys(key["AccessKeyId"], key["SecretAccessKey"])
    place = {"AWS_ENDPOINT_URL": product.url, **surroundings(folder), **given}
    shutil.copytree(COMPANY, folder, dirs_exist_ok=True)
    lay_papers(folder)
    with terminal.terminal(folder.with_name("company-home"), place) as session:
        session.number = account["account_id"]
        session.does(f"cd {folder}; export TF_VAR_account={session.number}")
        yield session, iam_client(product, key["AccessKeyId"], key["SecretAccessKey"])


def iam_client(product: serving.Installation, key_id: str, secret: str) -> Any:
    keys = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
    return boto3.client("iam", endpoint_url=product.url, region_name="us-east-1", **keys)


def walk_company(product: serving.Installation, folder: Path) -> None:
    """A year of the company's.  AssertionError at what is not as it should be."""
    apply = "terraform apply -input=false -auto-approve"
    batch = {"Effect": "Allow", "Principal": {"Service": "batch.amazonaws.com"}, "Action": "sts:AssumeRole"}
    settings = folder / "terraform.tfvars.json"
    with platform_team(product, folder) as (session, iam):
        iam.create_user(UserName="legacy-backup")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [batch]})
        iam.create_role(RoleName="LegacyBatch", AssumeRolePolicyDocument=trust)
        settings.write_text(json.dumps(FIRST))
        session.does("mv later/later.tf later.tf.kept; terraform init -input=false")
        session.does("terraform import -input=false aws_iam_user.backup legacy-backup")
        made = session.does(apply)
        assert "Resources: 1 imported, 37 added, 2 changed, 0 destroyed." in made, made
        unchanged(session)

        # Somebody was at it by hand.
        iam.create_group(GroupName="by-hand")
        iam.attach_role_policy(RoleName="platform-elevated", PolicyArn=f"{AWS_MANAGED}/AdministratorAccess")
        iam.remove_user_from_group(GroupName="data", UserName="erin")
        iam.untag_role(RoleName="GitHubDeploy", TagKeys=["acme:stage"])
        settings.write_text(json.dumps(LATER))
        changed = session.does(f"mv later.tf.kept later.tf; {apply}")
        assert re.search(r"Resources: 1 imported, \d+ added, \d+ changed, \d+ destroyed\.", changed), changed
        assert 'people = "dana erin gwen hal"' in changed
        unchanged(session)
        session.does("terraform destroy -input=false -auto-approve")
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["admin"]
        left = (iam.list_roles()["Roles"], iam.list_groups()["Groups"])
        assert left == ([], [])
        assert iam.list_policies(Scope="Local")["Policies"] == []


@pytest.fixture(scope="module")
def walked(product: serving.Installation, tmp_path_factory) -> Iterator[dict[str, Future[None]]]:
    """The company's walk and every family's; two at a time, each in an account of its own."""
    with ThreadPoolExecutor(AT_ONCE) as walkers:
        walks = {"company": walkers.submit(walk_company, product, tmp_path_factory.mktemp("company"))}
        for family in FAMILIES:
            walks[family] = walkers.submit(walk, product, family, tmp_path_factory.mktemp(family))
        yield walks


@pytest.mark.parametrize("family", FAMILIES)
def test_what_terraform_makes_it_finds_again_changes_and_removes(walked, family):
    walked[family].result()


def test_the_access_of_a_company_is_kept_for_a_year(walked):
    walked["company"].result()


def test_every_kind_that_the_provider_has_is_in_a_family_or_not_tried_for_a_reason(tmp_path):
    offered = schema(tmp_path)
    written = {
        (what, kind)
        for path in FAMILIES.values()
        for what, kind in re.findall(r'^(resource|data) "(aws_iam_\w+)"', path.read_text(), re.MULTILINE)
    }
    assert offered - written == set(NOT_TRIED)
    assert written <= offered


def schema(folder: Path) -> set[tuple[str, str]]:
    """The kinds for IAM that the provider on this machine has."""
    (folder / "main.tf").write_text(
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    )
    surround = surroundings(folder) | {"PATH": os.environ["PATH"], "HOME": str(folder), "TF_CLI_ARGS": ""}

    def terraform(*words: str) -> str:
        done = subprocess.run(  # noqa: S603  # a fixed command line
            ["terraform", *words],  # noqa: S607  # wherever it is
            cwd=folder,
            env=surround,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    terraform("init", "-input=false")
    known = json.loads(terraform("providers", "schema", "-json"))["provider_schemas"]
    (provider,) = known.values()
    parts = {"resource": "resource_schemas", "data": "data_source_schemas"}
    return {
        (what, kind) for what, part in parts.items() for kind in provider[part] if kind.startswith("aws_iam_")
    }
