"""Versions of managed policies."""

import json

import pytest

from tests.operations.test_attachments import READ_ONLY
from tests.world import NOW, allow, deny, last_event, refused

DOCUMENT = json.dumps(allow("s3:GetObject"))
MISSING = "Policy {} version {} does not exist or is not attachable."
OF_A_VERSION = ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"]


@pytest.fixture
def own(world):
    """The ARN of a policy of the account."""
    answer = world.root.iam("CreatePolicy", PolicyName="own", PolicyDocument=DOCUMENT)
    return answer["Policy"]["Arn"]


def add(actor, policy_arn, document=DOCUMENT, **params):
    answer = actor.iam("CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=document, **params)
    return answer["PolicyVersion"]


def ids(actor, policy_arn):
    return [row["VersionId"] for row in actor.iam("ListPolicyVersions", PolicyArn=policy_arn)["Versions"]]


def default(actor, policy_arn):
    return actor.iam("GetPolicy", PolicyArn=policy_arn)["Policy"]["DefaultVersionId"]


def test_a_new_version_is_not_in_force_unless_asked(world, own):
    assert add(world.alice, own) == {"VersionId": "v2", "IsDefaultVersion": False, "CreateDate": NOW}
    assert default(world.alice, own) == "v1"
    assert add(world.alice, own, SetAsDefault=True)["IsDefaultVersion"] is True
    assert default(world.alice, own) == "v3"


def test_the_text_comes_back_as_it_was_given(world, own):
    text = DOCUMENT.replace(" ", "\n\t ")
    add(world.alice, own, text)
    answer = world.alice.iam("GetPolicyVersion", PolicyArn=own, VersionId="v2")
    assert answer["PolicyVersion"] == {
        "Document": text,
        "VersionId": "v2",
        "IsDefaultVersion": False,
        "CreateDate": NOW,
    }


def test_the_date_of_the_policy_is_that_of_its_newest_version(world, own):
    add(world.alice.later(hours=1), own)
    policy = world.alice.iam("GetPolicy", PolicyArn=own)["Policy"]
    assert (policy["CreateDate"], policy["UpdateDate"]) == (NOW, world.alice.later(hours=1).now)


def test_versions_are_listed_newest_first_without_text(world, own):
    add(world.alice, own)
    add(world.alice, own, SetAsDefault=True)
    rows = world.alice.iam("ListPolicyVersions", PolicyArn=own)["Versions"]
    assert [(row["VersionId"], row["IsDefaultVersion"]) for row in rows] == [
        ("v3", True),
        ("v2", False),
        ("v1", False),
    ]
    assert not any("Document" in row for row in rows)


def test_versions_are_paged(world, own):
    add(world.alice, own)
    add(world.alice, own)
    first = world.alice.iam("ListPolicyVersions", PolicyArn=own, MaxItems=2)
    assert [row["VersionId"] for row in first["Versions"]] == ["v3", "v2"]
    last = world.alice.iam("ListPolicyVersions", PolicyArn=own, MaxItems=2, Marker=first["Marker"])
    assert [row["VersionId"] for row in last["Versions"]] == ["v1"]
    assert last["IsTruncated"] is False


def test_numbers_are_never_used_again(world, own):
    add(world.alice, own)
    world.alice.iam("DeletePolicyVersion", PolicyArn=own, VersionId="v2")
    assert add(world.alice, own)["VersionId"] == "v3"


def test_a_sixth_version_is_one_too_many(world, own):
    for _ in range(4):
        add(world.alice, own)
    text = (
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing"
        " version."
    )
    with refused("LimitExceeded", text):
        add(world.alice, own)
    world.alice.iam("DeletePolicyVersion", PolicyArn=own, VersionId="v5")
    assert add(world.alice, own)["VersionId"] == "v6"


def test_the_version_in_force_cannot_be_deleted(world, own):
    with refused("DeleteConflict", "Cannot delete the default version of a policy."):
        world.alice.iam("DeletePolicyVersion", PolicyArn=own, VersionId="v1")
    add(world.alice, own, SetAsDefault=True)
    world.alice.iam("DeletePolicyVersion", PolicyArn=own, VersionId="v1")
    assert ids(world.alice, own) == ["v2"]


def test_another_version_in_force_holds_at_the_next_request(world, own):
    world.alice.iam("AttachUserPolicy", UserName="bob", PolicyArn=own)
    add(world.alice, own, json.dumps(allow("iam:ListUsers")))
    with refused("AccessDenied"):
        world.bob.iam("ListUsers")
    world.alice.iam("SetDefaultPolicyVersion", PolicyArn=own, VersionId="v2")
    assert world.bob.iam("ListUsers")["Users"]
    add(world.alice, own, json.dumps(deny("iam:ListUsers")), SetAsDefault=True)
    with refused("AccessDenied", "explicit deny"):
        world.bob.iam("ListUsers")


def test_changes_leave_events(world, own):
    add(world.alice, own)
    parameters = last_event(world.account).parameters
    assert parameters
    assert parameters["PolicyDocument"] == DOCUMENT
    for action in ("SetDefaultPolicyVersion", "DeletePolicyVersion"):
        version = "v2" if action.startswith("Set") else "v1"
        world.alice.iam(action, PolicyArn=own, VersionId=version)
        event = last_event(world.account)
        assert (event.name, event.outcome, event.resources) == (action, "success", [own])


@pytest.mark.parametrize("action", OF_A_VERSION)
@pytest.mark.parametrize("version", ["v2", "v1.a", "v99999999999999999999"])
def test_a_missing_version_is_named(world, own, action, version):
    with refused("NoSuchEntity", MISSING.format(own, version)):
        world.alice.iam(action, PolicyArn=own, VersionId=version)


@pytest.mark.parametrize("action", OF_A_VERSION)
def test_a_version_of_a_missing_policy_is_named(world, own, action):
    with refused("NoSuchEntity", MISSING.format(own + "x", "v1")):
        world.alice.iam(action, PolicyArn=own + "x", VersionId="v1")


@pytest.mark.parametrize("action", OF_A_VERSION)
@pytest.mark.parametrize("version", ["1", "v0", "v01", "latest"])
def test_what_is_no_version_id_is_refused(world, own, action, version):
    with refused("ValidationError"):
        world.alice.iam(action, PolicyArn=own, VersionId=version)


def test_versions_of_a_missing_policy_cannot_be_made_or_listed(world, own):
    with refused("NoSuchEntity", f"Policy {own}x was not found."):
        add(world.alice, own + "x")
    with refused("NoSuchEntity", f"Policy {own}x was not found."):
        ids(world.alice, own + "x")


def test_what_is_no_policys_arn_is_refused(world):
    arn = f"arn:aws:iam::{world.account.number}:role/own"
    with refused("ValidationError", f"ARN {arn} is not valid."):
        add(world.alice, arn)
    with refused("ValidationError", f"ARN {arn} is not valid."):
        ids(world.alice, arn)
    for action in OF_A_VERSION:
        with refused("ValidationError", f"ARN {arn} is not valid."):
            world.alice.iam(action, PolicyArn=arn, VersionId="v1")


def test_what_aws_would_not_save_is_refused(world, own):
    with refused("MalformedPolicyDocument", "Policy statement must contain resources."):
        add(
            world.alice,
            own,
            json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*"}}),
        )
    assert ids(world.alice, own) == ["v1"]


def test_a_version_has_at_most_6144_characters(world, own):
    large = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::" + "x" * 6144))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        add(world.alice, own, large)


def test_a_policy_of_aws_has_one_version_for_reading(world):
    assert ids(world.alice, READ_ONLY) == ["v1"]
    version = world.alice.iam("GetPolicyVersion", PolicyArn=READ_ONLY, VersionId="v1")["PolicyVersion"]
    assert version["IsDefaultVersion"] is True
    assert json.loads(version["Document"])["Statement"]
    with refused("NoSuchEntity", MISSING.format(READ_ONLY, "v2")):
        world.alice.iam("GetPolicyVersion", PolicyArn=READ_ONLY, VersionId="v2")


def test_a_policy_of_aws_cannot_be_changed(world):
    with refused("AccessDenied", "Cannot update policies outside your own account."):
        add(world.alice, READ_ONLY)
    with refused("AccessDenied", "Cannot update policies outside your own account."):
        world.alice.iam("SetDefaultPolicyVersion", PolicyArn=READ_ONLY, VersionId="v2")
    with refused("AccessDenied", "Cannot delete policy versions for policies outside your own account."):
        world.alice.iam("DeletePolicyVersion", PolicyArn=READ_ONLY, VersionId="v2")
    assert last_event(world.account).outcome == "denied"


def test_without_permission_versions_are_out_of_reach(world, own):
    with refused("AccessDenied", f"iam:CreatePolicyVersion on resource: {own}"):
        add(world.bob, own, SetAsDefault=True)
    assert last_event(world.account).outcome == "denied"
    with refused("AccessDenied", "iam:ListPolicyVersions"):
        ids(world.bob, own)
    for action in OF_A_VERSION:
        with refused("AccessDenied", f"iam:{action} on resource: {own}"):
            world.bob.iam(action, PolicyArn=own, VersionId="v1")
    assert ids(world.alice, own) == ["v1"]


def test_another_account_finds_nothing(world, own):
    for action in OF_A_VERSION:
        with refused("NoSuchEntity"):
            world.carol.iam(action, PolicyArn=own, VersionId="v1")
