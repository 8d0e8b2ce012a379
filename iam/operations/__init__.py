"""All operations, one module per noun.  Importing this package fills the catalogue."""

from iam.operations import console_insights, console_tables, users

__all__ = ["console_insights", "console_tables", "users"]
