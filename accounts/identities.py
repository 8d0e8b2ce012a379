"""Makes, renames and looks up what can sign in; IAM users' rows in iam own one identity each."""

from datetime import datetime

from accounts import names
from accounts.models import Account, Identity, IdentityKind


def add_user(account: Account, name: str, now: datetime) -> Identity:
    """The identity of a new IAM user: it cannot sign in until a password is set."""
    return account.identities.create(
        kind=IdentityKind.USER, name=name, name_key=names.name_key(name), created_at=now
    )


def rename(identity: Identity, name: str) -> None:
    """Give an IAM user's identity another name; sessions and password stay."""
    identity.name, identity.name_key = name, names.name_key(name)
    identity.save(update_fields=["name", "name_key"])
