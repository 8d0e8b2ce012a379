"""The account that a newcomer finds: people, groups, policies and a role, all made by operations as its root.

What it returns is shown once; nothing of it is kept in clear.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts import passwords
from accounts.models import Account
from accounts.signup import open_account, record_opening
from iam import catalogue, pipeline, principals
from iam.call import Call

NAME = "Demo"
ALIAS = "demo"
ROOT_EMAIL = "root@demo.example"
ADMIN = "admin"
ACTOR = "wardstead:system:demo"

_AWS = "arn:aws:iam::aws:policy"
_PEOPLE = {
    "alice": ("/engineering/", "Developers", "falcon"),
    "bob": ("/engineering/", "Developers", "heron"),
    "carol": ("/finance/", "Auditors", "ledger"),
}
_GROUP_POLICIES = {
    "Administrators": f"{_AWS}/AdministratorAccess",
    "Developers": f"{_AWS}/PowerUserAccess",
    "Auditors": f"{_AWS}/SecurityAudit",
}


@dataclass(frozen=True, slots=True)
class Demo:
    """All that somebody needs to try the product; `repr` shows no secret."""

    account_number: str
    alias: str
    root_email: str
    root_password: str = field(repr=False)
    admin_name: str
    admin_password: str = field(repr=False)
    access_key_id: str
    secret_access_key: str = field(repr=False)

    def lines(self, address: str) -> list[str]:
        """What the banner says of it; `address` is where the product serves."""
        return [
            "",
            f"The account {self.alias} ({self.account_number}) was made for you. This is shown once:",
            "",
            f"  Sign in as administrator   {address}/signin/{self.alias}",
            f"    user name                {self.admin_name}",
            f"    password                 {self.admin_password}",
            f"  Sign in as root            {address}/signin",
            f"    e-mail                   {self.root_email}",
            f"    password                 {self.root_password}",
            "",
            "  The API, from another terminal:",
            f"    export AWS_ACCESS_KEY_ID={self.access_key_id}",
            f"    export AWS_SECRET_ACCESS_KEY={self.secret_access_key}",
            "    export AWS_DEFAULT_REGION=us-east-1",
            f"    export AWS_ENDPOINT_URL={address}",
            f"    aws --endpoint-url {address} iam get-user",
            "",
        ]


@dataclass(frozen=True, slots=True)
class _Root:
    """Root of the new account at work."""

    account: Account
    now: datetime

    def iam(self, action: str, **params: Any) -> dict[str, Any]:
        """Run an IAM operation."""
        operation = catalogue.find(f"iam.{action}")
        if operation is None:
            raise LookupError(f"iam.{action} is not offered")
        identity = self.account.root
        identity.account = self.account
        call = Call(
            account=self.account,
            principal=principals.of_identity(identity, session=None),
            now=self.now,
            request_id=str(uuid.uuid4()),
            source="system",
        )
        return pipeline.perform(call, operation, params) or {}


def seed(now: datetime) -> Demo:
    """Make the demo account in an empty database, and tell its secrets."""
    root_password, admin_password = passwords.generate(), passwords.generate()
    account, _ = open_account(name=NAME, email=ROOT_EMAIL, password=root_password, alias=ALIAS, now=now)
    record_opening(account, ROOT_EMAIL, now, actor=ACTOR)
    root = _Root(account, now)
    _groups(root)
    key = _administrator(root, admin_password)
    _people(root)
    _policies(root)
    _roles(root)
    return Demo(
        account_number=account.number,
        alias=ALIAS,
        root_email=ROOT_EMAIL,
        root_password=root_password,
        admin_name=ADMIN,
        admin_password=admin_password,
        access_key_id=key["AccessKeyId"],
        secret_access_key=key["SecretAccessKey"],
    )


def _groups(root: _Root) -> None:
    for name, policy_arn in _GROUP_POLICIES.items():
        root.iam("CreateGroup", GroupName=name)
        root.iam("AttachGroupPolicy", GroupName=name, PolicyArn=policy_arn)


def _administrator(root: _Root, password: str) -> dict[str, Any]:
    tags = _tags(purpose="first administrator")
    root.iam("CreateUser", UserName=ADMIN, Tags=tags)
    root.iam("AddUserToGroup", GroupName="Administrators", UserName=ADMIN)
    root.iam("CreateLoginProfile", UserName=ADMIN, Password=password)
    made: dict[str, Any] = root.iam("CreateAccessKey", UserName=ADMIN)["AccessKey"]
    return made


def _people(root: _Root) -> None:
    for name, (path, group, project) in _PEOPLE.items():
        root.iam("CreateUser", UserName=name, Path=path, Tags=_tags(project=project))
        root.iam("AddUserToGroup", GroupName=group, UserName=name)
    text = _policy(_allow(["iam:ListUsers", "iam:ListGroups"], "*", Sid="SeeWhoIsHere"))
    root.iam("PutUserPolicy", UserName="bob", PolicyName="SeeColleagues", PolicyDocument=text)


def _policies(root: _Root) -> None:
    own = f"arn:aws:iam::{root.account.number}:user/${{aws:username}}"
    keys = ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey"]
    of_project = {"StringEquals": {"aws:ResourceTag/project": "${aws:PrincipalTag/project}"}}
    texts = {
        "ManageOwnAccessKeys": ("Lets users look after their own access keys.", _allow(keys, own)),
        "ReadOwnProject": (
            "Reads what is tagged with the project that the user is tagged with.",
            _allow(["s3:GetObject", "ec2:DescribeInstances"], "*", Condition=of_project),
        ),
    }
    for name, (description, statement) in texts.items():
        root.iam(
            "CreatePolicy",
            PolicyName=name,
            Description=description,
            PolicyDocument=_policy(statement),
            Tags=_tags(purpose="example"),
        )
        policy_arn = f"arn:aws:iam::{root.account.number}:policy/{name}"
        root.iam("AttachGroupPolicy", GroupName="Developers", PolicyArn=policy_arn)


def _roles(root: _Root) -> None:
    number = root.account.number
    trusted = {
        "AWS": [f"arn:aws:iam::{number}:user/engineering/alice", f"arn:aws:iam::{number}:user/{ADMIN}"]
    }
    trust = {"Effect": "Allow", "Principal": trusted, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    root.iam(
        "CreateRole",
        RoleName="Deployment",
        Description="Assumed to deploy: by alice and the administrator.",
        AssumeRolePolicyDocument=_policy(trust),
        Tags=_tags(purpose="example", project="falcon"),
    )
    text = _policy(_allow(["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::falcon-releases/*", Sid="Releases"))
    root.iam("PutRolePolicy", RoleName="Deployment", PolicyName="Releases", PolicyDocument=text)


def _allow(actions: list[str], resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
