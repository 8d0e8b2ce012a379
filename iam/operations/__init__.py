"""All operations, one module per noun.  Importing this package fills the catalogue."""

from iam.operations import users

__all__ = ["users"]
