"""AssumeRole: how long a session lasts, what narrows it, what it carries down a chain, and where it is recorded."""

import json

import pytest

from accounts.models import Event
from iam.models import Role, Session
from tests.operations import sts
from tests.world import ADMINISTRATOR, World, actor, allow, last_event, refused

HOUR = 3600
TEAM = [{"Key": "team", "Value": "red"}]


@pytest.fixture
def arn(world: World) -> str:
    return sts.role_for_bob(world)


# Durations and chains


def test_a_duration_over_the_role_s_maximum_is_refused(world, arn):
    with refused("ValidationError") as caught:
        sts.assumed(world.bob, arn, DurationSeconds=HOUR + 1)
    assert caught.value.message == (
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )


def test_a_chained_session_lasts_an_hour_at_most(world):
    first = sts.role(world.root, sts.trusting(world.bob.principal.arn), name="first")
    second = sts.role(world.root, sts.trusting(first), name="second", MaxSessionDuration=12 * HOUR)
    session = sts.assumed(world.bob, first)
    sts.assumed(session, second, DurationSeconds=HOUR)
    with refused("ValidationError") as caught:
        sts.assumed(session, second, DurationSeconds=2 * HOUR)
    assert caught.value.message == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )


def test_a_role_assumes_itself_only_where_it_trusts_itself(world, arn):
    session = sts.assumed(world.bob, arn)
    with refused("AccessDenied"):
        sts.assumed(session, arn)


def test_who_may_not_learn_the_maximum_is_refused_first(world, arn):
    with refused("AccessDenied"):
        sts.assumed(world.alice, arn, DurationSeconds=12 * HOUR)


# Session policies


def test_a_session_policy_narrows_and_never_widens(world, arn):
    text = json.dumps(allow("iam:GetUser", "iam:CreateUser"))
    session = sts.assumed(world.bob, arn, Policy=text)
    assert session.iam("GetUser", UserName="bob")["User"]
    for action, params in (("ListUsers", {}), ("CreateUser", {"UserName": "dora"})):
        with refused("AccessDenied"):
            session.iam(action, **params)


def test_managed_session_policies_are_read_as_they_are_now(world, arn):
    text = json.dumps(allow("iam:ListUsers"))
    made = world.root.iam("CreatePolicy", PolicyName="narrow", PolicyDocument=text)["Policy"]["Arn"]
    session = sts.assumed(world.bob, arn, PolicyArns=[{"arn": made}])
    assert session.iam("ListUsers")["Users"]
    less = json.dumps(allow("iam:GetUser"))
    world.root.iam("CreatePolicyVersion", PolicyArn=made, PolicyDocument=less, SetAsDefault=True)
    with refused("AccessDenied"):
        session.iam("ListUsers")
    world.root.iam("DeletePolicyVersion", PolicyArn=made, VersionId="v1")
    world.root.iam("DeletePolicy", PolicyArn=made)
    with refused("AccessDenied"):
        session.iam("GetUser", UserName="bob")


def test_a_narrowed_session_mints_no_wide_credential(world):
    arn = sts.role(world.root, sts.trusting(world.bob.principal.arn))
    sts.grant(world.root, "deployer", allow("*"))
    session = sts.assumed(world.bob, arn, Policy=json.dumps(allow("iam:CreateAccessKey")))
    session.iam("CreateAccessKey", UserName="bob")
    with refused("AccessDenied", "session policy"):
        session.iam("AttachUserPolicy", UserName="bob", PolicyArn=ADMINISTRATOR)


def test_the_packed_size_is_told_only_where_something_was_sent(world, arn):
    with_policy = world.bob.sts(
        "AssumeRole", RoleArn=arn, RoleSessionName="xx", Policy=json.dumps(allow("iam:*"))
    )
    assert with_policy["PackedPolicySize"] > 0
    with_tags = world.bob.sts("AssumeRole", RoleArn=arn, RoleSessionName="xx", Tags=TEAM)
    assert with_tags["PackedPolicySize"] > 0


@pytest.mark.parametrize("policy", ["{", '{"Version":"2012-10-17"}'])
def test_a_malformed_session_policy_is_refused(world, arn, policy):
    with refused("MalformedPolicyDocument"):
        sts.assumed(world.bob, arn, Policy=policy)


def test_a_session_policy_over_2048_characters_is_refused(world, arn):
    text = json.dumps(allow("iam:GetUser", resource="arn:aws:iam::123456789012:user/" + "x" * 2048))
    with refused("ValidationError", "Member must have length less than or equal to 2048"):
        sts.assumed(world.bob, arn, Policy=text)


# Session tags and source identity


def test_session_tags_need_tag_session_of_the_trust_policy(world):
    trust = sts.trusting(world.bob.principal.arn, actions=("sts:AssumeRole",))
    made = sts.role(world.root, trust)
    sts.assumed(world.bob, made)
    with refused("AccessDenied", "sts:TagSession"):
        sts.assumed(world.bob, made, Tags=TEAM)


def test_session_tags_need_tag_session_of_the_caller_where_only_its_account_is_trusted(world):
    made = sts.role(world.root, sts.trusting(sts.root_arn(world.account.number)))
    eve = world.user("eve", policy=allow("sts:AssumeRole"))
    with refused("AccessDenied", "sts:TagSession"):
        sts.assumed(eve, made, Tags=TEAM)


