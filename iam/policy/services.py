"""Services that do not follow the common rule that one account's identity policies are enough.

A role is assumed only if its trust policy says so, a key is used only if its key policy says so.
"""

from typing import Final

UNCONDITIONAL: Final = "sts:getcalleridentity"
"""Answered whatever the policies say: it tells callers only what they know."""

_ASSUMING: Final = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
_WITH_ASSUMING: Final = frozenset({"sts:tagsession", "sts:setsourceidentity"})


def has_own_rules(action: str) -> bool:
    """Whether this lower-case action belongs to such a service: asked once per action, not per decision."""
    return action == UNCONDITIONAL or is_trust_action(action) or action.startswith("kms:")


def is_trust_action(action: str) -> bool:
    """Whether trust policies speak of this lower-case action."""
    return action in _ASSUMING or action in _WITH_ASSUMING


def is_assuming(action: str) -> bool:
    """Whether this lower-case action assumes a role."""
    return action in _ASSUMING


def needs_grant(action: str, resource: str) -> bool:
    """Whether the resource's own policy must take part, even inside one account."""
    if action in _ASSUMING:
        return True
    if action in _WITH_ASSUMING:
        return ":role/" in resource
    return action.startswith("kms:") and ":key/" in resource
