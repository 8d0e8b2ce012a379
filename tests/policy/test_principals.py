import pytest

from iam.policy import Caller
from iam.policy.principals import Entry, Grant, compiled, entry
from tests.policy.build import ACCOUNT, ALICE, FEDERATED, OTHER, ROLE, ROOT, SESSION
from tests.policy.casebook import caller

BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
OIDC = Caller(PROVIDER, "", "web-identity")

GRANTS = [
    ("AWS", "*", ALICE, Grant.DIRECT),
    ("AWS", "*", "anonymous", Grant.DIRECT),
    ("AWS", ALICE, ALICE, Grant.DIRECT),
    ("AWS", BOB, ALICE, Grant.NONE),
    ("AWS", ALICE.replace("alice", "Alice"), ALICE, Grant.NONE),
    ("AWS", ACCOUNT, ALICE, Grant.ACCOUNT),
    ("AWS", ROOT, ALICE, Grant.ACCOUNT),
    ("AWS", ROOT, ROOT, Grant.ACCOUNT),
    ("AWS", ROOT, SESSION, Grant.ACCOUNT),
    ("AWS", ROOT, FEDERATED, Grant.ACCOUNT),
    ("AWS", OTHER, ALICE, Grant.NONE),
    ("AWS", ROOT, "anonymous", Grant.NONE),
    ("AWS", ROOT, "sns.amazonaws.com", Grant.NONE),
    ("AWS", ACCOUNT, SAML, Grant.NONE),
    ("AWS", SESSION, SESSION, Grant.DIRECT),
    ("AWS", ROLE, SESSION, Grant.LIMITED),
    ("AWS", ROLE + "s", SESSION, Grant.NONE),
    ("AWS", ALICE, FEDERATED, Grant.LIMITED),
    ("AWS", FEDERATED, FEDERATED, Grant.DIRECT),
    ("AWS", f"arn:aws:iam::{ACCOUNT}:user/*", ALICE, Grant.NONE),
    ("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/app/*", SESSION, Grant.NONE),
    ("AWS", "sns.amazonaws.com", "sns.amazonaws.com", Grant.NONE),
    ("Service", "sns.amazonaws.com", "sns.amazonaws.com", Grant.DIRECT),
    ("Service", "sns.amazonaws.com", "sqs.amazonaws.com", Grant.NONE),
    ("Service", "*", "sns.amazonaws.com", Grant.NONE),
    ("Service", ALICE, ALICE, Grant.NONE),
    ("Federated", SAML, SAML, Grant.DIRECT),
    ("Federated", SAML, SAML + "x", Grant.NONE),
    ("Federated", ALICE, ALICE, Grant.NONE),
    ("CanonicalUser", ALICE, ALICE, Grant.NONE),
]


@pytest.mark.parametrize(("kind", "name", "who", "expected"), GRANTS)
def test_entry_names_the_caller(kind, name, who, expected):
    assert entry(kind, name).grant(caller(who), {}) is expected


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/app", Grant.LIMITED),
        (f"arn:aws:iam::{ACCOUNT}:role/deep/path/app", Grant.LIMITED),
        (f"arn:aws:iam::{ACCOUNT}:role/app/other", Grant.NONE),
        (f"arn:aws:iam::{OTHER}:role/app", Grant.NONE),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/app", Grant.NONE),
        (f"arn:aws:iam::{ACCOUNT}:user/app", Grant.NONE),
        ("app", Grant.NONE),
    ],
)
def test_session_without_its_role_arn_is_matched_by_the_last_element(arn, expected):
    assert entry("AWS", arn).grant(Caller(SESSION, ACCOUNT, "assumed-role"), {}) is expected


@pytest.mark.parametrize("name", ["123", ACCOUNT[:-1], "AIDAEXAMPLE1", "A" * 12])
def test_an_account_has_twelve_digits(name):
    assert entry("AWS", name) == Entry("aws", name)


def test_federated_session_without_its_user_is_nobody_else():
    assert entry("AWS", ALICE).grant(Caller(FEDERATED, ACCOUNT, "federated-user"), {}) is Grant.NONE


def test_session_of_an_ill_formed_arn_is_behind_nobody():
    assert entry("AWS", ROLE).grant(Caller("app", ACCOUNT, "assumed-role"), {}) is Grant.NONE


def listed(*names, kind="AWS", negated=True):
    return compiled(tuple((kind, name) for name in names), negated=negated)


SPARED = [
    (ALICE, [ALICE, ACCOUNT], True),
    (ALICE, [ALICE, ROOT], True),
    (ALICE, [ALICE], False),
    (ALICE, [ACCOUNT], False),
    (ALICE, [BOB, ACCOUNT], False),
    (ALICE, ["*"], True),
    (SESSION, [SESSION, ROLE, ACCOUNT], True),
    (SESSION, [SESSION, ACCOUNT], False),
    (SESSION, [ROLE, ACCOUNT], False),
    (SESSION, [SESSION, ROLE], False),
    (FEDERATED, [FEDERATED, ALICE, ACCOUNT], True),
    (FEDERATED, [ALICE, ACCOUNT], False),
    (ROOT, [ROOT], True),
    (ROOT, [OTHER], False),
    ("anonymous", [ACCOUNT], False),
    ("anonymous", ["*"], True),
]


@pytest.mark.parametrize(("who", "names", "spared"), SPARED)
def test_not_principal_spares_who_is_listed_with_the_whole_chain(who, names, spared):
    assert listed(*names).denies(caller(who), {}, bounded=False) is not spared
    assert listed(*names).denies(caller(who), {}, bounded=True)


def test_not_principal_spares_a_listed_service():
    assert not listed("sns.amazonaws.com", kind="Service").denies(
        caller("sns.amazonaws.com"), {}, bounded=False
    )


def test_not_principal_never_grants():
    assert listed(BOB).allow_grant(caller(ALICE), {}) is Grant.NONE


def test_deny_hits_whoever_any_entry_names():
    assert listed(BOB, ACCOUNT, negated=False).denies(caller(ALICE), {}, bounded=False)
    assert not listed(BOB, negated=False).denies(caller(ALICE), {}, bounded=True)
    assert not listed(negated=False).denies(caller(ALICE), {}, bounded=True)


def test_provider_is_named_by_arn_or_by_well_known_name():
    assert entry("Federated", PROVIDER).grant(OIDC, {}) is Grant.DIRECT
    known = Caller("accounts.google.com", "", "web-identity")
    assert entry("Federated", "accounts.google.com").grant(known, {}) is Grant.DIRECT
