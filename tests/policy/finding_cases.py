"""For each finding a policy that has it and one like it that has not."""

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


def _size(length: int, kind: PolicyType, resource_type: str = "") -> Case:
    elements: dict[str, Any] = {"Resource": "arn:aws:s3:::" + "x" * length}
    if kind != "IDENTITY_POLICY":
        elements["Principal"] = "*"
    return Case(text(block(**elements)), kind, resource_type)


PASSED = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
SLR = {"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}}
PRESENT = {"Null": {"aws:TagKeys": "false"}}

STRUCTURE: dict[str, tuple[Case, Case]] = {
    "JSON_SYNTAX_ERROR": (Case('{"Version": "2012-10-17",}'), one()),
    "DUPLICATE_ELEMENT": (Case('{"Version": "2012-10-17", "Version": "2012-10-17"}'), one()),
    "DATA_TYPE_MISMATCH": (one(Action=7), one(Action=["s3:GetObject"])),
    "INVALID_POLICY_ELEMENT": (one(action="s3:*"), one(Sid="a")),
    "MISSING_STATEMENT": (Case('{"Version": "2012-10-17", "Statement": []}'), one()),
    "MISSING_EFFECT": (one(Effect=None), one()),
    "INVALID_EFFECT": (one(Effect="allow"), one(Effect="Deny")),
    "MISSING_ACTION": (one(Action=None), one(NotAction="s3:PutObject")),
    "MISSING_RESOURCE": (one(Resource=None), trust()),
    "MISSING_PRINCIPAL": (Case(text(block()), "RESOURCE_POLICY"), resource()),
    "UNSUPPORTED_PRINCIPAL": (one(Principal="*"), resource()),
    "UNSUPPORTED_ELEMENT_COMBINATION": (one(Action="s3:*", NotAction="s3:*"), one()),
    "INVALID_VERSION": (Case(text(block(), Version="2020-01-01")), one()),
    "UNIQUE_SIDS_REQUIRED": (
        Case(text(block(Sid="a"), block(Sid="a"))),
        Case(text(block(Sid="a"), block(Sid="b"))),
    ),
    "UNSUPPORTED_SID": (one(Sid="a-b"), one(Sid="ab1")),
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE": (
        when({"StringLike": {"aws:UserName": "a", "aws:username": "b"}}),
        when({"StringLike": {"aws:UserName": "a"}}),
    ),
    "UNSUPPORTED_CHARACTER": (Case(text(block(Sid="a")).replace('"a"', '"\u20ac"')), one(Sid="e")),
    "MISSING_VERSION": (Case(json.dumps({"Statement": [block()]})), one()),
    "OLD_VERSION": (Case(text(block(), Version="2008-10-17")), one()),
    "UNIQUE_SIDS_RECOMMENDED": (
        Case(text(block(Sid="a", Principal="*"), block(Sid="a", Principal="*")), "RESOURCE_POLICY"),
        Case(text(block(Sid="a", Principal="*"), block(Sid="b", Principal="*")), "RESOURCE_POLICY"),
    ),
    "EMPTY_ARRAY_ACTION": (one(Action=[]), one()),
    "EMPTY_ARRAY_RESOURCE": (one(Resource=[]), one()),
    "EMPTY_ARRAY_PRINCIPAL": (resource(Principal={"AWS": []}), resource()),
    "EMPTY_OBJECT_CONDITION": (when({}), when({"Bool": {"aws:SecureTransport": "true"}})),
    "EMPTY_OBJECT_PRINCIPAL": (resource(Principal={}), resource()),
    "EMPTY_SID_VALUE": (one(Sid=""), one()),
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA": (
        _size(6200, "IDENTITY_POLICY"),
        _size(5000, "IDENTITY_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA": (
        _size(20500, "RESOURCE_POLICY"),
        _size(7000, "RESOURCE_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": (
        _size(2100, "RESOURCE_POLICY", TRUST),
        _size(1500, "RESOURCE_POLICY", TRUST),
    ),
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": (
        _size(10300, "SERVICE_CONTROL_POLICY"),
        _size(9000, "SERVICE_CONTROL_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA": (
        _size(5200, "RESOURCE_CONTROL_POLICY"),
        _size(4000, "RESOURCE_CONTROL_POLICY"),
    ),
}

NAMES: dict[str, tuple[Case, Case]] = {
    "INVALID_ACTION": (one(Action="s3:GetObjekt"), one(Action="s3:Get*")),
    "INVALID_SERVICE_IN_ACTION": (one(Action="s33:GetObject"), one()),
    "ACTION_WITHOUT_SERVICE": (one(Action="GetObject"), one(Action="*")),
    "WILDCARD_IN_SERVICE_NAME": (one(Action="s*:GetObject"), one()),
    "REDUNDANT_ACTION": (one(Action=["s3:Get*", "s3:GetObject"]), one(Action=["s3:Get*", "s3:PutObject"])),
    "UNSUPPORTED_ACTION_IN_POLICY": (
        resource("AWS::S3::Bucket", Action="sqs:SendMessage"),
        resource("AWS::S3::Bucket"),
    ),
    "INVALID_ARN_PREFIX": (one(Resource="data/*"), one(Resource="*")),
    "MISSING_ARN_FIELD": (one(Resource="arn:aws:s3"), one()),
    "INVALID_ARN_RESOURCE": (one(Resource="arn:aws:s3:::"), one()),
    "INVALID_ARN_ACCOUNT": (
        one(Resource="arn:aws:sqs:us-east-1:12:q"),
        one(Resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"),
    ),
    "INVALID_ARN_REGION": (
        one(Resource=f"arn:aws:sqs:moon:{ACCOUNT}:q"),
        one(Resource=f"arn:aws:sqs:*:{ACCOUNT}:q"),
    ),
    "MISSING_ARN_REGION": (one(Resource=f"arn:aws:sqs::{ACCOUNT}:q"), one(Resource=ROLES)),
    "ARN_REGION_NOT_ALLOWED": (one(Resource=f"arn:aws:iam:us-east-1:{ACCOUNT}:role/a"), one(Resource=ROLES)),
    "ARN_ACCOUNT_NOT_ALLOWED": (
        one(Resource=f"arn:aws:s3::{ACCOUNT}:data/*"),
        one(Resource=f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/a"),
    ),
    "INVALID_PARTITION": (one(Resource="arn:moon:s3:::data"), one(Resource="arn:aws-cn:s3:::data/*")),
    "INVALID_ARN_SERVICE_CASE": (one(Resource="arn:aws:S3:::data/*"), one()),
    "INVALID_SERVICE": (one(Resource=f"arn:aws:nosuch:us-east-1:{ACCOUNT}:q"), one()),
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY": (
        resource("AWS::S3::Bucket", Resource=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"),
        resource("AWS::S3::Bucket"),
    ),
    "REDUNDANT_RESOURCE": (
        one(Resource=["arn:aws:s3:::data/*", "arn:aws:s3:::data/x"]),
        one(Resource=["arn:aws:s3:::data/*", "arn:aws:s3:::more/*"]),
    ),
    "RESOURCE_MISMATCH": (one(Resource="arn:aws:s3:::data"), one()),
    "RESOURCE_STAR": (one(Resource="*"), one()),
    "INVALID_PRINCIPAL_FORMAT": (resource(Principal={"AWS": "alice"}), resource(Principal={"AWS": ROLES})),
    "INVALID_PRINCIPAL_KEY": (resource(Principal={"Aws": ACCOUNT}), resource()),
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL": (
        resource(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}),
        resource(Principal={"AWS": ROLES}),
    ),
    "INVALID_SERVICE_PRINCIPAL_FORMAT": (
        resource(Principal={"Service": "lambda"}),
        resource(Principal={"Service": "lambda.amazonaws.com"}),
    ),
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED": (
        resource(Principal={"Federated": SAML}),
        trust(Principal={"Federated": SAML}, Action="sts:AssumeRoleWithSAML"),
    ),
    "INVALID_ROLE_REFERENCE": (trust(Principal={"AWS": "AROAEXAMPLEEXAMPLE123"}), trust()),
    "INVALID_USER_REFERENCE": (trust(Principal={"AWS": "AIDAEXAMPLEEXAMPLE123"}), trust()),
    "ALLOW_WITH_NOT_PRINCIPAL": (resource(NotPrincipal={"AWS": ACCOUNT}), resource()),
    "NOT_PRINCIPAL_WITH_BOUNDARY": (
        resource(NotPrincipal={"AWS": ROLES}, Effect="Deny"),
        resource(Effect="Deny"),
    ),
    "PUBLIC_PRINCIPAL": (
        resource(Principal="*"),
        resource(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-x"}}),
    ),
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": (
        resource(Principal={"Service": "sns.amazonaws.com"}),
        resource(
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        ),
    ),
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL": (
        trust(Principal={"Service": "ec2.amazonaws.com"}),
        trust(
            Principal={"Service": "ec2.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        ),
    ),
}

TRUSTING: dict[str, tuple[Case, Case]] = {
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL": (trust(NotPrincipal={"AWS": ACCOUNT}), trust()),
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE": (trust(Resource="*"), trust()),
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL": (
        trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}),
        trust(Principal={"AWS": "*"}),
    ),
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY": (
        trust(Principal={"Federated": "idp"}, Action="sts:AssumeRoleWithSAML"),
        trust(Principal={"Federated": SAML}, Action="sts:AssumeRoleWithSAML"),
    ),
    "MISMATCHED_ACTION_FOR_PRINCIPAL": (
        trust(Principal={"Federated": SAML}, Action="sts:AssumeRoleWithWebIdentity"),
        trust(Principal={"Federated": SAML}, Action=["sts:AssumeRoleWithSAML", "sts:TagSession"]),
    ),
    "MISSING_ACTION_FOR_CONDITION_KEY": (
        trust(Condition={"StringEquals": {"sts:SourceIdentity": "x"}}),
        trust(
            Condition={"StringEquals": {"sts:SourceIdentity": "x"}},
            Action=["sts:AssumeRole", "sts:SetSourceIdentity"],
        ),
    ),
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY": (
        trust(Principal={"Service": "rolesanywhere.amazonaws.com"}),
        trust(
            Principal={"Service": "rolesanywhere.amazonaws.com"},
            Action=["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
        ),
    ),
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": (
        web("id.example.com"),
        web("id.example.com", asking={"StringEquals": {"id.example.com:aud": "app"}}),
    ),
    "MISSING_GITHUB_REPO_CONDITION_KEY": (
        web(GITHUB, asking={"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}),
        web(GITHUB, asking={"StringEquals": {f"{GITHUB}:sub": "repo:o/r:ref:refs/heads/main"}}),
    ),
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED": (
        web(GITHUB, asking={"StringLike": {f"{GITHUB}:sub": "repo:o/*"}}),
        web(GITHUB, asking={"StringEquals": {f"{GITHUB}:sub": "repo:o/r:ref:refs/heads/main"}}),
    ),
    "CONFIRM_AUDIENCE_CLAIM_TYPE": (
        web("id.example.com", asking={"ForAnyValue:StringEquals": {"id.example.com:aud": "app"}}),
        web("id.example.com", asking={"StringEquals": {"id.example.com:aud": "app"}}),
    ),
    "FOREIGN_ACCOUNT_WITHOUT_EXTERNAL_ID": (
        trust(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}),
        trust(Principal={"AWS": OTHER}, Condition={"StringEquals": {"sts:ExternalId": "x"}}),
    ),
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY": (
        trust(Principal={"AWS": [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"]}),
        trust(Principal={"AWS": [ACCOUNT, OTHER]}),
    ),
}

KEYS: dict[str, tuple[Case, Case]] = {
    "INVALID_CONDITION_OPERATOR": (
        when({"StringEqual": {"aws:username": "a"}}),
        when({"StringEquals": {"aws:username": "a"}}),
    ),
    "NULL_WITH_IF_EXISTS": (
        when({"NullIfExists": {"aws:username": "true"}}),
        when({"Null": {"aws:username": "true"}}),
    ),
    "NULL_WITH_QUALIFIER": (
        when({"ForAllValues:Null": {"aws:TagKeys": "true"}}),
        when({"Null": {"aws:TagKeys": "true"}}),
    ),
    "MISSING_QUALIFIER": (
        when({"StringEquals": {"aws:TagKeys": "a"}}),
        when({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
    ),
    "INVALID_CONDITION_KEY_FORMAT": (
        when({"StringEquals": {"username": "a"}}),
        when({"StringEquals": {"aws:username": "a"}}),
    ),
    "INVALID_GLOBAL_CONDITION_KEY": (
        when({"StringEquals": {"aws:UserNam": "a"}}),
        when({"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    ),
    "UNSUPPORTED_GLOBAL_CONDITION_KEY": (
        trust(Condition={"StringEquals": {"aws:username": "a"}}),
        trust(Condition={"StringEquals": {"aws:PrincipalArn": "a"}}),
    ),
    "DEPRECATED_GLOBAL_CONDITION_KEY": (
        when({"ForAnyValue:StringEquals": {"aws:PrincipalServiceNames": "a"}}),
        when({"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "a"}}),
    ),
    "INVALID_SERVICE_CONDITION_KEY": (
        when({"StringEquals": {"s3:Prefixx": "a"}}),
        when({"StringEquals": {"s3:ExistingObjectTag/team": "a"}}),
    ),
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": (
        when({"StringEquals": {"s3:prefix": "a"}}),
        when({"StringEquals": {"s3:prefix": "a"}}, Action="s3:ListBucket", Resource="arn:aws:s3:::data"),
    ),
    "IRRELEVANT_CONDITION_KEY_IN_POLICY": (
        when(
            {"StringEquals": {"s3:prefix": "a"}},
            Action=["s3:ListBucket", "s3:GetObject"],
            Resource="arn:aws:s3:::d*",
        ),
        when({"StringEquals": {"s3:prefix": "a"}}, Action="s3:ListBucket", Resource="arn:aws:s3:::data"),
    ),
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL": (
        resource(
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o"}},
        ),
        resource(
            Principal={"Service": "sns.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceOrgID": "o"}}
        ),
    ),
    "MISSING_TAG_KEY_IN_CONDITION": (
        when({"StringEquals": {"aws:PrincipalTag/": "a"}}),
        when({"StringEquals": {"aws:PrincipalTag/x": "a"}}),
    ),
    "FOR_ALL_VALUES_WITH_SINGLE_VALUED_KEY": (
        when({"ForAllValues:StringEquals": {"aws:username": "a"}}),
        when({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
    ),
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, Effect="Deny", Action="health:*", Resource="*"),
        when(
            {"StringEquals": {"aws:RequestTag/a": "b"}}, Effect="Deny", Action="iam:CreateUser", Resource="*"
        ),
    ),
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        when(
            {"StringEquals": {"aws:RequestTag/a": "b"}},
            Effect="Deny",
            NotAction="health:Describe*",
            Resource="*",
        ),
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, Effect="Deny", NotAction="iam:Get*", Resource="*"),
    ),
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, Action="health:*", Resource="*"),
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, Action="iam:CreateUser", Resource="*"),
    ),
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": (
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, NotAction="health:Describe*", Resource="*"),
        when({"StringEquals": {"aws:RequestTag/a": "b"}}, NotAction="iam:Get*", Resource="*"),
    ),
}

