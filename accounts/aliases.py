"""An account's alias: a second name for its number, one account's in the whole installation."""

from django.db import IntegrityError

from accounts.models import Account


class AliasTaken(Exception):
    """Another account has that alias."""


def claim(account: Account, alias: str) -> None:
    """Make it the account's alias, in place of the one it had.

    Errors: AliasTaken; the transaction is then of no more use.
    """
    account.alias = alias
    try:
        account.save(update_fields=["alias"])
    except IntegrityError as taken:
        raise AliasTaken(alias) from taken


def release(account: Account) -> None:
    """Leave the account with its number alone; the alias is free for others at once."""
    account.alias = None
    account.save(update_fields=["alias"])
