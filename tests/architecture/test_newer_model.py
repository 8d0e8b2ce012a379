"""A service model that is newer than the product: what it adds is not offered, said plainly, and breaks nothing."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from iam import catalogue
from iam.management.commands import document_operations
from iam.models import User
from iam.shapes import spec
from tests import world as cast
from tests.boto import Boto, boto_of
from tests.wire import raw

NEW = "InventThing"


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """IAM's model with one more operation, one more member of a request and one more of an answer."""
    read = spec._read

    def later(service: spec.Service, part: str) -> Any:
        found: Any = read(service, part)
        if (service, part) != ("iam", "service-2"):
            return found
        model = copy.deepcopy(found)
        model["operations"][NEW] = {"name": NEW, "input": {"shape": "InventThingRequest"}}
        text = {"shape": "stringType"}
        model["shapes"]["InventThingRequest"] = {"type": "structure", "members": {"Idea": text}}
        model["shapes"]["CreateUserRequest"]["members"]["Newest"] = text
        model["shapes"]["CreateUserResponse"]["members"]["Newest"] = text
        return model

    monkeypatch.setattr(spec, "_read", later)
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    spec._model.cache_clear()
    spec.operation.cache_clear()


@pytest.fixture
def boto(db) -> Boto:
    return boto_of(cast.build().alice)


def asked(boto: Boto, action: str, **params: str) -> tuple[int, str, str]:
    """Status, code and message of a raw request."""
    members = "".join(f"&{name}={value}" for name, value in params.items())
    response = raw.signed(boto, f"Action={action}&Version=2010-05-08{members}")
    return response.status_code, *raw.error_of(response)


def test_an_operation_that_came_later_is_known_and_not_offered(newer, boto):
    assert f"iam.{NEW}" in spec.operations("iam")
    assert catalogue.find(f"iam.{NEW}") is None
    status, code, message = asked(boto, NEW, Idea="x")
    assert (status, code) == (400, "UnsupportedOperation")
    assert message == f"The operation {NEW} is not offered."


def test_a_member_that_came_later_is_refused_and_not_dropped(newer, boto):
    status, code, message = asked(boto, "CreateUser", UserName="dana", Newest="x")
    assert (status, code) == (400, "UnsupportedOperation")
    assert message == "CreateUser is offered without newest."
    assert not User.objects.filter(name="dana").exists()


def test_what_was_offered_before_still_is(newer, boto):
    assert boto.iam.create_user(UserName="dana")["User"]["UserName"] == "dana"
    assert raw.signed(boto, "Action=CreateUser&Version=2010-05-08&UserName=erin").status_code == 200


def test_the_page_of_operations_says_so(newer):
    assert f"| {NEW} | not built yet | | | | |" in list(document_operations.lines())


def test_without_the_newer_model_nobody_knows_of_it(boto):
    assert asked(boto, NEW)[:2] == (400, "InvalidAction")
