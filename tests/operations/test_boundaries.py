"""Permissions boundaries of users and roles."""

import json

import pytest

from iam.models import PolicyUsage, Role, User
from iam.models.scoped import LONGEST_POLICY_ARN
from tests.operations.test_attachments import READ_ONLY, TRUST
from tests.world import allow, last_event, refused

DOCUMENT = json.dumps(allow("iam:ListUsers", "iam:ListGroups"))
KINDS = ["User", "Role"]


@pytest.fixture(autouse=True)
def things(world):
    """A user and a role of the name thing."""
    world.root.iam("CreateUser", UserName="thing")
    world.root.iam("CreateRole", RoleName="thing", AssumeRolePolicyDocument=TRUST)


@pytest.fixture
def own(world):
    """The ARN of a policy of the account."""
    answer = world.root.iam("CreatePolicy", PolicyName="own", PolicyDocument=DOCUMENT)
    return answer["Policy"]["Arn"]


def put(actor, kind, boundary, name="thing"):
    verb = f"Put{kind}PermissionsBoundary"
    return actor.iam(verb, **{f"{kind}Name": name, "PermissionsBoundary": boundary})


def delete(actor, kind, name="thing"):
    return actor.iam(f"Delete{kind}PermissionsBoundary", **{f"{kind}Name": name})


def boundary(actor, kind, name="thing"):
    return actor.iam(f"Get{kind}", **{f"{kind}Name": name})[kind].get("PermissionsBoundary")


def usage(actor, policy_arn):
    return actor.iam("GetPolicy", PolicyArn=policy_arn)["Policy"]["PermissionsBoundaryUsageCount"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_boundary_is_shown_and_counted(world, own, kind):
    for policy_arn in (own, READ_ONLY):
        assert put(world.alice, kind, policy_arn) == {}
        assert boundary(world.alice, kind) == {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": policy_arn,
        }
        assert usage(world.alice, policy_arn) == 1
    assert usage(world.alice, own) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_arn_of_a_policy_has_room(world, kind):
    text = {"PolicyName": "n" * 128, "Path": f"/{'p' * 510}/", "PolicyDocument": DOCUMENT}
    longest = world.root.iam("CreatePolicy", **text)["Policy"]["Arn"]
    assert len(longest) == LONGEST_POLICY_ARN
    put(world.alice, kind, longest)
    assert usage(world.alice, longest) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_putting_the_same_boundary_again_counts_once(world, own, kind):
    put(world.alice, kind, own)
    put(world.alice, kind, own)
    assert usage(world.alice, own) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_boundary_is_gone(world, own, kind):
    put(world.alice, kind, own)
    assert delete(world.alice, kind) == {}
    assert boundary(world.alice, kind) is None
    assert usage(world.alice, own) == 0
    with refused("NoSuchEntity", f"The permissions boundary of {kind.lower()} thing cannot be found."):
        delete(world.alice, kind)
    put(world.alice, kind, own)
    assert boundary(world.alice, kind) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_creation_with_a_boundary_and_deletion_are_counted(world, own, kind):
    trust = {"AssumeRolePolicyDocument": TRUST} if kind == "Role" else {}
    world.alice.iam(f"Create{kind}", **{f"{kind}Name": "bounded"}, PermissionsBoundary=own, **trust)
    assert usage(world.alice, own) == 1
    world.alice.iam(f"Delete{kind}", **{f"{kind}Name": "bounded"})
    assert usage(world.alice, own) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_changes_leave_events(world, own, kind):
    for act in (lambda: put(world.alice, kind, own), lambda: delete(world.alice, kind)):
        act()
        event = last_event(world.account)
        assert event.name.endswith(f"{kind}PermissionsBoundary")
        assert event.resources == [f"arn:aws:iam::{world.account.number}:{kind.lower()}/thing"]
        assert event.outcome == "success"


@pytest.mark.parametrize("kind", KINDS)
def test_without_permission_a_boundary_stays(world, own, kind):
    put(world.alice, kind, own)
    with refused("AccessDenied", f"iam:Delete{kind}PermissionsBoundary"):
        delete(world.bob, kind)
    with refused("AccessDenied", f"iam:Put{kind}PermissionsBoundary"):
        put(world.bob, kind, READ_ONLY)
    assert last_event(world.account).outcome == "denied"
    assert usage(world.alice, own) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("resource", ["not_a_policy/own", "role/own"])
def test_what_is_no_policys_arn_cannot_be_a_boundary(world, kind, resource):
    arn = f"arn:aws:iam::{world.account.number}:{resource}"
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        put(world.alice, kind, arn)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_policy_is_told_before_a_missing_entity(world, own, kind):
    for name in ("thing", "nobody"):
        with refused("NoSuchEntity", f"Scope ARN: {own}x does not exist or is not attachable."):
            put(world.alice, kind, own + "x", name)
    with refused("NoSuchEntity", f"The {kind.lower()} with name nobody cannot be found."):
        put(world.alice, kind, own, "nobody")
    with refused("NoSuchEntity", f"The {kind.lower()} with name nobody cannot be found."):
        delete(world.alice, kind, "nobody")


def test_a_missing_policy_is_not_told_without_permission(world, own):
    with refused("AccessDenied"):
        put(world.bob, "User", own + "x")


def test_a_boundary_limits_from_the_next_request_on(world, own):
    dora = world.user("dora", policy=allow("iam:*"))
    assert dora.iam("ListPolicies", Scope="Local")["Policies"]
    put(world.alice, "User", own, "dora")
    assert dora.iam("ListUsers")["Users"]
    with refused("AccessDenied", "because no permissions boundary allows the iam:ListPolicies action"):
        dora.iam("ListPolicies")
    delete(world.alice, "User", "dora")
    assert dora.iam("ListPolicies", Scope="Local")["Policies"]


def test_a_boundary_grants_nothing(world, own):
    put(world.alice, "User", own, "bob")
    with refused("AccessDenied", "no identity-based policy allows"):
        world.bob.iam("ListUsers")


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_on_the_boundary_sees_the_one_asked_for(world, own, kind):
    only = {"StringEquals": {"iam:PermissionsBoundary": own}}
    dora = world.user("dora", policy=allow(f"iam:Put{kind}PermissionsBoundary", condition=only))
    put(dora, kind, own)
    with refused("AccessDenied"):
        put(dora, kind, READ_ONLY)


@pytest.mark.parametrize("kind", KINDS)
def test_a_condition_on_deleting_sees_the_one_in_place(world, own, kind):
    put(world.alice, kind, own)
    only = {"StringNotEquals": {"iam:PermissionsBoundary": own}}
    dora = world.user("dora", policy=allow(f"iam:Delete{kind}PermissionsBoundary", condition=only))
    with refused("AccessDenied"):
        delete(dora, kind)
    put(world.alice, kind, READ_ONLY)
    delete(dora, kind)


def test_kept_counts_are_the_real_ones(world, own):
    put(world.alice, "User", own)
    put(world.alice, "Role", own)
    put(world.alice, "User", READ_ONLY, "bob")
    delete(world.alice, "User")
    for row in PolicyUsage.objects.filter(account=world.account):
        real = sum(
            kind.objects.filter(account=world.account, boundary_arn=row.policy_arn).count()
            for kind in (User, Role)
        )
        assert row.boundaries == real
