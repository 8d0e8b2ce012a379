"""Credentials of users for single services."""

import base64
from datetime import timedelta

import pytest

from iam import service_credentials
from iam.models import ServiceCredential
from tests.boto import boto_of
from tests.operations import permission
from tests.world import NOW, World, allow, last_event, refused

GIT, TABLES, MODELS, LOGS = (
    f"{name}.amazonaws.com" for name in ("codecommit", "cassandra", "bedrock", "logs")
)
MISSING = "A" * 20


def make(actor, service=GIT, user="bob", **params):
    answer = actor.iam("CreateServiceSpecificCredential", UserName=user, ServiceName=service, **params)
    return answer["ServiceSpecificCredential"]


def listed(actor, **params):
    return actor.iam("ListServiceSpecificCredentials", **params)["ServiceSpecificCredentials"]


@pytest.fixture
def bobs(world: World) -> dict[str, str]:
    """A credential of Bob's, as its operations name it."""
    made = make(world.alice)
    return {"UserName": "bob", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("ResetServiceSpecificCredential", {}),
        ("UpdateServiceSpecificCredential", {"Status": "Inactive"}),
        ("DeleteServiceSpecificCredential", {}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, bobs, action, params):
    permission.holds(world, action, {**bobs, **params})


def test_making_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "CreateServiceSpecificCredential", {"UserName": "bob", "ServiceName": GIT})
    permission.holds(world, "ListServiceSpecificCredentials", {"UserName": "bob"})


def test_a_credential_has_a_name_and_a_password_shown_once(world):
    made = make(world.alice)
    password = made.pop("ServicePassword")
    assert len(base64.b64decode(password)) == 33
    assert made["ServiceSpecificCredentialId"].startswith("ACCA")
    assert made == {
        "CreateDate": NOW,
        "ServiceName": GIT,
        "ServiceUserName": f"bob-at-{world.account.number}",
        "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"],
        "UserName": "bob",
        "Status": "Active",
    }
    assert listed(world.alice, UserName="bob") == [made]
    assert password.encode() not in bytes(ServiceCredential.objects.get().secret_digest)


@pytest.mark.parametrize(
    ("service", "member"), [(GIT, "ServicePassword"), (MODELS, "ServiceCredentialSecret")]
)
def test_no_event_has_the_secret(world, service, member):
    secret = make(world.alice, service)[member]
    event = last_event(world.account)
    assert event.name == "CreateServiceSpecificCredential"
    assert (event.response or {})["ServiceSpecificCredential"][member] == "***"
    assert secret not in str(event.response)


@pytest.mark.parametrize("service", [MODELS, LOGS])
def test_services_with_api_keys_get_one_text_that_may_end(world, service):
    made = make(world.alice, service, CredentialAgeDays=30)
    secret = made.pop("ServiceCredentialSecret")
    alias = f"bob-at-{world.account.number}"
    assert base64.b64decode(secret[4:]).decode().startswith(f"{alias}:")
    assert made["ServiceCredentialAlias"] == alias
    assert made["ExpirationDate"] == NOW + timedelta(days=30)
    assert not made.keys() & {"ServiceUserName", "ServicePassword"}
    assert listed(world.alice, UserName="bob") == [made]
    assert listed(world.alice.later(days=29), UserName="bob")[0]["Status"] == "Active"
    assert listed(world.alice.later(days=30), UserName="bob")[0]["Status"] == "Expired"
    assert "ExpirationDate" not in make(world.alice, service)


@pytest.mark.parametrize("service", [GIT, TABLES])
def test_passwords_have_no_end(world, service):
    with refused("ValidationError", f"CredentialAgeDays is not supported for {service}."):
        make(world.alice, service, CredentialAgeDays=1)


def test_later_names_are_told_apart_by_number(world):
    at = f"-at-{world.account.number}"
    made = [make(world.alice, service) for service in (GIT, GIT, TABLES)]
    assert [one["ServiceUserName"] for one in made] == [f"bob{at}", f"bob+1{at}", f"bob+2{at}"]
    name = {"UserName": "bob", "ServiceSpecificCredentialId": made[1]["ServiceSpecificCredentialId"]}
    world.alice.iam("DeleteServiceSpecificCredential", **name)
    assert make(world.alice)["ServiceUserName"] == f"bob+1{at}"


