"""Session tags: sent with a new session, some of them handed on along a chain of roles.

Keys are compared without regard to case and keep their spelling.
Source: IAM User Guide, passing session tags in STS.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from iam.call import SessionFacts, Tags
from iam.errors import InvalidParameterValue


@dataclass(frozen=True, slots=True)
class SessionTags:
    """The tags of a new session and which of them it will hand on."""

    tags: dict[str, str]
    transitive: list[str]


def inherited(caller: SessionFacts | None) -> dict[str, str]:
    """The tags that every session made from the caller's gets."""
    if caller is None:
        return {}
    return {key: caller.tags[key] for key in caller.transitive_tag_keys if key in caller.tags}


def chained(caller: SessionFacts | None, tags: Tags, transitive_keys: Sequence[str]) -> SessionTags:
    """The tags sent and those inherited, which nobody down the chain can change.

    Errors: InvalidParameterValue (a key twice, reserved, inherited; a transitive key that is no tag of the request).
    """
    sent = new_tags(tags)
    handed_down = inherited(caller)
    folded = {key.casefold(): key for key in sent}
    if not {key.casefold() for key in transitive_keys} <= folded.keys():
        raise InvalidParameterValue(
            "The specified transitive tag key must be included in the requested tags.",
            member="TransitiveTagKeys",
        )
    if folded.keys() & {key.casefold() for key in handed_down}:
        raise InvalidParameterValue(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
            "key from the calling session.",
            member="Tags",
        )
    own = [folded[key.casefold()] for key in transitive_keys]
    return SessionTags({**handed_down, **sent}, list(dict.fromkeys([*handed_down, *own])))


def new_tags(tags: Tags) -> dict[str, str]:
    """The tags sent, by key.  Errors: InvalidParameterValue (a key twice, or in AWS's own prefix)."""
    sent = {tag["Key"]: tag["Value"] for tag in tags}
    if len({key.casefold() for key in sent}) != len(tags):
        raise InvalidParameterValue(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.", member="Tags"
        )
    if any(key.casefold().startswith("aws:") for key in sent):
        raise InvalidParameterValue("Tag keys that begin with 'aws:' are reserved.", member="Tags")
    return sent
