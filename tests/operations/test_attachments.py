"""Attaching managed policies to users, groups and roles."""

import json

import pytest

from iam.models import Attachment, PolicyUsage
from tests.world import NOW, allow, last_event, refused

DOCUMENT = json.dumps(allow("s3:GetObject"))
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
KINDS = ["User", "Group", "Role"]


@pytest.fixture
def things(world):
    """A user, a group and a role of the name thing, and a policy of the account."""
    world.root.iam("CreateUser", UserName="thing")
    world.root.iam("CreateGroup", GroupName="thing")
    world.root.iam("CreateRole", RoleName="thing", AssumeRolePolicyDocument=TRUST)
    return make_policy(world, "own")


def make_policy(world, name, **params):
    answer = world.root.iam("CreatePolicy", PolicyName=name, PolicyDocument=DOCUMENT, **params)
    return answer["Policy"]["Arn"]


def attach(actor, kind, policy_arn, name="thing"):
    return actor.iam(f"Attach{kind}Policy", **{f"{kind}Name": name, "PolicyArn": policy_arn})


def detach(actor, kind, policy_arn, name="thing"):
    return actor.iam(f"Detach{kind}Policy", **{f"{kind}Name": name, "PolicyArn": policy_arn})


def attached(actor, kind, name="thing", **params):
    verb = f"ListAttached{kind}Policies"
    return actor.iam(verb, **{f"{kind}Name": name}, **params)