def test_a_renamed_users_credential_keeps_its_name_and_the_heir_gets_another(world, bobs):
    at = f"-at-{world.account.number}"
    world.alice.iam("UpdateUser", UserName="bob", NewUserName="rob")
    (row,) = listed(world.alice, UserName="rob")
    assert (row["UserName"], row["ServiceUserName"]) == ("rob", f"bob{at}")
    world.alice.iam("CreateUser", UserName="bob")
    assert make(world.alice)["ServiceUserName"] == f"bob+1{at}"
    assert make(world.alice, user="rob")["ServiceUserName"] == f"rob{at}"


def test_a_user_has_at_most_two_for_each_service(world, bobs):
    make(world.alice)
    world.alice.iam("UpdateServiceSpecificCredential", **bobs, Status="Inactive")
    with refused("LimitExceeded", "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"):
        make(world.alice)
    make(world.alice, TABLES)


def test_a_reset_shows_another_password_and_keeps_the_rest(world, bobs):
    world.alice.iam("UpdateServiceSpecificCredential", **bobs, Status="Inactive")
    (before,) = listed(world.alice, UserName="bob")
    answer = world.alice.later(days=1).iam("ResetServiceSpecificCredential", **bobs)
    shown = answer["ServiceSpecificCredential"]
    assert shown.pop("ServicePassword")
    assert shown == before
    assert before["Status"] == "Inactive"


def owner(world, service, name, secret, now=NOW):
    found = service_credentials.owner(world.account, service, name, secret, now)
    return found.name if found is not None else None


def test_a_password_opens_its_service_until_it_is_reset_or_switched_off(world):
    made = make(world.alice)
    name, first = made["ServiceUserName"], made["ServicePassword"]
    assert owner(world, GIT, name, first) == "bob"
    assert owner(world, GIT, name, first + "x") is None
    assert owner(world, GIT, "nobody", first) is None
    assert owner(world, TABLES, name, first) is None
    by_id = {"UserName": "bob", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    answer = world.alice.iam("ResetServiceSpecificCredential", **by_id)
    second = answer["ServiceSpecificCredential"]["ServicePassword"]
    assert owner(world, GIT, name, first) is None
    assert owner(world, GIT, name, second) == "bob"
    world.alice.iam("UpdateServiceSpecificCredential", **by_id, Status="Inactive")
    assert owner(world, GIT, name, second) is None


def test_a_key_opens_nothing_after_its_end(world):
    made = make(world.alice, MODELS, CredentialAgeDays=1)
    alias, secret = made["ServiceCredentialAlias"], made["ServiceCredentialSecret"]
    assert owner(world, MODELS, alias, secret) == "bob"
    assert owner(world, MODELS, alias, secret, NOW + timedelta(days=1)) is None


def test_lists_are_of_a_user_of_all_and_of_a_service(world, bobs):
    make(world.alice, TABLES, "alice")
    assert [row["UserName"] for row in listed(world.alice)] == ["alice"]
    assert [row["UserName"] for row in listed(world.alice, AllUsers=True)] == ["bob", "alice"]
    assert [row["UserName"] for row in listed(world.alice, AllUsers=True, ServiceName=TABLES)] == ["alice"]
    assert world.alice.iam("ListServiceSpecificCredentials", UserName="bob", ServiceName=TABLES) == {
        "ServiceSpecificCredentials": [],
        "IsTruncated": False,
    }
    assert listed(world.carol, AllUsers=True) == []
    with refused("ValidationError", "cannot be given at once"):
        listed(world.alice, AllUsers=True, UserName="bob")


def test_seeing_everybodys_takes_more_than_seeing_ones_own(world, bobs):
    own = f"arn:aws:iam::{world.account.number}:user/dora"
    dora = world.user("dora", policy=allow("iam:ListServiceSpecificCredentials", resource=own))
    assert listed(dora) == []
    with refused("AccessDenied", "user/*"):
        listed(dora, AllUsers=True)


def test_what_is_missing_is_told_the_user_first(world, bobs):
    text = "No such service coffee.amazonaws.com is supported for Service Specific Credentials"
    with refused("NoSuchEntity", text):
        make(world.alice, "coffee.amazonaws.com")
    with refused("NoSuchEntity", text):
        listed(world.alice, ServiceName="coffee.amazonaws.com")
    with refused("NoSuchEntity", "The user with name ghost cannot be found."):
        make(world.alice, "coffee.amazonaws.com", "ghost")
    calls: tuple[tuple[str, dict[str, str]], ...] = (
        ("ResetServiceSpecificCredential", {}),
        ("UpdateServiceSpecificCredential", {"Status": "Active"}),
        ("DeleteServiceSpecificCredential", {}),
    )
    for action, params in calls:
        with refused("NoSuchEntity", f"No such credential {MISSING} exists"):
            world.alice.iam(action, UserName="bob", ServiceSpecificCredentialId=MISSING, **params)
        with refused("NoSuchEntity", "No such credential"):
            world.alice.iam(action, **{**bobs, "UserName": "alice"}, **params)
        with refused("NoSuchEntity", "The user with name ghost cannot be found."):
            world.alice.iam(action, UserName="ghost", ServiceSpecificCredentialId=MISSING, **params)
        with refused("NoSuchEntity", "The user with name bob cannot be found."):
            world.carol.iam(action, **bobs, **params)
        with refused("ValidationError", r"regular expression pattern: [\w]+"):
            world.alice.iam(action, ServiceSpecificCredentialId="not-a-" + MISSING, **params)


def test_a_status_is_active_or_inactive(world, bobs):
    with refused("ValidationError", "Active or Inactive"):
        world.alice.iam("UpdateServiceSpecificCredential", **bobs, Status="Expired")


@pytest.mark.parametrize(
    ("condition", "service", "days", "allowed"),
    [
        ({"StringEquals": {"iam:ServiceSpecificCredentialServiceName": MODELS}}, MODELS, 1, True),
        ({"StringEquals": {"iam:ServiceSpecificCredentialServiceName": MODELS}}, GIT, None, False),
        ({"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"}}, MODELS, 90, True),
        ({"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"}}, MODELS, 91, False),
        ({"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"}}, MODELS, None, False),
    ],
)
def test_making_is_held_by_service_and_age(world, condition, service, days, allowed):
    dora = world.user("dora", policy=allow("iam:CreateServiceSpecificCredential", condition=condition))
    params = {"CredentialAgeDays": days} if days else {}
    if allowed:
        make(dora, service, "dora", **params)
    else:
        with refused("AccessDenied"):
            make(dora, service, "dora", **params)


