"""Policy texts on their way into the database: refused in AWS's words, measured as AWS measures.

The text itself is stored as it came; nothing here changes it.
"""

from typing import Literal, TypeAlias

from iam import policy
from iam.errors import MalformedPolicyDocument

Kind: TypeAlias = Literal["identity", "trust", "session"]


def require_sound(text: str, kind: Kind, *, member: str = "PolicyDocument") -> None:
    """Refuse a text that AWS would not save.  Errors: MalformedPolicyDocument, with line and column where known."""
    try:
        policy.check_for_save(text, kind)
    except policy.MalformedPolicy as refusal:
        raise MalformedPolicyDocument(
            refusal.message,
            member=member,
            detail=refusal.detail,
            line=refusal.line,
            column=refusal.column,
        ) from None


def size(text: str) -> int:
    """How large a text counts: its characters without white space, wherever that stands."""
    return policy.minified_size(text)
