"""The account's policy revision: raised by every change of access, so that no process judges by old policies."""

from django.db.models import F

from accounts.models import Account
from accounts.prepared import Change

_raised = Change(lambda account: Account.objects.filter(pk=account), policy_revision=F("policy_revision") + 1)


def bump(account: Account) -> None:
    """Raise the revision, in the transaction of the change; `account` carries the new one afterwards."""
    (account.policy_revision,) = _raised.giving("policy_revision", account=account.pk)
