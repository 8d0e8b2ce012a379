"""An operation and its parameters as the command a person would type, with secrets masked."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from iam.shapes import names, redact, spec

# The two services the aws command knows; our own acts have no command there.
_COMMANDS = ("iam", "sts")


def line(operation: str, params: Mapping[str, Any]) -> str:
    """`aws iam create-user --user-name Bob`; "" for operations that the aws command does not have.

    `params` are in the model's names.
    """
    described = spec.operation(operation)
    if described.service not in _COMMANDS:
        return ""
    masked = redact.redact_input(
        described, {name: value for name, value in params.items() if value is not None}
    )
    words = ["aws", described.service, names.dashes(described.action)]
    for name, value in masked.items():
        words += _option(name, value)
    return " ".join(words)


def _option(name: str, value: Any) -> list[str]:
    option = f"--{names.dashes(name)}"
    if isinstance(value, bool):
        return [option if value else f"--no-{names.dashes(name)}"]
    if isinstance(value, list | tuple):
        return [option, *(_word(item) for item in value)] if value else []
    return [option, _word(value)]


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        if all(isinstance(part, str) and part and not set(part) & set(" ,=\"'") for part in value.values()):
            return ",".join(f"{key}={part}" for key, part in value.items())
        return shlex.quote(json.dumps(value))
    return shlex.quote(_compact(str(value)))


def _compact(text: str) -> str:
    """A policy document on one line; any other text as it is."""
    if text.lstrip().startswith("{"):
        try:
            return json.dumps(json.loads(text), separators=(",", ":"))
        except (ValueError, RecursionError):  # whoever nests a document so deep sees it as typed
            return text
    return text
