"""What the engine hands out are values: they cannot be changed, and are alike if they say the same."""

import dataclasses
import importlib
import pkgutil

import pytest

import iam.policy
from iam.policy import Caller, Decision, PolicySource, Request
from iam.policy.resources import Resources
from iam.policy.variables import Variable
from tests.policy.build import ACCOUNT, ALICE, OBJECT

MODULES = [
    importlib.import_module(f"iam.policy.{found.name}") for found in pkgutil.iter_modules(iam.policy.__path__)
]
CLASSES = {
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
}


@pytest.mark.parametrize("kind", sorted(CLASSES, key=str))
def test_value_holds_its_fields_only_and_keeps_them(kind):
    assert "__slots__" in vars(kind)
    assert kind.__dataclass_params__.frozen or kind is Resources  # made up step by step, and kept by nobody


def test_what_is_not_said_of_a_caller_a_source_or_a_request_is_empty():
    who = Caller(ALICE, ACCOUNT, "user")
    assert (who.unique_id, who.principal_arn, who.principal_id) == ("", "", "")
    assert PolicySource("p", "inline", "p").owner == ""
    assert Request(who, "s3:GetObject", OBJECT, ACCOUNT).context == {}


def test_variable_is_the_same_however_its_key_is_written():
    assert Variable("aws:username", None, "AWS:UserName") == Variable("aws:username", None, "aws:username")
    assert Variable("aws:username", "x") != Variable("aws:username")


def test_decision_shows_and_compares_what_it_was_made_of():
    allowed = Decision("allowed", None)
    assert allowed == Decision("allowed", None) != Decision("implicitDeny", None)
    assert repr(allowed) == "Decision(outcome='allowed', layer=None, hits=())"