@pytest.mark.parametrize("action", ["Reset", "Delete"])
def test_what_is_there_is_held_by_its_service(world, bobs, action):
    operation = f"{action}ServiceSpecificCredential"

    def someone(name, service):
        condition = {"StringEquals": {"iam:ServiceSpecificCredentialServiceName": service}}
        return world.user(name, policy=allow(f"iam:{operation}", condition=condition))

    with refused("AccessDenied"):
        someone("dora", TABLES).iam(operation, **bobs)
    someone("emil", GIT).iam(operation, **bobs)


def test_a_user_goes_only_after_its_credentials(world, bobs):
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first."):
        world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("DeleteServiceSpecificCredential", **bobs)
    world.alice.iam("DeleteUser", UserName="bob")


def test_boto3_makes_lists_resets_switches_and_deletes(world):
    iam = boto_of(world.alice).iam
    for service in (GIT, MODELS):
        answer = iam.create_service_specific_credential(UserName="bob", ServiceName=service)
        assert answer["ServiceSpecificCredential"]["ServiceName"] == service
    first = iam.list_service_specific_credentials(UserName="bob", MaxItems=1)
    rest = iam.list_service_specific_credentials(UserName="bob", MaxItems=1, Marker=first["Marker"])
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    rows = first["ServiceSpecificCredentials"] + rest["ServiceSpecificCredentials"]
    assert [row["ServiceName"] for row in rows] == [GIT, MODELS]
    name = {"UserName": "bob", "ServiceSpecificCredentialId": rows[0]["ServiceSpecificCredentialId"]}
    assert iam.reset_service_specific_credential(**name)["ServiceSpecificCredential"]["ServicePassword"]
    iam.update_service_specific_credential(Status="Inactive", **name)
    iam.delete_service_specific_credential(**name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_service_specific_credential(**name)
