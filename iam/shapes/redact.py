"""Parameters and answers with their secrets masked: what may go into the trail, the log and the command line.

What is secret is data: the model's sensitive trait, completed by patches.json.  A private key is masked wherever it
stands, since people paste one where a certificate or a public key belongs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from iam.shapes.spec import OperationSpec, Shape

MASK: Final = "***"
# PEM of any kind, OpenPGP, PuTTY
_PRIVATE_KEY: Final = re.compile(r"PRIVATE KEY(?: BLOCK)?-----|Private-Lines:")


def redact_input(spec: OperationSpec, params: Mapping[str, object]) -> dict[str, object]:
    """The parameters with each sensitive value masked; members the model does not know are left out."""
    return _structure(spec.input, params)


def redact_output(spec: OperationSpec, output: Mapping[str, object] | None) -> dict[str, object]:
    """The answer with each sensitive value masked; members the model does not know are left out."""
    return _structure(spec.output, output or {})


def redact_text(text: str) -> str:
    """The text, or the mask where a private key stands in it."""
    return MASK if _PRIVATE_KEY.search(text) else text


def _structure(shape: Shape | None, values: Mapping[str, object]) -> dict[str, object]:
    members = shape.members if shape else {}
    return {name: _masked(members[name], value) for name, value in values.items() if name in members}


def _masked(shape: Shape, value: object) -> object:
    if value is None:
        return None
    if shape.sensitive:
        return MASK
    if isinstance(value, Mapping):
        if shape.kind == "map":
            return _map(shape, value)
        # A structure where the model has something else is a caller's mistake: nothing of it is shown.
        return _structure(shape, value) if shape.kind == "structure" else MASK
    if isinstance(value, (list, tuple)):
        return [_masked(shape.element, item) for item in value] if shape.element else MASK
    return redact_text(value) if isinstance(value, str) else value


def _map(shape: Shape, values: Mapping[str, object]) -> dict[str, object]:
    if shape.value is None or (shape.key is not None and shape.key.sensitive):
        return {}
    return {name: _masked(shape.value, value) for name, value in values.items()}
