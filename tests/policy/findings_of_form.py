"""Policies with and without each finding about what may stand where: structure, names, trust and keys."""

import json

from tests.policy.finding_texts import (
    ACCOUNT,
    GITHUB,
    OTHER,
    ROLES,
    SAML,
    TRUST,
    Case,
    block,
    one,
    resource,
    sized,
    text,
    trust,
    web,
    when,
)

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
        sized(6200, "IDENTITY_POLICY"),
        sized(5000, "IDENTITY_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA": (
        sized(20500, "RESOURCE_POLICY"),
        sized(7000, "RESOURCE_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": (
        sized(2100, "RESOURCE_POLICY", TRUST),
        sized(1500, "RESOURCE_POLICY", TRUST),
    ),
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": (
        sized(10300, "SERVICE_CONTROL_POLICY"),
        sized(9000, "SERVICE_CONTROL_POLICY"),
    ),
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA": (
        sized(5200, "RESOURCE_CONTROL_POLICY"),
        sized(4000, "RESOURCE_CONTROL_POLICY"),
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
