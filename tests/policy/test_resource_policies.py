import pytest

from iam.policy import Caller, Request, decide
from tests.policy.build import (
    ACCOUNT,
    ALICE,
    ANYTHING,
    FEDERATED,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    allow,
    deny,
    outcome,
    plan,
    policy,
    request,
)  # fmt: skip
from tests.policy.casebook import caller

NOTHING = allow(Action="none:None", Resource="*")
FULL = policy(ANYTHING, kind="scp")
FULL_RCP = policy({**ANYTHING, "Principal": "*"}, kind="rcp")
KEY = f"arn:aws:kms:eu:{ACCOUNT}:key/1"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/deploy"


def bucket(*statements):
    return policy(*statements, kind="resource")


def trust(*statements):
    return policy(*statements, kind="trust")


def trusting(**principal):
    return trust(allow(Action="sts:AssumeRole", Principal=principal))


# ------------------------------------------------------------------------------ resource policies


@pytest.mark.parametrize(
    ("who", "entry", "unlimited"),
    [
        (ALICE, ALICE, True),
        (ALICE, "*", True),
        (SESSION, SESSION, True),
        (SESSION, "*", True),
        (SESSION, ROLE, False),
        (FEDERATED, FEDERATED, True),
        (FEDERATED, "*", True),
        (FEDERATED, ALICE, False),
    ],
)
def test_direct_grant_is_not_limited_by_boundary_and_session(who, entry, unlimited):
    grants = bucket(allow(Principal={"AWS": entry}))
    expected = "allowed" if unlimited else "implicitDeny"
    assert (
        outcome(request(who), plan(boundary=NOTHING, session=[ANYTHING]), resource_policy=grants) == expected
    )
    assert outcome(request(who), plan(session=[NOTHING]), resource_policy=grants) == expected
    assert (
        outcome(request(who), plan(boundary=ANYTHING, session=[ANYTHING]), resource_policy=grants)
        == "allowed"
    )


def test_most_direct_grant_counts_whatever_the_order():
    entries = [
        allow(Principal={"AWS": ROLE}),
        allow(Principal={"AWS": SESSION}),
        allow(Principal={"AWS": ACCOUNT}),
    ]
    for blocks in (entries, entries[::-1]):
        assert outcome(request(SESSION), plan(boundary=NOTHING), resource_policy=bucket(*blocks)) == "allowed"


def test_of_grants_alike_the_first_is_named():
    grants = bucket(allow(Principal={"AWS": ALICE}), allow(Principal={"AWS": ALICE}, Resource="*"))
    decision = decide(request(), plan(), resource_policy=grants)
    assert (decision.layer, [found.index for found in decision.statements]) == ("resource-based policy", [0])


def test_what_identity_policies_and_resource_allow_together_is_by_identity_policies():
    delegates = bucket(allow(Principal={"AWS": ACCOUNT}))
    for asked in (request(), request(owner=OTHER)):
        decision = decide(asked, plan(ANYTHING), resource_policy=delegates)
        assert (decision.outcome, decision.layer) == ("allowed", "identity-based policy")
        assert [found.source.kind for found in decision.statements] == ["resource", "inline"]


@pytest.mark.parametrize("entry", [ACCOUNT, ROOT])
@pytest.mark.parametrize("who", [ALICE, SESSION])
def test_account_entry_only_delegates(who, entry):
    grants = bucket(allow(Principal={"AWS": entry}))
    assert outcome(request(who), plan(), resource_policy=grants) == "implicitDeny"
    assert outcome(request(who), plan(ANYTHING), resource_policy=grants) == "allowed"
    assert outcome(request(who, owner=OTHER), plan(), resource_policy=grants) == "implicitDeny"
    assert outcome(request(who, owner=OTHER), plan(ANYTHING), resource_policy=grants) == "allowed"


