"""Managed policies: made, shown, listed, deleted; who uses them."""

import json

import pytest

from iam import managed
from tests.operations.test_attachments import READ_ONLY, TRUST
from tests.world import NOW, allow, last_event, refused

DOCUMENT = json.dumps(allow("s3:GetObject"))
TAGS = [{"Key": "zeta", "Value": ""}, {"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]


def make(actor, name="own", document=DOCUMENT, **params):
    return actor.iam("CreatePolicy", PolicyName=name, PolicyDocument=document, **params)["Policy"]


@pytest.fixture
def own(world):
    """The ARN of a policy of the account."""
    return make(world.root)["Arn"]


def names(answer):
    return [policy["PolicyName"] for policy in answer["Policies"]]


def test_a_new_policy_is_shown_without_description_and_empty_tags(world):
    policy = make(world.alice, Path="/team/", Description="Reads")
    number = world.account.number
    assert policy.pop("PolicyId").startswith("ANPA")
    assert policy == {
        "PolicyName": "own",
        "Arn": f"arn:aws:iam::{number}:policy/team/own",
        "Path": "/team/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": NOW,
        "UpdateDate": NOW,
    }


def test_creation_leaves_an_event(world):
    arn = make(world.alice)["Arn"]
    event = last_event(world.account)
    assert (event.name, event.outcome, event.resources) == ("CreatePolicy", "success", [arn])
    assert event.response
    assert event.response["Policy"]["Arn"] == arn


def test_get_policy_shows_description_and_tags(world):
    made = make(world.alice, Description="Reads", Tags=TAGS)
    assert made["Tags"] == TAGS
    policy = world.alice.iam("GetPolicy", PolicyArn=made["Arn"])["Policy"]
    assert policy["Description"] == "Reads"
    assert [tag["Key"] for tag in policy["Tags"]] == ["A", "a", "zeta"]


def test_get_policy_shows_tags_where_there_are_none(world, own):
    assert world.alice.iam("GetPolicy", PolicyArn=own)["Policy"]["Tags"] == []
    aws = world.alice.iam("GetPolicy", PolicyArn=READ_ONLY)["Policy"]
    assert aws["Tags"] == []
    assert aws["Description"]
    assert aws["PolicyId"].startswith("ANPA")


@pytest.mark.parametrize("name", ["own", "OWN"])
def test_a_name_is_taken_in_any_case_and_path(world, own, name):
    with refused(
        "EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed."
    ):
        make(world.alice, name, Path="/elsewhere/")


def test_an_own_policy_may_have_the_name_of_one_of_aws(world):
    assert make(world.alice, "AdministratorAccess")["Arn"].startswith(f"arn:aws:iam::{world.account.number}:")


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{", "Syntax errors in policy."),
        ('{"Statement": []}', "Syntax errors in policy."),
        (
            DOCUMENT.replace("2012-10-17", "2008-10-17"),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (DOCUMENT.replace("s3:GetObject", "GetObject"), "Actions/Conditions must be prefaced by a vendor"),
    ],
)
def test_what_aws_would_not_save_is_refused(world, document, text):
    with refused("MalformedPolicyDocument", text):
        make(world.alice, document=document)


def test_a_policy_has_at_most_6144_characters(world):
    def of_size(characters):
        empty = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::"), separators=(",", ":"))
        return empty.replace("arn:aws:s3:::", "arn:aws:s3:::" + "x" * (characters - len(empty)))

    make(world.alice, document=of_size(6144).replace(",", " , "))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        make(world.alice, "larger", document=of_size(6145))


def test_an_account_has_a_limit_of_policies(world, own):
    world.account.quotas = {"Policies": 1}
    world.account.save()
    with refused("LimitExceeded", "PoliciesPerAccount: 1"):
        make(world.alice, "second")
    world.alice.iam("DeletePolicy", PolicyArn=own)
    make(world.alice, "second")


def test_tag_keys_must_differ(world):
    with refused("InvalidInput", "Duplicate tag keys found.") as caught:
        make(world.alice, Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])
    assert caught.value.message == "Duplicate tag keys found."


def test_without_permission_nothing_is_made_seen_or_deleted(world, own):
    with refused("AccessDenied", "iam:CreatePolicy on resource: arn:aws:iam::"):
        make(world.bob, "mine")
    event = last_event(world.account)
    assert (event.name, event.outcome) == ("CreatePolicy", "denied")
    for action in ("GetPolicy", "DeletePolicy", "ListEntitiesForPolicy"):
        with refused("AccessDenied", f"iam:{action} on resource: {own}"):
            world.bob.iam(action, PolicyArn=own)
    with refused("AccessDenied", "iam:ListPolicies on resource: policy path / because"):
        world.bob.iam("ListPolicies")
    with refused("AccessDenied", "iam:GetPolicy"):
        world.bob.iam("GetPolicy", PolicyArn=own + "-that-is-missing")


def test_tags_at_creation_need_their_own_permission(world):
    dora = world.user("dora", policy=allow("iam:CreatePolicy"))
    make(dora, "bare")
    with refused("AccessDenied", "iam:TagPolicy"):
        make(dora, "tagged", Tags=TAGS)


@pytest.mark.parametrize("action", ["GetPolicy", "DeletePolicy"])
def test_a_missing_policy_is_named(world, own, action):
    for arn in (own + "x", own.upper().replace("ARN:AWS:IAM", "arn:aws:iam").replace("POLICY", "policy")):
        with refused("NoSuchEntity", f"Policy {arn} was not found."):
            world.alice.iam(action, PolicyArn=arn)


@pytest.mark.parametrize("action", ["GetPolicy", "DeletePolicy", "ListEntitiesForPolicy"])
def test_what_is_no_policys_arn_is_refused(world, action):
    arn = f"arn:aws:iam::{world.account.number}:role/own"
    with refused("ValidationError", f"ARN {arn} is not valid."):
        world.alice.iam(action, PolicyArn=arn)


def test_another_account_finds_nothing(world, own):
    for action in ("GetPolicy", "DeletePolicy"):
        with refused("NoSuchEntity"):
            world.carol.iam(action, PolicyArn=own)
    assert names(world.carol.iam("ListPolicies", Scope="Local")) == []


def test_a_deleted_policy_is_gone(world, own):
    assert world.alice.iam("DeletePolicy", PolicyArn=own) == {}
    event = last_event(world.account)
    assert (event.name, event.resources) == ("DeletePolicy", [own])
    with refused("NoSuchEntity"):
        world.alice.iam("GetPolicy", PolicyArn=own)


def test_a_policy_in_use_cannot_be_deleted(world, own):
    world.alice.iam("AttachUserPolicy", UserName="bob", PolicyArn=own)
    with refused("DeleteConflict", "Cannot delete a policy attached to entities."):
        world.alice.iam("DeletePolicy", PolicyArn=own)
    world.alice.iam("DetachUserPolicy", UserName="bob", PolicyArn=own)
    world.alice.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=own)
    with refused("DeleteConflict", "Cannot delete a policy attached to entities."):
        world.alice.iam("DeletePolicy", PolicyArn=own)
    world.alice.iam("DeleteUserPermissionsBoundary", UserName="bob")
    world.alice.iam("DeletePolicy", PolicyArn=own)


