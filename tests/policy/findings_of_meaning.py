"""Policies with and without each finding about what is said: values, variables, limits, dangers and proofs."""

from tests.policy.finding_texts import (
    ACCOUNT,
    OBJECTS,
    PASSED,
    PRESENT,
    ROLES,
    SLR,
    Case,
    block,
    one,
    rcp,
    scp,
    text,
    when,
)

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
