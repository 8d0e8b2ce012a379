"""Roles: made with a trust policy bound to ids, read, changed, deleted."""

import json
from typing import Any

import pytest

from iam.errors import MalformedPolicyDocument
from iam.models import Role, Session
from tests.operations import permission
from tests.world import ADMINISTRATOR, NOW, World, allow, refused


def trusting(principal: Any, **statement: Any) -> str:
    body = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [body]})


SERVICE = trusting({"Service": "ec2.amazonaws.com"})
EVERY_CALL = [
    ("CreateRole", {"RoleName": "new", "AssumeRolePolicyDocument": SERVICE}),
    ("GetRole", {"RoleName": "app"}),
    ("ListRoles", {}),
    ("UpdateRole", {"RoleName": "app", "Description": "x"}),
    ("UpdateRoleDescription", {"RoleName": "app", "Description": "x"}),
    ("UpdateAssumeRolePolicy", {"RoleName": "app", "PolicyDocument": SERVICE}),
    ("DeleteRole", {"RoleName": "app"}),
]


@pytest.fixture
def app(world: World) -> str:
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=SERVICE)
    return "app"


def trust_of(world: World, name: str) -> str:
    text: str = world.alice.iam("GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    return text


@pytest.mark.parametrize(("action", "params"), EVERY_CALL)
def test_each_call_needs_its_permission_and_is_recorded(world, app, action, params):
    permission.holds(world, action, params)


def test_create_get_and_list_each_show_their_own_members(world):
    tags = [{"Key": "team", "Value": "red"}]
    made = world.alice.iam(
        "CreateRole",
        RoleName="App",
        Path="/x/",
        Description="runs it",
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=SERVICE,
        PermissionsBoundary=ADMINISTRATOR,
        Tags=tags,
    )["Role"]
    core = {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert set(made) == core | {"PermissionsBoundary", "Tags"}
    assert made["Arn"] == f"arn:aws:iam::{world.account.number}:role/x/App"
    assert made["RoleId"].startswith("AROA")
    shown = world.alice.iam("GetRole", RoleName="app")["Role"]
    assert set(shown) == set(made) | {"Description", "MaxSessionDuration", "RoleLastUsed"}
    assert (shown["Description"], shown["MaxSessionDuration"], shown["RoleLastUsed"]) == ("runs it", 7200, {})
    (listed,) = world.alice.iam("ListRoles")["Roles"]
    assert set(listed) == core | {"Description", "MaxSessionDuration"}


def test_a_role_shows_where_it_was_last_used(world, app):
    Role.objects.filter(name="app").update(last_used_at=NOW, last_used_region="eu-west-1")
    shown = world.alice.iam("GetRole", RoleName=app)["Role"]
    assert shown["RoleLastUsed"] == {"LastUsedDate": NOW, "Region": "eu-west-1"}


def test_the_trust_policy_comes_back_byte_for_byte(world):
    text = SERVICE.replace(" ", "\n\t ").replace("ec2", "ec2")
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=text)
    assert trust_of(world, "app") == text


def test_role_names_differ_by_more_than_case(world, app):
    with refused("EntityAlreadyExists", "Role with name APP already exists."):
        world.alice.iam("CreateRole", RoleName="APP", AssumeRolePolicyDocument=SERVICE)


def test_roles_are_limited_per_account(world, app):
    world.account.quotas = {"Roles": 1}
    world.account.save()
    with refused("LimitExceeded", "RolesPerAccount: 1"):
        world.alice.iam("CreateRole", RoleName="two", AssumeRolePolicyDocument=SERVICE)
    world.alice.iam("DeleteRole", RoleName=app)
    world.alice.iam("CreateRole", RoleName="two", AssumeRolePolicyDocument=SERVICE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "This policy contains invalid Json"),
        (trusting({"AWS": "*"}, Resource="*"), "Has prohibited field Resource"),
        (trusting({"AWS": "*"}, Action="sts:InvalidAction"), "may only specify STS AssumeRole actions."),
    ],
)
def test_a_malformed_trust_policy_is_refused_at_creation_and_at_change(world, app, text, message):
    with refused("MalformedPolicyDocument", message):
        world.alice.iam("CreateRole", RoleName="new", AssumeRolePolicyDocument=text)
    with refused("MalformedPolicyDocument", message):
        world.alice.iam("UpdateAssumeRolePolicy", RoleName=app, PolicyDocument=text)