@pytest.mark.parametrize("kind", KINDS)
def test_an_attached_policy_is_listed_and_counted(world, things, kind):
    assert attach(world.alice, kind, things) == {}
    assert attached(world.alice, kind) == {
        "AttachedPolicies": [{"PolicyName": "own", "PolicyArn": things}],
        "IsTruncated": False,
    }
    assert world.alice.iam("GetPolicy", PolicyArn=things)["Policy"]["AttachmentCount"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_of_aws_is_attached_by_its_arn(world, things, kind):
    attach(world.alice, kind, READ_ONLY)
    assert attached(world.alice, kind)["AttachedPolicies"] == [
        {"PolicyName": "IAMReadOnlyAccess", "PolicyArn": READ_ONLY}
    ]
    assert world.alice.iam("GetPolicy", PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_attaching_twice_changes_nothing(world, things, kind):
    attach(world.alice, kind, things)
    attach(world.alice, kind, things)
    assert world.alice.iam("GetPolicy", PolicyArn=things)["Policy"]["AttachmentCount"] == 1
    assert Attachment.objects.filter(policy_arn=things).count() == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("act", [attach, detach, attached])
def test_without_permission_nothing_is_attached_detached_or_listed(world, things, kind, act):
    with refused("AccessDenied"):
        act(world.bob, kind) if act is attached else act(world.bob, kind, things)
    event = last_event(world.account)
    assert (event.outcome, event.error_code, event.actor_arn) == (
        "denied",
        "AccessDenied",
        world.bob.principal.arn,
    )
    assert not Attachment.objects.filter(policy_arn=things).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_attaching_and_detaching_leave_events(world, things, kind):
    attach(world.alice, kind, things)
    event = last_event(world.account)
    assert (event.name, event.outcome) == (f"Attach{kind}Policy", "success")
    assert event.resources == [f"arn:aws:iam::{world.account.number}:{kind.lower()}/thing"]
    detach(world.alice, kind, things)
    assert last_event(world.account).name == f"Detach{kind}Policy"


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_policy_cannot_be_attached(world, things, kind):
    missing = f"arn:aws:iam::{world.account.number}:policy/gone"
    for policy_arn in (missing, "arn:aws:iam::aws:policy/NoSuchPolicy"):
        with refused("NoSuchEntity", f"Policy {policy_arn} does not exist or is not attachable."):
            attach(world.alice, kind, policy_arn)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::a-bucket-of-mine", "not an arn but long enough", "arn:aws:iam::aws:role/NotAPolicy"]
)
def test_what_is_no_policys_arn_cannot_be_attached(world, things, kind, arn):
    with refused("ValidationError", f"ARN {arn} is not valid."):
        attach(world.alice, kind, arn)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_entity_is_named(world, things, kind):
    for act in (attach, detach):
        with refused("NoSuchEntity", f"The {kind.lower()} with name nobody cannot be found."):
            act(world.alice, kind, things, name="nobody")
    with refused("NoSuchEntity", f"The {kind.lower()} with name nobody cannot be found."):
        attached(world.alice, kind, name="nobody")


@pytest.mark.parametrize("act", [attach, detach])
def test_a_service_linked_role_keeps_its_policies(world, things, act):
    world.account.roles.make(
        account=world.account,
        unique_id="AROASERVICEROLE000000",
        name="linked",
        name_key="linked",
        path="/aws-service-role/example.amazonaws.com/",
        created_at=NOW,
        trust_document=TRUST,
    )
    with refused("UnmodifiableEntity", "Cannot perform the operation on the protected role 'linked'"):
        act(world.alice, "Role", things, name="linked")


def test_another_accounts_policy_cannot_be_attached(world, things):
    theirs = world.carol.iam("CreatePolicy", PolicyName="theirs", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    with refused("NoSuchEntity", "does not exist or is not attachable"):
        attach(world.alice, "User", theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_the_eleventh_policy_is_one_too_many(world, things, kind):
    world.account.quotas = {f"AttachedPoliciesPer{kind}": 1}
    world.account.save()
    attach(world.alice, kind, things)
    attach(world.alice, kind, things)
    with refused("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind}: 1"):
        attach(world.alice, kind, READ_ONLY)


@pytest.mark.parametrize("kind", KINDS)
def test_a_detached_policy_is_gone_from_list_and_count(world, things, kind):
    attach(world.alice, kind, things)
    assert detach(world.alice, kind, things) == {}
    assert attached(world.alice, kind)["AttachedPolicies"] == []
    assert world.alice.iam("GetPolicy", PolicyArn=things)["Policy"]["AttachmentCount"] == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arn", [READ_ONLY, "arn:aws:iam::aws:policy/NoSuchPolicy"])
def test_detaching_what_is_not_attached_is_refused(world, things, kind, arn):
    for policy_arn in (things, arn):
        with refused("NoSuchEntity", f"Policy {policy_arn} was not found."):
            detach(world.alice, kind, policy_arn)


def test_an_attachment_holds_at_the_next_request_and_ends_with_it(world, things):
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")
    attach(world.alice, "User", READ_ONLY, name="bob")
    assert world.bob.iam("ListUsers")["Users"]
    detach(world.alice, "User", READ_ONLY, name="bob")
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")


def test_a_groups_policy_holds_for_its_members(world, things):
    attach(world.alice, "Group", READ_ONLY)
    world.alice.iam("AddUserToGroup", GroupName="thing", UserName="bob")
    assert world.bob.iam("ListUsers")["Users"]


@pytest.mark.parametrize("verb", ["Attach", "Detach"])
def test_a_condition_on_the_policys_arn_decides(world, things, verb):
    attach(world.root, "User", things)
    attach(world.root, "User", READ_ONLY)
    only_own = {"ArnEquals": {"iam:PolicyARN": things}}
    dora = world.user("dora", policy=allow(f"iam:{verb}UserPolicy", condition=only_own))
    dora.iam(f"{verb}UserPolicy", UserName="thing", PolicyArn=things)
    with refused("AccessDenied", f"iam:{verb}UserPolicy"):
        dora.iam(f"{verb}UserPolicy", UserName="thing", PolicyArn=READ_ONLY)


def test_a_condition_on_the_users_boundary_decides(world, things):
    world.root.iam("CreateUser", UserName="bounded", PermissionsBoundary=things)
    condition = {"StringEquals": {"iam:PermissionsBoundary": things}}
    dora = world.user("dora", policy=allow("iam:AttachUserPolicy", condition=condition))
    attach(dora, "User", READ_ONLY, name="bounded")
    with refused("AccessDenied"):
        attach(dora, "User", READ_ONLY, name="thing")


def test_attached_policies_are_listed_under_a_path_prefix(world, things):
    mine = make_policy(world, "deep", Path="/team/one/")
    job = "arn:aws:iam::aws:policy/job-function/Billing"
    for policy_arn in (things, mine, READ_ONLY, job):
        attach(world.alice, "User", policy_arn)
    listed = {
        prefix: [
            row["PolicyArn"] for row in attached(world.alice, "User", PathPrefix=prefix)["AttachedPolicies"]
        ]
        for prefix in ("/", "/team/", "/job-function/", "/Team/")
    }
    assert listed == {
        "/": [things, mine, READ_ONLY, job],
        "/team/": [mine],
        "/job-function/": [job],
        "/Team/": [],
    }


def test_attached_policies_are_paged(world, things):
    # As long as ARNs of policies may be, so that a marker has room for none of them.
    long = [make_policy(world, f"{'n' * 127}{number}", Path=f"/{'p' * 510}/") for number in range(2)]
    expected = [READ_ONLY, *reversed(long), things, "arn:aws:iam::aws:policy/AWSDenyAll"]
    for policy_arn in expected:
        attach(world.alice, "User", policy_arn)
    seen: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = attached(world.alice, "User", MaxItems=1, **marker)
        seen += [row["PolicyArn"] for row in page["AttachedPolicies"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert seen == expected


def test_an_own_policy_may_have_the_name_of_one_of_aws(world, things):
    mine = make_policy(world, "IAMReadOnlyAccess")
    attach(world.alice, "User", READ_ONLY)
    attach(world.alice, "User", mine)
    assert len(attached(world.alice, "User")["AttachedPolicies"]) == 2


def test_each_account_counts_its_own_use_of_a_policy_of_aws(world, things):
    attach(world.alice, "User", READ_ONLY)
    assert world.carol.iam("GetPolicy", PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 0


def test_kept_counts_are_the_real_ones(world, things):
    attach(world.alice, "User", things)
    attach(world.alice, "Group", things)
    attach(world.alice, "Role", READ_ONLY)
    detach(world.alice, "Group", things)
    for row in PolicyUsage.objects.filter(account=world.account):
        assert (
            row.attachments
            == Attachment.objects.filter(account=world.account, policy_arn=row.policy_arn).count()
        )
