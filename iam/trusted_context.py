"""Settings of trusted identity propagation on identity providers: checked, replaced, removed.

They are kept and shown as given.  An installation has no IAM Identity Center to associate a provider with.
"""

import re
from collections.abc import Mapping
from typing import Any

from iam.errors import InvalidInput

_KEY = re.compile(r"[A-Za-z0-9_.:/=+\-@#]+(?: [A-Za-z0-9_.:/=+\-@#]+)*")
MEMBER = "ContextProvider"


def sound(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The settings, or None where there are none.  Errors: InvalidInput.

    Source: IAM API Reference, ContextProvider.
    """
    if given is None:
        return None
    if "SubjectTypeValue" in given and "SubjectTypeSourceKey" in given:
        raise InvalidInput(
            "SubjectTypeValue and SubjectTypeSourceKey cannot be given at once.", member=MEMBER
        )
    definitions = given.get("KeyDefinitionList", ())
    keys = [given["SubjectSourceKey"], given.get("SubjectTypeSourceKey")]
    keys += [definition.get(part) for definition in definitions for part in ("SourceKey", "TargetKey")]
    for key in keys:
        if key is not None and not _KEY.fullmatch(key):
            raise InvalidInput(f"{key!r} is not a valid key of a context provider.", member=MEMBER)
    return dict(given)


def changed(
    present: dict[str, Any] | None, given: Mapping[str, Any] | None, *, remove: bool
) -> dict[str, Any] | None:
    """The settings once changed: replaced, removed, or as they were.  Errors: InvalidInput."""
    if remove and given is not None:
        raise InvalidInput("ContextProvider cannot be given and removed at once.", member=MEMBER)
    return None if remove else sound(given) or present


def refuse_instance(instance_arn: str | None) -> None:
    """Refuse to associate a provider with an IAM Identity Center instance.  Errors: InvalidInput."""
    if instance_arn is not None:
        raise InvalidInput(
            f"The IAM Identity Center instance {instance_arn} does not exist.",
            member="IdentityCenterInstanceArn",
        )