def test_a_trust_policy_is_limited_in_size_without_white_space(world, app):
    services = [f"service-{number}.amazonaws.com" for number in range(100)]
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"):
        world.alice.iam(
            "UpdateAssumeRolePolicy", RoleName=app, PolicyDocument=trusting({"Service": services})
        )
    world.alice.iam("UpdateAssumeRolePolicy", RoleName=app, PolicyDocument=SERVICE + " " * 3000)


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:iam::{own}:user/ghost",
        "arn:aws:iam::{own}:user/x/bob",
        "arn:aws:iam::{own}:user/BOB",
        "arn:aws:iam::{own}:role/ghost",
        "arn:aws:iam::{own}:role/bob",
        "arn:aws:iam::{other}:user/bob",
        "arn:aws:iam::999999999999:user/bob",
        "arn:aws:sts::{own}:assumed-role/ghost/session",
        "AIDAAAAAAAAAAAAAAAAAA",
    ],
)
def test_who_does_not_exist_cannot_be_trusted(world, name):
    name = name.format(own=world.account.number, other=world.other.number)
    with refused("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{name}"') as caught:
        world.alice.iam("CreateRole", RoleName="new", AssumeRolePolicyDocument=trusting({"AWS": name}))
    assert isinstance(caught.value, MalformedPolicyDocument)
    assert caught.value.line == 1


def test_accounts_everybody_services_and_sessions_of_a_role_can_be_trusted(world, app):
    own, other = world.account.number, world.other.number
    for principal in (
        {"AWS": [own, f"arn:aws:iam::{other}:root", "*"]},
        {"AWS": f"arn:aws:sts::{own}:assumed-role/app/session"},
        {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
    ):
        text = trusting(principal)
        world.alice.iam("UpdateAssumeRolePolicy", RoleName=app, PolicyDocument=text)
        assert trust_of(world, app) == text


def test_a_principal_of_another_account_can_be_trusted(world):
    carol = world.carol.principal.arn
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=trusting({"AWS": carol}))
    assert Role.objects.get(name="app").trust_ids == {carol: world.carol.principal.unique_id}


def test_a_trusted_user_deleted_shows_as_its_id_and_its_successor_is_a_stranger(world):
    dora = world.user("dora")
    text = trusting({"AWS": [dora.principal.arn, world.bob.principal.arn]}, Sid="dora")
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=text)
    world.alice.iam("DeleteUser", UserName="dora")
    world.user("dora")
    shown = trust_of(world, "app")
    assert shown == text.replace(dora.principal.arn, dora.principal.unique_id)
    (listed,) = world.alice.iam("ListRoles")["Roles"]
    assert listed["AssumeRolePolicyDocument"] == shown
    with refused("MalformedPolicyDocument", dora.principal.unique_id):
        world.alice.iam("UpdateAssumeRolePolicy", RoleName="app", PolicyDocument=shown)


def test_a_trusted_user_can_assume_the_role_and_one_made_anew_cannot(world):
    dora = world.user("dora")
    world.alice.iam(
        "CreateRole", RoleName="app", AssumeRolePolicyDocument=trusting({"AWS": dora.principal.arn})
    )
    asked = {"RoleArn": f"arn:aws:iam::{world.account.number}:role/app", "RoleSessionName": "one"}
    assert dora.sts("AssumeRole", **asked)["Credentials"]
    world.alice.iam("UpdateUser", UserName="dora", NewUserName="doreen")
    assert dora.sts("AssumeRole", **asked)["Credentials"]
    stranger = world.user("dora")
    with refused("AccessDenied"):
        stranger.sts("AssumeRole", **asked)


def test_a_trusted_user_renamed_shows_under_the_new_name_and_stays_trusted(world):
    dora = world.user("dora")
    condition = {"StringEquals": {"aws:PrincipalArn": dora.principal.arn}}
    text = trusting({"AWS": dora.principal.arn}, Condition=condition)
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=text)
    world.alice.iam("UpdateUser", UserName="dora", NewUserName="doreen", NewPath="/x/")
    statement = json.loads(trust_of(world, "app"))["Statement"][0]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{world.account.number}:user/x/doreen"}
    assert statement["Condition"] == condition
    assert Role.objects.get(name="app").trust_ids == {dora.principal.arn: dora.principal.unique_id}


def test_a_unique_id_can_be_trusted_and_shows_as_the_arn(world):
    bob = world.bob.principal
    world.alice.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=trusting({"AWS": bob.unique_id}))
    assert json.loads(trust_of(world, "app"))["Statement"][0]["Principal"] == {"AWS": bob.arn}


def test_listing_costs_the_same_queries_for_many_roles(world, django_assert_max_num_queries):
    for number in range(12):
        who = (world.alice, world.bob, world.carol)[number % 3].principal.arn
        world.alice.iam("CreateRole", RoleName=f"r{number}", AssumeRolePolicyDocument=trusting({"AWS": who}))
    with django_assert_max_num_queries(16):
        assert len(world.alice.iam("ListRoles")["Roles"]) == 12


def test_roles_are_listed_by_name_under_a_path_page_by_page(world):
    for name, path in (("c", "/x/"), ("A", "/x/"), ("b", "/y/")):
        world.alice.iam("CreateRole", RoleName=name, Path=path, AssumeRolePolicyDocument=SERVICE)
    first = world.alice.iam("ListRoles", PathPrefix="/x/", MaxItems=1)
    rest = world.alice.iam("ListRoles", PathPrefix="/x/", MaxItems=1, Marker=first["Marker"])
    assert [role["RoleName"] for role in first["Roles"] + rest["Roles"]] == ["A", "c"]


