"""All operations, one module per noun.  Importing this package fills the catalogue."""

from iam.operations import (
    access_keys,
    attachments,
    boundaries,
    console_insights,
    console_tables,
    groups,
    inline_policies,
    login_profiles,
    managed_policies,
    policy_versions,
    users,
)

__all__ = [
    "access_keys",
    "attachments",
    "boundaries",
    "console_insights",
    "console_tables",
    "groups",
    "inline_policies",
    "login_profiles",
    "managed_policies",
    "policy_versions",
    "users",
]