def test_a_policy_with_further_versions_cannot_be_deleted(world, own):
    world.alice.iam("CreatePolicyVersion", PolicyArn=own, PolicyDocument=DOCUMENT)
    with refused("DeleteConflict", "This policy has more than one version."):
        world.alice.iam("DeletePolicy", PolicyArn=own)
    world.alice.iam("DeletePolicyVersion", PolicyArn=own, VersionId="v2")
    world.alice.iam("DeletePolicy", PolicyArn=own)


def test_a_policy_of_aws_cannot_be_deleted(world):
    with refused("AccessDenied", "Cannot delete policies outside your own account."):
        world.alice.iam("DeletePolicy", PolicyArn=READ_ONLY)
    with refused("NoSuchEntity"):
        world.alice.iam("DeletePolicy", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")


def test_lists_show_own_policies_before_those_of_aws(world):
    for name in ("b", "C", "a"):
        make(world.alice, name, Description="not shown", Tags=TAGS)
    everything = world.alice.iam("ListPolicies", MaxItems=1000)
    aws = [policy.name for policy in managed.catalogue().values()]
    assert names(everything) == ["a", "b", "C", *aws]
    assert not any({"Description", "Tags"} & set(policy) for policy in everything["Policies"])
    assert names(world.alice.iam("ListPolicies", Scope="Local")) == ["a", "b", "C"]
    assert names(world.alice.iam("ListPolicies", Scope="AWS", MaxItems=1000)) == aws


def test_pages_run_from_own_policies_into_those_of_aws(world):
    for name in ("a", "b", "c"):
        make(world.alice, name)
    expected = names(world.alice.iam("ListPolicies", MaxItems=1000))
    for size in (2, 3, 7):
        seen: list[str] = []
        marker: dict[str, str] = {}
        for _ in range(3):
            page = world.alice.iam("ListPolicies", MaxItems=size, **marker)
            seen += names(page)
            marker = {"Marker": page["Marker"]}
        assert seen == expected[: 3 * size]


def test_the_last_page_has_no_marker(world):
    page = world.alice.iam("ListPolicies", Scope="AWS", MaxItems=1000)
    assert page["IsTruncated"] is False
    assert "Marker" not in page


def test_a_marker_of_another_list_is_refused(world):
    make(world.alice, "a")
    marker = world.alice.iam("ListPolicies", MaxItems=1)["Marker"]
    with refused("ValidationError", "Invalid Marker."):
        world.alice.iam("ListPolicies", MaxItems=1, Marker=marker, Scope="AWS")


def test_lists_can_be_narrowed_to_a_path(world, own):
    make(world.alice, "deep", Path="/team/one/")
    assert names(world.alice.iam("ListPolicies", PathPrefix="/team/")) == ["deep"]
    assert names(world.alice.iam("ListPolicies", PathPrefix="/Team/")) == []
    jobs = world.alice.iam("ListPolicies", PathPrefix="/job-function/")["Policies"]
    assert {policy["Path"] for policy in jobs} == {"/job-function/"}


def test_lists_can_be_narrowed_to_what_is_used(world, own):
    boundary = make(world.alice, "boundary")["Arn"]
    make(world.alice, "idle")
    world.alice.iam("AttachUserPolicy", UserName="bob", PolicyArn=own)
    world.alice.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=boundary)
    world.alice.iam("CreateUser", UserName="erin", PermissionsBoundary=READ_ONLY)
    local, aws = {"Scope": "Local"}, {"Scope": "AWS"}
    assert names(world.alice.iam("ListPolicies", OnlyAttached=True, **local)) == ["boundary", "own"]
    both = ["AdministratorAccess", "IAMReadOnlyAccess"]
    assert names(world.alice.iam("ListPolicies", OnlyAttached=True, **aws)) == both
    used = {"PolicyUsageFilter": "PermissionsPolicy"}
    assert names(world.alice.iam("ListPolicies", **used)) == ["own", "AdministratorAccess"]
    bounding = {"PolicyUsageFilter": "PermissionsBoundary"}
    assert names(world.alice.iam("ListPolicies", **bounding)) == ["boundary", "IAMReadOnlyAccess"]
    for usage in (used, bounding):
        narrowed = world.alice.iam("ListPolicies", OnlyAttached=True, **usage)
        assert narrowed == world.alice.iam("ListPolicies", **usage)
    counts = world.alice.iam("ListPolicies", **bounding)["Policies"][0]
    assert (counts["AttachmentCount"], counts["PermissionsBoundaryUsageCount"]) == (0, 1)


