"""All operations, one module per noun.  Importing this package fills the catalogue."""

from iam.operations import attachments, console_insights, console_tables, groups, inline_policies, users

__all__ = ["attachments", "console_insights", "console_tables", "groups", "inline_policies", "users"]
