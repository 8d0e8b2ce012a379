"""The one way an operation runs: order of the steps, what is recorded, and how fresh a decision is."""

import json

import pytest

from accounts.models import Event
from iam.errors import AccessDenied
from iam.models import Decision, User
from tests import world as cast
from tests.world import allow, deny, last_event, refused


def test_a_refusal_has_awss_words(world):
    with refused("AccessDenied") as refusal:
        world.bob.iam("ListUsers")
    number = world.account.number
    assert refusal.value.message == (
        f"User: arn:aws:iam::{number}:user/bob is not authorized to perform: iam:ListUsers on resource: "
        f"arn:aws:iam::{number}:user/ because no identity-based policy allows the iam:ListUsers action"
    )


def test_what_is_missing_is_not_told_to_those_who_may_not_ask(world):
    with refused("AccessDenied"):
        world.bob.iam("GetUser", UserName="nobody")
    with refused("NoSuchEntity", "The user with name nobody cannot be found."):
        world.alice.iam("GetUser", UserName="nobody")


def test_bad_input_is_refused_before_anything_is_looked_up_or_asked(world):
    with refused("ValidationError"):
        world.bob.iam("GetUser", UserName="x" * 129)


def test_a_grant_and_its_removal_hold_at_the_very_next_call(world):
    policy = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")
    world.alice.iam("AttachUserPolicy", UserName="bob", PolicyArn=policy)
    assert len(world.bob.iam("ListUsers")["Users"]) == 2
    world.alice.iam("DetachUserPolicy", UserName="bob", PolicyArn=policy)
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")


def test_a_success_is_recorded_with_its_parameters(world):
    world.alice.iam("CreateUser", UserName="dora", Path="/staff/")
    event = last_event(world.account)
    assert (event.name, event.outcome, event.read_only) == ("CreateUser", "success", False)
    assert event.parameters == {"UserName": "dora", "Path": "/staff/"}
    assert event.resources == [f"arn:aws:iam::{world.account.number}:user/staff/dora"]
    assert event.actor_arn.endswith(":user/alice")


def test_a_failure_is_recorded_after_the_rollback(world):
    before = User.objects.count()
    with refused("EntityAlreadyExists"):
        world.alice.iam("CreateUser", UserName="BOB")
    event = last_event(world.account)
    assert (event.outcome, event.error_code) == ("failed", "EntityAlreadyExists")
    assert User.objects.count() == before


def test_a_denial_is_kept_in_full_under_the_id_that_the_event_carries(world):
    with refused("AccessDenied") as refusal:
        world.bob.iam("ListUsers")
    assert isinstance(refusal.value, AccessDenied)
    kept = Decision.objects.get()
    assert str(kept.decision_id) == refusal.value.decision_id == last_event(world.account).decision_id
    assert kept.action == "iam:ListUsers"


def test_a_denial_is_kept_whatever_the_policies_say(world):
    odd = {"StringEquals": {"aws:x\0": "\0"}}
    dora = world.user("dora", policy=allow("iam:ListUsers", condition=odd))
    with refused("AccessDenied"):
        dora.iam("ListUsers")
    kept = json.dumps(Decision.objects.get().body)
    assert "\\u0000" not in kept  # PostgreSQL stores none
    assert "aws:x\\ufffd" in kept


def test_secrets_reach_no_event(world):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password="Seldom-Seen-77-canary")
    key = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["SecretAccessKey"]
    told = json.dumps(list(Event.objects.values("parameters", "response", "error_message")), default=str)
    assert "Seldom-Seen-77-canary" not in told
    assert key not in told


def test_an_explicit_deny_beats_an_allow(world):
    dora = world.user("dora", policy=allow("iam:*"))
    assert dora.iam("ListUsers")["Users"]
    world.root.iam(
        "PutUserPolicy", UserName="dora", PolicyName="no", PolicyDocument=json.dumps(deny("iam:ListUsers"))
    )
    with refused("AccessDenied", "with an explicit deny in an identity-based policy"):
        dora.iam("ListUsers")


def test_root_may_do_everything_in_its_account_without_a_policy(world):
    world.root.iam("CreateUser", UserName="made-by-root")
    assert world.root.iam("GetUser", UserName="made-by-root")["User"]["UserName"] == "made-by-root"


def test_a_boundary_narrows_what_policies_allow(world):
    world.root.iam("CreatePolicy", PolicyName="limit", PolicyDocument=json.dumps(allow("iam:GetUser")))
    limit = f"arn:aws:iam::{world.account.number}:policy/limit"
    dora = world.user("dora", policy=allow("iam:*"), PermissionsBoundary=limit)
    assert dora.iam("GetUser", UserName="bob")
    with refused("AccessDenied", "because no permissions boundary allows the iam:ListUsers action"):
        dora.iam("ListUsers")


def test_a_recreated_name_inherits_nothing(world):
    dora = world.user("dora", policy=allow("iam:ListUsers"))
    assert dora.iam("ListUsers")
    world.root.iam("DeleteUserPolicy", UserName="dora", PolicyName="given")
    world.root.iam("DeleteUser", UserName="dora")
    again = world.user("dora")
    with refused("AccessDenied"):
        again.iam("ListUsers")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_hold_each_row_once(world, size):
    for number in range(5):
        world.root.iam("CreateUser", UserName=f"user-{number}")
    names, marker = [], None
    while True:
        answer = world.alice.iam("ListUsers", MaxItems=size, **({"Marker": marker} if marker else {}))
        names += [user["UserName"] for user in answer["Users"]]
        if not answer["IsTruncated"]:
            assert "Marker" not in answer
            break
        marker = answer["Marker"]
    assert names == ["alice", "bob", *(f"user-{number}" for number in range(5))]


def test_a_marker_of_another_list_or_account_is_invalid(world):
    world.root.iam("CreateUser", UserName="dora")
    marker = world.alice.iam("ListUsers", MaxItems=1)["Marker"]
    for actor, action, given in (
        (world.alice, "ListUsers", {"PathPrefix": "/staff/"}),
        (world.alice, "ListRoles", {}),
        (world.carol, "ListUsers", {}),
    ):
        with refused("ValidationError", "Invalid Marker."):
            actor.iam(action, Marker=marker, **given)
    with refused("ValidationError", "Invalid Marker."):
        world.alice.iam("ListUsers", Marker="garbled")


def test_two_accounts_never_see_each_other(world):
    assert [user["UserName"] for user in world.carol.iam("ListUsers")["Users"]] == ["carol"]
    with refused("NoSuchEntity"):
        world.carol.iam("DeleteUser", UserName="bob")


def test_the_cast_is_two_accounts(world: cast.World):
    assert world.account.number != world.other.number