def test_a_list_costs_the_same_however_many_policies_there_are(world, django_assert_max_num_queries):
    make(world.alice, "p0")
    for number in range(1, 12):
        make(world.alice, f"p{number}")
    world.alice.iam("AttachUserPolicy", UserName="bob", PolicyArn=READ_ONLY)
    world.alice.iam("ListPolicies")
    with django_assert_max_num_queries(9):
        world.alice.iam("ListPolicies", MaxItems=100)


@pytest.fixture
def users_of(world, own):
    """A policy with a group and two users it is attached to, a role, and a user and a role it bounds."""
    for name in ("ann", "Ben", "bounded"):
        world.root.iam("CreateUser", UserName=name, Path="/people/")
    world.root.iam("CreateGroup", GroupName="readers")
    for name in ("worker", "bounded-worker"):
        world.root.iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST)
    for name in ("ann", "Ben"):
        world.root.iam("AttachUserPolicy", UserName=name, PolicyArn=own)
        world.root.iam("AttachUserPolicy", UserName=name, PolicyArn=READ_ONLY)
    world.root.iam("AttachGroupPolicy", GroupName="readers", PolicyArn=own)
    world.root.iam("AttachRolePolicy", RoleName="worker", PolicyArn=own)
    world.root.iam("PutUserPermissionsBoundary", UserName="bounded", PermissionsBoundary=own)
    world.root.iam("PutUserPermissionsBoundary", UserName="ann", PermissionsBoundary=own)
    world.root.iam("PutRolePermissionsBoundary", RoleName="bounded-worker", PermissionsBoundary=own)
    return own


