import pytest

from iam.policy import Caller, Plan, Sides, decide, denial_message
from iam.policy.decide import weigh
from iam.policy.plan import DECISIONS_KEPT
from tests.policy.build import (
    ACCOUNT,
    ALICE,
    ANYTHING,
    FEDERATED,
    OBJECT,
    OTHER,
    ROOT,
    SESSION,
    allow,
    deny,
    outcome,
    plan,
    policy,
    request,
)  # fmt: skip
from tests.policy.casebook import attach

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
    for who in (ALICE, SESSION):
        assert decide(request(who), has) is decide(request(who), has)
        denied = request(who, resource="arn:aws:s3:::secret/x")
        assert decide(denied, has) is decide(denied, has)
        assert decide(denied, has).outcome == "explicitDeny"


def test_nothing_is_taken_for_granted_unless_it_is_said():
    asked = request(owner=OTHER)
    assert weigh(Sides(asked, plan(ANYTHING), None, {}, (), ())).outcome == "implicitDeny"
    assert weigh(Sides(asked, plan(ANYTHING), None, {}, (), (), identity_only=True)).allowed


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


def test_more_decisions_than_are_kept_are_the_same():
    has = plan(
        *(allow(Resource=f"arn:aws:s3:::b{number}", Sid=f"S{number}") for number in range(DECISIONS_KEPT + 9))
    )
    for number in (*range(DECISIONS_KEPT + 9), 0):
        (found,) = decide(request(resource=f"arn:aws:s3:::b{number}"), has).statements
        assert found.sid == f"S{number}"
    assert len(has.decisions) == 10


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


def test_incomplete_arn_spares_in_a_resource_policy_but_never_widens():
    def decided(block, resource=OBJECT):
        return outcome(request(resource=resource), plan(), resource_policy=bucket(block))

    assert decided(allow(Principal="*", NotResource=SHORT)) == "implicitDeny"
    assert decided(allow(Principal="*", NotResource=SHORT), "arn:aws:sqs:::q") == "allowed"
    assert decided(deny(Principal="*", NotResource=SHORT)) == "explicitDeny"
    assert decided(deny(Principal="*", Resource=SHORT)) == "implicitDeny"


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
