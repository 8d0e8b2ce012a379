"""Users: made, read, renamed, listed, deleted."""

import json
from datetime import timedelta

import pytest

from accounts.models import ConsoleSession, Identity
from iam import principals
from iam.models import KeyRotation, Tally, User
from tests.operations import permission
from tests.world import ADMINISTRATOR, NOW, PASSWORD, World, actor, allow, last_event, refused

EVERY_CALL = [
    ("CreateUser", {"UserName": "dora"}),
    ("GetUser", {"UserName": "eve"}),
    ("ListUsers", {}),
    ("UpdateUser", {"UserName": "eve", "NewUserName": "eva"}),
    ("DeleteUser", {"UserName": "eve"}),
]
DOCUMENT = json.dumps(allow("s3:GetObject"))


@pytest.fixture
def eve(world: World) -> str:
    world.alice.iam("CreateUser", UserName="eve")
    return "eve"


@pytest.mark.parametrize(("action", "params"), EVERY_CALL)
def test_each_call_needs_its_permission_and_is_recorded(world, eve, action, params):
    permission.holds(world, action, params)


def test_a_new_user_has_an_id_and_an_arn_and_can_do_nothing(world):
    made = world.alice.iam("CreateUser", UserName="Dora.D", Path="/eu/")["User"]
    assert made == {
        "Path": "/eu/",
        "UserName": "Dora.D",
        "UserId": made["UserId"],
        "Arn": f"arn:aws:iam::{world.account.number}:user/eu/Dora.D",
        "CreateDate": world.alice.now,
    }
    assert made["UserId"].startswith("AIDA")
    identity = Identity.objects.get(account=world.account, name="Dora.D")
    assert not identity.has_password


def test_a_new_user_shows_tags_and_boundary_where_given(world):
    tags = [{"Key": "team", "Value": "red"}]
    world.alice.iam("CreateUser", UserName="dora", Tags=tags, PermissionsBoundary=ADMINISTRATOR)
    shown = world.alice.iam("GetUser", UserName="dora")["User"]
    assert shown["Tags"] == tags
    assert shown["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": ADMINISTRATOR,
    }
    listed = world.alice.iam("ListUsers", MaxItems=10)["Users"]
    assert all("Tags" not in user and "PermissionsBoundary" not in user for user in listed)


def test_tags_at_creation_need_the_permission_to_tag(world):
    dora = world.user("dora", policy=allow("iam:CreateUser"))
    dora.iam("CreateUser", UserName="plain")
    with refused("AccessDenied", "iam:TagUser"):
        dora.iam("CreateUser", UserName="tagged", Tags=[{"Key": "a", "Value": "b"}])