VALUES: dict[str, tuple[Case, Case]] = {
    "EMPTY_ARRAY_CONDITION": (
        when({"StringEquals": {"aws:username": []}}),
        when({"StringEquals": {"aws:username": "a"}}),
    ),
    "EMPTY_ARRAY_CONDITION_FOR_ALL_VALUES": (
        when({"ForAllValues:StringEquals": {"aws:TagKeys": []}}),
        when({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}),
    ),
    "EMPTY_ARRAY_CONDITION_FOR_ANY_VALUE": (
        when({"ForAnyValue:StringEquals": {"aws:TagKeys": []}}),
        when({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}),
    ),
    "EMPTY_ARRAY_CONDITION_IF_EXISTS": (
        when({"StringEqualsIfExists": {"aws:username": []}}),
        when({"StringEqualsIfExists": {"aws:username": ["a"]}}),
    ),
    "INVALID_CONDITION_DATA_TYPE": (
        when({"StringEquals": {"aws:username": ["a", 1]}}),
        when({"StringEquals": {"aws:username": ["a", "1"]}}),
    ),
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": (
        when({"Bool": {"aws:SecureTransport": ["true", "false"]}}),
        when({"Bool": {"aws:SecureTransport": ["true"]}}),
    ),
    "TYPE_MISMATCH": (
        when({"NumericEquals": {"aws:SourceIp": "1"}}),
        when({"IpAddress": {"aws:SourceIp": "8.8.8.8"}}),
    ),
    "TYPE_MISMATCH_STRING": (
        when({"Bool": {"aws:username": "true"}}),
        when({"StringLike": {"aws:username": "a*"}}),
    ),
    "TYPE_MISMATCH_NUMBER": (
        when({"NumericLessThan": {"aws:MultiFactorAuthAge": "an hour"}}),
        when({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
    ),
    "TYPE_MISMATCH_DATE": (
        when({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}),
        when({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
    ),
    "INVALID_DATE_VALUE": (
        when({"DateLessThan": {"aws:CurrentTime": "2026-02-30T00:00:00Z"}}),
        when({"DateLessThan": {"aws:CurrentTime": "2026-02-28T00:00:00Z"}}),
    ),
    "TYPE_MISMATCH_BOOLEAN": (
        when({"Bool": {"aws:SecureTransport": "yes"}}),
        when({"Bool": {"aws:SecureTransport": "TRUE"}}),
    ),
    "TYPE_MISMATCH_IP_RANGE": (
        when({"IpAddress": {"aws:SourceIp": "8.8.8"}}),
        when({"IpAddress": {"aws:SourceIp": "8.8.8.0/24"}}),
    ),
    "WILDCARD_WITHOUT_LIKE_OPERATOR": (
        when({"StringEquals": {"aws:username": "a*"}}),
        when({"StringEquals": {"aws:username": "a${*}"}}),
    ),
    "INVALID_REGION": (
        when({"StringEquals": {"aws:RequestedRegion": "frankfurt"}}),
        when({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}),
    ),
    "INVALID_VPC_FORMAT": (
        when({"StringEquals": {"aws:SourceVpc": "my-vpc"}}),
        when({"StringEquals": {"aws:SourceVpc": "vpc-0123abcd"}}),
    ),
    "INVALID_VPCE_FORMAT": (
        when({"StringEquals": {"aws:SourceVpce": "vpc-0123abcd"}}),
        when({"StringEquals": {"aws:SourceVpce": "vpce-0123abcd"}}),
    ),
    "PRIVATE_IP_ADDRESS": (
        when({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        when({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),
    ),
    "PRIVATE_NOT_IP_ADDRESS": (
        when({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        when({"NotIpAddress": {"aws:SourceIp": "8.8.8.0/24"}}),
    ),
    "PRIVATE_IP_ADDRESS_SUBSET": (
        when({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "8.8.8.8"]}}),
        when({"IpAddress": {"aws:SourceIp": ["8.8.8.8"]}}),
    ),
    "PRIVATE_NOT_IP_ADDRESS_SUBSET": (
        when({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "8.8.8.8"]}}),
        when({"NotIpAddress": {"aws:SourceIp": ["8.8.8.8"]}}),
    ),
    "IMPROVE_IP_RANGE": (
        when({"IpAddress": {"aws:SourceIp": "8.8.8.8/24"}}),
        when({"IpAddress": {"aws:SourceIp": "8.8.8.0/24"}}),
    ),
    "REDUNDANT_CONDITION_VALUE_NUM": (
        when({"NumericLessThan": {"aws:MultiFactorAuthAge": ["10", "20"]}}),
        when({"NumericEquals": {"aws:MultiFactorAuthAge": ["10", "20"]}}),
    ),
}

VARIABLES: dict[str, tuple[Case, Case]] = {
    "MISSING_BRACE_IN_VARIABLE": (
        one(Resource=OBJECTS + "${aws:username"),
        one(Resource=OBJECTS + "${aws:username}"),
    ),
    "MISSING_QUOTE_IN_VARIABLE": (
        one(Resource=OBJECTS + "${aws:username, all}"),
        one(Resource=OBJECTS + "${aws:username, 'all'}"),
    ),
    "UNSUPPORTED_SPACE_IN_VARIABLE": (
        one(Resource=OBJECTS + "${ aws:username }"),
        one(Resource=OBJECTS + "${aws:username}"),
    ),
    "EMPTY_VARIABLE": (one(Resource=OBJECTS + "${}"), one(Resource=OBJECTS + "${*}")),
    "VARIABLE_UNSUPPORTED_IN_ELEMENT": (
        one(Action="s3:${aws:username}"),
        one(Resource=OBJECTS + "${aws:username}"),
    ),
    "VARIABLE_UNSUPPORTED_IN_VERSION": (
        Case(text(block(Resource=OBJECTS + "${aws:username}"), Version="2008-10-17")),
        one(Resource=OBJECTS + "${aws:username}"),
    ),
    "INVALID_VARIABLE_FOR_OPERATOR": (
        when({"NumericEquals": {"s3:max-keys": "${aws:PrincipalTag/n}"}}),
        when({"StringEquals": {"aws:SourceIdentity": "${aws:username}"}}),
    ),
}

CONTROL: dict[str, tuple[Case, Case]] = {
    "SCP_SYNTAX_ERROR_PRINCIPAL": (scp(Principal="*"), scp()),
    "SCP_SYNTAX_ERROR_ACTION_WILDCARD": (scp(Action="s3:*Object"), scp(Action="s3:Get*")),
    "SCP_SYNTAX_ERROR_ALLOW_CONDITION": (
        scp(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        scp(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ),
    "SCP_SYNTAX_ERROR_ALLOW_NOTACTION": (scp(NotAction="s3:*"), scp(old=False, NotAction="s3:*")),
    "SCP_SYNTAX_ERROR_ALLOW_RESOURCE": (scp(Resource=OBJECTS), scp()),
    "SCP_SYNTAX_ERROR_NOTRESOURCE": (scp(Resource=None, NotResource=OBJECTS, Effect="Deny"), scp()),
    "RCP_SYNTAX_ERROR_ALLOW": (rcp(Effect="Allow"), rcp()),
    "RCP_SYNTAX_ERROR_PRINCIPAL": (rcp(Principal={"AWS": ACCOUNT}), rcp()),
    "RCP_SYNTAX_ERROR_NOTPRINCIPAL": (rcp(Principal=None, NotPrincipal={"AWS": ACCOUNT}), rcp()),
    "RCP_SYNTAX_ERROR_NOTACTION": (rcp(Action=None, NotAction="s3:Get*"), rcp()),
    "RCP_SYNTAX_ERROR_ACTION_WILDCARD": (rcp(Action="*"), rcp()),
    "RCP_UNSUPPORTED_SERVICE": (rcp(Action="ec2:RunInstances"), rcp()),
}

PASSING: dict[str, tuple[Case, Case]] = {
    f"{stem}_WITH_{how}": (one(**elements), one(**elements, Condition=guard))
    for stem, action, pattern, guard in (
        ("PASS_ROLE", "iam:PassRole", "iam:Pass*", PASSED),
        ("CREATE_SLR", "iam:CreateServiceLinkedRole", "iam:CreateService*", SLR),
    )
    for how, elements in {
        "STAR_IN_RESOURCE": {"Action": action, "Resource": "*"},
        "STAR_IN_ACTION_AND_RESOURCE": {"Action": pattern, "Resource": "*"},
        "STAR_IN_RESOURCE_AND_NOT_ACTION": {"NotAction": "s3:*", "Resource": "*"},
        "NOT_RESOURCE": {"Action": action, "NotResource": ROLES},
        "STAR_IN_ACTION_AND_NOT_RESOURCE": {"Action": pattern, "NotResource": ROLES},
        "NOT_ACTION_AND_NOT_RESOURCE": {"NotAction": "s3:*", "NotResource": ROLES},
    }.items()
}

SECURITY: dict[str, tuple[Case, Case]] = {
    "MISSING_PAIRED_CONDITION_KEYS": (
        when({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),
        when(
            {
                "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"},
                "StringEquals": {"aws:SourceVpc": "vpc-0123abcd"},
            }
        ),
    ),
    "FOR_ALL_VALUES_WITHOUT_NULL_CHECK": (
        when({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}),
        when({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, **PRESENT}),
    ),
    "ADMINISTRATOR_ACCESS": (one(Action="*", Resource="*"), one(Action="s3:*", Resource="*")),
    "ALLOW_NOT_ACTION_ON_EVERYTHING": (one(NotAction="iam:*", Resource="*"), one(NotAction="s3:Put*")),
    "BAD_PATTERN_FOR_MFA": (
        when({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, Effect="Deny"),
        when({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, Effect="Deny"),
    ),
    "NEGATED_CONDITION_ON_ABSENT_KEY": (
        when({"StringNotEquals": {"aws:username": "eve"}}),
        when({"StringNotEquals": {"aws:username": "eve"}, "Null": {"aws:username": "false"}}),
    ),
    "CONDITION_MATCHES_ANYTHING": (
        when({"StringLike": {"aws:SourceVpce": "*"}}),
        when({"StringLike": {"aws:SourceVpce": "vpce-0*"}}),
    ),
    "CALLER_CONTROLLED_CONDITION": (
        when({"StringLike": {"aws:UserAgent": "tool*"}}),
        when({"StringLike": {"aws:UserAgent": "tool*", "aws:username": "a"}}),
    ),
    "PRIVILEGE_ESCALATION": (
        one(Action="iam:AttachUserPolicy", Resource="*"),
        one(Action="iam:AttachUserPolicy", Resource=f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"),
    ),
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION": (
        one(Action=["s3:GetObject", "s3:PutBucketPolicy"], Resource="arn:aws:s3:::data*"),
        one(Action=["s3:DeleteObject", "s3:PutBucketPolicy"], Resource="arn:aws:s3:::data*"),
    ),
}

PROOFS: dict[str, tuple[Case, Case]] = {
    "STATEMENT_NEVER_MATCHES": (
        when({"Null": {"aws:PrincipalArn": "true"}}),
        when({"Null": {"aws:username": "true"}}),
    ),
    "CONDITION_ALWAYS_TRUE": (
        when({"Null": {"aws:PrincipalArn": "false"}}),
        when({"Null": {"aws:username": "false"}}),
    ),
    "CONTRADICTORY_CONDITIONS": (
        when({"StringEquals": {"aws:username": "a"}, "StringLike": {"aws:username": "b*"}}),
        when({"StringEquals": {"aws:username": "ab"}, "StringLike": {"aws:username": "a*"}}),
    ),
    "ALLOW_COVERED_BY_DENY": (
        Case(text(block(), block(Effect="Deny", Action="s3:*", Resource="*"))),
        Case(text(block(), block(Effect="Deny", Action="s3:*", Resource="*", Condition=PASSED))),
    ),
    "REDUNDANT_STATEMENT": (
        Case(text(block(), block(Action="s3:Get*"))),
        Case(text(block(), block(Action="s3:Put*"))),
    ),
    "DENY_WITHOUT_ALLOW": (
        Case(text(block(), block(Effect="Deny", Action="ec2:*", Resource="*"))),
        Case(text(block(), block(Effect="Deny", Action="s3:Get*", Resource="*", Condition=PASSED))),
    ),
}

CASES = {
    **STRUCTURE,
    **NAMES,
    **TRUSTING,
    **KEYS,
    **VALUES,
    **VARIABLES,
    **CONTROL,
    **PASSING,
    **SECURITY,
    **PROOFS,
}
