"""What AWS's own policies name and its service authorization reference does not have, for the validator's catalogue.

The reference drops services that have ended, and comes after what is new; a policy that names them is no mistake.
"""

import functools
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iam.policy.actions import Key


@dataclass(frozen=True, slots=True)
class Supplement:
    """`services` by prefix with their titles: their actions are not known one by one.

    `actions` by service, in lower case, with their names.  `keys` by lower-case name, before those of the reference.
    `keys_of_actions`: keys that come with an action, both in lower case.  `keys_of_sessions`: those that a caller's
    credentials bring to every request, of whatever service.
    """

    services: Mapping[str, str]
    actions: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, Key]
    keys_of_actions: Mapping[str, frozenset[str]]
    keys_of_sessions: frozenset[str]


@functools.cache
def supplement() -> Supplement:
    """The data file, read once."""
    raw = read()
    of_actions: dict[str, set[str]] = {}
    for key, entry in raw["keys_of_actions"].items():
        for action in entry["actions"]:
            of_actions.setdefault(action.lower(), set()).add(key.lower())
    return Supplement(
        services={prefix: entry["title"] for prefix, entry in raw["services"].items()},
        actions={
            service: {name.lower(): name for name in named} for service, named in raw["actions"].items()
        },
        keys={
            name.lower(): Key(name, entry["type"], entry["multivalued"])
            for name, entry in raw["keys"].items()
        },
        keys_of_actions={action: frozenset(keys) for action, keys in of_actions.items()},
        keys_of_sessions=frozenset(key.lower() for key in raw["keys_of_sessions"]),
    )


def read() -> dict[str, Any]:
    """The data file as it is, with the witness of each entry."""
    text = importlib.resources.files("iam.data").joinpath("service_supplement.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
