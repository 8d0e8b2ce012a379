import json

import pytest

from iam.policy import (
    MalformedPolicy,
    PrincipalEntry,
    check_for_save,
    invalid_principal,
    parse,
    trust_principals,
)
from tests.policy.build import ACCOUNT, ALICE, FEDERATED, ROLE, ROOT, SESSION
from tests.policy.test_save import GONE, refusal, text_of

OTHER_ACTIONS = "AssumeRole policy may only specify STS AssumeRole actions."
EMPTY_PRINCIPAL = "Missing required field Principal cannot be empty!"


def trust(**changes):
    found = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", **changes}
    return {key: value for key, value in found.items() if value is not GONE}


def trusting(**principal):
    return text_of(trust(Principal=principal))


REFUSED = [
    ("malformed", "This policy contains invalid Json"),
    ('{"Version": "2012-10-17",}', "This policy contains invalid Json"),
    (text_of(trust(), Version="2013-10-17"), "The policy must contain a valid version string"),
    (text_of(), "Could not parse the policy: Statement is empty!"),
    (text_of(trust(), Statement={}), "Could not parse the policy: Statement is empty!"),
    ("[]", "Syntax errors in policy."),
    (text_of(trust(), Foo=1), "Syntax errors in policy."),
    (text_of(trust(Foo=1)), "Syntax errors in policy."),
    (text_of(trust(Condition={"x": {"a": "1"}})), "Syntax errors in policy."),
    (text_of(trust(Effect=GONE)), "Missing required field Effect"),
    (text_of(trust(Effect="allow")), "Invalid effect: allow"),
    (text_of(trust(Principal=GONE)), "Missing required field Principal"),
    (text_of(trust(Principal={})), EMPTY_PRINCIPAL),
    (text_of(trust(Principal={"AWS": []})), EMPTY_PRINCIPAL),
    (text_of(trust(Principal={"AWS": "", "Service": []})), EMPTY_PRINCIPAL),
    (text_of(trust(Principal="*")), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'),
    (text_of(trust(NotPrincipal={"AWS": ROOT}, Principal=GONE)), "AssumeRole policy must not contain NotPrincipal field."),
    (text_of(trust(Action=GONE)), "Missing required field Action"),
    (text_of(trust(Action=[])), OTHER_ACTIONS),
    (text_of(trust(Action="*")), OTHER_ACTIONS),
    (text_of(trust(Action=["sts:AssumeRole", "s3:GetObject"])), OTHER_ACTIONS),
    (text_of(trust(Action="sts:GetCallerIdentity")), OTHER_ACTIONS),
    (text_of(trust(Action=GONE, NotAction="sts:AssumeRole")), OTHER_ACTIONS),
    (text_of(trust(Resource="*")), "Has prohibited field Resource"),
    (text_of(trust(NotResource="*")), "Has prohibited field NotResource"),
    (text_of(trust(Sid="a"), trust(Sid="a")), "The Statement Ids in the policy are not unique"),
    *(
        (trusting(AWS=name), f'Invalid principal in policy: "AWS":"{name}"')
        for name in (
            "x", "alice", "12345", f"arn:aws:iam::{ACCOUNT}:user/*", f"arn:aws:iam::{ACCOUNT}:*", "arn:aws:iam::*:root",
            f"arn:aws:iam::{ACCOUNT}:group/g", f"arn:aws:iam:eu:{ACCOUNT}:user/x", f"arn:aws:s3::{ACCOUNT}:user/x",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/app", f"arn:aws:sts::{ACCOUNT}:assumed-role/app/*", "arn:aws:iam",
            f"x:aws:iam::{ACCOUNT}:root", "arn:aws:iam::12:root", f"arn:aws:iam::{ACCOUNT}:user/a b",
            f"arn:aws-cn:iam::{ACCOUNT}:root", f"arn:aws-us-gov:iam::{ACCOUNT}:user/alice", f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/a/b",
            f"arn:aws:iam::{ACCOUNT}:user/a\0", f"arn:aws:iam::{ACCOUNT}:role/é", f"arn:aws:iam::{ACCOUNT}:user/\x7f/a",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/a\0/b", f"arn:aws:sts::{ACCOUNT}:federated-user/a:b",
        )
    ),
    *(
        (trusting(Service=name), f'Invalid principal in policy: "SERVICE":"{name}"')
        for name in ("ec2", "ec2*", "*.amazonaws.com", "amazonaws.com", "AmazonAWS.com", "ec2.amazonaws.com.", "-.amazonaws.com", ROOT)
    ),
    (trusting(Service=["", "x.amazonaws.com"]), 'Invalid principal in policy: "SERVICE":""'),
    *(
        (trusting(Federated=name), f'Invalid principal in policy: "FEDERATED":"{name}"')
        for name in (
            "a b", "*", "idp", "token.actions.githubusercontent.com", "https://accounts.google.com", ACCOUNT, ROOT,
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/", f"arn:aws:iam::{ACCOUNT}:saml-provider/a/b",
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/*", f"arn:aws-cn:iam::{ACCOUNT}:saml-provider/corp",
            "arn:aws:iam:::oidc-provider/a.example.com", f"arn:aws:sts::{ACCOUNT}:saml-provider/corp",
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/a\0", f"arn:aws:iam::{ACCOUNT}:saml-provider/é",
        )
    ),
    (trusting(CanonicalUser="abc"), 'Invalid principal in policy: "CANONICALUSER":"abc"'),
    (text_of(trust(Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0"}})), "The policy failed legacy parsing"),
    (text_of(trust(Condition={"DateLessThan": {"aws:CurrentTime": "soon"}})), "The policy failed legacy parsing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refused_in_aws_words(text, message):
    assert refusal(text, "trust") == message


SAVED = [
    text_of(trust()),
    text_of(trust(), Version=GONE),
    text_of(trust(), Version="2008-10-17"),
    text_of(trust(), Statement=trust()),
    text_of(trust(Effect="Deny")),
    text_of(trust(Sid=""), trust(Sid="")),
    text_of(
        trust(
            Action=["sts:assumerole", "sts:AssumeRole*", "sts:*", "sts:TagSession", "sts:SetSourceIdentity"]
        )
    ),
    text_of(trust(Condition={"StringEquals": {"sts:ExternalId": "x"}})),
    trusting(AWS="*"),
    trusting(AWS=[ACCOUNT, ROOT, ALICE, ROLE, SESSION, FEDERATED, f"arn:aws:iam::{ACCOUNT}:role/a/b/c"]),
    trusting(AWS=["AIDAIOSFODNN7EXAMPLE", "AROAIOSFODNN7EXAMPLE"]),
    trusting(Service=["ec2.amazonaws.com", "dynamodb.application-autoscaling.amazonaws.com"]),
    trusting(Service=["ec2.amazonaws.com.cn", "edgelambda.AMAZONAWS.com", "alexa-appkit.amazon.com"]),
    trusting(Service="scheduler.example.com"),
    trusting(
        Federated=[
            "accounts.google.com",
            "cognito-identity.amazonaws.com",
            f"arn:aws:iam::{ACCOUNT}:saml-provider/corp",
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com:8443/realms/a",
        ]
    ),
]


@pytest.mark.parametrize("text", SAVED, ids=range(len(SAVED)))
def test_saved_and_readable(text):
    assert refusal(text, "trust") == ""
    assert parse(text).statements


def test_refusal_says_where():
    text = trusting(AWS=[ROOT, "nobody"])
    with pytest.raises(MalformedPolicy) as caught:
        check_for_save(text, "trust")
    assert '"nobody"' in text.splitlines()[caught.value.line - 1]


def test_principals_are_listed_with_their_places():
    text = json.dumps(
        {
            "Statement": [
                trust(Principal={"AWS": ["a", "b"], "Service": "c"}),
                trust(Principal="*"),
                trust(Principal=GONE),
            ]
        },
        indent=1,
    )
    entries = trust_principals(text)
    assert [(entry.type, entry.value) for entry in entries] == [
        ("AWS", "a"),
        ("AWS", "b"),
        ("Service", "c"),
        ("AWS", "*"),
    ]
    for entry in entries:
        line = text.splitlines()[entry.line - 1]
        assert line[entry.column - 1 :].startswith(f'"{entry.value}"')


def test_principals_of_a_single_statement():
    assert trust_principals('{"Statement": {"Principal": {"AWS": "a"}}}') == (
        PrincipalEntry("AWS", "a", 1, 37),
    )
    assert trust_principals("{}") == ()


def test_unknown_principal_has_aws_text():
    assert invalid_principal("AWS", ALICE) == f'Invalid principal in policy: "AWS":"{ALICE}"'
