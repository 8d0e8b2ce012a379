import pytest

from iam.policy import Caller, Plan, Request, decide, denial_message
from tests.policy.build import (
    ACCOUNT,
    ALICE,
    ANYTHING,
    FEDERATED,
    OBJECT,
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
from tests.policy.casebook import attach, caller

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


# ------------------------------------------------------------------------------- the layers and their order

DENIES = deny(Action="s3:*", Resource="*")


@pytest.mark.parametrize(
    ("has", "sides", "layer"),
    [
        (plan(ANYTHING, DENIES), {}, "identity-based policy"),
        (plan(ANYTHING, boundary=DENIES), {}, "permissions boundary"),
        (plan(ANYTHING, session=[ANYTHING, DENIES]), {}, "session policy"),
        (plan(ANYTHING), {"resource_policy": bucket({**DENIES, "Principal": "*"})}, "resource-based policy"),
        (plan(ANYTHING), {"scps": [[FULL, policy(DENIES, kind="scp")]]}, "service control policy"),
        (
            plan(ANYTHING),
            {"rcps": [[FULL_RCP, policy({**DENIES, "Principal": "*"}, kind="rcp")]]},
            "resource control policy",
        ),
    ],
)
def test_a_deny_of_any_layer_denies_and_is_named(has, sides, layer):
    decision = decide(request(), has, **sides)
    assert (decision.outcome, decision.layer, bool(decision)) == ("explicitDeny", layer, False)
    (found,) = decision.statements
    assert found.effect == "Deny"


@pytest.mark.parametrize(
    ("has", "sides", "layer"),
    [
        (plan(), {}, "identity-based policy"),
        (plan(ANYTHING, boundary=NOTHING), {}, "permissions boundary"),
        (plan(ANYTHING, session=[NOTHING]), {}, "session policy"),
        (plan(ANYTHING, session=[]), {}, "session policy"),
        (plan(ANYTHING), {"scps": [[FULL], [policy(NOTHING, kind="scp")]]}, "service control policy"),
        (plan(ANYTHING), {"scps": [[FULL], []]}, "service control policy"),
        (plan(ANYTHING), {"rcps": [[FULL_RCP], []]}, "resource control policy"),
    ],
)
def test_each_layer_must_allow(has, sides, layer):
    decision = decide(request(), has, **sides)
    assert (decision.outcome, decision.layer, decision.statements) == ("implicitDeny", layer, ())


def test_explicit_deny_outranks_a_missing_allow():
    has = plan(ANYTHING, DENIES)
    assert outcome(request(), has, scps=[[]]) == "explicitDeny"


def test_allowed_decision_names_every_layer_that_had_to_allow():
    decision = decide(request(), plan(ANYTHING, boundary=ANYTHING, session=[ANYTHING]))
    assert decision.layer == "identity-based policy"
    assert [found.source.kind for found in decision.statements] == ["inline", "boundary", "session"]
    assert decision.allowed


def test_statement_is_reported_with_its_place():
    has = plan(allow(Resource="arn:aws:s3:::x"), {**allow(Resource="*"), "Sid": "Second"})
    (found,) = decide(request(), has).statements
    assert (found.sid, found.index, found.effect, found.start, found.end) == (
        "Second",
        1,
        "Allow",
        (9, 5),
        (14, 6),
    )


def test_single_statement_has_a_place_too():
    has = Plan([attach('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', "inline")])
    (found,) = decide(request(), has).statements
    assert (found.start, found.end) == ((1, 15), (1, 66))


def test_decisions_are_the_same_when_asked_again():
    has = plan(ANYTHING, deny(Resource="arn:aws:s3:::secret/*"))
    assert decide(request(), has) is decide(request(), has)
    denied = request(resource="arn:aws:s3:::secret/x")
    assert decide(denied, has) is decide(denied, has)
    assert decide(denied, has).outcome == "explicitDeny"


def test_many_simple_statements_are_told_apart():
    has = plan(
        *(allow(Resource=[f"arn:aws:s3:::b{number}/*", f"arn:aws:s3:::b{number}"], Sid=f"S{number}") for number in range(9)),
        *(deny(Resource=f"arn:aws:s3:::b{number}/secret/*", Sid=f"D{number}") for number in range(9)),
    )  # fmt: skip
    for number in range(9):
        for resource, sid in ((f"b{number}/x", "S"), (f"b{number}", "S"), (f"b{number}/secret/x", "D")):
            (found,) = decide(request(resource=f"arn:aws:s3:::{resource}"), has).statements
            assert found.sid == f"{sid}{number}"
    assert outcome(request(resource="arn:aws:s3:::b9/x"), has) == "implicitDeny"


def test_more_actions_than_are_kept_are_decided_alike():
    has = plan(allow(Action="s3:A1*", Resource="*"), boundary=ANYTHING)
    sides = {"resource_policy": bucket(allow(Action="s3:*", Principal={"AWS": OTHER}))}
    for number in range(600):
        expected = "allowed" if str(number).startswith("1") else "implicitDeny"
        assert outcome(request(action=f"s3:A{number}"), has, **sides) == expected
    plain = plan(allow(Action="s3:A1*", Resource="*"))
    assert {outcome(request(action=f"s3:A1{number}"), plain) for number in range(600)} == {"allowed"}


# ------------------------------------------------------------------------------ doubts never allow

DOUBTS = [
    {"Principal": "*", "Resource": "*"},  # a principal in an identity policy
    {},  # no resource
    {"NotResource": []},
    {"NotAction": [], "Resource": "*"},
]


@pytest.mark.parametrize("elements", DOUBTS)
def test_doubtful_statement_denies_but_does_not_allow(elements):
    assert outcome(request(), plan(allow(**elements))) == "implicitDeny"
    assert outcome(request(), plan(ANYTHING, deny(**elements))) == "explicitDeny"


@pytest.mark.parametrize("elements", [{"Resource": []}, {"Action": [], "Resource": "*"}])
def test_empty_list_is_without_effect(elements):
    assert outcome(request(), plan(allow(**elements))) == "implicitDeny"
    assert outcome(request(), plan(ANYTHING, deny(**elements))) == "allowed"


def test_resource_policy_without_principal_denies_but_does_not_allow():
    assert outcome(request(), plan(), resource_policy=bucket(allow())) == "implicitDeny"
    assert outcome(request(), plan(ANYTHING), resource_policy=bucket(deny())) == "explicitDeny"


@pytest.mark.parametrize("principal", [{"Principal": {"AWS": ACCOUNT}}, {"NotPrincipal": "*"}, {}])
def test_rcp_about_somebody_denies_but_does_not_allow(principal):
    blocks = [policy({**ANYTHING, **principal}, kind="rcp")]
    assert outcome(request(), plan(ANYTHING), rcps=[blocks]) == "implicitDeny"
    guarded = [FULL_RCP, policy({**deny(Resource="*"), **principal}, kind="rcp")]
    assert outcome(request(), plan(ANYTHING), rcps=[guarded]) == "explicitDeny"


# ------------------------------------------------------------------------------ incomplete ARNs

SHORT = "arn:aws:s3"


def test_incomplete_arn_is_filled_for_identity_boundary_and_session():
    block = allow(Resource=SHORT)
    assert outcome(request(), plan(block, boundary=block, session=[block])) == "allowed"
    assert outcome(request(), plan(allow(NotResource=SHORT))) == "implicitDeny"


def test_incomplete_arn_matches_nothing_in_a_resource_policy():
    assert (
        outcome(request(), plan(), resource_policy=bucket(allow(Principal={"AWS": ALICE}, Resource=SHORT)))
        == "implicitDeny"
    )


def test_incomplete_arn_in_a_control_policy_denies_but_does_not_allow():
    def decided(*blocks):
        return outcome(request(), plan(ANYTHING), scps=[[policy(*blocks, kind="scp")]])

    assert decided(allow(Resource=SHORT)) == "implicitDeny"
    assert decided(ANYTHING, deny(Resource=SHORT)) == "explicitDeny"
    assert decided(allow(NotResource=SHORT)) == "implicitDeny"
    assert decided(ANYTHING, deny(NotResource=SHORT)) == "explicitDeny"


# ------------------------------------------------------------------------------ kinds of caller


def test_case_of_the_action_does_not_matter():
    assert outcome(request(action="S3:gETOBJECT"), plan(allow(Resource="*"))) == "allowed"


def test_resource_less_request_is_matched_by_star_only():
    asked = request(resource="*")
    assert outcome(asked, plan(allow(Resource="*"))) == "allowed"
    assert outcome(asked, plan(allow(Resource="arn:aws:s3:::*"))) == "implicitDeny"
    assert outcome(asked, plan(allow(NotResource="arn:aws:s3:::*"))) == "allowed"


def test_root_needs_no_policy_and_heeds_no_identity_policy():
    assert outcome(request(ROOT), plan()) == "allowed"
    assert outcome(request(ROOT), plan(DENIES, boundary=NOTHING)) == "allowed"
    assert decide(request(ROOT), plan()).layer is None


def test_root_across_accounts_needs_the_resource():
    assert outcome(request(ROOT, owner=OTHER), plan()) == "implicitDeny"
    assert (
        outcome(request(ROOT, owner=OTHER), plan(), resource_policy=bucket(allow(Principal={"AWS": ACCOUNT})))
        == "allowed"
    )


def test_root_never_assumes_a_role():
    asked = request(ROOT, "sts:AssumeRole", ROLE_ARN)
    decision = decide(asked, plan(), resource_policy=trusting(AWS="*"))
    assert (decision.outcome, decision.layer) == ("implicitDeny", "role trust policy")


def test_federated_session_of_root_has_what_its_session_policy_allows():
    who = Caller(f"arn:aws:sts::{ACCOUNT}:federated-user/x", ACCOUNT, "federated-user", principal_arn=ROOT)
    assert outcome(request(who), plan()) == "implicitDeny"
    assert outcome(request(who), plan(session=[allow(Resource="*")])) == "allowed"
    assert outcome(request(who, action="s3:PutObject"), plan(session=[allow(Resource="*")])) == "implicitDeny"
    assert outcome(request(who), plan(session=[ANYTHING, DENIES])) == "explicitDeny"
    spares = bucket(deny(NotPrincipal={"AWS": [who.arn, ACCOUNT]}))
    assert outcome(request(who), plan(session=[ANYTHING]), resource_policy=spares) == "allowed"


def test_federated_session_without_a_session_policy_is_denied_but_for_a_direct_grant():
    asked = request(FEDERATED)
    assert decide(asked, plan(ANYTHING)).layer == "session policy"
    assert (
        outcome(asked, plan(ANYTHING), resource_policy=bucket(allow(Principal={"AWS": ALICE})))
        == "implicitDeny"
    )
    assert outcome(asked, plan(), resource_policy=bucket(allow(Principal={"AWS": FEDERATED}))) == "allowed"


def test_caller_without_an_account_has_no_identity_side():
    for who in ("sns.amazonaws.com", "anonymous"):
        assert outcome(request(who), plan(ANYTHING)) == "implicitDeny"
        assert (
            outcome(request(who), plan(DENIES, boundary=DENIES), resource_policy=bucket(allow(Principal="*")))
            == "allowed"
        )
        assert (
            outcome(request(who), plan(), resource_policy=bucket(allow(Principal={"AWS": ACCOUNT})))
            == "implicitDeny"
        )


def test_scps_bind_neither_services_nor_service_linked_roles():
    closed = [[policy(DENIES, kind="scp")]]
    open_bucket = bucket(allow(Principal="*"))
    assert (
        outcome(request("sns.amazonaws.com"), plan(), resource_policy=open_bucket, scps=closed) == "allowed"
    )
    linked = Caller(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s",
        ACCOUNT,
        "assumed-role",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    )
    assert outcome(request(linked), plan(ANYTHING), scps=closed) == "allowed"
    assert outcome(request(SESSION), plan(ANYTHING), scps=closed) == "explicitDeny"


def test_get_caller_identity_is_answered_whatever_policies_say():
    asked = request(action="sts:GetCallerIdentity", resource="*")
    assert outcome(asked, plan(deny(Action="*", Resource="*"))) == "allowed"
    assert outcome(request("anonymous", "sts:GetCallerIdentity", "*"), plan()) == "implicitDeny"


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


# ------------------------------------------------------------------------------ the text of a refusal


def test_message_names_the_policy_type_that_does_not_allow():
    assert denial_message(decide(request(), plan()), request()) == (
        f"User: {ALICE} is not authorized to perform: s3:GetObject on resource: {OBJECT} "
        "because no identity-based policy allows the s3:GetObject action"
    )


@pytest.mark.parametrize(
    ("has", "sides", "words"),
    [
        (plan(ANYTHING, DENIES), {}, "with an explicit deny in an identity-based policy"),
        (plan(ANYTHING, boundary=DENIES), {}, "with an explicit deny in a permissions boundary"),
        (
            plan(ANYTHING),
            {"resource_policy": trust({**DENIES, "Principal": "*"})},
            "with an explicit deny in the role trust policy",
        ),
        (plan(ANYTHING), {"scps": [[]]}, "because no service control policy allows the s3:GetObject action"),
    ],
)
def test_message_names_the_policy_type_at_fault(has, sides, words):
    asked = request(resource="")
    assert denial_message(decide(asked, has, **sides), asked) == (
        f"User: {ALICE} is not authorized to perform: s3:GetObject {words}"
    )
