"""Every offered operation, called by a real boto3 client with a sample of its parameters: answered, or refused in its own words."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam import catalogue
from iam.shapes import names
from tests import world as cast
from tests.architecture import samples
from tests.boto import Boto, boto_of

OURS = [name for name in catalogue.offered() if name.startswith(("iam.", "sts."))]
# What every operation may say beside the errors of its model.
COMMON = {"AccessDenied", "ValidationError", "InvalidParameterValue"}
# The rest want what a sample does not have: a code, a trust, something that is there yet or gone already.
LEAST_ANSWERED = 0.7


def step(name: str) -> tuple[int, str]:
    """Reads before what makes, that before what changes, and what takes away at the end."""
    action = name.partition(".")[2]
    order = (
        ("Get", "List", "Simulate", "Decode"),
        ("Create", "Upload", "Put", "Add", "Generate", "Attach", "Tag"),
    )
    for place, verbs in enumerate(order):
        if action.startswith(verbs):
            return place, name
    last = ("Delete", "Remove", "Detach", "Untag", "Deactivate", "Disable")
    return (3 if action.startswith(last) else 2), name


def call(boto: Boto, name: str, params: dict[str, Any]) -> str:
    service, _, action = name.partition(".")
    try:
        getattr(getattr(boto, service), names.snake(action))(**params)
    except ClientError as refusal:
        return str(refusal.response["Error"]["Code"])
    return "answered"


@pytest.mark.slow
def test_boto3_reaches_every_operation(db):
    world = cast.build()
    known = samples.things(world)
    boto = boto_of(world.root)
    outcomes = {}
    for name in sorted(OURS, key=step):
        op = catalogue.offered()[name]
        outcomes[name] = call(boto, name, samples.params(op, known))
    foreign = {
        name: code
        for name, code in outcomes.items()
        if code != "answered" and code not in COMMON | set(catalogue.offered()[name].spec.errors)
    }
    assert foreign == {}
    assert list(outcomes.values()).count("answered") >= LEAST_ANSWERED * len(OURS)
