"""The account's policy revision: raised by every change of access, so that no process judges by old policies."""

from django.db.models import F

from accounts.models import Account


def bump(account: Account) -> None:
    """Raise the revision, in the transaction of the change; `account` carries the new one afterwards."""
    Account.objects.filter(pk=account.pk).update(policy_revision=F("policy_revision") + 1)
    account.refresh_from_db(fields=["policy_revision"])