@pytest.mark.parametrize("entry", [SESSION, ROLE, ACCOUNT, "*"])
def test_across_accounts_nothing_bypasses_boundary_and_session(entry):
    grants = bucket(allow(Principal={"AWS": entry}))
    asked = request(SESSION, owner=OTHER)
    assert outcome(asked, plan(ANYTHING), resource_policy=grants) == "allowed"
    assert outcome(asked, plan(), resource_policy=grants) == "implicitDeny"
    assert outcome(asked, plan(ANYTHING, boundary=NOTHING), resource_policy=grants) == "implicitDeny"
    assert outcome(asked, plan(ANYTHING, session=[NOTHING]), resource_policy=grants) == "implicitDeny"


def test_across_accounts_the_resource_must_have_a_policy():
    decision = decide(request(owner=OTHER), plan(ANYTHING))
    assert (decision.outcome, decision.layer) == ("implicitDeny", "resource-based policy")


def test_identity_only_takes_the_resource_side_for_granted():
    assert outcome(request(owner=OTHER), plan(ANYTHING), identity_only=True) == "allowed"
    assert outcome(request(owner=OTHER), plan(), identity_only=True) == "implicitDeny"
    asked = request(action="sts:AssumeRole", resource=ROLE_ARN)
    assert outcome(asked, plan(ANYTHING), identity_only=True) == "allowed"


def test_resource_policy_may_leave_the_resource_out():
    assert outcome(request(), plan(), resource_policy=bucket(allow(Principal={"AWS": ALICE}))) == "allowed"


