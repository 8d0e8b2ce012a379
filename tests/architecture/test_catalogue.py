"""Rules that hold over the whole catalogue of operations."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import accounts
import iam
from iam import catalogue, errors
from iam.call import Target
from iam.operations.not_offered import NOT_OFFERED
from iam.shapes import names, spec
from tests import world as cast
from tests.architecture import samples

OFFERED = sorted(catalogue.offered())
MODEL = [name for service in ("iam", "sts", "tenant", "console") for name in spec.operations(service)]
# Operations that ask no permission of anybody, and those on oneself that a setting of the account can grant.
OPEN = {"sts.GetCallerIdentity", "sts.GetSessionToken", "sts.GetAccessKeyInfo"}
ROOT = Path(str(iam.__path__[0])).parent


def test_every_operation_of_the_models_is_offered_or_listed_with_a_reason():
    unlisted = [name for name in MODEL if name not in OFFERED and name not in NOT_OFFERED]
    assert unlisted == []


def test_nothing_offered_is_listed_as_not_offered():
    assert [name for name in OFFERED if name in NOT_OFFERED] == []


def test_everything_registered_is_declared_in_a_model():
    assert [name for name in OFFERED if name not in MODEL] == []


@pytest.mark.parametrize("name", OFFERED)
def test_a_function_takes_what_its_shape_declares(name):
    op = catalogue.offered()[name]
    shape = op.spec.input
    declared = {names.snake(member): member in shape.required for member in shape.members} if shape else {}
    if op.paged:
        for member in ("marker", "max_items"):
            declared.pop(member, None)
    signature = inspect.signature(op.function).parameters
    taken = {key: value for key, value in signature.items() if key not in ("call", "_", "page")}
    accepts_rows = any(value.kind is value.VAR_KEYWORD for value in taken.values())
    assert accepts_rows or len(taken) <= len(declared) + 1
    for key, required in declared.items():
        if key in taken:
            assert (taken[key].default is inspect.Parameter.empty) or not required, (
                f"{key} must have no default"
            )
    assert all(value.kind is value.KEYWORD_ONLY for value in taken.values())


@pytest.mark.parametrize("name", OFFERED)
def test_a_docstring_names_only_errors_that_the_model_declares(name):
    op = catalogue.offered()[name]
    doc = inspect.getdoc(op.function) or ""
    assert doc, "an operation says what holds after it"
    listed = re.search(r"Errors:(.*?)(?:Source:|\Z)", doc, re.DOTALL)
    known = {error.__name__ for error in vars(errors).values() if isinstance(error, type)}
    told = set(re.findall(r"\b[A-Z][A-Za-z]+\b", listed.group(1))) & known if listed else set()
    common = {"ValidationError", "AccessDenied", "InvalidParameterValue", "InvalidClientTokenId"}
    codes = set(op.spec.errors) | common
    # AWS gives some codes that its model does not list; each is a recorded fact, named where it is raised.
    unlisted = {error for error in told if getattr(errors, error).code not in codes}
    assert unlisted <= UNLISTED_BY_THE_MODEL.get(name, set())


# Codes recorded from AWS for operations whose model does not list them.
UNLISTED_BY_THE_MODEL: dict[str, set[str]] = {}


def test_operations_reach_rows_only_through_their_account():
    found = []
    for source in sorted((ROOT / "iam" / "operations").glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("objects", "now", "atomic", "utcnow"):
                if node.attr == "now" and isinstance(node.value, ast.Name) and node.value.id == "call":
                    continue
                found.append(f"{source.name}:{node.lineno} {node.attr}")
    assert found == []


def test_accounts_does_not_know_iam():
    for source in Path(str(accounts.__path__[0])).rglob("*.py"):
        assert not re.search(r"^\s*(from|import) iam\b", source.read_text(), re.MULTILINE), source


@pytest.fixture
def things(world: cast.World) -> samples.Things:
    return samples.things(world)


@pytest.fixture
def world(db) -> cast.World:
    return cast.build()


NEEDS_PERMISSION = [name for name in OFFERED if name not in OPEN]


def test_a_user_without_permissions_is_refused_everything_and_every_refusal_is_recorded(world, things):
    let_in = {}
    for name in NEEDS_PERMISSION:
        op = catalogue.offered()[name]
        code = _code(world.bob, name, samples.params(op, things))
        event = cast.last_event(world.account)
        if (code, event.name, event.outcome, event.error_code) != (
            code,
            op.spec.action,
            "denied",
            "AccessDenied",
        ):
            let_in[name] = code
    assert let_in == {}


def _code(actor: cast.Actor, name: str, params: dict[str, object]) -> str:
    try:
        actor.run(name, **params)
    except errors.ServiceError as refusal:
        return refusal.code
    return "went through"


def _names_a_resource(name: str) -> bool:
    shape = spec.operation(name).input
    members = set(shape.members) if shape else set()
    return bool(
        members
        & {
            "UserName",
            "GroupName",
            "RoleName",
            "PolicyArn",
            "RoleArn",
            "AccessKeyId",
            "SerialNumber",
            "InstanceProfileName",
            "DeletionTaskId",
            "OpenIDConnectProviderArn",
            "SAMLProviderArn",
            "ServerCertificateName",
        }
    )


# What makes a thing of its own in the caller's account, or lists all of it where no name is given.
CREATES = {
    "iam.CreateUser",
    "iam.CreateGroup",
    "iam.CreateRole",
    "iam.CreateInstanceProfile",
    "iam.UploadServerCertificate",
    "sts.AssumeRole",
    "tenant.ListSessions",
}


def test_another_accounts_administrator_meets_a_wall_everywhere(world, things):
    walled = {"AccessDenied", "NoSuchEntity", "InvalidInput"}
    let_in = {}
    for name in NEEDS_PERMISSION:
        if _names_a_resource(name) and name not in CREATES:
            code = _code(world.carol, name, samples.params(catalogue.offered()[name], things))
            if code not in walled:
                let_in[name] = code
    assert let_in == {}


def test_the_administrator_of_the_account_itself_meets_no_wall(world, things):
    names_it = [
        name for name in NEEDS_PERMISSION if _names_a_resource(name) and catalogue.offered()[name].reads
    ]
    refused = {}
    for name in names_it:
        code = _code(world.alice, name, samples.params(catalogue.offered()[name], things))
        if code == "AccessDenied":
            refused[name] = code
    assert refused == {}


def test_a_target_without_a_row_keeps_its_error_until_after_the_decision():
    assert Target(arn="arn:aws:iam::111122223333:user/x").absent is None
