"""Policy texts on their way into the database: refused in AWS's words, measured as AWS measures.

The text itself is stored as it came; nothing here changes it.
"""

from typing import Literal, TypeAlias

from accounts.models import Account
from iam import policy, quotas
from iam.errors import LimitExceeded, MalformedPolicyDocument

Kind: TypeAlias = Literal["managed", "inline", "session", "trust"]


def require_sound(text: str, kind: Kind, *, member: str = "PolicyDocument") -> None:
    """Refuse a text that AWS would not save; managed policies must be of the newer version of the language.

    Errors: MalformedPolicyDocument, with line and column where known.
    """
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


def require_managed_policy(account: Account, text: str) -> None:
    """Refuse a text that cannot be a version of a managed policy.  Errors: MalformedPolicyDocument, LimitExceeded."""
    require_sound(text, "managed")
    allowed = quotas.limit(account, "PolicySize")
    if size(text) > allowed:
        raise LimitExceeded(f"Cannot exceed quota for PolicySize: {allowed}", member="PolicyDocument")