def test_resource_policy_condition_is_judged():
    grants = bucket(allow(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert outcome(request("anonymous"), plan(), resource_policy=grants) == "implicitDeny"
    assert (
        outcome(request("anonymous", aws__SecureTransport="true"), plan(), resource_policy=grants)
        == "allowed"
    )


# ------------------------------------------------------------------------------ roles and keys


def test_role_is_assumed_only_by_leave_of_its_trust_policy():
    asked = request(action="sts:AssumeRole", resource=ROLE_ARN)
    decision = decide(asked, plan(ANYTHING))
    assert (decision.outcome, decision.layer) == ("implicitDeny", "role trust policy")
    assert outcome(asked, plan(ANYTHING), resource_policy=trusting(AWS=OTHER)) == "implicitDeny"
    assert outcome(asked, plan(), resource_policy=trusting(AWS=ALICE)) == "allowed"
    assert outcome(asked, plan(), resource_policy=trusting(AWS=ACCOUNT)) == "implicitDeny"
    assert outcome(asked, plan(ANYTHING), resource_policy=trusting(AWS=ACCOUNT)) == "allowed"


@pytest.mark.parametrize(
    "action", ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
)
def test_no_way_of_assuming_a_role_goes_without_its_trust_policy(action):
    decision = decide(request(action=action, resource=ROLE_ARN), plan(ANYTHING))
    assert (decision.outcome, decision.layer) == ("implicitDeny", "role trust policy")
    rooted = decide(
        request(ROOT, action, ROLE_ARN), plan(), resource_policy=trust(allow(Action=action, Principal="*"))
    )
    assert (rooted.outcome, rooted.layer) == ("implicitDeny", "role trust policy")


def test_role_assumes_itself_only_if_trusted():
    asked = request(SESSION, "sts:AssumeRole", ROLE)
    assert outcome(asked, plan(ANYTHING), resource_policy=trusting(AWS=ALICE)) == "implicitDeny"
    assert outcome(asked, plan(), resource_policy=trusting(AWS=ROLE)) == "allowed"
    assert outcome(asked, plan(ANYTHING), resource_policy=trusting(AWS=ACCOUNT)) == "allowed"


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity"])
def test_tags_and_source_identity_need_the_trust_policy_of_a_role_only(action):
    assert outcome(request(action=action, resource=ROLE_ARN), plan(ANYTHING)) == "implicitDeny"
    assert outcome(request(action=action, resource="*"), plan(ANYTHING)) == "allowed"


def test_key_is_used_only_by_leave_of_its_policy():
    asked = request(action="kms:Decrypt", resource=KEY)
    assert outcome(asked, plan(ANYTHING)) == "implicitDeny"
    assert outcome(request(action="kms:ListKeys", resource="*"), plan(ANYTHING)) == "allowed"
    grants = bucket(allow(Action="kms:*", Principal={"AWS": ACCOUNT}))
    assert outcome(asked, plan(), resource_policy=grants) == "implicitDeny"
    assert outcome(request(ROOT, "kms:Decrypt", KEY), plan(), resource_policy=grants) == "allowed"
    assert outcome(request(ROOT, "kms:Decrypt", KEY), plan()) == "implicitDeny"


# ------------------------------------------------------------------------------ ids bound at save

ALICE_IS = {ALICE: "AIDAOLD"}


def user(unique_id):
    return Caller(ALICE, ACCOUNT, "user", unique_id=unique_id, principal_id=unique_id)


def session(role_id, arn=ROLE):
    return Caller(
        SESSION, ACCOUNT, "assumed-role", unique_id=role_id, principal_arn=arn, principal_id=role_id
    )


def test_bound_name_is_the_entity_of_that_id():
    asks = Request(user("AIDAOLD"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(asks, plan(), resource_policy=trusting(AWS=ALICE), principal_ids=ALICE_IS) == "allowed"
    new = Request(user("AIDANEW"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(new, plan(), resource_policy=trusting(AWS=ALICE), principal_ids=ALICE_IS) == "implicitDeny"
    nobody = Request(caller(ALICE), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert (
        outcome(nobody, plan(), resource_policy=trusting(AWS=ALICE), principal_ids=ALICE_IS) == "implicitDeny"
    )
    assert (
        outcome(nobody, plan(), resource_policy=trusting(AWS=ALICE), principal_ids={ALICE: ""})
        == "implicitDeny"
    )


def test_bound_user_is_granted_outright():
    asks = Request(user("AIDAOLD"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    for entry, bound in ((ALICE, {ALICE: "AIDAOLD"}), ("AIDAOLD", {})):
        limited = plan(boundary=NOTHING)
        assert outcome(asks, limited, resource_policy=trusting(AWS=entry), principal_ids=bound) == "allowed"


def test_bound_role_limits_like_a_role_and_survives_a_move():
    bound = {ROLE: "AROA1"}
    for arn in (ROLE, f"arn:aws:iam::{ACCOUNT}:role/moved/app"):
        asks = Request(session("AROA1", arn), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
        assert outcome(asks, plan(), resource_policy=trusting(AWS=ROLE), principal_ids=bound) == "allowed"
        assert (
            outcome(asks, plan(boundary=NOTHING), resource_policy=trusting(AWS=ROLE), principal_ids=bound)
            == "implicitDeny"
        )
    other = Request(session("AROA2"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(other, plan(), resource_policy=trusting(AWS=ROLE), principal_ids=bound) == "implicitDeny"


def test_raw_id_names_the_entity_of_that_id():
    asks = Request(user("AIDAOLD"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(asks, plan(), resource_policy=trusting(AWS="AIDAOLD")) == "allowed"
    assert outcome(asks, plan(), resource_policy=trusting(AWS="AIDANEW")) == "implicitDeny"
    empty = Request(user(""), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(empty, plan(), resource_policy=trusting(AWS="")) == "implicitDeny"


def test_bound_deny_spares_who_took_the_name_over():
    guard = trust(
        deny(Action="sts:AssumeRole", Principal={"AWS": ALICE}),
        allow(Action="sts:AssumeRole", Principal={"AWS": "*"}),
    )
    old = Request(user("AIDAOLD"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    new = Request(user("AIDANEW"), "sts:AssumeRole", ROLE_ARN, ACCOUNT)
    assert outcome(old, plan(), resource_policy=guard, principal_ids=ALICE_IS) == "explicitDeny"
    assert outcome(new, plan(), resource_policy=guard, principal_ids=ALICE_IS) == "allowed"
