"""Ask the engine and the oracle the same case, and make a case on which they differ as small as it gets."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from iam.policy import decide
from iam.policy.attached import SourceKind
from tests.policy import oracle
from tests.policy.casebook import Case, attach, plan_of, request_of

TRUST_ACTIONS = (
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity",
)  # fmt: skip


def oracle_says(case: Case) -> str:
    request = request_of(case)
    asked = {
        "arn": request.caller.arn,
        "account": request.caller.account,
        "kind": request.caller.kind,
        "unique_id": case.get("unique_id"),
        "principal_id": case.get("principal_id"),
        "principal_arn": case.get("principal_arn", request.caller.principal_arn),
        "action": request.action,
        "asked_for": request.resource,
        "resource_account": request.resource_account,
        "context": request.context,
        "identity": case.get("identity_policies", []),
        "boundary": [case["boundary"]] if case.get("boundary") else None,
        "session": case.get("session_policies") or None,
        "scp": case.get("scps", []),
        "rcp": case.get("rcps", []),
        "resource": [case["resource_policy"]] if case.get("resource_policy") else [],
        "bound": case.get("principal_ids", {}),
    }
    return str(oracle.decide(asked))


def engine_says(case: Case) -> str:
    request = request_of(case)
    ids = {name: case[name] for name in ("unique_id", "principal_id", "principal_arn") if name in case}
    resource = case.get("resource_policy")
    kind: SourceKind = "trust" if case["action"].lower() in TRUST_ACTIONS else "resource"
    return decide(
        replace(request, caller=replace(request.caller, **ids)),
        plan_of(case),
        resource_policy=attach(resource, kind) if resource else None,
        principal_ids=case.get("principal_ids", {}),
        scps=[[attach(document, "scp") for document in level] for level in case.get("scps", [])],
        rcps=[[attach(document, "rcp") for document in level] for level in case.get("rcps", [])],
    ).outcome


def differ(case: Case) -> bool:
    return engine_says(case) != oracle_says(case)


def shrink(case: Case, still: Callable[[Case], bool] = differ) -> Case:
    """Drop what can go, as long as the answers still differ."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(case):
            if _holds(candidate, still):
                case, smaller = candidate, True
                break
    return case


def told(case: Case) -> str:
    return json.dumps({**case, "engine": engine_says(case), "oracle": oracle_says(case)}, sort_keys=True)


def _holds(case: Case, still: Callable[[Case], bool]) -> bool:
    try:
        return still(case)
    except Exception:  # noqa: BLE001  # a case too small to be one is not a smaller case
        return False


def _smaller(case: Case) -> Iterator[Case]:
    for path, value in list(_places(case)):
        for instead in _instead(value):
            made = copy.deepcopy(case)
            holder: Any = made
            for step in path[:-1]:
                holder = holder[step]
            if instead is _GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = instead
            yield made


_GONE = object()
_LISTS = {"values", "scps", "rcps", "identity_policies", "session_policies", 0, 1}
_NEEDED = {"Effect", "Statement", "caller_arn", "resource_owner_account", "type", "action"}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield (*path, step), (part, step)
        yield from _places(part, (*path, step))


def _instead(place: Any) -> Iterator[Any]:
    value, step = place
    if step not in _NEEDED:
        yield _GONE
    if isinstance(value, list) and len(value) == 1 and step not in _LISTS:
        yield value[0]
    if isinstance(value, str) and step not in _NEEDED and value != "*":
        yield "*"
        for at in range(len(value)):
            yield value[:at] + value[at + 1 :]