def entities(world, policy_arn, **params):
    answer = world.alice.iam("ListEntitiesForPolicy", PolicyArn=policy_arn, **params)
    return tuple(
        [row[f"{kind}Name"] for row in answer[f"Policy{kind}s"]] for kind in ("Group", "User", "Role")
    )


def test_everybody_who_uses_a_policy_is_listed_once(world, users_of):
    expected = (["readers"], ["ann", "Ben", "bounded"], ["bounded-worker", "worker"])
    assert entities(world, users_of) == expected


def test_an_entity_is_shown_by_name_and_id(world, users_of):
    answer = world.alice.iam("ListEntitiesForPolicy", PolicyArn=users_of)
    assert set(answer["PolicyGroups"][0]) == {"GroupName", "GroupId"}
    assert set(answer["PolicyUsers"][0]) == {"UserName", "UserId"}
    assert set(answer["PolicyRoles"][0]) == {"RoleName", "RoleId"}
    assert answer["PolicyUsers"][0]["UserId"].startswith("AIDA")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"EntityFilter": "Group"}, (["readers"], [], [])),
        ({"EntityFilter": "User"}, ([], ["ann", "Ben", "bounded"], [])),
        ({"EntityFilter": "Role"}, ([], [], ["bounded-worker", "worker"])),
        ({"EntityFilter": "LocalManagedPolicy"}, ([], [], [])),
        ({"PathPrefix": "/people/"}, ([], ["ann", "Ben", "bounded"], [])),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, (["readers"], ["ann", "Ben"], ["worker"])),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, ([], ["ann", "bounded"], ["bounded-worker"])),
    ],
)
def test_who_uses_a_policy_can_be_narrowed(world, users_of, params, expected):
    assert entities(world, users_of, **params) == expected


def test_who_uses_a_policy_of_aws_is_listed(world, users_of):
    assert entities(world, READ_ONLY) == ([], ["ann", "Ben"], [])
    assert entities(world, "arn:aws:iam::aws:policy/AWSDenyAll") == ([], [], [])


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_three_lists_share_one_marker(world, users_of, size):
    seen: tuple[list[str], list[str], list[str]] = ([], [], [])
    marker: dict[str, str] = {}
    while True:
        answer = world.alice.iam("ListEntitiesForPolicy", PolicyArn=users_of, MaxItems=size, **marker)
        rows = [answer[f"Policy{kind}s"] for kind in ("Group", "User", "Role")]
        assert sum(map(len, rows)) <= size
        for kind, found, listed in zip(("Group", "User", "Role"), rows, seen, strict=True):
            listed += [row[f"{kind}Name"] for row in found]
        if not answer["IsTruncated"]:
            break
        marker = {"Marker": answer["Marker"]}
    assert seen == (["readers"], ["ann", "Ben", "bounded"], ["bounded-worker", "worker"])


def test_users_of_a_missing_policy_cannot_be_listed(world, own):
    with refused("NoSuchEntity", f"Policy {own}x does not exist or is not attachable."):
        world.alice.iam("ListEntitiesForPolicy", PolicyArn=own + "x")
