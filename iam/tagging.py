"""The rules of tags, the same for everything that has them, and the permission that tagging at creation needs."""

from collections.abc import Sequence

from iam.authorize import Check
from iam.call import Call, Params, Tags, Target
from iam.catalogue import Checks, request_tags
from iam.errors import InvalidInput, LimitExceeded
from iam.quotas import TAGS_PER_ENTITY

StoredTags = list[dict[str, str]]


def added(present: Sequence[dict[str, str]], tags: Tags, *, case_sensitive: bool = False) -> StoredTags:
    """The stored tags once `tags` are laid over them: a key that is there gets the new spelling and value in place.

    Errors: InvalidInput (a key in AWS's own prefix, or twice), LimitExceeded (50 tags).
    """
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise InvalidInput("Tag keys beginning with aws: are reserved for system use.", member="Tags")
    refuse_duplicates([tag["Key"] for tag in tags], case_sensitive=case_sensitive)
    stored = {_key(tag["Key"], case_sensitive): dict(tag) for tag in present}
    for tag in tags:
        stored[_key(tag["Key"], case_sensitive)] = {"Key": tag["Key"], "Value": tag["Value"]}
    if len(stored) > TAGS_PER_ENTITY:
        raise LimitExceeded("The number of tags has reached the maximum limit.", member="Tags")
    return list(stored.values())


def require_some(listed: Sequence[object], member: str) -> None:
    """Errors: InvalidInput where nothing is listed; the text ends in a blank, as recorded of AWS."""
    if not listed:
        raise InvalidInput("Error occurred while validating input. ", member=member)


def removed(
    present: Sequence[dict[str, str]], keys: Sequence[str], *, case_sensitive: bool = False
) -> StoredTags:
    """The stored tags without those keys; a key that is not there is no fault."""
    gone = {_key(key, case_sensitive) for key in keys}
    return [dict(tag) for tag in present if _key(tag["Key"], case_sensitive) not in gone]


def refuse_duplicates(keys: Sequence[str], *, case_sensitive: bool = False) -> None:
    """Errors: InvalidInput where a key comes twice."""
    if len({_key(key, case_sensitive) for key in keys}) == len(keys):
        return
    text = "Duplicate tag keys found."
    if not case_sensitive:
        text += " Please note that Tag keys are case insensitive."
    raise InvalidInput(text, member="Tags")


def sorted_tags(tags: Sequence[dict[str, str]]) -> StoredTags:
    """Tags in AWS's order of lists: shorter keys first, then by code point."""
    return sorted((dict(tag) for tag in tags), key=lambda tag: (len(tag["Key"]), tag["Key"]))


def tag_on_create(action: str) -> Checks:
    """The further permission, such as iam:TagUser, that a creation with tags needs."""

    def checks(call: Call, target: Target, params: Params) -> Sequence[Check]:  # noqa: ARG001  # one signature
        if not params.get("tags"):
            return ()
        return (Check(action, target.arn, request_tags(params)),)

    return checks


def _key(key: str, case_sensitive: bool) -> str:
    return key if case_sensitive else key.casefold()