def test_a_session_tag_beats_the_role_s_tag_of_the_same_key(world):
    made = sts.role(
        world.root, sts.trusting(world.bob.principal.arn), Tags=[{"Key": "Team", "Value": "blue"}]
    )
    policy = allow("iam:ListUsers", condition={"StringEquals": {"aws:PrincipalTag/team": "red"}})
    sts.grant(world.root, "deployer", policy)
    with refused("AccessDenied"):
        sts.assumed(world.bob, made).iam("ListUsers")
    assert sts.assumed(world.bob, made, Tags=TEAM).iam("ListUsers")["Users"]


@pytest.fixture
def chain(world) -> tuple[str, str]:
    first = sts.role(world.root, sts.trusting(world.bob.principal.arn), name="first")
    return first, sts.role(world.root, sts.trusting(first), name="second")


def test_transitive_tags_pass_down_the_chain_and_others_do_not(world, chain):
    tags = [*TEAM, {"Key": "cost", "Value": "1"}]
    session = sts.assumed(world.bob, chain[0], Tags=tags, TransitiveTagKeys=["team"])
    assert sts.facts(sts.assumed(session, chain[1])).tags == {"team": "red"}


def test_inherited_tags_need_tag_session_of_the_next_role(world, chain):
    closed = sts.role(world.root, sts.trusting(chain[0], actions=("sts:AssumeRole",)), name="closed")
    session = sts.assumed(world.bob, chain[0], Tags=TEAM, TransitiveTagKeys=["team"])
    with refused("AccessDenied", "sts:TagSession"):
        sts.assumed(session, closed)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": TEAM, "TransitiveTagKeys": ["other"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_ill_tags_are_refused(world, arn, params, text):
    with refused("InvalidParameterValue") as caught:
        sts.assumed(world.bob, arn, **params)
    assert caught.value.message == text


def test_an_inherited_tag_cannot_be_set_anew(world, chain):
    session = sts.assumed(world.bob, chain[0], Tags=TEAM, TransitiveTagKeys=["team"])
    with refused("InvalidParameterValue", "One of the specified transitive tag keys can't be set because"):
        sts.assumed(session, chain[1], Tags=[{"Key": "Team", "Value": "blue"}])


def test_the_source_identity_stays_for_the_chain(world, chain):
    session = sts.assumed(world.bob, chain[0], SourceIdentity="bob-at-home")
    again = session.sts("AssumeRole", RoleArn=chain[1], RoleSessionName="xx")
    assert again["SourceIdentity"] == "bob-at-home"
    with refused("AccessDenied", "sts:SetSourceIdentity"):
        sts.assumed(session, chain[1], SourceIdentity="somebody")


def test_a_source_identity_needs_its_permission(world):
    trust = sts.trusting(world.bob.principal.arn, actions=("sts:AssumeRole",))
    made = sts.role(world.root, trust)
    with refused("AccessDenied", "sts:SetSourceIdentity"):
        sts.assumed(world.bob, made, SourceIdentity="bob-at-home")


# Records


def test_both_trails_have_the_event_where_the_role_is_another_account_s(world):
    made = sts.role(world.carol, sts.trusting(world.alice.principal.arn))
    world.alice.iam("PutUserPolicy", UserName="alice", PolicyName="p", PolicyDocument=json.dumps(allow("*")))
    sts.assumed(world.alice, made)
    events = [last_event(world.account), last_event(world.other)]
    assert {(event.name, event.outcome, event.actor_arn) for event in events} == {
        ("AssumeRole", "success", world.alice.principal.arn)
    }
    assert events[0].request_id == events[1].request_id


def test_a_refusal_is_told_to_the_caller_s_account_only(world):
    foreign = sts.role(world.carol, sts.trusting(world.carol.principal.arn))
    before = Event.objects.filter(account=world.other).count()
    with refused("AccessDenied"):
        sts.assumed(world.alice, foreign)
    assert last_event(world.account).outcome == "denied"
    assert Event.objects.filter(account=world.other).count() == before


def test_the_role_s_last_use_is_kept_to_the_minute(world, arn):
    def used():
        return Role.objects.get(name="deployer").last_used_at

    sts.assumed(world.bob, arn)
    assert used() == world.bob.now
    sts.assumed(world.bob.later(seconds=59), arn)
    assert used() == world.bob.now
    sts.assumed(world.bob.later(seconds=60), arn)
    assert used() == world.bob.later(seconds=60).now


def test_the_session_is_its_role_s_account_s_and_says_who_asked(world, arn):
    sts.assumed(world.bob, arn)
    row = Session.objects.get()
    assert (row.account, row.issued_to, row.identity) == (world.account, world.bob.principal.arn, None)


def test_contexts_of_trusted_providers_are_not_offered(world, arn):
    contexts = [
        {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "wxyz"}
    ]
    with refused("UnsupportedOperation"):
        sts.assumed(world.bob, arn, ProvidedContexts=contexts)


def test_a_boundary_of_the_role_binds_its_sessions(world):
    boundary = json.dumps(allow("iam:GetUser"))
    limit = world.root.iam("CreatePolicy", PolicyName="limit", PolicyDocument=boundary)["Policy"]["Arn"]
    made = sts.role(world.root, sts.trusting(world.bob.principal.arn), PermissionsBoundary=limit)
    sts.grant(world.root, "deployer", allow("iam:*"))
    session = sts.assumed(world.bob, made)
    assert session.iam("GetUser", UserName="bob")
    with refused("AccessDenied", "permissions boundary"):
        session.iam("ListUsers")


def test_a_user_of_another_account_is_trusted_by_its_arn(world):
    dave = actor(world.other, "carol")
    made = sts.role(world.root, sts.trusting(dave.principal.arn))
    assert sts.assumed(dave, made).account == world.account