def test_a_creation_can_be_tied_to_a_boundary(world):
    boundary = world.alice.iam("CreatePolicy", PolicyName="edge", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    dora = world.user("dora", policy=allow("iam:CreateUser", condition=condition))
    with refused("AccessDenied"):
        dora.iam("CreateUser", UserName="free")
    dora.iam("CreateUser", UserName="bound", PermissionsBoundary=boundary)


def test_user_names_differ_by_more_than_case_whatever_the_path(world, eve):
    with refused("EntityAlreadyExists", "User with name EVE already exists."):
        world.alice.iam("CreateUser", UserName="EVE", Path="/x/")


def test_two_accounts_may_use_one_name(world, eve):
    world.carol.iam("CreateUser", UserName="eve")
    assert User.objects.filter(name="eve").count() == 2


def test_users_are_limited_per_account(world):
    world.account.quotas = {"Users": Tally.objects.get(account=world.account, kind="Users").count}
    world.account.save()
    with refused("LimitExceeded", "UsersPerAccount"):
        world.alice.iam("CreateUser", UserName="one-too-many")
    world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("CreateUser", UserName="one-too-many")


def test_creation_refuses_doubled_tags_and_a_boundary_that_is_none(world):
    doubled = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    with refused("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive."):
        world.alice.iam("CreateUser", UserName="dora", Tags=doubled)
    with refused("InvalidInput", "is not valid"):
        world.alice.iam("CreateUser", UserName="dora", PermissionsBoundary="arn:aws:iam::aws:user/none-here")
    with refused("NoSuchEntity", "does not exist or is not attachable"):
        world.alice.iam("CreateUser", UserName="dora", PermissionsBoundary="arn:aws:iam::aws:policy/None")
    with refused("NoSuchEntity"):
        world.alice.iam("GetUser", UserName="dora")


def test_get_user_without_a_name_is_about_the_caller(world):
    world.user("dora", policy=allow("iam:GetUser"))
    number = world.account.number
    assert world.alice.iam("GetUser")["User"]["UserName"] == "alice"
    root = world.root.iam("GetUser")["User"]
    assert (root["Arn"], root["UserId"]) == (f"arn:aws:iam::{number}:root", number)
    assert "PasswordLastUsed" not in root
    world.account.identities.filter(kind="root").update(password_last_used_at=NOW)
    assert world.root.iam("GetUser")["User"]["PasswordLastUsed"] == NOW
    with refused("AccessDenied", f"arn:aws:iam::{number}:user/bob"):
        world.bob.iam("GetUser")


def test_a_missing_user_is_told_only_to_who_may_know(world):
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        world.alice.iam("GetUser", UserName="ghost")
    with refused("AccessDenied"):
        world.bob.iam("GetUser", UserName="ghost")
    for action in ("UpdateUser", "DeleteUser"):
        with refused("NoSuchEntity", "The user with name ghost cannot be found."):
            world.alice.iam(action, UserName="ghost")


def test_users_are_listed_by_name_under_a_path_page_by_page(world):
    for name, path in (
        ("Zed", "/test-lifecycle/"),
        ("abe", "/test-lifecycle/x/"),
        ("moe", "/Test-lifecycle/"),
    ):
        world.alice.iam("CreateUser", UserName=name, Path=path)
    first = world.alice.iam("ListUsers", PathPrefix="/test-life", MaxItems=1)
    assert [user["UserName"] for user in first["Users"]] == ["abe"]
    rest = world.alice.iam("ListUsers", PathPrefix="/test-life", MaxItems=1, Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == ["Zed"]
    assert not rest["IsTruncated"]
    assert "Marker" not in rest


def test_a_marker_serves_its_own_list_only(world):
    marker = world.alice.iam("ListUsers", MaxItems=1)["Marker"]
    for wrong in ({"PathPrefix": "/x", "Marker": marker}, {"Marker": "made-up"}):
        with refused("ValidationError", "Invalid Marker."):
            world.alice.iam("ListUsers", **wrong)
    with refused("ValidationError", "Invalid Marker."):
        world.carol.iam("ListUsers", Marker=marker)


def test_listing_costs_the_same_queries_for_many_users(world, django_assert_max_num_queries):
    for number in range(12):
        world.alice.iam("CreateUser", UserName=f"u{number}")
    with django_assert_max_num_queries(14):
        assert len(world.alice.iam("ListUsers")["Users"]) == 14


def test_a_renamed_user_keeps_id_keys_password_groups_and_tags(world, eve):
    tags = [{"Key": "team", "Value": "red"}]
    before = world.alice.iam("GetUser", UserName=eve)["User"]
    world.alice.iam("TagUser", UserName=eve, Tags=tags)
    key = world.alice.iam("CreateAccessKey", UserName=eve)["AccessKey"]["AccessKeyId"]
    world.alice.iam("CreateLoginProfile", UserName=eve, Password=PASSWORD)
    world.alice.iam("CreateGroup", GroupName="team")
    world.alice.iam("AddUserToGroup", GroupName="team", UserName=eve)

    world.alice.iam("UpdateUser", UserName=eve, NewUserName="Eva", NewPath="/new/")

    after = world.alice.iam("GetUser", UserName="eva")["User"]
    assert (after["UserId"], after["CreateDate"]) == (before["UserId"], before["CreateDate"])
    assert after["Arn"] == f"arn:aws:iam::{world.account.number}:user/new/Eva"
    assert after["Tags"] == tags
    keys = world.alice.iam("ListAccessKeys", UserName="Eva")["AccessKeyMetadata"]
    assert [(row["UserName"], row["AccessKeyId"]) for row in keys] == [("Eva", key)]
    assert world.alice.iam("GetLoginProfile", UserName="Eva")["LoginProfile"]["UserName"] == "Eva"
    assert [
        group["GroupName"] for group in world.alice.iam("ListGroupsForUser", UserName="Eva")["Groups"]
    ] == ["team"]
    with refused("NoSuchEntity"):
        world.alice.iam("GetUser", UserName=eve)


def test_a_user_cannot_take_anothers_name_but_can_change_the_case_of_its_own(world, eve):
    with refused("EntityAlreadyExists", "User with name BOB already exists."):
        world.alice.iam("UpdateUser", UserName=eve, NewUserName="BOB")
    world.alice.iam("UpdateUser", UserName=eve, NewUserName="EVE")
    assert world.alice.iam("GetUser", UserName="eve")["User"]["UserName"] == "EVE"


def test_renaming_needs_the_permission_on_the_new_name_too(world, eve):
    number = world.account.number
    dora = world.user("dora", policy=allow("iam:UpdateUser", resource=f"arn:aws:iam::{number}:user/eve"))
    with refused("AccessDenied", f"arn:aws:iam::{number}:user/admin"):
        dora.iam("UpdateUser", UserName=eve, NewUserName="admin")
    with refused("AccessDenied", f"arn:aws:iam::{number}:user/safe/eve"):
        dora.iam("UpdateUser", UserName=eve, NewPath="/safe/")


def test_a_user_made_under_an_old_name_inherits_nothing(world, eve):
    world.alice.iam("PutUserPolicy", UserName=eve, PolicyName="all", PolicyDocument=json.dumps(allow("*")))
    world.alice.iam("UpdateUser", UserName=eve, NewUserName="eva")
    heir = world.user("eve")
    with refused("AccessDenied"):
        heir.iam("ListUsers")


def _obstacles(world: World, name: str) -> list[tuple[str, str, dict[str, str]]]:
    """What keeps a user from being deleted, each with what AWS says and the call that takes it away."""
    root, by_name = world.root, {"UserName": name}
    root.iam("AttachUserPolicy", PolicyArn=ADMINISTRATOR, **by_name)
    root.iam("PutUserPolicy", PolicyName="inline", PolicyDocument=DOCUMENT, **by_name)
    root.iam("CreateGroup", GroupName="team")
    root.iam("AddUserToGroup", GroupName="team", **by_name)
    key = root.iam("CreateAccessKey", **by_name)["AccessKey"]["AccessKeyId"]
    root.iam("CreateLoginProfile", Password=PASSWORD, **by_name)
    return [
        ("detach all policies", "DetachUserPolicy", {"PolicyArn": ADMINISTRATOR}),
        ("delete policies", "DeleteUserPolicy", {"PolicyName": "inline"}),
        ("remove users from group", "RemoveUserFromGroup", {"GroupName": "team"}),
        ("delete access keys", "DeleteAccessKey", {"AccessKeyId": key}),
        ("delete login profile", "DeleteLoginProfile", {}),
    ]


def test_a_user_is_deleted_only_once_nothing_hangs_on_it(world, eve):
    for remedy, action, params in _obstacles(world, eve):
        with refused("DeleteConflict", f"Cannot delete entity, must {remedy} first."):
            world.alice.iam("DeleteUser", UserName=eve)
        world.alice.iam(action, UserName=eve, **params)
    world.alice.iam("DeleteUser", UserName=eve)
    assert not Identity.objects.filter(account=world.account, name=eve).exists()
    assert last_event(world.account).resources == [f"arn:aws:iam::{world.account.number}:user/eve"]


def test_another_accounts_administrator_cannot_reach_a_user(world, eve):
    for action in ("GetUser", "DeleteUser", "UpdateUser"):
        with refused("NoSuchEntity"):
            world.carol.iam(action, UserName=eve)
    assert world.alice.iam("GetUser", UserName=eve)


def test_sessions_and_rotations_of_a_user_go_with_it(world, eve):
    identity = Identity.objects.get(name=eve)
    soon = NOW + timedelta(hours=1)
    ConsoleSession.objects.create(
        key_hash="x",
        account=world.account,
        identity=identity,
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=soon,
    )
    temporary = actor(world.account, eve).sts("GetSessionToken")["Credentials"]
    KeyRotation.objects.create(
        account=world.account,
        identity=identity,
        old_key_id="AKIAOLD",
        new_key_id="AKIANEW",
        created_at=NOW,
        deactivate_after=soon,
        delete_after=soon,
    )
    world.alice.iam("DeleteUser", UserName=eve)
    assert not ConsoleSession.objects.exists()
    assert not KeyRotation.objects.exists()
    assert principals.find_credential(temporary["AccessKeyId"]) is None
