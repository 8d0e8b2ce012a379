"""Policies for the validator's tests, written in few words."""

import json
from dataclasses import dataclass
from typing import Any

from iam.policy.validate import PolicyType

TRUST = "AWS::IAM::AssumeRolePolicyDocument"
ACCOUNT = "111122223333"
OTHER = "444455556666"
OBJECTS = "arn:aws:s3:::data/*"
ROLES = f"arn:aws:iam::{ACCOUNT}:role/app"
GITHUB = "token.actions.githubusercontent.com"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"


@dataclass(frozen=True)
class Case:
    """A policy text, and what kind of policy it is."""

    text: str
    kind: PolicyType = "IDENTITY_POLICY"
    resource_type: str = ""
    old_scp_rules: bool = False


def text(*statements: Any, **top: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **top, "Statement": list(statements)})


def block(**elements: Any) -> dict[str, Any]:
    """A sound statement with these elements changed; None takes one away."""
    sound = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS, **elements}
    for name in ("Action", "Resource"):
        if f"Not{name}" in elements and name not in elements:
            del sound[name]
    return {name: value for name, value in sound.items() if value is not None}


def one(**elements: Any) -> Case:
    return Case(text(block(**elements)))


def when(condition: dict[str, Any], **elements: Any) -> Case:
    return one(Condition=condition, **elements)


def resource(kind: str = "", **elements: Any) -> Case:
    given = {"Principal": {"AWS": ACCOUNT}, **elements}
    if "NotPrincipal" in elements and "Principal" not in elements:
        del given["Principal"]
    return Case(text(block(**given)), "RESOURCE_POLICY", kind)


def trust(**elements: Any) -> Case:
    given = {"Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole", "Resource": None, **elements}
    if "NotPrincipal" in elements:
        del given["Principal"]
    return Case(text(block(**given)), "RESOURCE_POLICY", TRUST)


def scp(old: bool = True, **elements: Any) -> Case:
    return Case(text(block(**{"Resource": "*", **elements})), "SERVICE_CONTROL_POLICY", "", old)


def rcp(**elements: Any) -> Case:
    given = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", **elements}
    return Case(text(block(**given)), "RESOURCE_CONTROL_POLICY")


def web(provider: str, **condition: Any) -> Case:
    conditions = {"Condition": condition["asking"]} if condition else {}
    return trust(
        Principal={"Federated": OIDC + provider}, Action="sts:AssumeRoleWithWebIdentity", **conditions
    )


def sized(length: int, kind: PolicyType, resource_type: str = "") -> Case:
    elements: dict[str, Any] = {"Resource": "arn:aws:s3:::" + "x" * length}
    if kind != "IDENTITY_POLICY":
        elements["Principal"] = "*"
    return Case(text(block(**elements)), kind, resource_type)


PASSED = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
SLR = {"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}}
PRESENT = {"Null": {"aws:TagKeys": "false"}}
