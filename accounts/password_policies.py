"""An account's own password policy: found, replaced as a whole, removed."""

from accounts.models import Account, PasswordPolicy


def find(account: Account) -> PasswordPolicy | None:
    """The account's own policy; None where the built-in one binds."""
    return PasswordPolicy.objects.filter(account=account).first()


def replace(account: Account, **members: int | None) -> None:
    """Make these the policy's settings, by column; whatever is not given falls back to its default."""
    PasswordPolicy.objects.filter(account=account).delete()
    PasswordPolicy.objects.create(account=account, **members)


def remove(account: Account) -> bool:
    """Put the account under the built-in policy; returns whether it had its own."""
    return PasswordPolicy.objects.filter(account=account).delete()[0] > 0
