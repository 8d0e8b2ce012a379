import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from iam.shapes.spec import Shape, UnknownOperation, operation, operations


def members(shape: Shape | None) -> Mapping[str, Shape]:
    assert shape is not None
    return shape.members


def test_every_operation_of_both_models_can_be_read():
    names = operations("iam") + operations("sts")
    assert len(names) >= 187
    assert {operation(name).name for name in names} == set(names)


def test_an_operation_is_built_once():
    assert operation("iam.GetUser") is operation("iam.GetUser")


def test_create_user_is_what_the_model_declares():
    spec = operation("iam.CreateUser")
    assert (spec.service, spec.action, spec.version) == ("iam", "CreateUser", "2010-05-08")
    assert spec.namespace == "https://iam.amazonaws.com/doc/2010-05-08/"
    assert spec.input is not None
    assert set(spec.input.members) == {"Path", "UserName", "PermissionsBoundary", "Tags"}
    assert spec.input.required == ("UserName",)
    name = spec.input.members["UserName"]
    assert (name.kind, name.min, name.max, name.pattern) == ("string", 1, 64, r"[\w+=,.@-]+")
    tags = spec.input.members["Tags"]
    assert tags.kind == "list"
    assert tags.max == 50
    assert tags.element is not None
    assert tags.element.required == ("Key", "Value")
    assert spec.errors["EntityAlreadyExists"] == 409
    assert spec.errors["NoSuchEntity"] == 404
    assert spec.result_wrapper == "CreateUserResult"


def test_an_operation_without_an_answer_has_no_wrapper():
    spec = operation("iam.DeleteUser")
    assert spec.output is None
    assert spec.result_wrapper is None


def test_an_empty_answer_still_has_its_wrapper():
    spec = operation("iam.UpdateRole")
    assert spec.output is not None
    assert not spec.output.members
    assert spec.result_wrapper == "UpdateRoleResult"


def test_only_federated_assume_role_is_unsigned():
    unsigned = {n for s in ("iam", "sts") for n in operations(s) if operation(n).unsigned}
    assert unsigned == {"sts.AssumeRoleWithSAML", "sts.AssumeRoleWithWebIdentity"}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("iam.ListUsers", ("Users",)),
        ("iam.ListEntitiesForPolicy", ("PolicyGroups", "PolicyUsers", "PolicyRoles")),
        ("iam.GetServiceLastAccessedDetails", ("ServicesLastAccessed",)),
    ],
)
def test_what_takes_a_marker_is_paginated_declared_or_not(name, keys):
    paginated = operation(name).paginated
    assert paginated is not None
    assert paginated.result_keys == keys


def test_what_takes_no_marker_is_not_paginated():
    assert operation("iam.ListSAMLProviders").paginated is None


def test_patches_mark_secrets_the_models_leave_open():
    credentials = members(operation("sts.AssumeRole").output)["Credentials"]
    assert credentials.members["SessionToken"].sensitive
    assert credentials.members["SecretAccessKey"].sensitive
    assert not credentials.members["AccessKeyId"].sensitive
    assert members(operation("iam.EnableMFADevice").input)["AuthenticationCode1"].sensitive


@pytest.mark.parametrize(
    "name", ["iam.Nothing", "ec2.RunInstances", "CreateUser", "", "iam.", "tenant.Nothing"]
)
def test_what_no_model_declares_is_unknown(name):
    with pytest.raises(UnknownOperation):
        operation(name)


def test_shapes_cannot_be_changed():
    shape: Any = operation("iam.GetUser").output
    with pytest.raises(TypeError):
        shape.members["User"] = shape
    with pytest.raises(AttributeError):
        shape.kind = "list"


def test_importing_the_shapes_reads_no_model():
    code = "import sys, iam.shapes.validate, iam.shapes.redact, iam.shapes.names; print('botocore' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own interpreter
    assert told.stdout.strip() == "False"
