"""All operations, one module per noun.  Importing this package fills the catalogue."""

from iam.operations import (
    access_keys,
    account_settings,
    attachments,
    boundaries,
    console_insights,
    console_tables,
    groups,
    inline_policies,
    login_profiles,
    managed_policies,
    mfa_devices,
    policy_versions,
    roles,
    tags,
    users,
)

__all__ = [
    "access_keys",
    "account_settings",
    "attachments",
    "boundaries",
    "console_insights",
    "console_tables",
    "groups",
    "inline_policies",
    "login_profiles",
    "managed_policies",
    "mfa_devices",
    "policy_versions",
    "roles",
    "tags",
    "users",
]
