"""The bars again in real boto3, over a socket and without retries, so that nothing succeeds at the second try."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e import serving
from tests.e2e.authenticator import Authenticator

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


class Caller:
    """Both services as the holder of some credentials sees them."""

    def __init__(self, url: str, key_id: str, secret: str, token: str | None = None) -> None:
        self.url = url
        keys = {
            "aws_access_key_id": key_id,
            "aws_secret_access_key": secret,
            "aws_session_token": token,
        }
        session = boto3.Session(region_name="eu-central-1", **keys)
        config = Config(retries={"max_attempts": 0})
        self.iam = session.client("iam", endpoint_url=url, config=config)
        self.sts = session.client("sts", endpoint_url=url, config=config)

    def user(self, name: str) -> "Caller":
        """A new user with a key."""
        self.iam.create_user(UserName=name)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return Caller(self.url, key["AccessKeyId"], key["SecretAccessKey"])

    def session(self, answer: Mapping[str, Any]) -> "Caller":
        """The holder of the credentials in an answer of STS."""
        given = answer["Credentials"]
        return Caller(self.url, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@pytest.fixture
def root(product: serving.Installation, account) -> Caller:
    return Caller(product.url, account["access_key_id"], account["secret_access_key"])


def policy(action: object, resource: str = "*", **more: object) -> str:
    statement = {"Effect": "Allow", "Action": action, **({"Resource": resource} if resource else {}), **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refused(code: str = "AccessDenied") -> Any:
    return pytest.raises(ClientError, match=rf"\({code}\)")


def test_a_policy_holds_at_the_very_next_call(root: Caller, account):
    dave = root.user("dave")
    people = f"arn:aws:iam::{account['account_id']}:user/"
    text = (
        f"User: {people}dave is not authorized to perform: iam:ListUsers on resource: {people} "
        "because no identity-based policy allows the iam:ListUsers action"
    )
    for _ in range(3):
        with refused() as told:
            dave.iam.list_users()
        error = told.value.response
        assert (error["Error"]["Code"], error["Error"]["Message"]) == ("AccessDenied", text)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
        assert error["ResponseMetadata"]["RetryAttempts"] == 0
        root.iam.attach_user_policy(UserName="dave", PolicyArn=READ_ONLY)
        assert [user["UserName"] for user in dave.iam.list_users()["Users"]] == ["dave"]
        root.iam.detach_user_policy(UserName="dave", PolicyArn=READ_ONLY)


def test_a_denial_is_decoded_by_who_may_and_by_nobody_else(root: Caller):
    dave = root.user("dave")
    with refused() as told:
        dave.iam.list_users()
    message = told.value.response["Error"]["EncodedMessage"]
    with refused():
        dave.sts.decode_authorization_message(EncodedMessage=message)
    decoded = json.loads(root.sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
    assert decoded["decisionId"] == told.value.response["Error"]["DecisionId"]
    assert decoded["allowed"] is False
    assert decoded["request"]["action"] == "iam:ListUsers"


def test_only_a_session_with_a_code_is_allowed_what_needs_a_second_factor(root: Caller):
    dave = root.user("dave")
    text = policy("iam:ListUsers", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    root.iam.put_user_policy(UserName="dave", PolicyName="WithMFA", PolicyDocument=text)
    device = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="dave")["VirtualMFADevice"]
    app = Authenticator.of_text(device["Base32StringSeed"].decode())
    first, second = app.pair()
    serial = device["SerialNumber"]
    root.iam.enable_mfa_device(
        UserName="dave", SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )
    code = app.code()
    strong = dave.session(dave.sts.get_session_token(SerialNumber=serial, TokenCode=code))
    assert len(strong.iam.list_users()["Users"]) == 1
    with refused():
        dave.iam.list_users()
    with refused("InvalidClientTokenId"):  # a session token without a code calls no IAM operation at all
        dave.session(dave.sts.get_session_token()).iam.list_users()
    with refused():
        dave.sts.get_session_token(SerialNumber=serial, TokenCode=code)


def test_a_role_is_taken_on_its_terms(root: Caller, account):
    erin = root.user("erin")
    erins = {"AWS": f"arn:aws:iam::{account['account_id']}:user/erin"}
    trust = policy(
        ["sts:AssumeRole", "sts:TagSession"],
        "",
        Principal=erins,
        Condition={"StringEquals": {"sts:ExternalId": "agreed"}},
    )
    role = root.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    root.iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    take = {"RoleArn": role, "RoleSessionName": "tour"}
    with refused():
        erin.sts.assume_role(**take)
    take["ExternalId"] = "agreed"
    answer = erin.sts.assume_role(**take)
    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/reader/tour")
    assert len(erin.session(answer).iam.list_users()["Users"]) == 1

    lesser = erin.session(erin.sts.assume_role(**take, Policy=policy("iam:ListGroups")))
    assert lesser.iam.list_groups()["Groups"] == []
    with pytest.raises(ClientError, match="because no session policy allows the iam:ListUsers action"):
        lesser.iam.list_users()

    text = policy("iam:CreateGroup", Condition={"StringEquals": {"aws:PrincipalTag/stage": "test"}})
    root.iam.put_role_policy(RoleName="reader", PolicyName="OnTest", PolicyDocument=text)
    with refused():
        erin.session(answer).iam.create_group(GroupName="made")
    tagged = erin.session(erin.sts.assume_role(**take, Tags=[{"Key": "stage", "Value": "test"}]))
    tagged.iam.create_group(GroupName="made")


def test_a_chain_of_roles_lasts_an_hour_at_most(root: Caller, account):
    erin = root.user("erin")
    prefix = f"arn:aws:iam::{account['account_id']}"
    for name, trusted in (("first", f"{prefix}:user/erin"), ("second", f"{prefix}:role/first")):
        trust = policy("sts:AssumeRole", "", Principal={"AWS": trusted})
        root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, MaxSessionDuration=43200)
    take = {"RoleSessionName": "chain", "RoleArn": f"{prefix}:role/first"}
    first = erin.session(erin.sts.assume_role(**take, DurationSeconds=43200))
    take["RoleArn"] = f"{prefix}:role/second"
    with refused("ValidationError"):
        first.sts.assume_role(**take, DurationSeconds=3601)
    second = first.session(first.sts.assume_role(**take, DurationSeconds=3600))
    assert second.sts.get_caller_identity()["Arn"].endswith(":assumed-role/second/chain")


def test_every_paginator_walks_pages_of_one(root: Caller):
    for number in range(3):
        root.iam.create_group(GroupName=f"group-{number}")
    pages = list(root.iam.get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["Groups"]) for page in pages] == [1, 1, 1]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]


def test_waiters_see_what_was_made(root: Caller):
    root.iam.create_user(UserName="dave")
    root.iam.get_waiter("user_exists").wait(UserName="dave", WaiterConfig={"Delay": 1, "MaxAttempts": 1})


def test_the_resource_interface_finds_its_way(product: serving.Installation, root: Caller, account):
    root.user("dave")
    iam = boto3.resource(
        "iam",
        endpoint_url=product.url,
        region_name="us-east-1",
        aws_access_key_id=account["access_key_id"],
        aws_secret_access_key=account["secret_access_key"],
    )
    dave = iam.User("dave")
    dave.attach_policy(PolicyArn=READ_ONLY)
    assert [policy.arn for policy in dave.attached_policies.all()] == [READ_ONLY]
    assert [user.name for user in iam.users.all()] == ["dave"]