def test_update_role_changes_what_is_given_only(world, app):
    assert world.alice.iam("UpdateRole", RoleName=app, Description="one", MaxSessionDuration=7200) == {}
    world.alice.iam("UpdateRole", RoleName=app)
    shown = world.alice.iam("GetRole", RoleName=app)["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("one", 7200)
    world.alice.iam("UpdateRole", RoleName=app, Description="")
    assert "Description" not in world.alice.iam("GetRole", RoleName=app)["Role"]


def test_a_sign_in_limit_of_a_role_is_set_kept_and_reset(world, app):
    world.alice.iam("UpdateRole", RoleName=app, MaxSigninSessionDuration=3600)
    world.alice.iam("UpdateRole", RoleName=app, Description="x")
    assert world.alice.iam("GetRole", RoleName=app)["Role"]["MaxSigninSessionDuration"] == 3600
    with refused("InvalidInput"):
        world.alice.iam(
            "UpdateRole", RoleName=app, MaxSigninSessionDuration=3600, ResetMaxSigninSessionDuration=True
        )
    world.alice.iam("UpdateRole", RoleName=app, ResetMaxSigninSessionDuration=True)
    assert "MaxSigninSessionDuration" not in world.alice.iam("GetRole", RoleName=app)["Role"]


@pytest.mark.parametrize("seconds", [3599, 43201])
def test_a_session_lasts_between_one_and_twelve_hours(world, app, seconds):
    with refused("ValidationError", "maxSessionDuration"):
        world.alice.iam("UpdateRole", RoleName=app, MaxSessionDuration=seconds)


def test_update_role_description_answers_the_role(world, app):
    answer = world.alice.iam("UpdateRoleDescription", RoleName=app, Description="new")["Role"]
    assert answer["Description"] == "new"
    assert "MaxSessionDuration" not in answer
    assert "RoleLastUsed" not in answer


@pytest.mark.parametrize(
    ("action", "params"),
    [call for call in EVERY_CALL if call[0] not in ("CreateRole", "ListRoles")],
)
def test_a_missing_role_is_told(world, action, params):
    with refused("NoSuchEntity", "The role with name app cannot be found."):
        world.alice.iam(action, **params)


def test_a_role_is_deleted_only_once_it_has_no_policies_and_its_sessions_go_too(world, app):
    world.alice.iam("AttachRolePolicy", RoleName=app, PolicyArn=ADMINISTRATOR)
    document = json.dumps(allow("s3:*"))
    world.alice.iam("PutRolePolicy", RoleName=app, PolicyName="inline", PolicyDocument=document)
    role = Role.objects.get(name="app")
    Session.objects.create(
        account=world.account,
        kind="assumed-role",
        key_id="ASIATEST",
        sealed_secret=b"",
        token_hash=b"",
        role=role,
        issued_at=NOW,
        expires_at=NOW,
    )
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first."):
        world.alice.iam("DeleteRole", RoleName=app)
    world.alice.iam("DetachRolePolicy", RoleName=app, PolicyArn=ADMINISTRATOR)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        world.alice.iam("DeleteRole", RoleName=app)
    world.alice.iam("DeleteRolePolicy", RoleName=app, PolicyName="inline")
    world.alice.iam("DeleteRole", RoleName=app)
    assert not Session.objects.exists()


def test_a_service_linked_role_is_not_changed_by_ordinary_calls(world, app):
    Role.objects.filter(name="app").update(path="/aws-service-role/ec2.amazonaws.com/")
    text = "Cannot perform the operation on the protected role 'app'"
    for action, params in (
        ("DeleteRole", {}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": SERVICE}),
        ("UpdateRole", {"MaxSessionDuration": 3600}),
    ):
        with refused("UnmodifiableEntity", text):
            world.alice.iam(action, RoleName=app, **params)
    for action in ("UpdateRole", "UpdateRoleDescription"):
        world.alice.iam(action, RoleName=app, Description=f"said by {action}")
        assert world.alice.iam("GetRole", RoleName=app)["Role"]["Description"] == f"said by {action}"


def test_the_path_of_service_linked_roles_is_reserved(world):
    with refused("InvalidInput", "service-linked"):
        world.alice.iam(
            "CreateRole", RoleName="x", Path="/aws-service-role/x/", AssumeRolePolicyDocument=SERVICE
        )


def test_tags_and_boundary_at_creation_are_held_by_policy(world):
    condition = {"StringEquals": {"iam:PermissionsBoundary": ADMINISTRATOR}}
    dora = world.user("dora", policy=allow("iam:CreateRole", condition=condition))
    given = {"RoleName": "new", "AssumeRolePolicyDocument": SERVICE}
    with refused("AccessDenied", "iam:CreateRole"):
        dora.iam("CreateRole", **given)
    bound = {**given, "PermissionsBoundary": ADMINISTRATOR}
    with refused("AccessDenied", "iam:TagRole"):
        dora.iam("CreateRole", **bound, Tags=[{"Key": "a", "Value": "b"}])
    dora.iam("CreateRole", **bound)


def test_another_account_cannot_reach_a_role(world, app):
    for action, params in EVERY_CALL[1:]:
        if action != "ListRoles":
            with refused("NoSuchEntity"):
                world.carol.iam(action, **params)
    assert world.carol.iam("ListRoles")["Roles"] == []
